"""The United States pack beside the Trustees: ``python -m calibration.compare_trustees``.

Projects the shipped pack under both macro closures, reads the intermediate projection of the
Trustees' report 2026 from ``calibration/sources`` and writes ``docs/usa_trustees.md`` with its
charts in ``docs/figures``. The charts need matplotlib (``pip install socialbudget[docs]``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.macro import trustees as macro_trustees
from socialbudget.ensemble import project
from socialbudget.pack import load_pack
from socialbudget.results import Results
from socialbudget.scenario import Scenario

SOURCE = Path(__file__).parent / "sources" / "ssa_trustees_2026_results.parquet"
DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = "usa_trustees.md"
YEARS = (2024, 2025, 2030, 2035, 2040, 2050, 2075, 2100)
CLOSURES = ("M1", "M0")
FUND_YEARS = range(2025, 2031)  # the difference in the reserve is parted over these years
BILLION, MILLION = 1e9, 1e6

WORKERS_PER_CONTRIBUTOR = 1.211
"""Persons with covered earnings at any time of 2024 (IV.B4, 184.7 m) per contributor, mean of the
year, of the pack (152.5 m). A constant, so that no change of the model's own level is hidden."""


@dataclass(frozen=True)
class Measure:
    """One line of the comparison: its title, how it is printed and whether % or points differ."""

    key: str
    title: str
    decimals: int
    points: bool = False


MEASURES = (
    Measure("population", "Population, 1 July (million)", 1),
    Measure("population_65", "Population aged 65 and over, 1 July (million)", 1),
    Measure("covered", "Covered workers, at any time of the year (million)", 1),
    Measure("beneficiaries", "Beneficiaries without dependants of the living (million)", 2),
    Measure("retired", "Retired workers, mean of the year (million)", 2),
    Measure("disabled", "Disabled workers, mean of the year (million)", 2),
    Measure("survivors", "Survivors, mean of the year (million)", 2),
    Measure("ratio", "Beneficiaries per 100 covered workers", 1),
    Measure("gdp", "GDP (USD billion)", 0),
    Measure("payroll", "Taxable payroll (USD billion)", 0),
    Measure("payroll_share", "Taxable payroll (% of GDP)", 1, points=True),
    Measure("cost", "OASDI cost (USD billion)", 0),
    Measure("income", "OASDI income without interest (USD billion)", 0),
    Measure("mean_cost", "Cost per beneficiary (USD a year)", 0),
    Measure("cost_rate", "Cost rate (% of taxable payroll)", 2, points=True),
    Measure("income_rate", "Income rate (% of taxable payroll)", 2, points=True),
    Measure("cost_share", "Cost (% of GDP)", 2, points=True),
    Measure("fund_ratio", "Trust-fund ratio, start of year (% of the year's cost)", 0, points=True),
)


def _ratios(d: dict[str, pd.Series]) -> pd.DataFrame:
    """Add the measures that follow from the others."""
    d["beneficiaries"] = d["retired"] + d["disabled"] + d["survivors"]
    d["ratio"] = 100 * d["beneficiaries"] / d["covered"]
    d["payroll_share"] = 100 * d["payroll"] / d["gdp"]
    d["mean_cost"] = 1e3 * d["cost"] / d["beneficiaries"]
    d["cost_share"] = 100 * d["cost"] / d["gdp"]
    return pd.DataFrame(d)


