"""Kernel of formalisation accounts: present values of a working life and of what it earns."""

from __future__ import annotations

from numba import njit
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[float64]


@njit(cache=True, nogil=True, error_model="numpy")
def career_values(
    death_probability: Array,
    retirement_age: Array,
    pensionable_age: Array,
    stay: Array,
    growth: Array,
    discount: Array,
    revaluation: Array,
    indexation: Array,
    years: Array,
    pension: Array,
) -> None:
    """Present values, at the earnings of the first year, for a person moved at each age.

    Who is moved at age x works formally in that year and, with probability `stay` each, in the
    following ones, to the last year before `retirement_age` (whoever is older, for one year).
    Earnings grow at `growth`, and payments are discounted at `discount`, both in real terms. A
    pension earned in a year is revalued up to the pensionable age by the share `revaluation` of
    the growth of earnings, is paid from that age (or at once) to those who live, and follows
    earnings in payment by the share one less `indexation`.

    Parameters
    ----------
    death_probability : float64[draw, sex, age], 1
    retirement_age, pensionable_age : float64[1 or draw, sex], year, rounded to whole years
    stay, growth, discount, revaluation, indexation : float64[1 or draw], 1 or 1/year
    years : float64[draw, sex, age], 1 (out)
        Present value of a payment of 1 of first year's level in each year of formal work.
    pension : float64[draw, sex, age], 1 (out)
        Present value of pensions when each year of formal work earns a yearly pension of 1 at the
        level of earnings of the first year.
    """
    draws, sexes, ages = death_probability.shape
    for d in range(draws):
        rho = stay[d if stay.shape[0] > 1 else 0]
        g = 1.0 + growth[d if growth.shape[0] > 1 else 0]
        v = 1.0 / (1.0 + discount[d if discount.shape[0] > 1 else 0])
        before = g ** revaluation[d if revaluation.shape[0] > 1 else 0] * v
        after = g ** (1.0 - indexation[d if indexation.shape[0] > 1 else 0]) * v
        d_work = d if retirement_age.shape[0] > 1 else 0
        d_old = d if pensionable_age.shape[0] > 1 else 0
        for s in range(sexes):
            work = int(retirement_age[d_work, s] + 0.5)
            old = int(pensionable_age[d_old, s] + 0.5)
            annuity, earned = 0.0, 0.0
            for k in range(ages):
                x = ages - 1 - k
                alive = 1.0 - death_probability[d, s, x]
                if k == 0:
                    # The open age goes on with its own mortality.
                    annuity = 1.0 / (1.0 - alive * after) if alive * after < 1.0 else 1.0
                    earned = annuity
                    years[d, s, x] = 1.0
                    pension[d, s, x] = earned
                    continue
                annuity = 1.0 + alive * after * annuity
                earned = annuity if x >= old else alive * before * earned
                years[d, s, x] = 1.0
                pension[d, s, x] = earned
                if x + 1 < work:
                    years[d, s, x] += rho * g * v * years[d, s, x + 1]
                    pension[d, s, x] += rho * g * v * pension[d, s, x + 1]
