"""Economy, government, health, wages and living standards of the base year in every country.

Ratios and rates come from the International Monetary Fund, the World Bank, the Penn World Table,
the International Labour Organization and the World Health Organization, the latest at hand, and
are applied to the gross domestic product of the base year. A ratio that a country does not publish
is the median of its donors (`calibration.imputation`). The product itself is never imputed: without
one the country's pack has no economy, and an assessment refuses it by name.

Money is nominal national currency of the base year in whole units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from calibration.imputation import (
    INCOME_GROUPS,
    donors,
    donors_note,
    income_group,
    own_or_imputed,
)
from calibration.united_nations import population_totals
from calibration.world_data import (
    BASE_YEAR,
    FIRST,
    LAST_PUBLISHED,
    LAST_YEAR,
    Datum,
    currency,
    last,
    pwt,
    rows,
    wdi,
    weakest,
    weo,
)
from calibration.world_labour import ASSUMED, employment_path
from socialbudget.builder import PackBuilder
from socialbudget.dims import FUNCTIONS, POVERTY_LINES
from socialbudget.poverty import LognormalFit, fit_lognormal, lognormal_fgt

Array = NDArray[np.float64]

OLDEST_PRODUCT = 2018
"""A gross domestic product of an earlier year is not carried to the base year."""

LONG_RUN_PRODUCTIVITY = {"low": 0.020, "lower-middle": 0.020, "upper-middle": 0.015, "high": 0.010}
"""Growth of output per person employed from `CONVERGED` on (1/year)."""
CONVERGED = 2050
PACE_CARRIED_ON = (0.0, 0.06)
"""Growth to 2029 beyond is not where the path to the long run starts (oil booms, wars)."""
USABLE_INFLATION = (-0.05, 0.40)
"""Projected inflation beyond is not taken: see `inflation`."""

LONG_RUN_INFLATION = 0.08
"""A higher rate published for 2029 is not carried on from 2030: this one is, flagged assumed."""
OLDEST_SURVEY = 2005
"""A survey of living standards of an earlier year is not used."""
YEARS_APART = 3
"""Headcounts at the national and the international lines further apart are not one survey."""

DOLLAR = "USD"
SAME_CURRENCY = {"EUR": "DEU", "DKK": "DNK", "GBP": "GBR", "CHF": "CHE", "ILS": "ISR"}
"""Country whose rate of 2024 holds for all users of a currency."""
DOLLAR_PEGS = ("ANG", "BMD", "KYD")
"""Currencies whose parity to the US dollar has not moved for decades."""
FRANCS_PER_EURO = 1000 / 8.38
"""Parity of the CFP franc since 1999 (100 francs are 0.838 euro)."""

CONTRADICTED = {("HTI", "GGR_NGDP"): 2023, ("HTI", "GGX_NGDP"): 2023}
"""Last year used of a ratio whose later value the years around it contradict: revenue of Haiti is
13.0% of the product in 2024, between 6.7 and 7.0% in 2023 and 2025."""

# Demand components as shares of the product that leave no room for households are not used.
LEAST_CONSUMPTION = 0.15
# Mean wage over labour productivity outside these limits contradicts the accounts.
WAGE_LIMITS = (0.15, 2.0)

POVERTY = {
    "international_300": "headcount_percent_below_3_00_ppp2021",
    "international_420": "headcount_percent_below_4_20_ppp2021",
    "international_830": "headcount_percent_below_8_30_ppp2021",
    "national": "headcount_percent_below_national_line",
}
DOLLARS = {"international_300": 3.0, "international_420": 4.2, "international_830": 8.3}
"""International poverty lines, dollars of 2021 purchasing power a day."""
COVERAGE = {
    "family": ("SI_COV_CHLD", "children or households with children receiving a benefit"),
    "maternity": ("SI_COV_MATNL", "mothers with newborns receiving a benefit"),
    "disability": ("SI_COV_DISAB", "persons with severe disabilities receiving a benefit"),
    "unemployment": ("SI_COV_UEMP", "unemployed receiving a benefit"),
    "old_age": ("SI_COV_PENSN", "persons above the pensionable age receiving a pension"),
    "social_assistance": ("SI_COV_VULN", "vulnerable persons receiving social assistance"),
    "employment_injury": ("SI_COV_WKINJRY", "labour force covered in case of employment injury"),
}


# --- product -------------------------------------------------------------------------------------


@cache
def gdp(iso3: str) -> Datum | None:
    """Gross domestic product of the base year (LCU/year), or None where the sources have none.

    The World Economic Outlook's where it has one. Otherwise the latest of it or the World Bank,
    not before 2018, carried on with the World Bank's real growth and deflator, and where these
    end with the median of the donors.
    """
    published = weo(iso3, "NGDP")
    if BASE_YEAR in published:
        return Datum(published[BASE_YEAR], "estimated", "imf_weo", "Projection of April 2024")
    found, source = last(published, OLDEST_PRODUCT), "imf_weo"
    other = last(wdi(iso3, "NY.GDP.MKTP.CN"), OLDEST_PRODUCT)
    if found is None or (other is not None and other[0] > found[0]):
        found, source = other, "wdi_world"
    if found is None:
        return None
    year, value = found
    growth, filled = _carried(iso3, "growth", _real_growth, year)
    prices, filled_prices = _carried(iso3, "deflator", _deflator_growth, year)
    filled += filled_prices
    note = f"Product of {year} carried on with real growth and deflator"
    flag = "imputed" if filled else "estimated"
    return Datum(value * growth * prices, flag, source, "; ".join([note, *filled]))


def _carried(
    iso3: str, kind: str, own: Callable[[str, int], float | None], since: int
) -> tuple[float, list[str]]:
    """Level of the base year over that of `since`, and the years in which donors stand in."""
    level, filled = 1.0, []
    for y in range(since + 1, BASE_YEAR + 1):
        known = own(iso3, y)
        if known is None:
            known, donors_named = _median_of_year(iso3, own, y)
            filled.append(f"{kind} of {y}: {donors_named}")
        level *= 1 + known
    return level, filled


def _median_of_year(
    iso3: str, own: Callable[[str, int], float | None], year: int
) -> tuple[float, str]:
    circle, members = donors(iso3, lambda c: own(c, year) is not None)
    values = [value for c in members if (value := own(c, year)) is not None]
    return float(np.median(values)), donors_note(circle, members, 3)


@cache
def _real_growth(iso3: str, year: int) -> float | None:
    real = wdi(iso3, "NY.GDP.MKTP.KD")
    if year in real and year - 1 in real:
        return real[year] / real[year - 1] - 1
    projected = weo(iso3, "NGDP_RPCH")
    return projected[year] / 100 if year in projected else None


@cache
def _deflator_growth(iso3: str, year: int) -> float | None:
    known = wdi(iso3, "NY.GDP.DEFL.KD.ZG")
    if year in known:
        return known[year] / 100
    level = weo(iso3, "NGDP_D")
    return level[year] / level[year - 1] - 1 if year in level and year - 1 in level else None


@dataclass(frozen=True, slots=True)
class Accounts:
    """The product and its use, shares of it; consumption of households is the remainder."""

    product: Datum
    private_consumption: Datum
    government_consumption: Datum
    investment: Datum
    exports: Datum
    imports: Datum


def _share(indicator: str, name: str) -> Callable[[str], Datum | None]:
    def own(iso3: str) -> Datum | None:
        found = last(wdi(iso3, indicator))
        if found is None:
            return None
        flag = "observed" if found[0] >= BASE_YEAR - 2 else "estimated"
        return Datum(found[1] / 100, flag, "wdi_world", f"{name} over GDP, {found[0]}")

    return own


def _own_investment(iso3: str) -> Datum | None:
    found = _share("NE.GDI.TOTL.ZS", "gross capital formation")(iso3)
    if found is not None:
        return found
    projected = last(weo(iso3, "NID_NGDP"))
    if projected is None:
        return None
    year, value = projected
    return Datum(value / 100, "estimated", "imf_weo", f"total investment over GDP, {year}")


def _own_public_consumption(iso3: str) -> Datum | None:
    parts = [pwt(iso3, name) for name in ("csh_g", "pl_g", "pl_gdpo")]
    if any(part is None for part in parts):
        return None
    share, price, product_price = (float(part) for part in parts if part is not None)
    return Datum(
        share * price / product_price,
        "estimated",
        "pwt_world",
        "government consumption over GDP at national prices, 2019",
    )


@cache
def accounts(iso3: str) -> Accounts | None:
    """Use of the product of the base year (shares), None without a product."""
    product = gdp(iso3)
    if product is None:
        return None
    investment = own_or_imputed(iso3, _own_investment)
    public = own_or_imputed(iso3, _own_public_consumption)
    exports = own_or_imputed(iso3, _share("NE.EXP.GNFS.ZS", "exports"))
    imports = own_or_imputed(iso3, _share("NE.IMP.GNFS.ZS", "imports"))
    rest = 1 - public.value - investment.value - exports.value + imports.value
    parts = (public, investment, exports, imports)
    if rest < LEAST_CONSUMPTION:
        # Shares of different years and donors may not fit: the trade balance gives way.
        gap = LEAST_CONSUMPTION - rest
        imports = imports.times(
            1 + gap / imports.value,
            f"raised by {100 * gap:.1f}% of GDP so that {100 * LEAST_CONSUMPTION:.0f}% is left for "
            "households",
            "assumed",
        )
        rest = LEAST_CONSUMPTION
    imputed = "".join(f"; {p.note}" for p in parts if p.flag == "imputed")
    return Accounts(
        product=product,
        private_consumption=Datum(
            rest,
            weakest("estimated", product.flag, *(p.flag for p in parts)),
            product.source,
            f"GDP less the other components; {product.note}{imputed}",
        ),
        government_consumption=public,
        investment=investment,
        exports=exports,
        imports=imports,
    )


# --- growth and prices ---------------------------------------------------------------------------


def growth_published(iso3: str) -> Mapping[int, float]:
    """Projected real growth to 2029 as fractions."""
    found = weo(iso3, "NGDP_RPCH")
    return {y: found[y] / 100 for y in range(FIRST, LAST_PUBLISHED + 1) if y in found}


@cache
def _own_growth(iso3: str) -> dict[int, float] | None:
    """Growth of output per person employed implied by the projections to 2029."""
    growth = growth_published(iso3)
    if len(growth) < LAST_PUBLISHED - BASE_YEAR:
        return None
    people = employment_path(iso3)
    return {y: (1 + g) * people[y - 1] / people[y] - 1 for y, g in growth.items()}


@cache
def productivity_growth(iso3: str) -> tuple[dict[int, float], str, str, str]:
    """Growth of output per person employed by year, with source, flag and note.

    To 2029 the growth projected by the International Monetary Fund over that of employment at
    constant rates; from the mean of these years, if between 0 and 6%, it then goes in a straight
    line to the long-run value of the income group, reached in 2050. Without projections the path is
    the donors' median.
    """
    own = _own_growth(iso3)
    flag, source = "estimated", "imf_weo"
    if own is None:
        circle, members = donors(iso3, lambda c: _has_projections(c))
        paths = [path for c in members if (path := _own_growth(c)) is not None]
        own = {y: float(np.median([p[y] for p in paths])) for y in paths[0]}
        flag, source = "imputed", "imputation"
        origin = "To 2029 " + donors_note(circle, members)
    else:
        origin = "To 2029 real growth projected in April 2024 over employment at constant rates"
    group = income_group(iso3)
    end = LONG_RUN_PRODUCTIVITY[group]
    low, high = PACE_CARRIED_ON
    mean = sum(own.values()) / len(own)
    start = min(max(mean, low), high)
    path = {BASE_YEAR: own[FIRST], **own}
    for year in range(LAST_PUBLISHED + 1, LAST_YEAR + 1):
        weight = min(1.0, (year - LAST_PUBLISHED) / (CONVERGED - LAST_PUBLISHED))
        path[year] = start + (end - start) * weight
    if start != mean:
        origin += f" (mean {100 * mean:.1f}%; {100 * start:.0f}% is carried on)"
    note = (
        f"{origin}; then to {100 * end:.1f}% a year in {CONVERGED} ({group} income, assumed); "
        "the base-year entry repeats 2025"
    )
    return path, source, flag, note


def _has_projections(iso3: str) -> bool:
    return len(growth_published(iso3)) == LAST_PUBLISHED - BASE_YEAR


@cache
def _own_inflation(iso3: str) -> dict[int, float] | None:
    """Growth of the deflator to 2029, and from 2030 on that of consumer prices in 2029."""
    level, prices = weo(iso3, "NGDP_D"), weo(iso3, "PCPIPCH")
    years = range(FIRST, LAST_PUBLISHED + 1)
    if any(y not in level or y - 1 not in level for y in years) or LAST_PUBLISHED not in prices:
        return None
    path = {y: level[y] / level[y - 1] - 1 for y in years}
    path = {BASE_YEAR: path[FIRST], **path}
    path[LAST_PUBLISHED + 1] = min(prices[LAST_PUBLISHED] / 100, LONG_RUN_INFLATION)
    low, high = USABLE_INFLATION
    return path if low <= min(path.values()) and max(path.values()) <= high else None


@cache
def inflation(iso3: str) -> tuple[dict[int, float], str, str, str]:
    """Growth of the deflator by the year it starts, with source, flag and note.

    The projections of April 2024 to 2029; from 2030 on the rate at which they let consumer prices
    rise in 2029, where most central banks' targets stand, or 8% where it is higher. A country
    with a year below -5% or above 40%, or without projections, has the donors' median instead. The
    base-year entry repeats 2025.
    """
    own = _own_inflation(iso3)
    if own is not None:
        note = "Growth of the deflator projected in April 2024; from 2030 consumer prices of 2029"
        published = weo(iso3, "PCPIPCH")[LAST_PUBLISHED] / 100
        if published > LONG_RUN_INFLATION:
            note += f" are not carried on ({100 * published:.1f}%): 8% assumed"
        return own, "imf_weo", "estimated", note
    circle, members = donors(iso3, lambda c: _own_inflation(c) is not None)
    paths = [path for c in members if (path := _own_inflation(c)) is not None]
    median = {y: float(np.median([p[y] for p in paths])) for y in paths[0]}
    why = "projections beyond -5% to 40% not taken; " if len(weo(iso3, "NGDP_D")) > 10 else ""
    return median, "imputation", "imputed", why + donors_note(circle, members)


def _own_price_growth(iso3: str) -> Datum | None:
    found = weo(iso3, "PCPIPCH").get(BASE_YEAR)
    if found is not None:
        return Datum(found / 100, "estimated", "imf_weo", "Consumer prices 2024, projected")
    known = _deflator_growth(iso3, BASE_YEAR)
    if known is None:
        return None
    return Datum(known, "estimated", "wdi_world", "GDP deflator 2024 in place of consumer prices")


def base_inflation(iso3: str) -> Datum:
    """Growth of consumer prices in the base year."""
    return own_or_imputed(iso3, _own_price_growth)


def _price_level(iso3: str, year: int) -> tuple[float, list[str]]:
    """Consumer prices of the base year over those of `year` (deflator where there are none).

    With the years in which the deflator is that of donors, as in the product.
    """
    prices = weo(iso3, "PCPI")
    if year in prices and BASE_YEAR in prices:
        return prices[BASE_YEAR] / prices[year], []
    return _carried(iso3, "deflator", _deflator_growth, year)


# --- purchasing power ----------------------------------------------------------------------------


@cache
def exchange_rate(iso3: str) -> Datum | None:
    """National currency per US dollar in the base year; None without a product.

    Product in national currency over product in US dollars, in 2024. Where the sources end
    earlier, the rate must not be of another year than the product. So it is that of 2024 where the
    currency is another country's or has a parity that stands; otherwise the latest rate carried on
    with the deflator over that of the United States. Product in dollars a head then follows real
    growth, even through a devaluation that the sources do not show (Cuba 2021, Lebanon, Syria).
    """
    if gdp(iso3) is None:
        return None
    published = _published_rate(iso3)
    if published is not None and published[0] == BASE_YEAR:
        return published[1]
    money = currency(iso3)
    if money == DOLLAR:
        return Datum(1.0, "observed", "wdi_world", "The US dollar is the currency")
    if money in SAME_CURRENCY:
        return _rate_of(SAME_CURRENCY[money], money)
    if money == "XPF":
        euro = _rate_of(SAME_CURRENCY["EUR"], "EUR")
        return euro.times(FRANCS_PER_EURO, "parity of the CFP franc to the euro")
    if published is None:
        return None
    year, rate = published
    if money in DOLLAR_PEGS:
        return rate.times(1.0, "a parity that stands")
    prices, filled = _carried(iso3, "deflator", _deflator_growth, year)
    abroad, _ = _carried("USA", "deflator", _deflator_growth, year)
    note = "carried on with the deflator over that of the United States"
    return rate.times(
        prices / abroad, "; ".join([note, *filled]), "imputed" if filled else "estimated"
    )


def _published_rate(iso3: str) -> tuple[int, Datum] | None:
    """Latest year and rate implied by the product in both currencies (the Fund's in a tie)."""
    found: tuple[int, Datum] | None = None
    for source, local, dollars in (
        ("imf_weo", weo(iso3, "NGDP"), weo(iso3, "NGDPD")),
        ("wdi_world", wdi(iso3, "NY.GDP.MKTP.CN"), wdi(iso3, "NY.GDP.MKTP.CD")),
    ):
        both = [y for y in local if y in dollars and OLDEST_PRODUCT <= y <= BASE_YEAR]
        if both and (found is None or max(both) > found[0]):
            year = max(both)
            note = f"GDP in national currency over GDP in US dollars, {year}"
            found = year, Datum(local[year] / dollars[year], "estimated", source, note)
    return found


def _rate_of(iso3: str, money: str) -> Datum:
    """Rate of the country whose rate holds for the whole currency.

    Raises
    ------
    LookupError
        When it has none of the base year.
    """
    found = _published_rate(iso3)
    if found is None or found[0] != BASE_YEAR:
        raise LookupError(
            f"{iso3}: no product of {BASE_YEAR} in both currencies in world_weo_2024; name another "
            f"country for {money} in calibration/world_economy.py, SAME_CURRENCY"
        )
    return replace(found[1], note=f"Rate of {money}, {iso3}: {found[1].note}")


@cache
def purchasing_power_2021(iso3: str) -> Datum | None:
    """National currency per international dollar in 2021, from the country's own data.

    The World Bank's (2021 round of price comparisons) unless it differs from the World Economic
    Outlook's by more than half, a sign of another currency unit or exchange rate.
    """
    bank, fund = wdi(iso3, "PA.NUS.PPP").get(2021), weo(iso3, "PPPEX").get(2021)
    if bank is not None and (fund is None or 2 / 3 < bank / fund < 1.5):
        return Datum(bank, "observed", "wdi_world", "Conversion factor of GDP, 2021")
    if fund is None:
        return None
    why = "" if bank is None else " (World Bank series in another unit)"
    return Datum(fund, "estimated", "imf_weo", "Implied conversion rate of GDP, 2021" + why)


@cache
def _own_ppp_factor(iso3: str) -> Datum | None:
    base = purchasing_power_2021(iso3)
    if base is None:
        return None
    prices, filled = _price_level(iso3, 2021)
    note = "; ".join(["x consumer prices 2024 over 2021", *filled])
    return base.times(prices, note, "imputed" if filled else "estimated")


def _own_price_ratio(iso3: str) -> Datum | None:
    factor, rate = _own_ppp_factor(iso3), exchange_rate(iso3)
    if factor is None or rate is None or "imputed" in (factor.flag, rate.flag):
        return None
    return Datum(factor.value / rate.value, "estimated", factor.source, "")


@cache
def ppp_factor(iso3: str) -> Datum | None:
    """National currency of the base year per international dollar of 2021."""
    own = _own_ppp_factor(iso3)
    if own is not None:
        return own
    rate = exchange_rate(iso3)
    if rate is None:
        return None
    ratio = own_or_imputed(iso3, _own_price_ratio)
    return ratio.times(rate.value, "ratio to the exchange rate", "imputed")


# --- government and health -----------------------------------------------------------------------


def _fiscal(indicator: str, name: str) -> Callable[[str], Datum | None]:
    def own(iso3: str) -> Datum | None:
        until = CONTRADICTED.get((iso3, indicator), LAST_PUBLISHED)
        found = last({y: v for y, v in weo(iso3, indicator).items() if y <= until})
        if found is None:
            return None
        note = f"{name} over GDP, {found[0]}"
        if (iso3, indicator) in CONTRADICTED:
            note += ": later values are contradicted by the years around them"
        return Datum(found[1] / 100, "estimated", "imf_weo", note)

    return own


def government(iso3: str) -> dict[str, Datum]:
    """Revenue, expenditure and gross debt of general government over the product."""
    return {
        "total_revenue": own_or_imputed(iso3, _fiscal("GGR_NGDP", "General government revenue")),
        "total_expenditure": own_or_imputed(
            iso3, _fiscal("GGX_NGDP", "General government expenditure")
        ),
        "debt": own_or_imputed(iso3, _fiscal("GGXWDG_NGDP", "Gross debt")),
    }


def _health(iso3: str, indicator: str) -> tuple[int, float] | None:
    return last(rows("world_health_spending", ("iso3", "indicator"), iso3, indicator))


def _own_health(iso3: str) -> Datum | None:
    total = _health(iso3, "total_health_spending_percent_of_gdp")
    share = _health(iso3, "government_share_of_total_health_spending_percent")
    if total is None or share is None:
        return None
    note = f"Health expenditure over GDP x share of government, {total[0]}"
    return Datum(total[1] / 100 * share[1] / 100, "estimated", "who_health", note)


def _own_protection(iso3: str) -> Datum | None:
    paid = _health(iso3, "out_of_pocket_share_of_total_health_spending_percent")
    if paid is None:
        return None
    note = f"Share of health expenditure not paid out of pocket, {paid[0]}"
    return Datum(1 - paid[1] / 100, "estimated", "who_health", note)


def health_expenditure(iso3: str) -> Datum:
    """Domestic general government health expenditure over the product."""
    return own_or_imputed(iso3, _own_health)


@cache
def coverage(iso3: str) -> dict[str, Datum]:
    """Effective coverage of social protection by function."""
    out = {
        function: Datum(0.0, "assumed", ASSUMED, "no indicator of coverage: taken as none")
        for function in FUNCTIONS
    }
    out["health_care"] = own_or_imputed(iso3, _own_protection)
    for function, (series, meaning) in COVERAGE.items():

        def own(c: str, series: str = series, meaning: str = meaning) -> Datum | None:
            found = last(rows("world_coverage", ("iso3", "series"), c, series))
            if found is None:
                return None
            if not 0.0 <= found[1] <= 100.0:
                raise ValueError(f"{c}: coverage {series} of {found[0]} is {found[1]} percent")
            return Datum(
                found[1] / 100, "observed", "unsd_sdg", f"SDG 1.3.1, {meaning}, {found[0]}"
            )

        out[function] = own_or_imputed(iso3, own)
    return out


# --- wages ---------------------------------------------------------------------------------------


@cache
def _labour_share(iso3: str) -> Datum:
    def own(c: str) -> Datum | None:
        share = pwt(c, "labsh")
        if share is None:
            return None
        return Datum(share, "estimated", "pwt_world", "Labour share of GDP 2019")

    return own_or_imputed(iso3, own)


@cache
def average_wage(iso3: str) -> Datum | None:
    """Mean gross wage of employees in the base year (LCU/year); None without a product.

    Surveyed monthly earnings at purchasing power of 2021, brought to the prices of the base year
    and along with real product per head since the survey. Where there is no survey, or where it
    contradicts the accounts (less than 15% or more than twice the product per person employed),
    labour income per person employed.
    """
    product = gdp(iso3)
    if product is None:
        return None
    per_worker = product.value / employment_path(iso3)[BASE_YEAR]
    surveyed = _surveyed_wage(iso3)
    doubt = ""
    if surveyed is not None:
        low, high = WAGE_LIMITS
        if low <= surveyed.value / per_worker <= high:
            return surveyed
        doubt = (
            f"; survey of earnings not used: {surveyed.value / per_worker:.2f} of the product per "
            "person employed"
        )
    share = _labour_share(iso3)
    carried = f"; {product.note}" if product.flag == "imputed" else ""
    return Datum(
        share.value * per_worker,
        weakest("estimated", share.flag, product.flag),
        share.source,
        f"Labour income per person employed, self-employed included; {share.note}{doubt}{carried}",
    )


def _surveyed_wage(iso3: str) -> Datum | None:
    found = last(rows("world_mean_earnings", ("iso3",), iso3))
    factor = ppp_factor(iso3)
    if found is None or factor is None:
        return None
    year, monthly = found
    growth = real_growth_per_head(iso3, year)
    if growth is None:
        return None
    grown, until = growth
    return Datum(
        12 * monthly * factor.value * (1 + grown),
        weakest("estimated", factor.flag),
        "ilo_labour",
        f"Mean monthly earnings of employees {year} at purchasing power of 2021 x 12 x currency "
        "per international dollar x real product per head since"
        + (f", to {until}" if until < BASE_YEAR else "")
        + (f"; {factor.note}" if factor.flag == "imputed" else ""),
    )


# --- living standards ----------------------------------------------------------------------------


@cache
def real_growth_per_head(iso3: str, since: int) -> tuple[float, int] | None:
    """Growth of real product per head since a year (cumulative, 1), and its last year.

    The last year is the base year wherever growth is known up to it: where the series per head
    ends earlier, it is carried on by growth of real product over that of the population.
    """
    real = wdi(iso3, "NY.GDP.PCAP.KD")
    end = last(real, BASE_YEAR - 2)
    if end is None or since not in real:
        return (0.0, BASE_YEAR) if since == BASE_YEAR else None
    year, level = end
    while year < BASE_YEAR:
        growth = _real_growth(iso3, year + 1)
        if growth is None:
            break
        before, after = population_totals(iso3, "1_july", (year, year + 1))[:, 0]
        year, level = year + 1, level * (1 + growth) * before / after
    return level / real[since] - 1, year


@dataclass(frozen=True, slots=True)
class LivingStandards:
    """Inequality and poverty of the latest survey; headcounts in the order of `POVERTY_LINES`."""

    gini: Datum
    headcount: tuple[Datum, ...]
    survey_year: Datum
    private_growth: Datum


def _survey(iso3: str, indicator: str) -> tuple[int, float] | None:
    return last(rows("world_poverty", ("iso3", "indicator"), iso3, indicator), OLDEST_SURVEY)


def _own_gini(iso3: str) -> Datum | None:
    found = _survey(iso3, "gini_percent")
    if found is None:
        return None
    return Datum(found[1] / 100, "observed", "wb_poverty", f"survey of {found[0]}")


def _own_headcount(line: str) -> Callable[[str], Datum | None]:
    def own(iso3: str) -> Datum | None:
        if line == "national":
            return _own_national(iso3)
        found = _survey(iso3, POVERTY[line])
        if found is None:
            return None
        return Datum(found[1] / 100, "observed", "wb_poverty", f"survey of {found[0]}")

    return own


@cache
def _own_national(iso3: str) -> Datum | None:
    """Headcount at the national line in the year of the survey of the international lines.

    The published one of the nearest year. Where that is more than three years away, the line is
    found in the survey nearest to its year (lognormal through Gini and international headcounts),
    and the headcount is that at this real line in the distribution of the latest survey. None where
    nobody lives below it, since no line follows from that.
    """
    published = {
        year: value
        for year, value in rows(
            "world_poverty", ("iso3", "indicator"), iso3, POVERTY["national"]
        ).items()
        if year >= OLDEST_SURVEY
    }
    survey = _survey(iso3, "gini_percent")
    if not published:
        return None
    if survey is None:
        year = max(published)
        when = f"{year}; no survey of the international lines to go with it"
    else:
        year = min(published, key=lambda y: (abs(y - survey[0]), -y))
        when = str(year)
    share = published[year] / 100
    if share == 0:
        return None
    if survey is None or abs(year - survey[0]) <= YEARS_APART:
        return Datum(share, "observed", "wb_poverty", f"survey of {when}")
    surveys = rows("world_poverty", ("iso3", "indicator"), iso3, "gini_percent")
    near = min(surveys, key=lambda y: (abs(y - year), -y))
    then, now = _distribution(iso3, near), _distribution(iso3, survey[0])
    if abs(near - year) > YEARS_APART or then is None or now is None:
        note = f"survey of {year}, beside international headcounts of {survey[0]}"
        return Datum(share, "estimated", "wb_poverty", note)
    line = then.line_at(share)
    moved = lognormal_fgt(now.mean, now.sigma, line, 0)
    return Datum(
        moved,
        "estimated",
        "wb_poverty",
        f"{100 * share:.1f}% in {year}: line of {line:.2f} dollars of 2021 a day by the survey of "
        f"{near}, and the share below it in {survey[0]}",
    )


def _distribution(iso3: str, year: int) -> LognormalFit | None:
    """Lognormal of a survey in international dollars a day; None where it says too little."""
    indicators = {line: POVERTY[line] for line in DOLLARS}
    shares = {
        line: rows("world_poverty", ("iso3", "indicator"), iso3, name)[year] / 100
        for line, name in indicators.items()
    }
    gini = rows("world_poverty", ("iso3", "indicator"), iso3, "gini_percent")[year] / 100
    try:
        return fit_lognormal(DOLLARS, shares, gini)
    except ValueError:
        return None


@cache
def living_standards(iso3: str) -> LivingStandards:
    """Poverty and inequality of the latest survey with a Gini and the three international lines.

    Without a survey the donors' medians stand for the base year itself. Growth of welfare since
    the survey is that of real product per head.
    """
    gini = own_or_imputed(iso3, _own_gini)
    headcount = tuple(own_or_imputed(iso3, _own_headcount(line)) for line in POVERTY_LINES)
    found = _survey(iso3, "gini_percent")
    if found is None:
        year = Datum(BASE_YEAR, "assumed", ASSUMED, "no survey: imputed values taken as of 2024")
        none = Datum(0.0, "assumed", ASSUMED, "no survey to carry on")
        return LivingStandards(gini, headcount, year, none)
    when = Datum(found[0], "observed", "wb_poverty", "latest survey with Gini and headcounts")
    growth = real_growth_per_head(iso3, found[0])
    if growth is None:
        growth_datum = Datum(
            0.0, "assumed", ASSUMED, "no growth of real product per head in the sources: none taken"
        )
    else:
        grown, until = growth
        growth_datum = Datum(
            grown, "estimated", "wdi_world", f"real product per head {found[0]}-{until}"
        )
    return LivingStandards(gini, headcount, when, growth_datum)


# --- disability ----------------------------------------------------------------------------------

# Severe disability by age (women, men): a curve through the world figures of the Global Burden of
# Disease 2004 in the World report on disability (2011), 0.7% at 0-14, 2.8 and 2.6% at 15-59, 10.5
# and 9.8% at 60 and over.
DISABILITY_AGES = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0, 101.0)
DISABILITY = {
    "female": (0.007, 0.010, 0.020, 0.036, 0.060, 0.125, 0.260, 0.340),
    "male": (0.007, 0.010, 0.019, 0.034, 0.058, 0.122, 0.250, 0.320),
}


