"""Properties of formalisation, migrants and unpaid care work in Synthetic land."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from socialbudget.ensemble import project
from socialbudget.pack import Pack, load_pack
from socialbudget.scenario import Change, Scenario

share = st.floats(0.0, 1.0, allow_subnormal=False)


@cache
def pack() -> Pack:
    return load_pack("ZZZ")


@settings(max_examples=12)
@given(
    employees=st.floats(0.0, 0.2),
    others=st.floats(0.0, 0.2),
    retention=share,
    years=st.integers(1, 4),
)
def test_formalised_roll_forward(
    employees: float, others: float, retention: float, years: int
) -> None:
    """Every programme: those formalised are all moved before, thinned by retention."""
    last = 2024 + years
    path = "formalisation.formalisation_rate"
    changes = (
        Change(path=path, set=employees, where={"status": "informal_employee"}, to=last),
        Change(path=path, set=others, where={"status": "contributing_family_worker"}, to=last),
        Change(path="formalisation.retention", set=retention),
    )
    r = project(pack(), Scenario("Programme", (changes,)), to=2030)
    moved = r["formalisation.moved"][:, 0]
    stock = r["formalisation.formalised"][:, 0]
    for t in range(len(r.years)):
        expected = sum(moved[k] * retention ** (t - k) for k in range(t + 1))
        np.testing.assert_allclose(stock[t], expected, rtol=1e-12, atol=1e-9)
    assert not moved[years + 1 :].any()
    persons = r["labour_accounts.employment_by_status"][:-1, 0]
    assert (moved[1:] <= persons * (1.0 + 1e-12)).all()


@settings(max_examples=12)
@given(replaced=share, flow=share, migration=st.floats(-300.0, 300.0))
def test_migrants_roll_forward_and_are_never_negative(
    replaced: float, flow: float, migration: float
) -> None:
    changes = (
        Change(path="migrants.replacement_share", set=replaced),
        Change(path="migrants.net_flow_share", set=flow),
        Change(path="demography.net_migration", set=migration, from_=2025),
    )
    r = project(pack(), Scenario("Migration", (changes,)), to=2028)
    stock, deaths = r["migrants.stock"][:, 0], r["migrants.deaths"][:, 0]
    net = r["migrants.net_flow"][:, 0]
    assert (stock >= 0.0).all()
    np.testing.assert_allclose(np.diff(stock, axis=0), net[1:] - deaths[1:], rtol=1e-9, atol=1e-6)


@settings(max_examples=10)
@given(coverage=share, relief=share)
def test_more_public_care_never_means_more_unpaid_hours(coverage: float, relief: float) -> None:
    changes = (
        Change(path="care.child_care_coverage", set=0.3 + 0.7 * coverage, from_=2026),
        Change(path="care_work.care_place_relief", set=relief),
    )
    r = project(pack(), Scenario("Care", (changes,)), to=2027)
    hours = r["care_work.hours"][:, 0].sum(axis=1)
    assert hours[2] <= hours[1] * (1.0 + 1e-12)
    assert hours[2] > 0.0
