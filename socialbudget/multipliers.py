"""Multipliers of a calibrated model: three standard shocks, several closures side by side.

Each shock starts in the first projected year and lasts. What it does is the difference from the
baseline under the same closures, on impact, after 5 and after 30 years (method 3.6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from socialbudget.closures import FISCAL, FISCAL_PATH, MACRO, MACRO_PATH
from socialbudget.contract import Array
from socialbudget.ensemble import project
from socialbudget.errors import ConvergenceError, IdentityError, PackError
from socialbudget.pack import Pack
from socialbudget.report.comparison import SHOWN
from socialbudget.results import Results
from socialbudget.scenario import EMPTY, Change, Scenario

HORIZONS = (0, 5, 30)
"""Years after the shock."""
FISCAL_SHOWN = (0, 1)
POINT = 0.01
CHILD_BENEFIT = "universal_child_benefit"
"""The benefit that stands for cash benefits: dormant in every pack, so no rule is bent."""
SEX = ("women", "men")

LEVERS: tuple[tuple[str, str], ...] = (
    ("household.mpc_labour", "consumption out of labour income"),
    ("household.mpc_benefits", "consumption out of benefits"),
    ("household.mpc_property", "consumption out of property income"),
    ("labour_market.beta_tau", "contributions and equilibrium unemployment"),
    ("labour_market.beta_ui", "unemployment benefits and equilibrium unemployment"),
    ("labour_market.okun", "unemployment and output gap"),
    ("labour_market.wage_curve_elasticity", "labour share and unemployment"),
    ("labour_market.kappa_tau", "contributions and formality"),
    ("labour_market.kappa_y", "productivity and formality"),
    ("labour_market.kappa_gap", "output gap and formality"),
    ("labour_market.theta_ret", "pensionable age and exit from work"),
    ("participation.return_elasticity", "net return to work and participation"),
    ("macroeconomy.labour_share", "labour in production"),
    ("macroeconomy.theta_investment", "who closes the saving gap under M1"),
    ("macroeconomy.investment_speed", "adjustment of capital"),
    ("macroeconomy.kappa_p", "output gap and inflation"),
    ("government.debt_rule_level", "income tax and distance of debt from target (F1)"),
    ("government.debt_rule_change", "income tax and rise of debt (F1)"),
)
"""Elasticities that decide the table, and what each ties together."""


@dataclass(frozen=True)
class Shock:
    """A standard shock: the changes it makes, given the baseline it is measured against."""

    key: str
    title: str
    changes: Callable[[Pack, Results], tuple[Change, ...]]


@dataclass(frozen=True)
class Outcome:
    """A figure whose change is shown, in percent (`relative`) or in percentage points."""

    label: str
    relative: bool
    value: Callable[[Results], Array]

    def change(self, reform: Results, baseline: Results) -> Array:
        """Change by year, ``float64[year]``, in percent or points."""
        a, b = self.value(reform), self.value(baseline)
        return 100.0 * (a / b - 1.0) if self.relative else 100.0 * (a - b)


@dataclass(frozen=True)
class Multipliers:
    """Effects of all shocks.

    Attributes
    ----------
    pack : Pack
    first : int
        Year of the shocks.
    macro, fiscal : tuple of int
        Closures.
    effects : float64[shock, fiscal, macro, horizon, outcome]
        Percent or percentage points; NaN without a result.
    titles : tuple of str
        Of the shocks.
    failures : tuple of str
        Why a run has no result.
    """

    pack: Pack
    first: int
    macro: tuple[int, ...]
    fiscal: tuple[int, ...]
    effects: Array
    titles: tuple[str, ...]
    failures: tuple[str, ...]


def _scalar(name: str) -> Callable[[Results], Array]:
    return lambda r: r[name][:, 0]


def _of_sex(sex: int) -> Callable[[Results], Array]:
    return lambda r: r["labour_accounts.participation_rate_by_sex"][:, 0, sex]


def _net_debt(r: Results) -> Array:
    """Public debt less the reserves of government schemes, over GDP."""
    public = [pos for pos, z in enumerate(r.coords["scheme"])
              if r.pack.schemes[str(z)].sector == "government"]  # fmt: skip
    reserves = r["scheme_accounts.reserve"][:, 0, public].sum(axis=1)
    net: Array = (r["government.debt"][:, 0] - reserves) / r["macroeconomy.gdp"][:, 0]
    return net


OUTCOMES = (
    Outcome("Real GDP", True, _scalar("macroeconomy.gdp_real")),
    Outcome("Employment", True, _scalar("labour_market.total_employment")),
    Outcome("Formal share", False, _scalar("labour_market.formal_share")),
    Outcome(
        "Real wage", True,
        lambda r: r["labour_market.average_wage"][:, 0] / r["prices.consumer_price_index"][:, 0],
    ),
    Outcome(
        "Public debt/GDP", False,
        lambda r: r["government.debt"][:, 0] / r["macroeconomy.gdp"][:, 0],
    ),
    Outcome("Debt less reserves/GDP", False, _net_debt),
    *(Outcome(f"Participation, {sex}", False, _of_sex(i)) for i, sex in enumerate(SEX)),
)  # fmt: skip


def widest_insurance(pack: Pack, baseline: Results) -> str:
    """The public insurance with the largest insured earnings in the base year.

    Raises
    ------
    PackError
        When the pack has none.
    """
    earnings = baseline["contributions.insured_earnings_total"][0, 0]
    public = [
        (float(earnings[k]), str(z))
        for k, z in enumerate(baseline.coords["insurance"])
        if pack.schemes[str(z)].sector == "government"
    ]
    if not public:
        raise PackError(
            f"pack '{pack.iso3}'", ["no contributory scheme of the government: no rate to raise"]
        )
    return max(public)[1]


def _lasting(pack: Pack, **fields: Any) -> Change:
    """A change from the first projected year on."""
    return Change.model_validate({"from": pack.base_year + 1, **fields})


def _contributions(pack: Pack, baseline: Results) -> tuple[Change, ...]:
    z = widest_insurance(pack, baseline)
    return (
        _lasting(
            pack, path=f"schemes.{z}.contribution_rate", add=POINT / 2.0,
            where={"payer": ["employer", "employee"]},
        ),
    )  # fmt: skip


def _benefits(pack: Pack, baseline: Results) -> tuple[Change, ...]:
    """Amounts at which the benefit costs 1 percent of the baseline's GDP in every year."""
    z = CHILD_BENEFIT
    eligible = baseline[f"{z}.eligible_population"][:, 0]
    amount = baseline.parameters[f"schemes.{z}.benefit_amount"][:, 0]
    cost = (eligible * amount).sum(axis=1) * baseline[f"{z}.index"][:, 0]
    factor = POINT * baseline["macroeconomy.gdp"][:, 0] / cost
    years = baseline.years
    return (
        _lasting(pack, path=f"schemes.{z}.coverage", set=1.0),
        Change(
            path=f"schemes.{z}.benefit_amount",
            scale={y: float(f) for y, f in zip(years[1:], factor[1:], strict=True)},
        ),
    )


