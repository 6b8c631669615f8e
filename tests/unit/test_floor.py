"""The rapid assessment: guarantees, accounts, poverty, missing series, on made-up figures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from socialbudget.dims import FUNCTIONS
from socialbudget.ensemble import project
from socialbudget.errors import IdentityError, PackError
from socialbudget.floor import Assessment, assess, assess_variants, load_package
from socialbudget.floor.instances import DOLLARS, PUBLISHED, build
from socialbudget.floor.kin import share_within
from socialbudget.floor.package import Package, parse_package
from socialbudget.floor.world import assess_world, reason, world_table
from socialbudget.modules.floor_accounts import FloorAccounts
from socialbudget.modules.schemes.guarantee import Guarantee
from socialbudget.pack import Driver, Pack, load_pack
from socialbudget.population import has_families, project_population
from socialbudget.poverty import lognormal_fgt
from socialbudget.report.floor_console import WIDTH, summary, world_summary
from tests.floor_pack import COVERAGE, changed, extended, figures, without

LAST_YEAR = 2032
ONE = """
title = "One"
[guarantee.g]
title = "G"
group = "older_persons"
function = "old_age"
who = "population"
ages = [65, 100]
amount = { of = "gdp_per_head", share = 0.2 }
coverage = { start = 0.0, target = 1.0, ramp_years = 0 }
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return extended("ZAF")


def package(old: str = "", new: str = "") -> Package:
    assert old in ONE
    return parse_package(ONE.replace(old, new, 1) if old else ONE)


def run(pack: Pack, one: Package, to: int = LAST_YEAR) -> Assessment:
    return assess(pack, one, to=to, draws=0)


def midyear(a: Assessment) -> np.ndarray:
    """Population by year, sex and age, base year left out."""
    return a.results["demography.population_midyear"][1:, 0]


def series(a: Assessment, name: str) -> np.ndarray:
    return a.results[name][1:, 0]


# ---------------------------------------------------------------------------- who and how much


def test_cost_is_persons_times_amount(pack: Pack) -> None:
    a = run(pack, package("share = 0.2", "share = 0.2 }\nmonths = 6\nfinancing = { payroll = 1.0"))
    people = midyear(a)
    gdp = series(a, "macroeconomy.gdp")
    expected = people[:, :, 65:].sum(axis=(1, 2)) * 0.2 * 0.5 * gdp / people.sum(axis=(1, 2))
    np.testing.assert_allclose(series(a, "floor_g.cost"), expected, rtol=1e-12)
    assert a.value("cost", measure="cost_lcu") == pytest.approx(expected[-1], rel=1e-12)
    assert a.results["floor.cost"][0] == 0.0  # nothing in the base year


def test_groups_by_sex_and_share(pack: Pack) -> None:
    a = run(pack, package("ages = [65, 100]", "ages = { female = [60, 64] }\nshare = 0.25"))
    expected = 0.25 * midyear(a)[:, 0, 60:65].sum(axis=1)
    np.testing.assert_allclose(series(a, "floor_g.target")[:, 0], expected, rtol=1e-12)
    assert not series(a, "floor_g.target")[:, 1].any()


def test_births_unemployed_and_disabled(pack: Pack) -> None:
    births = run(pack, package('who = "population"\nages = [65, 100]', 'who = "births"'))
    np.testing.assert_allclose(
        series(births, "floor_g.target")[:, 0],
        births.results["demography.births"][1:, 0].sum(axis=1),
        rtol=1e-12,
    )
    jobless = run(pack, package('who = "population"\nages = [65, 100]',
                                'who = "unemployed"\nages = [15, 64]\nshare = 0.3'))  # fmt: skip
    np.testing.assert_allclose(
        series(jobless, "floor_g.target"),
        0.3 * series(jobless, "labour_market.unemployed")[:, :, 15:65].sum(axis=2),
        rtol=1e-12,
    )
    disabled = run(pack, package('who = "population"', 'who = "disabled"'))
    prevalence = figures()["demography.disability_prevalence"][1]
    expected = (midyear(disabled) * prevalence)[:, :, 65:].sum(axis=2)
    np.testing.assert_allclose(series(disabled, "floor_g.target"), expected, rtol=1e-12)