def disability_prevalence() -> Array:
    """Share of persons with a severe disability, array [sex, age] (1)."""
    centre = np.arange(101) + 0.5
    return np.stack(
        [np.round(np.interp(centre, DISABILITY_AGES, DISABILITY[s]), 4) for s in DISABILITY]
    )


# --- pack ----------------------------------------------------------------------------------------


def _round(value: float, digits: int = 6) -> float:
    """A value to so many significant digits."""
    return float(f"{value:.{digits}g}")


def add_world_economy(pack: PackBuilder, iso3: str) -> None:
    """Add economy, government, wages, poverty and coverage; money only where there is a product."""
    _add_growth_and_prices(pack, iso3)
    _add_living_standards(pack, iso3)
    _add_protection(pack, iso3)
    product = gdp(iso3)
    if product is None:
        return
    _add_accounts(pack, iso3)
    _add_government(pack, iso3, product)
    wage = average_wage(iso3)
    assert wage is not None
    _put(pack, "labour_market.base_average_wage", wage, "LCU/year")
    rate, power = exchange_rate(iso3), ppp_factor(iso3)
    if rate is not None:
        _put(pack, "living_standards.exchange_rate", rate, "LCU")
    if power is not None:
        _put(pack, "living_standards.ppp_factor", power, "LCU")