def _pensionable_age(pack: Pack, baseline: Results) -> tuple[Change, ...]:
    return (
        _lasting(pack, path="schemes.*.pensionable_age", add="1 year"),
        _lasting(pack, path="labour_market.pensionable_age", add="1 year"),
    )


SHOCKS = (
    Shock(
        "contributions",
        "Contribution rates up by 1 point of insured earnings, half by employers",
        _contributions,
    ),
    Shock("benefits", "Cash benefits up by 1 percent of GDP, for children", _benefits),
    Shock(
        "pensionable_age", "Pensionable age up by 1 year, in schemes and at work", _pensionable_age
    ),
)


def closing(macro: int, fiscal: int) -> Scenario:
    """The closures as a scenario of their own, under a reform."""
    changes = (Change(path=MACRO_PATH, set=macro), Change(path=FISCAL_PATH, set=fiscal))
    return Scenario(f"{EMPTY.title} {MACRO[macro][0]} {FISCAL[fiscal][0]}", (changes,))


def multipliers(
    pack: Pack,
    *,
    macro: Sequence[int] = SHOWN,
    fiscal: Sequence[int] = FISCAL_SHOWN,
    progress: Callable[[str], None] | None = None,
) -> Multipliers:
    """Effects of the standard shocks under each pair of closures.

    A run without a solution leaves NaN and its reason.
    """
    macro, fiscal = tuple(macro), tuple(fiscal)
    last = pack.base_year + 1 + HORIZONS[-1]
    effects = np.full((len(SHOCKS), len(fiscal), len(macro), len(HORIZONS), len(OUTCOMES)), np.nan)
    places = [1 + h for h in HORIZONS]

    def pair(at: tuple[int, int]) -> list[str]:
        i, j = at
        rules = closing(macro[j], fiscal[i])
        if progress is not None:
            progress(f"Closures {MACRO[macro[j]][0]} {FISCAL[fiscal[i]][0]}")
        base = project(pack, rules, to=last)
        failed = []
        for k, shock in enumerate(SHOCKS):
            reform = Scenario(shock.title, (shock.changes(pack, base),))
            try:
                result = project(pack, reform.over(rules), to=last)
            except (ConvergenceError, IdentityError) as error:
                failed.append(
                    f"{shock.title}, {MACRO[macro[j]][0]} {FISCAL[fiscal[i]][0]}: {error}"
                )
                continue
            for n, outcome in enumerate(OUTCOMES):
                effects[k, i, j, :, n] = outcome.change(result, base)[places]
        return failed

    cells = [(i, j) for i in range(len(fiscal)) for j in range(len(macro))]
    with ThreadPoolExecutor(2) as pool:
        failures = [text for found in pool.map(pair, cells) for text in found]
    titles = tuple(shock.title for shock in SHOCKS)
    return Multipliers(pack, pack.base_year + 1, macro, fiscal, effects, titles, tuple(failures))