def test_amounts_are_tied_to_lines_wages_and_sums(pack: Pack) -> None:
    f = {p: v for p, (_, v, _) in figures().items()}
    gdp_share = 'of = "gdp_per_head", share = 0.2'
    line = run(
        pack, package(gdp_share, 'of = "poverty_line", line = "international_420", share = 0.5')
    )
    prices = series(line, "prices.consumer_price_index")
    level = 0.5 * DOLLARS["international_420"] * 365 * f["living_standards.ppp_factor"]
    np.testing.assert_allclose(series(line, "floor_g.amount"), level * prices, rtol=1e-12)
    wage = run(pack, package(gdp_share, 'of = "average_wage", share = 0.5'))
    work = (
        wage.results["macroeconomy.gdp"][:, 0]
        / wage.results["labour_market.total_employment"][:, 0]
    )
    np.testing.assert_allclose(
        series(wage, "floor_g.amount"), 1.5e5 * work[1:] / work[0], rtol=1e-12
    )
    for currency, factor in (("LCU", 1.0), ("USD", 18.3), ("USD_PPP", 8.4)):
        for per, times in (("day", 365), ("week", 52), ("month", 12), ("year", 1)):
            a = run(
                pack,
                package(
                    gdp_share, f'of = "sum", value = 7, currency = "{currency}", per = "{per}"'
                ),
                2025,
            )
            price = series(a, "prices.consumer_price_index")[0]
            assert series(a, "floor_g.amount")[0] == pytest.approx(7 * times * factor * price)


def test_national_line_is_where_the_national_headcount_lies(pack: Pack) -> None:
    a = run(pack, load_package("ortiz_2017"))
    fit = a.fit
    survey_mean = fit["mean"] / (1 - 0.02)
    at_line = lognormal_fgt(survey_mean, fit["sigma"], fit["lines"]["national"], 0)
    assert at_line == pytest.approx(0.55, abs=1e-12)
    assert set(fit["observed"]) == {*DOLLARS, "national", "gini"}
    assert fit["misfit"] == max(abs(fit["fitted"][k] - v) for k, v in fit["observed"].items())


def test_cap_and_minimum_follow_prices(pack: Pack) -> None:
    cap = run(
        pack,
        package(
            "share = 0.2", 'share = 5, cap = { value = 1000, currency = "LCU", per = "month" }'
        ),
    )
    prices = series(cap, "prices.consumer_price_index")
    np.testing.assert_allclose(series(cap, "floor_g.amount"), 12_000 * prices, rtol=1e-12)
    least = run(
        pack,
        package(
            "share = 0.2",
            'share = 0.001, minimum = { value = 9000, currency = "LCU", per = "year" }',
        ),
    )
    np.testing.assert_allclose(series(least, "floor_g.amount"), 9000 * prices, rtol=1e-12)


@pytest.mark.parametrize("index", ["prices", "wages", "gdp_per_head"])
def test_indexation(pack: Pack, index: str) -> None:
    a = run(pack, package("share = 0.2 }", f'share = 0.2 }}\nindexation = "{index}"'))
    people = a.results["demography.population_midyear"][:, 0].sum(axis=(1, 2))
    gdp = a.results["macroeconomy.gdp"][:, 0]
    path = {
        "prices": a.results["prices.consumer_price_index"][:, 0],
        "wages": gdp / a.results["labour_market.total_employment"][:, 0],
        "gdp_per_head": gdp / people,
    }[index]
    level = 0.2 * gdp[0] / people[0]
    np.testing.assert_allclose(series(a, "floor_g.amount"), level * path[1:] / path[0], rtol=1e-12)


# ------------------------------------------------------------------------- coverage, gap, errors


def test_coverage_ramps_up_to_target_times_take_up(pack: Pack) -> None:
    old = "coverage = { start = 0.0, target = 1.0, ramp_years = 0 }"
    new = "coverage = { start = 0.2, target = 0.8, ramp_years = 4 }\ntake_up = 0.9"
    a = run(pack, package(old, new))
    share = series(a, "floor_g.reached") / series(a, "floor_g.target")
    steps = np.minimum(np.arange(1, 9) / 4, 1.0)
    np.testing.assert_allclose(share[:, 0], 0.9 * (0.2 + 0.6 * steps), rtol=1e-12)


def test_coverage_from_what_exists_never_takes_away(pack: Pack) -> None:
    more = run(
        pack,
        package(
            "start = 0.0, target = 1.0, ramp_years = 0",
            'start = "existing", target = 1.0, ramp_years = 5',
        ),
    )
    share = (series(more, "floor_g.reached") / series(more, "floor_g.target"))[:, 0]
    assert share[0] == pytest.approx(0.75 + 0.25 / 5)
    assert share[-1] == 1.0
    less = run(
        pack,
        package(
            "start = 0.0, target = 1.0, ramp_years = 0",
            'start = "existing", target = 0.5, ramp_years = 5',
        ),
    )
    share = (series(less, "floor_g.reached") / series(less, "floor_g.target"))[:, 0]
    np.testing.assert_allclose(share, COVERAGE["old_age"], rtol=1e-12)
    np.testing.assert_allclose(series(less, "floor.gap"), 0.0, atol=1e-3)