def _put(pack: PackBuilder, path: str, datum: Datum, unit: str, digits: int = 6) -> None:
    value = _round(datum.value, digits)
    pack.value(path, value, unit, datum.source, datum.flag, note=datum.note)


def _add_accounts(pack: PackBuilder, iso3: str) -> None:
    shares = accounts(iso3)
    assert shares is not None
    product = _round(shares.product.value, 7)
    values = {}
    for name in ("government_consumption", "investment", "exports", "imports"):
        share: Datum = getattr(shares, name)
        values[name] = _round(share.value * product)
        amount = _of_product(share, shares.product)
        pack.value(
            f"macroeconomy.{name}",
            values[name],
            "LCU/year",
            amount.source,
            amount.flag,
            note=amount.note,
        )
    rest = product - values["government_consumption"] - values["investment"]
    rest -= values["exports"] - values["imports"]
    consumption = shares.private_consumption
    pack.value(
        "macroeconomy.private_consumption",
        rest,
        "LCU/year",
        consumption.source,
        consumption.flag,
        note=consumption.note,
    )


def _add_government(pack: PackBuilder, iso3: str, product: Datum) -> None:
    for name, ratio in government(iso3).items():
        unit = "LCU" if name == "debt" else "LCU/year"
        _put(pack, f"government.{name}", _of_product(ratio, product), unit)
    health = _of_product(health_expenditure(iso3), product)
    _put(pack, "government.health_expenditure", health, "LCU/year")


