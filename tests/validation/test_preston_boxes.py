"""Worked boxes of Preston, Heuveline and Guillot (2001), Demography, Blackwell.

Box 6.1 (projection of Swedish women from 1993) goes through the kernel of the projection, to the
person; boxes 2.1 (direct standardisation) and 7.1 (intrinsic growth) to half the last digit.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from socialbudget.kernels.cohort import cohort_step
from socialbudget.life_table import (
    directly_standardised_rate,
    intrinsic_growth_rate,
    net_reproduction_rate,
)

BOXES = json.loads((Path(__file__).parent / "data" / "phg_boxes.json").read_text(encoding="utf-8"))


def test_box_6_1_swedish_women_to_the_person():
    box = BOXES["box6_1"]
    women = np.array(box["N_f_1993"], dtype=float)
    lived = np.array(box["nLx_f"], dtype=float) / 1e5
    ratios = np.append(lived[1:] / lived[:-1], 0.0)
    ratios[-2:] = lived[-1] / (lived[-2] + lived[-1])
    # The box follows women only; the men are carried along and cannot matter.
    population = np.stack([women, np.zeros_like(women)])[None]
    survival = np.stack([ratios, ratios])[None]
    birth_survival = np.full((1, 2), lived[0] / 5.0)
    fertility = np.array(box["nFx"], dtype=float)[None]
    path = [population]
    for _ in range(2):
        after, deaths, births = (
            np.empty_like(population),
            np.empty_like(population),
            np.empty((1, 2)),
        )
        cohort_step(
            path[-1],
            survival,
            birth_survival,
            fertility,
            np.array([1.05]),
            np.zeros_like(survival),
            np.array([0.5]),
            5.0,
            after,
            births,
            deaths,
        )
        path.append(after)
    totals = [stock[0, 0].sum() for stock in path]
    expected = box["expected"]
    assert totals[0] == expected["total_1993"]
    assert abs(path[1][0, 0, 0] - expected["age0_4_1998"]) <= 1.0
    assert abs(totals[1] - expected["total_1998"]) <= 1.0
    assert abs(totals[2] - expected["total_2003"]) <= 1.0


@pytest.mark.parametrize("country", ["sweden", "kazakhstan"])
def test_box_2_1_standardised_death_rate(country):
    box = BOXES["box2_1"]
    standard = (np.array(box["share_sweden"]) + np.array(box["share_kazakhstan"])) / 2.0
    rate = 1000.0 * directly_standardised_rate(box[f"rate_{country}"], standard)
    assert abs(rate - box["expected"][f"standardized_{country}"]) <= 0.005


def test_box_7_1_intrinsic_growth():
    box = BOXES["box7_1"]
    middle = np.array(box["age"]) + 2.5
    assert (
        abs(net_reproduction_rate(box["nLx"], box["maternity"]) - box["expected"]["NRR"]) <= 0.005
    )
    growth = intrinsic_growth_rate(box["nLx"], box["maternity"], middle)
    assert abs(growth - box["expected"]["r"]) <= 0.000005