def test_gap_is_what_existing_coverage_does_not_pay(pack: Pack) -> None:
    a = run(pack, package())
    np.testing.assert_allclose(
        series(a, "floor.gap"), (1 - COVERAGE["old_age"]) * series(a, "floor.cost"), rtol=1e-12
    )


def test_gap_of_health_care_is_beyond_government_health_expenditure(pack: Pack) -> None:
    text = ONE.replace(
        'function = "old_age"',
        'function = "health_care"\nexisting = "health_expenditure"\nbenefit_type = "kind"',
    )
    a = run(pack, parse_package(text.replace("[65, 100]", "[0, 100]").replace("0.2 }", "0.05 }")))
    gdp = a.results["macroeconomy.gdp"][:, 0]
    expected = 0.05 * gdp[1:] - 3.0e11 * gdp[1:] / gdp[0]
    np.testing.assert_allclose(series(a, "floor.gap"), expected, rtol=1e-9)
    # Care in kind is no cash: measured poverty stays.
    assert not series(a, "living_standards.transfer_per_head").any()
    before, after = (a.results[f"living_standards.headcount_{s}"] for s in ("before", "after"))
    np.testing.assert_array_equal(before, after)


POOR = ('take_up = 1.0\ntargeting = { mode = "poor", line = "international_830", '
        "exclusion_error = 0.3, inclusion_error = 0.1 }")  # fmt: skip


def test_targeting_with_errors(pack: Pack) -> None:
    a = run(pack, package("[65, 100]\n", f"[65, 100]\n{POOR}\n"))
    group = midyear(a)[:, :, 65:].sum(axis=2)
    people = midyear(a).sum(axis=(1, 2))
    real = a.results["macroeconomy.gdp_real"][1:, 0] / people
    first = a.results["floor_g.base_real_gdp_per_head"][0, 0]
    fit, line = a.fit, a.fit["lines"]["international_830"]
    mean = fit["mean"] * real / first
    poor = ndtr((np.log(line / mean) + fit["sigma"] ** 2 / 2) / fit["sigma"])
    np.testing.assert_allclose(series(a, "floor_g.poor_share"), poor, rtol=1e-10)
    np.testing.assert_allclose(series(a, "floor_g.target"), group * poor[:, None], rtol=1e-10)
    np.testing.assert_allclose(
        series(a, "floor_g.reached"), 0.7 * group * poor[:, None], rtol=1e-10
    )
    recipients = series(a, "floor_g.recipients")[:, FUNCTIONS.index("old_age")]
    np.testing.assert_allclose(
        recipients, group * (0.7 * poor + 0.1 * (1 - poor))[:, None], rtol=1e-10
    )


def test_errors_of_targeting_concern_those_newly_covered(pack: Pack) -> None:
    """Whoever is covered today stays so; a package with a start of its own replaces instead."""
    old = "start = 0.0, target = 1.0, ramp_years = 0"
    poor = ("[65, 100]\n", f"[65, 100]\n{POOR}\n")
    had = COVERAGE["old_age"]

    def shares(start: str, target: float) -> tuple[Assessment, np.ndarray, np.ndarray]:
        text = ONE.replace(*poor).replace(
            old, f"start = {start}, target = {target}, ramp_years = 0"
        )
        a = run(pack, parse_package(text))
        target_ = series(a, "floor_g.target")
        group = midyear(a)[:, :, 65:].sum(axis=2)
        leaked = series(a, "floor_g.recipients")[:, FUNCTIONS.index("old_age")] - series(
            a, "floor_g.reached"
        )
        return a, series(a, "floor_g.reached") / target_, leaked / (group - target_)

    a, reached, leaked = shares('"existing"', 0.9)
    np.testing.assert_allclose(reached, had + (0.9 - had) * 0.7, rtol=1e-12)
    np.testing.assert_allclose(leaked, (0.9 - had) * 0.1, rtol=1e-9)
    # What is new is paid to those newly covered, and to nobody else.
    new = series(a, "floor_g.recipients").sum(axis=(1, 2)) - had * series(a, "floor_g.target").sum(
        axis=1
    )
    np.testing.assert_allclose(series(a, "floor.gap"), new * series(a, "floor_g.amount"), rtol=1e-9)
    rows = a.recipients.query("measure in ('existing', 'target') and quantile == 'central'")
    shown = rows.pivot_table(index=["year", "sex"], columns="measure", values="value")
    np.testing.assert_allclose(shown["existing"] / shown["target"], had, rtol=1e-12)

    _, reached, leaked = shares('"existing"', 0.5)
    np.testing.assert_allclose(reached, had, rtol=1e-12)
    np.testing.assert_allclose(leaked, 0.0, atol=1e-9)
    _, reached, leaked = shares("0.5", 0.5)
    np.testing.assert_allclose(reached, 0.5 * 0.7, rtol=1e-12)
    np.testing.assert_allclose(leaked, 0.5 * 0.1, rtol=1e-9)