def _of_product(ratio: Datum, product: Datum) -> Datum:
    """A ratio as an amount; an imputed product says so in the note of the amount."""
    note = "x GDP 2024" + (f" ({product.note})" if product.flag == "imputed" else "")
    return ratio.times(product.value, note, weakest(ratio.flag, product.flag))


def _add_growth_and_prices(pack: PackBuilder, iso3: str) -> None:
    path, source, flag, note = productivity_growth(iso3)
    rounded = {year: round(value, 6) for year, value in path.items()}
    pack.series("macroeconomy.productivity_growth", rounded, "1/year", source, flag, note)
    path, source, flag, note = inflation(iso3)
    before = None
    for year, value in path.items():
        if round(value, 5) != before:
            before = round(value, 5)
            own = "assumed" if "8% assumed" in note and year > LAST_PUBLISHED else flag
            pack.value(
                "macroeconomy.inflation_target", before, "1/year", source, own, year=year,
                note=note,
            )  # fmt: skip
    pack.value(
        "macroeconomy.consumer_price_wedge",
        0.0,
        "1/year",
        ASSUMED,
        "assumed",
        note="consumer prices follow the deflator",
    )
    _put(pack, "macroeconomy.base_inflation", base_inflation(iso3), "1/year", 4)


def add_rapid_inputs(
    pack: PackBuilder,
    iso3: str,
    *,
    product: float,
    average_wage: float,
    revenue: float,
    expenditure: float,
    source: str,
) -> None:
    """Add what the rapid assessment reads to a pack of level 2, consistent with its accounts.

    Parameters
    ----------
    product, average_wage, revenue, expenditure : float, LCU/year
        Gross domestic product, mean gross wage of employees, revenue and expenditure of general
        government as in the pack's own accounts.
    source : str
        Source of the accounts.
    """
    _add_living_standards(pack, iso3)
    _add_protection(pack, iso3)
    rate, power = exchange_rate(iso3), ppp_factor(iso3)
    assert rate is not None
    assert power is not None
    _put(pack, "living_standards.exchange_rate", rate, "LCU")
    _put(pack, "living_standards.ppp_factor", power, "LCU")
    for path, value, note in (
        (
            "labour_market.base_average_wage",
            average_wage,
            "Gross wages of employees as the labour market spreads labour income",
        ),
        ("government.total_revenue", revenue, "As government.revenue"),
        ("government.total_expenditure", expenditure, "As government.expenditure"),
    ):
        pack.value(path, value, "LCU/year", source, "estimated", note=note)
    health = health_expenditure(iso3).times(product, "x GDP 2024")
    _put(pack, "government.health_expenditure", health, "LCU/year")


