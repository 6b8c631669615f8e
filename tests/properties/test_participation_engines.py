"""Properties of the engines of participation (method 2.2)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from socialbudget.ensemble import project
from socialbudget.modules.demography import Demography
from socialbudget.modules.participation import Participation
from socialbudget.pack import load_pack
from socialbudget.participation_engines import (
    RATE_MAX,
    advance,
    average_cohort_rates,
    cohort_path,
    combine,
    damped_path,
    drift,
    from_log_odds,
    log_odds,
    net_cohort_rates,
    shift_log_odds,
    smooth_over_age,
    split,
    static_path,
    youngest_path,
)
from tests.transform import with_entries

RATE = st.floats(0.0, RATE_MAX, allow_nan=False)
PAIR = arrays(float, (2, 3, 2, 9), elements=RATE)
HISTORY = arrays(float, (8, 2, 5), elements=RATE)


@given(PAIR)
@settings(deadline=None)
def test_cohort_rates_give_history_back(pair):
    before, after = pair
    entry, leave = split(net_cohort_rates(before, after))
    assert np.abs(advance(before, entry, leave, RATE_MAX) - after).max() < 1e-15
    assert (entry * leave == 0.0).all()
    for rate in (entry, leave):
        assert ((rate >= 0.0) & (rate <= 1.0)).all()


@given(arrays(float, (8, 2, 5), elements=st.floats(0.2, 0.8)))
@settings(deadline=None)
def test_cohort_path_repeats_a_history_of_steady_rates(history):
    """A history made by the same rates every year goes on by them."""
    entry, leave = split(net_cohort_rates(history[0, :, :-1], history[1, :, 1:]))
    made = history.copy()
    for t in range(1, len(made)):
        made[t, :, 1:] = advance(made[t - 1, :, :-1], entry, leave, RATE_MAX)
    known, later = made[:5], made[5:]
    path = cohort_path(known, 3, young=later[..., 0], old=later[..., -1], window=4)
    assert np.abs(path - later).max() < 1e-9


def test_cohort_path_steps_by_the_width_of_the_groups():
    history = np.linspace(0.2, 0.8, 12)[:, None, None] * np.array([[0.5, 1.0, 0.7]])
    path = cohort_path(
        history, 7, young=np.full((7, 1), 0.3), old=np.full((7, 1), 0.1), step=5, window=3
    )
    entry, leave = split(average_cohort_rates(history, step=5, window=3))
    expected = advance(history[7, 0, 0], entry[0, 0], leave[0, 0], RATE_MAX)
    assert path[0, 0, 1] == pytest.approx(expected, abs=1e-15)
    # Six years on, the cohort comes from the first projected year.
    expected = advance(path[0, 0, 0], entry[0, 0], leave[0, 0], RATE_MAX)
    assert path[5, 0, 1] == pytest.approx(expected, abs=1e-15)
    assert (path[:, 0, 0] == 0.3).all()
    assert (path[:, 0, 2] == 0.1).all()


@given(HISTORY, st.floats(0.0, 1.0), st.integers(1, 7), st.integers(0, 3))
@settings(deadline=None)
def test_every_engine_stays_between_0_and_the_highest_rate(history, damping, window, rounds):
    yearly = smooth_over_age(drift(history, window), rounds)
    trend = damped_path(history, yearly, 30, damping=damping)
    young = youngest_path(trend[..., 0], history)
    cohort = cohort_path(history, 30, young=young, old=trend[..., -1], window=3)
    paths = [static_path(history, 30), trend, cohort]
    for path in [*paths, combine(paths, [0.2, 0.5, 0.3])]:
        assert path.shape == (30, 2, 5)
        assert (path >= 0.0).all()
        assert (path <= RATE_MAX + 1e-12).all()


@given(HISTORY)
@settings(deadline=None)
def test_no_damping_left_or_no_drift_is_static(history):
    held = static_path(history, 4)
    yearly = drift(history, 5)
    assert np.abs(damped_path(history, yearly, 4, damping=0.0) - held).max() < 1e-12
    assert np.abs(damped_path(history, 0.0 * yearly, 4) - held).max() < 1e-12


def test_damped_trend_in_closed_form():
    start, yearly = np.array([[0.5]]), np.array([0.1])
    path = damped_path(start, yearly, 200, damping=0.9, top=1.0)
    odds = np.log(path / (1.0 - path))[:, 0]
    assert odds[0] == pytest.approx(0.1 * 0.9)
    assert odds[2] == pytest.approx(0.1 * (0.9 + 0.81 + 0.729))
    # In the end the drift adds phi / (1 - phi) = 9 years of itself.
    assert odds[-1] == pytest.approx(0.9, abs=1e-6)


def test_log_odds_round_trip():
    rate = np.linspace(0.01, 0.97, 50)
    assert np.abs(from_log_odds(log_odds(rate)) - rate).max() < 1e-14


def test_smoothing_keeps_level_and_draw_axis():
    values = np.random.default_rng(1).normal(size=(4, 2, 7))
    assert np.abs(smooth_over_age(values * 0 + 2.0, 3) - 2.0).max() < 1e-14
    smooth = smooth_over_age(values, 1)
    assert smooth[1, 0, 3] == pytest.approx(
        0.25 * values[1, 0, 2] + 0.5 * values[1, 0, 3] + 0.25 * values[1, 0, 4]
    )
    # The draws are each on their own.
    assert (smooth[2] == smooth_over_age(values[2], 1)).all()


def test_youngest_stay_below_the_room_school_leaves():
    trend = np.array([[0.3, 0.5], [0.4, 0.6]])
    history = np.array([[[0.45], [0.40]], [[0.35], [0.55]]])
    assert youngest_path(trend, history).tolist() == [[0.3, 0.5], [0.4, 0.55]]
    assert youngest_path(trend, history, 0.65).tolist() == [[0.3, 0.35], [0.35, 0.35]]


@pytest.mark.parametrize("wrong", [-0.01, 0.995, np.nan])
def test_rates_without_meaning_are_refused(wrong):
    before = np.array([[0.2, wrong]])
    with pytest.raises(ValueError, match=r"'before' is .* at \(0, 1\)"):
        net_cohort_rates(before, np.array([[0.2, 0.3]]))


def test_short_histories_are_refused():
    with pytest.raises(ValueError, match="need 11 years of history, not 8"):
        average_cohort_rates(np.full((8, 3), 0.5))
    with pytest.raises(ValueError, match="needs 9 years of history, not 8"):
        drift(np.full((8, 3), 0.5), 8)
    with pytest.raises(ValueError, match=r"damping 1\.2"):
        damped_path(np.full((8, 3), 0.5), np.zeros(3), 2, damping=1.2)


@pytest.mark.parametrize(
    ("weights", "message"), [([0.5, 0.6], "sum to"), ([1.5, -0.5], "negative"), ([1.0], "2 paths")]
)
def test_wrong_weights_are_refused(weights, message):
    path = np.full((2, 3), 0.5)
    with pytest.raises(ValueError, match=message):
        combine([path, path], weights)


@given(arrays(float, (2, 6), elements=st.floats(0.0, 1.0)), st.floats(-60.0, 60.0))
@settings(deadline=None)
def test_shifted_odds_stay_between_0_and_1(rate, change):
    after = shift_log_odds(rate, change)
    assert ((after >= 0.0) & (after <= 1.0)).all()
    assert (after[rate == 0.0] == 0.0).all()
    assert (after[rate == 1.0] == 1.0).all()
    assert (np.sign(change) * (after - rate) >= -1e-15).all()
    assert (shift_log_odds(rate, 0.0) == rate).all()


@given(arrays(float, 5, elements=st.floats(0.01, 0.95)), st.floats(-3, 3), st.floats(-3, 3))
@settings(deadline=None)
def test_shifts_of_log_odds_add_up(rate, one, other):
    twice = shift_log_odds(shift_log_odds(rate, one, 0.96), other, 0.96)
    assert np.abs(twice - shift_log_odds(rate, one + other, 0.96)).max() < 1e-12
    expected = from_log_odds(log_odds(rate, 0.96) + one, 0.96)
    assert np.abs(shift_log_odds(rate, one, 0.96) - expected).max() < 1e-12


@given(arrays(float, (2, 2, 50), elements=st.floats(0.05, 0.9)))
@settings(deadline=None, max_examples=10)
def test_the_module_gives_back_the_cohorts_that_its_rates_come_from(rates):
    """Rates of entry and exit between two years, run by the module, lead from one to the other."""
    before, after = np.zeros((2, 101)), np.zeros((2, 101))
    before[:, 15:65], after[:, 15:65] = rates
    entry, leave = np.zeros((2, 101)), np.zeros((2, 101))
    net = split(net_cohort_rates(before[:, 15:64], after[:, 16:65], 1.0))
    entry[:, 16:65], leave[:, 16:65] = net
    leave[:, 65] = 1.0
    given = {
        "participation.participation_rate": before,
        "participation.entry_rate": entry,
        "participation.exit_rate": leave,
        "participation.cohort_engine": np.ones(()),
    }
    pack = with_entries(
        load_pack("ZZZ"), lambda e: given[e.path][None] if e.path in given else e.values
    )
    run = project(pack, to=2025, modules=[Demography(), Participation()])
    found = run["participation.participation_rate"][1, 0]
    assert np.abs(found - after)[:, 16:].max() < 1e-14
    assert not found[:, :15].any()