def trustees() -> pd.DataFrame:
    """The Trustees' intermediate projection, year x measure, in the units of `MEASURES`.

    Stocks of beneficiaries are means of two successive Decembers, as the model's are means of the
    year. The reserve (end of year, USD billion) is published to 2033.
    """
    table = pd.read_parquet(SOURCE)
    wide = table.pivot_table(
        index="year", columns=["table_id", "indicator"], values="value", observed=True
    )
    people = wide["V.C4"].rolling(2).mean() / 1e3
    sick = wide["V.C5"].rolling(2).mean() / 1e3
    survivors = [c for c in people if str(c).startswith("survivors_")]
    dependants = ["retired_worker_spouses", "retired_worker_children"]
    out = {
        "population": wide["V.A3", "population_total"] / 1e3,
        "population_20_64": wide["V.A3", "population_20_64"] / 1e3,
        "population_65": wide["V.A3", "population_65_and_over"] / 1e3,
        "covered": wide["IV.B4", "covered_workers_thousands"] / 1e3,
        "retired": people["retired_workers"],
        "disabled": sick["disabled_workers"],
        "prevalence": wide["V.C5", "disability_prevalence_age_sex_adjusted"],
        "survivors": people[survivors].T.sum(min_count=1),
        "dependants": people[dependants].T.sum() + sick[["di_spouses", "di_children"]].T.sum(),
        "gdp": wide["VI.G1", "gdp_billion_usd"],
        "payroll": wide["VI.G1", "taxable_payroll_billion_usd"],
        "cost": wide["VI.G3", "oasdi_cost"],
        "income": wide["VI.G3", "oasdi_non_interest_income"],
        "interest": wide["VI.G2", "interest_income"],
        "cost_rate": wide["IV.B1", "oasdi_cost_rate"],
        "income_rate": wide["IV.B1", "oasdi_income_rate"],
        "payroll_tax_rate": wide["IV.B2", "oasdi_payroll_tax_rate"],
        "tax_on_benefits_rate": wide["IV.B2", "oasdi_taxation_of_benefits_rate"],
        "fund_ratio": wide["IV.B5", "oasdi_trust_fund_ratio"],
        "reserve": wide["VI.G2", "reserves_end_of_year"],
    }  # fmt: skip
    return _ratios(out).loc[YEARS[0] :].copy()


def run(closure: str, country: str | Path = "USA") -> Results:
    """Project the pack (a code or a folder) to 2100 under a macro closure."""
    scenario = Scenario.loads(
        f'title = "{closure}"\n[[change]]\npath = "macroeconomy.closure"\nset = {closure[1]}\n'
    )
    return project(load_pack(country), scenario, to=YEARS[-1])


def model(results: Results) -> pd.DataFrame:
    """A projection of the model in the same form as `trustees`.

    The trust-fund ratio of the base year is missing: it needs the reserve of the year before.
    """
    years, coords = list(results.years), results.coords
    scheme, insurance = coords["scheme"].index("oasdi"), coords["insurance"].index("oasdi")
    sources, functions = coords["source"], coords["function"]

    def total(name: str, *place: Any) -> np.ndarray:
        array = results.central(name)[(slice(None), *place)]
        return np.asarray(array.reshape(len(years), -1).sum(axis=1))

    people = results.central("demography.population_midyear")
    payroll = total("contributions.insured_earnings", insurance) / BILLION
    cost = total("scheme_accounts.expenditure", scheme) / BILLION
    interest = total("scheme_accounts.receipts", scheme, sources.index("property_income")) / BILLION
    income = (
        total("scheme_accounts.receipts", scheme)
        - total("scheme_accounts.deficit_cover", scheme)
    ) / BILLION - interest  # fmt: skip
    reserve = total("scheme_accounts.reserve", scheme) / BILLION
    gdp = results.central("macroeconomy.gdp")
    values: dict[str, np.ndarray] = {
        "population": people.sum(axis=(1, 2)) / MILLION,
        "population_20_64": people[:, :, 20:65].sum(axis=(1, 2)) / MILLION,
        "population_65": people[:, :, 65:].sum(axis=(1, 2)) / MILLION,
        "contributors": total("contributions.contributors", insurance) / MILLION,
        "employment": results.central("labour_market.total_employment") / MILLION,
        "gdp": gdp / BILLION,
        "capital_ratio": results.central("macroeconomy.capital_stock")
        / results.central("macroeconomy.gdp_real"),
        "debt_interest": results.central("government.interest") / BILLION,
        "income_tax": results.central("household.income_tax") / BILLION,
        "output_gap": 100 * results.central("macroeconomy.output_gap"),
        "payroll": payroll,
        "cost": cost,
        "income": income,
        "interest": interest,
        "cost_rate": 100 * cost / payroll,
        "income_rate": 100 * income / payroll,
        "fund_ratio": np.append(np.nan, 100 * reserve[:-1] / cost[1:]),
        "reserve": reserve,
    }
    values["covered"] = WORKERS_PER_CONTRIBUTOR * values["contributors"]
    for key, name in (("retired", "old_age"), ("disabled", "disability"), ("survivors",) * 2):
        values[key] = total("oasdi.recipients", functions.index(name)) / MILLION
    return _ratios({k: pd.Series(v, index=years) for k, v in values.items()})


def _number(value: float, decimals: int, sign: bool = False) -> str:
    if not np.isfinite(value):
        return ""
    text = f"{value:+,.{decimals}f}" if sign else f"{value:,.{decimals}f}"
    zero = float(text.replace(",", "")) == 0.0
    return text.lstrip("+-") if zero else text