def test_orphans_are_those_of_the_families(pack: Pack) -> None:
    """Persons of an age at mid-year times the share of orphans among them, in each year."""
    text = ONE.replace('who = "population"', 'who = "orphans"\norphans = "{}"').replace(
        "[65, 100]", "[6, 17]"
    )
    alone = project_population(pack, to=LAST_YEAR, families=True)
    kinds = {
        kind: alone[f"families.{kind}_orphans"][:, 0] for kind in ("maternal", "paternal", "double")
    }
    people = alone["demography.population"][:, 0].sum(axis=1)
    lost = {
        "any": kinds["maternal"] + kinds["paternal"] - kinds["double"],
        "double": kinds["double"],
    }
    found = {}
    for kind, count in lost.items():
        a = run(pack, parse_package(text.replace("{}", kind)))
        share = (count[1:] + count[:-1]) / (people[1:] + people[:-1])
        expected = (midyear(a) * share[:, None])[:, :, 6:18].sum(axis=2)
        np.testing.assert_allclose(series(a, "floor_g.target"), expected, rtol=1e-10)
        found[kind] = expected.sum()
        assert "families.married_share" in set(a.quality["path"])
    assert 0.0 < found["double"] < 0.5 * found["any"]
    # A country without marital status says whose stands in.
    bare = without(pack, *(p for p in pack.entries if p.startswith("families.")))
    assert not has_families(bare)
    other = run(bare, parse_package(text.replace("{}", "any")), to=2026)
    assert any("marriage pattern of the region" in note for note in other.notes)
    flags = other.quality.set_index("path")["flag"]
    assert flags["families.married_share"] == "assumed"


def test_a_limit_of_children_by_mother(pack: Pack) -> None:
    text = ONE.replace("[65, 100]", "[0, 13]\nchildren_per_woman_at_most = {}")
    whole = run(pack, parse_package(text.replace("\nchildren_per_woman_at_most = {}", "")))
    everybody = series(whole, "floor_g.target").sum(axis=1)
    shares = [
        series(run(pack, parse_package(text.replace("{}", str(n)))), "floor_g.target").sum(axis=1)
        / everybody
        for n in (1, 2, 10)
    ]
    one, two, ten = shares
    assert (one < two).all()
    assert (two < ten).all()
    np.testing.assert_allclose(ten, 1.0, atol=1e-5)


@pytest.mark.parametrize(("mean", "limit"), [(0.3, 1), (1.7, 2), (3.2, 2), (3.2, 4)])
def test_children_within_a_limit_are_those_of_a_poisson(mean: float, limit: int) -> None:
    women = np.array([[1000.0, 0.0]])
    found = share_within(women, women * mean, limit)
    drawn = np.random.default_rng(1).poisson(mean, 400_000)
    expected = np.minimum(drawn, limit).mean() / mean
    assert found[0] == pytest.approx(expected, abs=3e-3)
    assert share_within(women, np.zeros((1, 2)), limit)[0] == 1.0


def test_growth_of_a_full_pack_has_the_spread_of_its_system() -> None:
    pack = load_pack("ZAF")
    path = "macroeconomy.productivity_growth"
    plan = build(pack, load_package("helpage_2011"), LAST_YEAR)
    assert path not in plan.pack.manifest.uncertainty
    assert plan.pack.manifest.uncertainty_var == pack.manifest.uncertainty_var
    assert pack.manifest.uncertainty_var["economy"].paths[path].factor == 1.0