def _add_living_standards(pack: PackBuilder, iso3: str) -> None:
    standards = living_standards(iso3)
    _put(pack, "living_standards.gini", standards.gini, "1")
    _put(pack, "living_standards.survey_year", standards.survey_year, "year")
    _put(pack, "living_standards.private_growth", standards.private_growth, "1", 5)
    _vector(pack, "living_standards.headcount", ("poverty_line",), standards.headcount)


def _add_protection(pack: PackBuilder, iso3: str) -> None:
    by_function = coverage(iso3)
    _vector(pack, "protection.coverage", ("function",), tuple(by_function[f] for f in FUNCTIONS))
    pack.table(
        "demography.disability_prevalence",
        ("sex", "age"),
        disability_prevalence(),
        "1",
        ASSUMED,
        "assumed",
        note="Severe disability: curve through the world figures of the World report on disability "
        "2011 (Global Burden of Disease 2004), the same in every country",
    )


def _vector(pack: PackBuilder, path: str, dims: tuple[str, ...], data: tuple[Datum, ...]) -> None:
    """A table of one dimension whose cells have their own source, flag and note."""
    pack.table(
        path,
        dims,
        np.array([_round(d.value) for d in data]),
        "1",
        np.array([d.source for d in data], dtype=object),
        np.array([d.flag for d in data], dtype=object),
        note=[d.note for d in data],
    )


assert tuple(LONG_RUN_PRODUCTIVITY) == INCOME_GROUPS