def comparison(reference: pd.DataFrame, runs: Mapping[str, pd.DataFrame]) -> str:
    """All measures as one Markdown table."""
    head = ["Measure", "", *(str(y) for y in YEARS)]
    rows = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * len(YEARS)]
    for m in MEASURES:
        base = reference[m.key]
        cells = [[m.title, "Trustees", *(_number(base[y], m.decimals) for y in YEARS)]]
        for name, frame in runs.items():
            cells.append(["", name, *(_number(frame[m.key][y], m.decimals) for y in YEARS)])
        for name, frame in runs.items():
            gaps = [
                frame[m.key][y] - base[y]
                if m.points
                else 100 * (frame[m.key][y] / base[y] - 1)
                for y in YEARS
            ]  # fmt: skip
            digits = m.decimals if m.points else 1
            unit = "points" if m.points else "%"
            cells.append(["", f"{name}, {unit}", *(_number(g, digits, sign=True) for g in gaps)])
        rows += ["| " + " | ".join(c) + " |" for c in cells]
    return "\n".join(rows)


def fund_parts(reference: pd.DataFrame, frame: pd.DataFrame) -> dict[str, float]:
    """Why the reserve at the end of 2030 differs, USD billion, summed over `FUND_YEARS`."""
    t, m = reference.loc[list(FUND_YEARS)], frame.loc[list(FUND_YEARS)]
    last = FUND_YEARS[-1]
    parts = {
        "taxable payroll": ((m.payroll - t.payroll) * t.income / t.payroll).sum(),
        "income per unit of payroll": (
            (m.income / m.payroll - t.income / t.payroll) * m.payroll
        ).sum(),
        "cost": -(m.cost - t.cost).sum(),
        "interest": (m.interest - t.interest).sum(),
    }
    whole = frame.reserve[last] - reference.reserve[last]
    parts["start of 2025 and rounding"] = whole - sum(parts.values())
    return {k: float(v) for k, v in parts.items()} | {"all": float(whole)}


def fund_table(reference: pd.DataFrame, runs: Mapping[str, pd.DataFrame]) -> str:
    """`fund_parts` as a Markdown table."""
    parts = {name: fund_parts(reference, frame) for name, frame in runs.items()}
    rows = ["| USD billion | " + " | ".join(parts) + " |", "|---|" + "---:|" * len(parts)]
    for key in next(iter(parts.values())):
        title = "Difference in the reserve" if key == "all" else f"of which {key}"
        numbers = [_number(p[key], 0, sign=True) for p in parts.values()]
        rows.append("| " + " | ".join([title, *numbers]) + " |")
    return "\n".join([*rows[:2], rows[-1], *rows[2:-1]])


def exhausted(frame: pd.DataFrame) -> str:
    """Year in which the reserve runs out: the first whose next year starts with (almost) none."""
    empty = frame.fund_ratio.index[(frame.fund_ratio < 0.5).to_numpy()]
    return str(int(empty[0]) - 1) if len(empty) else "not before 2100"


# --------------------------------------------------------------------------- page


def page(reference: pd.DataFrame, runs: Mapping[str, pd.DataFrame]) -> str:
    """The whole document."""
    return TEXT.format(
        table=comparison(reference, runs),
        fund=fund_table(reference, runs),
        **_facts(reference, runs["M1"], runs["M0"]),
    )


