"""The fund roll-forward on the published accounts of the US trust funds, 1957 to 2002.

Source: US Social Security Administration, Annual Statistical Supplement, table 4.A3 (OASI and DI
combined, millions of dollars). Receipts contain the interest credited, so the roll-forward runs
at zero interest. In 1982, 1985 and 1986 the funds borrowed from Hospital Insurance and paid back,
which the table shows in the assets but neither in receipts nor in expenditures.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from socialbudget.valuation.premiums import reserve_path

LOAN_YEARS = (1982, 1985, 1986)
BORROWED_1982 = 12437  # million dollars


@pytest.fixture(scope="module")
def accounts() -> pd.DataFrame:
    file = Path(__file__).parent / "data" / "oasdi_fund_1957_2002.csv"
    return pd.read_csv(file).set_index("year").astype(float)


def test_each_year_to_the_million(accounts: pd.DataFrame) -> None:
    net = (accounts["receipts_musd"] - accounts["expenditures_musd"]).to_numpy()[1:]
    before = accounts["assets_end_musd"].to_numpy()[:-1]
    rolled = reserve_path(net[:, None], 0.0, before)[:, 0]
    miss = pd.Series(rolled - accounts["assets_end_musd"].to_numpy()[1:], accounts.index[1:])
    assert (miss.drop(list(LOAN_YEARS)).abs() <= 1.0).all()
    assert (miss.loc[list(LOAN_YEARS)].abs() > 1000.0).all()
    # What was borrowed was paid back: over the three years nothing is left.
    assert miss.loc[1982] == -BORROWED_1982
    assert abs(miss.sum()) <= len(miss)


def test_whole_path_between_loans(accounts: pd.DataFrame) -> None:
    for first, last in ((1957, 1981), (1986, 2002)):
        part = accounts.loc[first:last]
        net = (part["receipts_musd"] - part["expenditures_musd"]).to_numpy()[1:]
        assets = part["assets_end_musd"].to_numpy()
        rolled = reserve_path(net, 0.0, assets[0])
        # Published figures are rounded: half a million in each of the terms of each year.
        assert np.abs(rolled - assets[1:]).max() <= 0.5 * len(net)
