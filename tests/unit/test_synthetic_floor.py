"""Living standards of the synthetic country in closed form."""

from __future__ import annotations

import math

import pytest

from calibration import synthetic
from socialbudget.pack import load_pack
from socialbudget.poverty import lognormal_fgt, lognormal_gini


def test_published_figures_are_those_of_one_lognormal() -> None:
    pack = load_pack("ZZZ")
    mean = synthetic.mean_welfare(synthetic.base_year())
    assert mean == pytest.approx(0.85 * 0.67e12 / synthetic.base_year().population.sum())
    gini = float(pack.entries["living_standards.gini"].values[0])
    assert gini == pytest.approx(lognormal_gini(synthetic.SIGMA), abs=1e-12)
    yearly = 365.0 * float(pack.entries["living_standards.ppp_factor"].values[0])
    lines = (3.0 * yearly, 4.2 * yearly, 8.3 * yearly, 0.5 * mean)
    shares = pack.entries["living_standards.headcount"].values[0]
    for line, share in zip(lines, shares, strict=True):
        assert share == pytest.approx(lognormal_fgt(mean, synthetic.SIGMA, line, 0), abs=1e-12)


def test_half_of_the_mean_has_a_headcount_on_paper() -> None:
    shares = load_pack("ZZZ").entries["living_standards.headcount"].values[0]
    score = (math.log(0.5) + 0.18) / 0.6
    assert shares[3] == pytest.approx(0.5 * (1 + math.erf(score / math.sqrt(2))))