def test_growth_of_a_full_pack_without_a_system_has_the_spread_of_its_productivity() -> None:
    pack = load_pack("ZAF")
    tfp = Driver(kind="add", sd=0.006, persistence=0.3, source="uncertainty_method",
                 flag="assumed")  # fmt: skip
    manifest = pack.manifest.model_copy(
        update={
            "uncertainty_var": {},
            "uncertainty": {**pack.manifest.uncertainty, "macroeconomy.tfp_growth": tfp},
        }
    )
    plan = build(
        dataclasses.replace(pack, manifest=manifest), load_package("helpage_2011"), LAST_YEAR
    )
    driver = plan.pack.manifest.uncertainty["macroeconomy.productivity_growth"]
    share = float(pack.entries["macroeconomy.labour_share"].values[0])
    assert driver.sd == pytest.approx(0.006 / share)
    assert (driver.persistence, driver.source) == (tfp.persistence, tfp.source)
    assert {"macroeconomy.tfp_growth", "macroeconomy.labour_share"} <= set(plan.used)


def test_transfers_add_up_to_the_new_benefits(pack: Pack) -> None:
    """Whatever the incidence, the distribution receives what the guarantees pay anew."""
    high = load_package().with_variant("high")
    a = run(pack, high)
    people = midyear(a).sum(axis=(1, 2))
    new = sum(
        (series(a, f"floor_{k}.cost") - series(a, f"floor_{k}.administration"))
        * series(a, f"floor_{k}.gap") / series(a, f"floor_{k}.cost")
        for k, g in high.guarantees.items()
        if g.benefit_type == "cash"
    )  # fmt: skip
    expected = new / series(a, "prices.consumer_price_index") / people
    np.testing.assert_allclose(
        series(a, "living_standards.transfer_per_head"), expected, rtol=1e-10
    )


def test_before_is_the_closed_form(pack: Pack) -> None:
    a = run(pack, package())
    people = midyear(a).sum(axis=(1, 2))
    for year in (2025, LAST_YEAR):
        mean = series(a, "living_standards.mean")[year - 2025]
        for line, z in a.fit["lines"].items():
            found = a.value("poverty", year, line=line, measure="headcount", stage="before")
            assert found == pytest.approx(lognormal_fgt(mean, a.fit["sigma"], z, 0), abs=2e-5)
            poor = a.value("poverty", year, line=line, measure="poor_persons", stage="before")
            assert poor == pytest.approx(found * people[year - 2025])


def test_poverty_falls_and_falls_more_with_the_high_package(pack: Pack) -> None:
    found = assess_variants(pack, load_package(), to=2040, draws=0)
    for line in DOLLARS:
        before, low, high = (
            found[v].value("poverty", line=line, measure="poverty_gap", stage=s)
            for v, s in (("low", "before"), ("low", "after"), ("high", "after"))
        )
        assert before > low > high


# ----------------------------------------------------------------------------------- identities


def test_identities_are_checked_in_every_run(pack: Pack) -> None:
    a = run(pack, load_package().with_variant("high"))
    names = {name.split(" ")[0] for _, name in a.results.identities}
    assert {"Q-1", "Q-2", "Q-3"} <= names
    assert max(float(np.abs(v).max()) for v in a.results.identities.values()) < 1e-12


@pytest.mark.parametrize(
    ("identity", "owner", "broken"),
    [
        ("Q-1", FloorAccounts, lambda y, m: y["floor.cost"].__imul__(1.001)),
        ("Q-2", FloorAccounts, lambda y, m: y["floor.share_of_gdp"].__iadd__(0.001)),
        ("Q-2", Guarantee, lambda y, m: y[f"{m.name}.share_of_gdp"].__iadd__(0.001)),
        ("Q-3", Guarantee, lambda y, m: y[f"{m.name}.reached"].__imul__(1.1)),
    ],
)
def test_a_broken_identity_stops_the_run(pack, monkeypatch, identity, owner, broken) -> None:  # type: ignore[no-untyped-def]
    step = owner.step

    def wrong(self, y):  # type: ignore[no-untyped-def]
        step(self, y)
        broken(y, self)

    monkeypatch.setattr(owner, "step", wrong)
    with pytest.raises(IdentityError, match=identity):
        run(pack, package())


def test_identities_are_listed_in_the_documentation(pack: Pack) -> None:
    from tests.unit.test_docs import DOCS, text_of

    page = text_of(DOCS / "identities.md")
    names = {name for _, name in run(pack, load_package(), 2026).results.identities}
    assert [n for n in sorted(names) if f"`{n}`" not in page] == []


# ----------------------------------------------------------------------------- draws and tables