def _facts(t: pd.DataFrame, m1: pd.DataFrame, m0: pd.DataFrame) -> dict[str, str]:
    """Numbers of the explanations, computed so that they cannot go stale."""

    def gap(frame: pd.DataFrame, key: str, year: int) -> str:
        return _number(100 * (frame[key][year] / t[key][year] - 1), 1, sign=True) + "%"

    def growth(frame: pd.DataFrame, key: str, first: int, last: int) -> str:
        return _number(100 * (frame[key][last] / frame[key][first] - 1), 1) + "%"

    def retired_share(frame: pd.DataFrame, year: int) -> str:
        return f"{frame.retired[year] / frame.population_65[year]:.3f}"

    work = macro_trustees("employment_growth", "V.B2")
    return {
        "factor": f"{WORKERS_PER_CONTRIBUTOR:.3f}",
        "contributors": f"{m1.contributors[2024]:.1f}",
        "covered_tr": f"{t.covered[2024]:.1f}",
        "worst_population": f"{100 * (m1.population / t.population - 1).abs().max():.2f}",
        "pop65_2040": gap(m1, "population_65", 2040),
        "pop65_2075": gap(m1, "population_65", 2075),
        "covered_tr_2030": growth(t, "covered", 2024, 2030),
        "covered_m1_2030": growth(m1, "covered", 2024, 2030),
        "working_age_tr_2030": growth(t, "population_20_64", 2024, 2030),
        "work_tr": f"{100 * (np.prod([1 + work[y] / 100 for y in range(2025, 2101)]) - 1):.0f}%",
        "work_m0": growth(m0, "employment", 2024, 2100),
        "covered_tr_2100": growth(t, "covered", 2024, 2100),
        "interest_2025": growth(m1, "debt_interest", 2024, 2025),
        "tax_2028": growth(m1, "income_tax", 2027, 2030),
        "gap_2026": f"{m1.output_gap[2026]:+.1f}",
        "gap_2030": f"{m1.output_gap[2030]:+.1f}",
        "gdp_m1": gap(m1, "gdp", 2100),
        "gdp_m0": gap(m0, "gdp", 2100),
        "capital_2024": f"{m1.capital_ratio[2024]:.2f}",
        "capital_2050": f"{m1.capital_ratio[2050]:.2f}",
        "capital_2100": f"{m1.capital_ratio[2100]:.2f}",
        "share_2024": f"{t.payroll_share[2024]:.1f}",
        "share_2026": f"{t.payroll_share[2026]:.1f}",
        "share_2035": f"{t.payroll_share[2035]:.1f}",
        "share_2100": f"{t.payroll_share[2100]:.1f}",
        "share_m0_2035": f"{m0.payroll_share[2035]:.1f}",
        "share_m0_2100": f"{m0.payroll_share[2100]:.1f}",
        "mean_tr_2025": growth(t, "mean_cost", 2024, 2025),
        "mean_m1_2025": growth(m1, "mean_cost", 2024, 2025),
        "retired_2050": gap(m1, "retired", 2050),
        "retired_2100": gap(m1, "retired", 2100),
        **{f"retired_tr_{y}": retired_share(t, y) for y in (2024, 2050, 2100)},
        **{f"retired_m1_{y}": retired_share(m1, y) for y in (2050, 2100)},
        "prevalence_2024": f"{t.prevalence[2024]:.0f}",
        "prevalence_2050": f"{t.prevalence[2050]:.0f}",
        "disabled_2050": gap(m1, "disabled", 2050),
        "disabled_cost": f"{_disability_points(m1, t):.1f}",
        "survivors_2028": gap(m1, "survivors", 2028),
        "survivors_2100": gap(m1, "survivors", 2100),
        "survivors_tr": f"{t.survivors[2024]:.1f} to {t.survivors[2100]:.1f}",
        "dependants_2024": f"{t.dependants[2024]:.1f}",
        "dependants_2100": f"{t.dependants[2100]:.1f}",
        "dependants_share_2024": f"{100 * t.dependants[2024] / t.beneficiaries[2024]:.1f}",
        "dependants_share_2100": f"{100 * t.dependants[2100] / t.beneficiaries[2100]:.1f}",
        "tax_2024": f"{t.payroll_tax_rate[2024]:.2f}",
        "tax_2027": f"{t.payroll_tax_rate[2027]:.2f}",
        "tax_2050": f"{t.payroll_tax_rate[2050]:.2f}",
        "benefit_tax_2024": f"{100 * t.tax_on_benefits_rate[2024] / t.cost_rate[2024]:.1f}",
        "benefit_tax_2100": f"{100 * t.tax_on_benefits_rate[2100] / t.cost_rate[2100]:.1f}",
        "reserve_tr": f"{t.reserve[2030]:,.0f}",
        "reserve_m1": f"{m1.reserve[2030]:,.0f}",
        "reserve_m0": f"{m0.reserve[2030]:,.0f}",
        "empty_tr": exhausted(t),
        "empty_m1": exhausted(m1),
        "empty_m0": exhausted(m0),
        "rate_2024": f"{m1.cost_rate[2024]:.2f}",
        "rate_m1_2100": f"{m1.cost_rate[2100] - t.cost_rate[2100]:+.2f}",
        "rate_m0_2100": f"{m0.cost_rate[2100] - t.cost_rate[2100]:+.2f}",
    }  # fmt: skip


