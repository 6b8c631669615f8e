"""Accounts of all schemes of a year."""

from __future__ import annotations

from numba import njit
from numpy import bool_, float64, int64
from numpy.typing import NDArray

Array = NDArray[float64]


@njit(cache=True, nogil=True, error_model="numpy")
def scheme_account(
    benefits: Array,
    administration_share: Array,
    state_share: Array,
    earmarked_tax_share: Array,
    premium_share: Array,
    reserve_return: Array,
    bond_share: Array,
    inflation: Array,
    contributions: Array,
    insurance: NDArray[int64],
    public: NDArray[bool_],
    cash: NDArray[bool_],
    means_tested: NDArray[bool_],
    absorbs: NDArray[bool_],
    transfer_from: NDArray[int64],
    transfer_to: NDArray[int64],
    transfer_share: Array,
    stock: Array,
    base_year: bool,
    receipts: Array,
    administration: Array,
    transfer_out: Array,
    expenditure: Array,
    deficit_cover: Array,
    balance: Array,
    reserve: Array,
    totals: Array,
) -> None:
    """Receipts by source, expenditure, deficit cover and reserve of each scheme (method 4.9, 4.11).

    Parameters
    ----------
    benefits : float64[draw, scheme], LCU/year
    administration_share, state_share, earmarked_tax_share, premium_share : float64[draw, scheme]
        Over benefits; the state's share over benefits and administration.
    reserve_return : float64[draw, scheme], real
    bond_share : float64[draw, scheme]
        Share of the reserve held in government bonds.
    inflation : float64[draw]
    contributions : float64[draw, insurance, 3], LCU/year by payer
    insurance : int64[scheme]
        Row of the scheme among the insurances, -1 for none.
    public, cash, means_tested, absorbs : bool[scheme]
        Government scheme; benefits in cash; means-tested; the reserve takes a deficit first.
    transfer_from, transfer_to : int64[transfer], scheme
    transfer_share : float64[transfer], over benefits of the paying scheme
    stock : float64[draw, scheme], LCU
        Reserve at the start of the year, or in the base year at its end.
    base_year : bool
        In the base year the reserve at the start is found from the one at the end. Where the state
        covers the year's gap, or there is no reserve at all, the reserve does not move.
    receipts : float64[draw, scheme, source], LCU/year (out)
        Sources in the order employer, employee, self-employed, premiums, general revenue,
        earmarked tax, property income, transfer in, other.
    administration, transfer_out, expenditure, deficit_cover, balance : float64[draw, scheme] (out)
    reserve : float64[draw, scheme], LCU (out)
    totals : float64[draw, 10], LCU/year (out)
        Of government schemes: cash benefits, benefits in kind, administration, contributions with
        premiums, payments of the state, income on government bonds, other income on reserves,
        balance, means-tested cash benefits, balance without income on reserves.
    """
    draws, schemes = benefits.shape
    for d in range(draws):
        for i in range(totals.shape[1]):
            totals[d, i] = 0.0
        for z in range(schemes):
            for i in range(receipts.shape[2]):
                receipts[d, z, i] = 0.0
            transfer_out[d, z] = 0.0
        for i in range(len(transfer_share)):
            moved = transfer_share[i] * benefits[d, transfer_from[i]]
            transfer_out[d, transfer_from[i]] += moved
            receipts[d, transfer_to[i], 7] += moved
        for z in range(schemes):
            paid = benefits[d, z]
            cost = administration_share[d, z] * paid
            spent = paid + cost + transfer_out[d, z]
            if insurance[z] >= 0:
                for i in range(3):
                    receipts[d, z, i] = contributions[d, insurance[z], i]
            receipts[d, z, 3] = premium_share[d, z] * paid
            receipts[d, z, 5] = earmarked_tax_share[d, z] * paid
            by_rule = state_share[d, z] * (paid + cost)
            paid_in = 0.0
            for i in range(4):
                paid_in += receipts[d, z, i]
            flow = paid_in + receipts[d, z, 5] + receipts[d, z, 7] + by_rule - spent
            nominal = (1.0 + reserve_return[d, z]) * (1.0 + inflation[d]) - 1.0
            opening = stock[d, z]
            if base_year:
                result = opening * nominal + flow
                still = opening <= 0.0 if absorbs[z] else result < 0.0
                if not (still and result <= 0.0):
                    opening = (opening - flow) / (1.0 + nominal)
            income = opening * nominal
            result = flow + income
            available = opening if absorbs[z] else 0.0
            cover = max(-(result + available), 0.0)
            receipts[d, z, 6] = income
            administration[d, z] = cost
            expenditure[d, z] = spent
            balance[d, z] = result + cover
            reserve[d, z] = stock[d, z] if base_year else opening + result + cover
            if public[z]:
                receipts[d, z, 4] = by_rule + cover
                deficit_cover[d, z] = cover
                totals[d, 0 if cash[z] else 1] += paid
                totals[d, 2] += cost
                totals[d, 3] += paid_in
                totals[d, 4] += receipts[d, z, 4] + receipts[d, z, 5]
                totals[d, 5] += income * bond_share[d, z]
                totals[d, 6] += income * (1.0 - bond_share[d, z])
                totals[d, 7] += balance[d, z]
                if cash[z] and means_tested[z]:
                    totals[d, 8] += paid
                totals[d, 9] += balance[d, z] - income
            else:
                receipts[d, z, 8] = by_rule + cover
                deficit_cover[d, z] = 0.0