def test_ranges_hold_the_centre_and_repeat(pack: Pack) -> None:
    a, b = (assess(pack, package(), to=LAST_YEAR, draws=60, seed=5) for _ in range(2))
    other = assess(pack, package(), to=LAST_YEAR, draws=60, seed=6)
    for table in ("cost", "recipients", "poverty", "financing_quantiles", "sources"):
        pd.testing.assert_frame_equal(getattr(a, table), getattr(b, table))
        assert set(getattr(a, table)["quantile"]) == {"central", "p025", "p10", "p90", "p975"}
    p = [a.value("cost", quantile=q, measure="cost_lcu")
         for q in ("p025", "p10", "central", "p90", "p975")]  # fmt: skip
    assert p == sorted(p)
    assert p[0] < p[-1]
    assert other.value("cost", quantile="p10", measure="cost_lcu") != p[1]
    assert (a.draws, a.seed) == (60, 5)


def test_draws_without_result_leave_the_centre_and_a_note(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tiny population may have draws with nobody left."""
    from socialbudget import drivers

    def failing(*args: object) -> None:
        raise IdentityError("identity D-3 nobody below zero does not hold in 2031")

    monkeypatch.setattr(drivers, "disturbed", failing)
    a = assess(pack, package(), to=2026, draws=20, seed=1)
    assert a.draws == 0
    assert a.seed is None
    assert set(a.cost["quantile"]) == {"central"}
    assert any("No ranges" in n and "D-3" in n for n in a.notes)


def test_few_draws_and_many_are_the_same_draws(pack: Pack) -> None:
    """The central path with them or apart; the first draws of many are those of few."""
    few = assess(pack, load_package().with_variant("high"), to=2028, draws=10, seed=3)
    many = assess(pack, load_package().with_variant("high"), to=2028, draws=70, seed=3)
    assert few.spread is not None
    assert many.spread is not None
    for name in ("floor.cost", "living_standards.headcount_after", "demography.population"):
        np.testing.assert_array_equal(few.results[name], many.results[name])
        np.testing.assert_array_equal(few.spread[name], many.spread[name][:, :10])
    assert not (few.spread["floor.cost"][1:] == few.results["floor.cost"][1:]).any()


def test_tables_have_the_columns_that_reports_use(pack: Pack) -> None:
    a = run(pack, load_package().with_variant("low"))
    assert list(a.cost) == ["year", "guarantee", "title", "measure", "quantile", "value"]
    assert list(a.recipients) == [
        "year", "guarantee", "title", "sex", "measure", "quantile", "value"
    ]  # fmt: skip
    assert list(a.financing) == ["year", "option", "measure", "value"]
    assert list(a.poverty) == ["year", "line", "measure", "stage", "quantile", "value"]
    assert not a.cost["value"].isna().any()
    assert a.years == tuple(range(2025, LAST_YEAR + 1))
    assert set(a.quality["path"]) >= {
        "living_standards.gini", "protection.coverage", "demography.population",
        "government.health_expenditure", "demography.disability_prevalence",
    }  # fmt: skip
    assert (a.quality.loc[a.quality["path"] == "living_standards.gini", "flag"] == "assumed").all()


def test_financing_pays_the_gap(pack: Pack) -> None:
    a = run(pack, package("amount =", "financing = { payroll = 0.3, grants = 0.7 }\namount ="))
    gap = a.value("cost", measure="gap_lcu")
    f = a.results
    for option, base in (
        ("income_tax", "rapid_economy.taxable_earnings"),
        ("payroll_contribution", "labour_market.formal_wage_bill"),
        ("consumption_tax", "macroeconomy.private_consumption"),
        ("reprioritisation_of_expenditure", "floor.government_expenditure"),
    ):
        points = a.value("financing", option=option, measure="rate_points")
        assert points * f[base][-1, 0] == pytest.approx(gap)
    assert a.value("financing", option="gap", measure="share_revenue") == pytest.approx(
        gap / f["floor.government_revenue"][-1, 0]
    )
    assert a.value("financing", option="debt", measure="lcu") == pytest.approx(
        series(a, "floor.gap").sum()
    )
    for source, share in (("payroll", 0.3), ("grants", 0.7)):
        assert a.value("sources", source=source, measure="lcu") == pytest.approx(share * gap)


def test_value_refuses_what_is_not_one_number(pack: Pack) -> None:
    a = run(pack, package())
    with pytest.raises(KeyError, match="0 rows"):
        a.value("cost", measure="cost")
    with pytest.raises(KeyError, match="2 rows"):
        a.value("recipients", guarantee="g", measure="target")


# ------------------------------------------------------------------------------- missing series


@pytest.mark.parametrize("path", sorted(PUBLISHED))
def test_a_missing_series_is_named_or_not_needed(pack: Pack, path: str) -> None:
    less = without(pack, path)
    needed = path not in ("living_standards.survey_year",)
    if not needed:
        assess(less, load_package().with_variant("high"), to=2026, draws=0)
        return
    with pytest.raises(PackError) as caught:
        assess(less, load_package().with_variant("high"), to=2026, draws=0)
    text = str(caught.value)
    table = "_".join(PUBLISHED[path].dims) or "scalar"
    assert f"table '{table}': column 'path': '{path}' is missing" in text
    assert "[guarantee." in text
    assert "Add it to the pack" in text


@pytest.mark.parametrize(
    "path", ["macroeconomy.exports", "labour_market.base_average_wage", "demography.population",
             "participation.participation_rate", "labour_market.status_share"],
)  # fmt: skip
def test_a_missing_series_of_the_economy_is_refused(pack: Pack, path: str) -> None:
    with pytest.raises(PackError, match=path) as caught:
        run(without(pack, path, "living_standards.gini"), load_package())
    assert "'living_standards.gini' is missing" in str(caught.value)  # all together


def test_what_a_package_does_not_need_is_left_out_and_said(pack: Pack) -> None:
    less = without(pack, "living_standards.gini", "government.total_revenue")
    a = run(less, package())
    assert a.poverty.empty
    assert a.fit == {}
    assert any("living_standards.gini" in n for n in a.notes)
    assert any("government.total_revenue" in n for n in a.notes)
    assert "share_government_expenditure" not in set(a.cost["measure"])
    assert "reprioritisation_of_expenditure" not in set(a.financing["option"])
    text = summary([a])
    assert "Poverty: not computed" in text
    assert "government.total_revenue" in text
    row = world_table([a]).iloc[0]
    assert np.isnan(row["headcount_before"])
    assert "living_standards.gini" in row["note"]


def test_contradictory_headcounts_are_refused(pack: Pack) -> None:
    bad = changed(pack, {"living_standards.headcount": [0.5, 0.4, 0.6, 0.5]})
    with pytest.raises(PackError, match=r"living_standards.headcount.*fewer persons"):
        run(bad, package())


def test_a_national_headcount_of_nobody_gives_an_assumed_line(pack: Pack) -> None:
    a = run(changed(pack, {"living_standards.headcount": [0.25, 0.4, 0.62, 0.0]}), package())
    fit = a.fit
    median = fit["mean"] / 0.98 * np.exp(-(fit["sigma"] ** 2) / 2)
    expected = max(fit["lines"]["international_300"], median / 2)
    assert fit["lines"]["national"] == pytest.approx(expected)
    assert any("national poverty line is assumed" in n for n in a.notes)


def test_a_currency_that_does_not_fit_is_noted(pack: Pack) -> None:
    """A survey of other money than the accounts: poor of 3 dollars worth a hundredth."""
    assert not any("national accounts suggest" in n for n in run(pack, package()).notes)
    bad = changed(pack, {"living_standards.ppp_factor": 0.084})
    assert any("national accounts suggest" in n for n in run(bad, package()).notes)


def test_a_first_year_outside_the_run_is_refused(pack: Pack) -> None:
    for year in (2024, LAST_YEAR + 1):
        with pytest.raises(PackError, match="first_year"):
            run(pack, package('title = "One"', f'title = "One"\nfirst_year = {year}'))
    a = run(pack, package('title = "One"', 'title = "One"\nfirst_year = 2028'))
    assert (series(a, "floor.cost")[:3] == 0.0).all()
    assert (series(a, "floor.cost")[3:] > 0.0).all()
    assert not a.cost["value"].isna().any()
    assert not a.poverty["value"].isna().any()


# ------------------------------------------------------------------------- packs with guarantees


def test_added_guarantees_have_provenance_and_another_hash(pack: Pack) -> None:
    one = build(pack, package(), LAST_YEAR).pack
    other = build(pack, package("share = 0.2", "share = 0.21"), LAST_YEAR).pack
    assert len({pack.hash, one.hash, other.hash}) == 3
    rows = one.provenance("schemes.floor_g.benefit_amount")
    assert rows["source"].tolist() == ["floor_package"]
    assert list(one.schemes) == ["floor_g"]
    whole = build(pack, package(), LAST_YEAR, alone=False).pack
    assert list(whole.schemes) == [*pack.schemes, "floor_g"]
    with pytest.raises(PackError, match="has a scheme of this name"):
        build(whole, package(), LAST_YEAR, alone=False)


def test_a_guarantee_in_the_base_year_is_refused(pack: Pack) -> None:
    plan = build(pack, package(), LAST_YEAR)
    bad = changed(plan.pack, {})
    path = "schemes.floor_g.coverage"
    entries = dict(bad.entries)
    from dataclasses import replace

    entries[path] = replace(entries[path], values=np.ones_like(entries[path].values))
    with pytest.raises(PackError, match="a guarantee begins after it"):
        project(replace(bad, entries=entries), to=LAST_YEAR, modules=plan.modules)


def test_the_full_plan_has_no_module_of_the_rapid_one(pack: Pack) -> None:
    from socialbudget.modules import build_modules

    names = {m.name for m in build_modules(pack)}
    assert not names & {"rapid_economy", "living_standards", "floor"}


# --------------------------------------------------------------------------------------- console


def test_console_fits_the_screen_and_says_what_matters(pack: Pack) -> None:
    found = assess_variants(pack, load_package(), to=2040, draws=20)
    text = summary(list(found.values()))
    assert max(map(len, text.splitlines())) <= WIDTH
    for words in ("Low package, 2040", "High package, 2040", "women", "national, ZAR", "Gini",
                  "% of GDP", "payroll contribution", "Assumed: ", "misfit"):  # fmt: skip
        assert words in text


def test_row_of_the_world_says_what_the_tables_say(pack: Pack) -> None:
    found = assess_variants(pack, load_package(), to=2030, draws=20)
    row = world_table(found.values()).iloc[0]
    for kind, a in found.items():
        for quantile, tail in (("central", ""), ("p10", "_p10"), ("p90", "_p90")):
            assert row[f"cost_{kind}_share_gdp{tail}"] == pytest.approx(
                a.value("cost", quantile=quantile, measure="share_gdp"), rel=1e-12
            )
        for column, measure in (
            ("cost_{}_share_government_expenditure", "share_government_expenditure"),
            ("gap_{}_share_gdp", "gap_share_gdp"),
        ):
            assert row[column.format(kind)] == pytest.approx(a.value("cost", measure=measure))
        cash = [k for k, g in a.package.guarantees.items() if g.benefit_type == "cash"]
        women = sum(
            a.value("recipients", guarantee=k, sex="female", measure="recipients") for k in cash
        )
        assert row[f"recipients_{kind}_female"] == pytest.approx(women)
        for column, stage in (("headcount_before", "before"), (f"headcount_after_{kind}", "after")):
            assert row[column] == a.value(
                "poverty", line="national", measure="headcount", stage=stage
            )
        prices = a.results["prices.gdp_deflator"][-1, 0]
        dollars = a.value("cost", measure="per_head_lcu") / prices / 18.3
        assert row[f"cost_{kind}_per_head_usd"] == pytest.approx(dollars)


def test_world_of_two_with_one_refused() -> None:
    table, refused = assess_world(
        load_package("helpage_2011"), to=2026, draws=0, packs=["ZZZ", "QQQ"], processes=1
    )
    assert list(table["iso3"]) == ["ZZZ", "QQQ"]
    assert set(refused) == {"QQQ"}
    assert table["note"].iloc[1].startswith("Refused: ")
    assert np.isnan(table["cost_high_share_gdp"].iloc[1])
    assert "QQQ" in world_summary(table, refused, load_package("helpage_2011"))


def test_a_country_without_an_economy_is_refused_in_one_sentence() -> None:
    with pytest.raises(PackError) as caught:
        assess(load_pack("PRK"), load_package(), draws=0)
    (said,) = caught.value.faults
    assert "has no national accounts in its pack (no GDP of 2024)" in said
    assert "only `socialbudget population PRK` is possible" in said
    assert "nearest" not in said
    for path in ("macroeconomy.private_consumption", "macroeconomy.imports",
                 "labour_market.base_average_wage", "living_standards.ppp_factor"):  # fmt: skip
        assert said.count(path) == 1
    assert reason(str(caught.value)).startswith("the pack lacks living_standards.ppp_factor, ")


def test_a_run_beyond_the_pack_is_refused_once(pack: Pack) -> None:
    with pytest.raises(PackError) as caught:
        run(pack, package(), 2150)
    assert caught.value.faults == (
        "ends in 2100, the run would go to 2150; give --to 2100 or earlier",
    )
