"""Present values of working lives, written out year by year and age by age."""

from __future__ import annotations

from socialbudget.contract import Array


def years_value(
    x: int, work: int, *, stay: float, growth: float, discount: float, **_: float
) -> float:
    """Value of 1 a year, rising with earnings, while a person moved at age x works formally."""
    factor = stay * (1.0 + growth) / (1.0 + discount)
    return sum(factor**k for k in range(max(work - x, 1)))


def pension_value(
    x: int, death: Array, work: int, old: int, *, stay: float, growth: float, discount: float,
    revaluation: float, indexation: float,
) -> float:  # fmt: skip
    """Value of the pensions of 1 a year that each year of formal work from age x on earns."""
    total = 0.0
    for k in range(max(work - x, 1)):
        level = stay**k * (1.0 + growth) ** k  # accrued in year k by those still there
        alive, value = 1.0, 0.0
        for age in range(x + k, 2000):
            if age >= old:
                waited = max(old - (x + k), 0)
                paid = age - max(old, x + k)
                amount = (1.0 + growth) ** (revaluation * waited + (1.0 - indexation) * paid)
                value += alive * amount / (1.0 + discount) ** (age - x)
            alive *= 1.0 - death[min(age, len(death) - 1)]
        total += level * value
    return total