LABEL, COLUMN = 27, 6


def multiplier_table(m: Multipliers) -> str:
    """The effects as text: a block for each shock, closures side by side at each horizon."""
    groups = [f"{'on impact' if h == 0 else f'after {h} years'}" for h in HORIZONS]
    width = COLUMN * len(m.macro)
    codes = "".join(MACRO[c][0].rjust(COLUMN) for c in m.macro)
    lines = [
        f"{m.pack.manifest.name}: shocks from {m.first} on, against the baseline of the same "
        "closures",
        "% change in percent, pt in percentage points",
    ]
    for k, title in enumerate(m.titles):
        lines += ["", title]
        lines.append(" " * (LABEL + 4) + " ".join(g.center(width) for g in groups))
        lines.append(" " * (LABEL + 4) + " ".join(codes for _ in groups))
        for n, outcome in enumerate(OUTCOMES):
            unit = "%" if outcome.relative else "pt"
            for i, f in enumerate(m.fiscal):
                label = f"{outcome.label} ({unit})" if i == 0 else ""
                cells = " ".join(
                    "".join(_cell(m.effects[k, i, j, h, n]) for j in range(len(m.macro)))
                    for h in range(len(HORIZONS))
                )
                lines.append(f"{label:{LABEL}}{FISCAL[f][0]:>4}{cells}")
    lines += ["", *_key(m)]
    lines += [f"No result: {text}" for text in m.failures]
    return "\n".join(line.rstrip() for line in lines)


def _key(m: Multipliers) -> list[str]:
    used = [MACRO[c] for c in m.macro] + [FISCAL[f] for f in m.fiscal]
    lines = [f"{code}  {words}" for code, words in used]
    if 0 in m.macro:
        lines.append("Under M0 output is an assumption: its 0 is no finding.")
    return lines


def _cell(value: float) -> str:
    if not np.isfinite(value):
        return "-".rjust(COLUMN)
    text = f"{value:+.2f}" if abs(value) < 9.995 else f"{value:+.1f}"
    return ("0" if text in ("+0.00", "-0.00") else text).rjust(COLUMN)


def sources_table(pack: Pack) -> str:
    """The elasticities behind the table: value, flag and source, from the pack."""
    rows = []
    for path, what in LEVERS:
        if path not in pack.entries:
            continue
        values = pack.entries[path].values
        low, high = float(values.min()), float(values.max())
        shown = f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
        flag = "/".join(sorted(pack.flag_shares(path)))
        sources = sorted(pack.shares(path, "source"))
        text = "; ".join(_source(pack, s) for s in sources)
        rows.append((what, shown, flag, text))
    return "\n".join(f"{w:52}{v:>15}  {f:10} {s}".rstrip() for w, v, f, s in rows)


def _source(pack: Pack, key: str) -> str:
    entry = pack.manifest.sources[key]
    return ": ".join(part for part in (entry.publisher, entry.title) if part)


def report(pack: Pack, progress: Callable[[str], None] | None = None) -> str:
    """What the command prints: the table, and under it where its elasticities come from."""
    found = multipliers(pack, progress=progress)
    return "\n".join(
        [multiplier_table(found), "", "Elasticities, with their flags and sources in the pack",
         sources_table(pack)]
    )  # fmt: skip