def _disability_points(frame: pd.DataFrame, t: pd.DataFrame) -> float:
    """Cost rate of 2050 in points that the missing disabled workers would add at the mean cost."""
    missing = t.disabled[2050] - frame.disabled[2050]
    return float(frame.cost_rate[2050] * missing / frame.beneficiaries[2050])


TEXT = """\
# United States: the model beside the Trustees

The Social Security part (OASDI) of the `USA` pack, projected from the end of 2024, beside the
intermediate projection of the Trustees' report 2026. Written by

```
python -m calibration.compare_trustees
```

which projects the shipped pack under both [macro closures](closures.md): **M1** (hybrid, the
default) and **M0** (growth and productivity given, as in the Trustees' own method; the nearer
like for like). The Trustees' series are in
`calibration/sources/ssa_trustees_2026_results.parquet` (tables IV.B1, IV.B2, IV.B4, IV.B5, V.A3,
V.C4, V.C5, VI.G1 to VI.G3; public domain).

**This is not a validation out of sample, and no target is set for the long run.** The
population, productivity, prices, interest, unemployment and the share of earnings in
compensation are the Trustees' assumptions, put in (tables V.A and V.B). Some constants of the
pension scheme were chosen by looking at their results (see
[below](#what-was-fitted-to-this-projection)). No factor of the scheme changes with the year of
projection: only laws in force and the assumptions named do.

## In brief

* The base year is met: population, beneficiaries, cost, taxable payroll (by its spread of
  earnings) and income of 2024. Population stays within {worst_population}% of the Trustees' to
  2100.
* The cost rate of 2100 is {rate_m1_2100} points (M1) and {rate_m0_2100} points (M0) from theirs.
* The reserve lasts to {empty_m1} (M1) and {empty_m0} (M0); the Trustees have {empty_tr}. Most of
  the difference arises to 2028, because in the report taxable payroll falls from {share_2024}%
  of GDP in 2024 to {share_2026}% in 2026 and arrears of benefits are paid in 2025. At the end of
  2030 the model has {reserve_m1} billion (M1), the report {reserve_tr}.
* In the long run the model has too few disabled workers and too many survivors.

![Population and covered workers](figures/usa_trustees_people.png)

![Beneficiaries by type](figures/usa_trustees_beneficiaries.png)

![Cost and income rates, trust-fund ratio](figures/usa_trustees_finance.png)

![GDP and taxable payroll](figures/usa_trustees_economy.png)

## Table

Differences are the model less the Trustees, in percent or, for rates and ratios, in points.

{table}

## What is compared with what

* *Covered workers.* IV.B4 counts all who have covered earnings at any time of the year
  ({covered_tr} million in 2024); the model counts contributors as a mean of the year
  ({contributors} million). Not more can be told of the gap from the sources here. The line shows
  the model's contributors times {factor}, the ratio of 2024, held. So its level in the base year
  is no test; its movement is.
* *Beneficiaries.* The model pays pensions to retired and disabled workers and to survivors, and
  treats spouses and children of living workers as supplements to the worker's pension. The
  Trustees' line leaves them out too (V.C4, V.C5; mean of two Decembers). They are
  {dependants_2024} million in 2024 ({dependants_share_2024}% of the line shown) and
  {dependants_2100} million in 2100 ({dependants_share_2100}%).
* *Cost* is benefits, administration and the exchange with railroad retirement; *income* is
  contributions and the income tax on benefits, without interest. *Trust-fund ratio*: both funds
  together. After exhaustion the model shows the state paying the gap; the Trustees show none.

## Why they differ

**Population.** Sum of three editions: the level is that of 2026, the pattern of mortality by age
that of the report of 2020, the base population and the migrants by age that of 2024. Only life
expectancy at birth and at 65 are tied to the report, hence {pop65_2040} of those aged 65 and
over in 2040 and {pop65_2075} in 2075.

**Covered workers.** To 2030 they rise by {covered_tr_2030} in the report and {covered_m1_2030}
(M1) in the model, though the population aged 20 to 64 changes by {working_age_tr_2030} only.
With the participation rates of 2024 held, the labour force could not follow; the pack therefore
moves each cohort by the entry and exit that was observed from 2009 to 2019 (ILO rates), which
owes nothing to the report. Unemployment rises from 4.0 to 4.5% as in V.B2.

**GDP.** Under M0 growth of output per worker is the Trustees', to 2029 their real growth, and
what remains ({gdp_m0} in 2100) is employment: to 2100 it grows by about {work_tr} in V.B2 (rates
rounded to a tenth), {covered_tr_2100} among covered workers, {work_m0} in the model. Under M1
demand and capital move:

* 2025-30: demand grows faster than potential at first, mainly because interest on the public
  debt rises by {interest_2025} in 2025 (its mean rate moves up to the market rate) and goes to
  households; then the fiscal closure F1 raises income tax (by {tax_2028} from 2027 to 2030). The
  output gap is {gap_2026}% in 2026 and {gap_2030}% in 2030. With debt left to float (F0) it does
  not turn negative. Higher equilibrium unemployment (4.0 to 4.5%, V.B2) adds a tenth of a point.
  This is a cycle of the closure, not a forecast.
* Later: investment of 2024, 22% of GDP, is more than capital needs to keep step with slower
  growth; capital rises from {capital_2024} years of output to {capital_2050} in 2050 and
  {capital_2100} in 2100 and lifts GDP to {gdp_m1} in 2100. The Trustees' productivity is given
  and knows no such effect.

**Taxable payroll over GDP.** The report has {share_2024}% in 2024, {share_2026}% in 2026,
{share_2035}% in 2035 and {share_2100}% in 2100; M0 has {share_m0_2035}% and {share_m0_2100}% in
the last two. The long fall is the growth of employers' health and pension plans (earnings over
compensation, V.B1), which the pack takes over. The dip of 2025-27 and the recovery to 2035 are
movements of compensation over GDP and of covered over all employment that no table of
assumptions gives; the model has none of them. This is the largest cause of the low cost rate of
2025-28 and of the long life of the reserve.

**Cost of 2025.** Cost per beneficiary rises by {mean_tr_2025} in the report and {mean_m1_2025}
in the model. The report contains the Social Security Fairness Act (Public Law 118-273, signed 5
January 2025): higher benefits for former public employees back to January 2024, arrears paid in
2025. The pack has neither. It raises pensions by the mean CPI of the year before; the law takes
third quarters.

**Retired workers** ({retired_2050} in 2050, {retired_2100} in 2100). Per person aged 65 and over
the report has {retired_tr_2024} in 2024, {retired_tr_2050} in 2050 and {retired_tr_2100} in
2100; the model goes up to {retired_m1_2050} in 2050 and comes back to {retired_m1_2100}. This
wave is in the past careers: they are not read from data but made from the contributors of 2024
by age (flag `imputed`), so that more of those now in mid-career qualify than later, when the
careers are the model's own. Ages of award change with the law only.

**Disabled workers** ({disabled_2050} in 2050). Awards by age stay at the rate of 2024, a low; in
the report prevalence, adjusted for age and sex, returns from {prevalence_2024} per thousand
insured in 2024 to {prevalence_2050} in 2050 (it was 46 in 2014). At mean cost the difference
would be worth {disabled_cost} points of payroll in 2050.

**Survivors** ({survivors_2028} in 2028, {survivors_2100} in 2100). The Trustees' number falls
from {survivors_tr} million, because more widows have a higher pension of their own. The model
holds the share who draw a survivor's pension; it falls only with the number of deaths of the
married.

**Income rate.** Contributions of 2024 were {tax_2024}% of payroll (12.40% by law, the rest
adjustments for earlier years); the model keeps that, the report goes to {tax_2050}% by way
of {tax_2027}% in 2027. The tax on benefits was {benefit_tax_2024}% of cost in 2024 and rises
to {benefit_tax_2100}% in 2100 in the report, since its thresholds are not
indexed; the model holds it. The two errors offset each other.

**Reserve at the end of 2030.** {reserve_tr} billion in the report, {reserve_m1} (M1) and
{reserve_m0} (M0) in the model. Summed over 2025-30:

{fund}

## What was fitted to this projection

Chosen by hand while looking at the Trustees' results; agreement of the series named is no
evidence for the model. All are constants.

| Parameter of `schemes.oasdi` | Value | Chosen so that |
|---|---|---|
| `exit_rate`, `reentry_share` | 0.05, 0.8 | retired workers follow V.C4 |
| `award_factor` (old age, disability) | 1.08 | cost of old age follows IV.B3 to 2035 |
| `survivor_takeup` | 0.22 widows, 0.022 widowers | survivors of the first years follow V.C4 |
| `mortality_multiplier` (disability) | 2.3 | disabled workers of the first years follow V.C5 |

Fitted to the base year only: the spread of earnings (`earnings_cv`) to taxable payroll,
incidence of disability to the awards of 2024, pensioners by type to their numbers, all
add-factors to the accounts. Assumed without source: ages of award, pensioners by age, children
and spouses.
"""


# --------------------------------------------------------------------------- charts

COLOURS = {"Trustees": "#1a1a1a", "M1": "#0b6fb8", "M0": "#d9730d"}
DASHES = {"Trustees": "-", "M1": "-", "M0": (0, (5, 2))}
WIDTHS = {"Trustees": 2.4, "M1": 1.6, "M0": 1.6}
# Title, unit, series of a frame (and of the Trustees), lowest value of the axis, last year.
Panel = tuple[str, str, Callable[[pd.DataFrame, pd.DataFrame], pd.Series], float, int]


def _panel(key: str, title: str, label: str, low: float = 0.0, last: int = YEARS[-1]) -> Panel:
    return title, label, lambda frame, reference: frame[key], low, last


FIGURES: dict[str, Sequence[Panel]] = {
    "usa_trustees_people": (
        _panel("population", "Population, 1 July", "million"),
        _panel("population_65", "Population aged 65 and over", "million"),
        _panel("covered", "Covered workers, any time of the year", "million"),
    ),
    "usa_trustees_beneficiaries": (
        _panel("retired", "Retired workers", "million"),
        _panel("disabled", "Disabled workers", "million"),
        _panel("survivors", "Survivors", "million"),
    ),
    "usa_trustees_finance": (
        _panel("cost_rate", "Cost rate", "% of taxable payroll"),
        _panel("income_rate", "Income rate (axis from 12)", "% of taxable payroll", 12.0),
        _panel("fund_ratio", "Trust-fund ratio, start of year", "% of the year's cost", 0.0, 2040),
    ),
    "usa_trustees_economy": (
        (
            "GDP at current prices (axis from 80)",
            "Trustees = 100",
            lambda frame, reference: 100 * frame["gdp"] / reference["gdp"],
            80.0,
            YEARS[-1],
        ),
        _panel("payroll_share", "Taxable payroll (axis from 30)", "% of GDP", 30.0),
        _panel("cost_share", "OASDI cost", "% of GDP"),
    ),
}  # fmt: skip


def draw(folder: Path, reference: pd.DataFrame, runs: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Draw every figure into a folder."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, panels in FIGURES.items():
        figure, axes = plt.subplots(1, len(panels), figsize=(13, 4.1), dpi=110)
        for axis, (title, label, take, low, last) in zip(axes, panels, strict=True):
            for who, frame in {"Trustees": reference, **runs}.items():
                series = take(frame, reference).loc[:last].dropna()
                axis.plot(
                    series.index,
                    series,
                    label=who if who == "Trustees" else f"Model, {who}",
                    color=COLOURS[who],
                    linestyle=DASHES[who],
                    linewidth=WIDTHS[who],
                )
            axis.set_title(title, fontsize=11, loc="left")
            axis.set_ylabel(label, fontsize=9)
            axis.set_xlim(YEARS[0], last)
            axis.set_xticks([YEARS[0], *range(2040, last, 20), last])
            top = max(line.get_ydata().max() for line in axis.get_lines())
            axis.set_ylim(low, low + 1.08 * (top - low))
            axis.grid(axis="y", color="#dddddd", linewidth=0.6)
            axis.spines[["top", "right"]].set_visible(False)
            axis.tick_params(labelsize=9)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="lower center", ncols=len(labels), frameon=False, fontsize=10
        )
        figure.tight_layout(rect=(0, 0.07, 1, 1), w_pad=2.0)
        target = folder / f"{name}.png"
        figure.savefig(target, metadata={"Software": None})
        plt.close(figure)
        written.append(target)
    return written


def main(arguments: Sequence[str] = ()) -> None:
    """Write the page and its charts (of another pack folder, or elsewhere, if named)."""
    country = arguments[0] if arguments else "USA"
    docs = Path(arguments[1]) if len(arguments) > 1 else DOCS
    reference = trustees()
    runs = {closure: model(run(closure, country)) for closure in CLOSURES}
    draw(docs / "figures", reference, runs)
    (docs / PAGE).write_text(page(reference, runs), encoding="utf-8")
    print(docs / PAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
