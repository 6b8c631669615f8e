"""What a run and a pack look like in a terminal of 80 to 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from socialbudget.contract import Array
from socialbudget.pack import FLAGS, Pack, available_packs, countries_folder, load_pack
from socialbudget.projection import IDENTITY_TOLERANCE
from socialbudget.report import tables
from socialbudget.report.contrast import contrast_text
from socialbudget.report.tables import words
from socialbudget.results import Results

WIDTH = 96
LABEL = 36
COLUMN = 10
NO_SCHEMES = "No schemes: the pack holds the inputs of population and rapid assessment only"

# Groups of functions that a reader can take in at a glance.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Old age and survivors": ("old_age", "survivors"),
    "Health and long-term care": ("health_care", "long_term_care"),
    "Family and maternity": ("family", "maternity"),
    "Disability, sickness, work injury": ("disability", "sickness", "employment_injury"),
    "Unemployment": ("unemployment",),
    "Housing and social assistance": ("housing", "social_assistance"),
}


@dataclass(frozen=True)
class Line:
    """One indicator by year: `values[part, year]`; several parts are shown as ``a / b``."""

    label: str
    values: Array
    decimals: int = 1
    signed: bool = False

    def text(self, picks: Sequence[int]) -> str:
        """The line for the years chosen; parts lose decimals rather than run into each other."""
        parts = np.atleast_2d(self.values)[:, picks]
        for decimals in range(self.decimals, -1, -1):
            cells = [
                "/".join(_number(v, decimals, self.signed) for v in parts[:, i])
                for i in range(len(picks))
            ]
            if max(map(len, cells)) < COLUMN:
                break
        return _cut(self.label, LABEL).ljust(LABEL) + "".join(
            " " + c.rjust(COLUMN - 1) for c in cells
        )


def summary(results: Results, baseline: Results | None = None) -> str:
    """A run in about thirty lines: the main figures, what a reform changes, and the checks.

    Parameters
    ----------
    results : Results
        The run; with several draws its means are shown.
    baseline : Results, optional
        Adds the differences of the run from it.

    Returns
    -------
    str
    """
    manifest = results.pack.manifest
    picks = chosen_years(results.years)
    lines = [
        f"{manifest.name}, {results.years[0]}-{results.years[-1]}: {results.scenario.title}",
        f"Pack {results.pack.iso3} {manifest.version} ({manifest.status}), {manifest.currency}, "
        f"hash {results.pack.hash[:12]}{_unlike_shipped(results.pack)}"
        + (f"; means of {results.draws} draws" if results.draws > 1 else ""),
    ]
    lines += [f"Closure {code}, {text}" for code, text in tables.closures(results).values()]
    lines += ["", " " * LABEL + "".join(str(results.years[i]).rjust(COLUMN) for i in picks)]
    lines += [line.text(picks) for line in _main_lines(results)]
    if baseline is not None:
        lines += ["", f"Change against '{baseline.scenario.title}'"]
        lines += [line.text(picks) for line in _change_lines(results, baseline)]
        lines += ["", "The economy, under two macro closures", contrast_text(results, baseline)]
    lines += ["", *_wrapped(identity_line(results)), *_wrapped(caution(results))]
    return "\n".join(line.rstrip() for line in lines)


def describe_pack(pack: Pack) -> str:
    """A pack in words: its schemes, its sources and how firm its values are.

    Parameters
    ----------
    pack : Pack

    Returns
    -------
    str
    """
    manifest = pack.manifest
    lines = [
        f"{manifest.name} ({pack.iso3}), pack {manifest.version}: {manifest.status}, level "
        f"{manifest.level}, base year {manifest.base_year}",
        f"{len(pack.entries)} parameters, {pack.count():,} values, {manifest.currency} at "
        f"{manifest.price_basis}, hash {pack.hash[:12]}",
        "",
        *(_scheme_lines(pack) if pack.schemes else [NO_SCHEMES]),
    ]
    lines += ["", "How firm the values are"]
    firm = {"parameters, switches left out": parameter_flags(pack)}
    if pack.schemes:
        firm = {"expenditure of the base year": amount_flags(pack), **firm}
    for what, shares in firm.items():
        told = ", ".join(f"{flag} {100.0 * shares[flag]:.0f}%" for flag in FLAGS)
        lines.append(f"  {what}: {told}")
    used = _uses(pack)
    lines += ["", "Sources, with the number of parameters that rest on each"]
    for key, source in sorted(manifest.sources.items(), key=lambda item: -used.get(item[0], 0)):
        text = f"{source.publisher}: {source.title}" if source.publisher else source.title
        licence = f" [{_cut(source.licence, 24)}]"
        head = f"  {used.get(key, 0):4}  "
        lines.append(head + _cut(text, WIDTH - len(head) - len(licence)) + licence)
    return "\n".join(line.rstrip() for line in lines)


def _scheme_lines(pack: Pack) -> list[str]:
    """The schemes by institution with their expenditure in the base year."""
    gdp = base_gdp(pack)
    lines = [
        f"{len(pack.schemes)} schemes, by institution (* private, outside government)",
        f"  {'':48}{'kind':25}{'% of GDP':>9}  amount",
    ]
    by_institution: dict[str, list[str]] = {}
    for name, scheme in pack.schemes.items():
        by_institution.setdefault(scheme.institution, []).append(name)
    total = 0.0
    for institution, names in by_institution.items():
        lines.append(_cut(institution, WIDTH))
        for name in names:
            scheme = pack.schemes[name]
            spending = base_expenditure(pack, name)
            total += spending
            title = _cut(scheme.title, 45) + (" *" if scheme.sector == "private" else "")
            shown = f"{100.0 * spending / gdp:.2f}" if spending else "dormant"
            flag = amount_flag(pack, name) if spending else ""
            lines.append(f"  {title:48}{_cut(words(scheme.kind), 24):25}{shown:>9}  {flag}")
    lines.append(f"{'All schemes':75}{100.0 * total / gdp:>9.2f}")
    return lines


def _unlike_shipped(pack: Pack) -> str:
    """A word on a pack folder whose country is shipped too, with other content."""
    if pack.folder.parent == countries_folder() or pack.iso3 not in available_packs():
        return ""
    same = load_pack(pack.iso3).hash == pack.hash
    return "" if same else f" (from {pack.folder}; differs from the shipped pack)"


def chosen_years(years: Sequence[int], most: int = 6) -> list[int]:
    """Positions of a handful of years: the first two, round years between, the last."""
    first, last = years[0], years[-1]
    picks = {first, min(first + 1, last), last}
    apart = max(4, (last - first) // 16)
    for candidate in (2030, 2050, 2075, 2040, 2060, 2085):
        clear = all(abs(candidate - p) >= apart for p in picks)
        if first < candidate < last and clear and len(picks) < most:
            picks.add(candidate)
    return [years.index(y) for y in sorted(picks)]


def identity_line(results: Results) -> str:
    """How many identities were checked, and the largest residual."""
    worst, name, year = 0.0, "", results.years[0]
    for (module, identity), residual in results.identities.items():
        value = float(residual.max())
        if value > worst:
            worst, name = value, f"{identity} ({words(module)})"
            year = results.years[int(np.argmax(residual.max(axis=1)))]
    where = f": {name}, {year}" if name else ""
    return (
        f"Checks: {len(results.identities)} identities hold in every year; largest relative "
        f"residual {worst:.0e}, allowed {IDENTITY_TOLERANCE:.0e}{where}"
    )


def caution(results: Results) -> str:
    """What a reader must know before quoting a long-run figure."""
    text = (
        "Caution: effects on output and jobs beyond about five years depend on the macro closure, "
        "some even in sign. Quote them only under several (socialbudget compare)."
    )
    debt = (
        tables.mean(results, "government.debt")[-1] / tables.mean(results, "macroeconomy.gdp")[-1]
    )
    start = tables.mean(results, "government.debt")[0] / tables.mean(results, "macroeconomy.gdp")[0]
    if debt > max(1.5, start + 0.5):
        text += (
            f" Debt reaches {100 * debt:,.0f}% of GDP in {results.years[-1]}: that path could not "
            "be financed; read it as the size of the adjustment that is needed."
        )
    return text


def base_gdp(pack: Pack) -> float:
    """GDP of the base year from the expenditure side (LCU/year)."""
    parts = {
        "private_consumption": 1.0,
        "government_consumption": 1.0,
        "investment": 1.0,
        "exports": 1.0,
        "imports": -1.0,
    }
    return sum(sign * _scalar(pack, f"macroeconomy.{part}") for part, sign in parts.items())


def base_expenditure(pack: Pack, scheme: str) -> float:
    """Benefit expenditure of a scheme in the base year (LCU/year)."""
    return _scalar(pack, f"schemes.{scheme}.base_expenditure")


def amount_flag(pack: Pack, scheme: str) -> str:
    """Weakest flag among the non-zero rows of a scheme's expenditure in the base year."""
    rows = pack.provenance(f"schemes.{scheme}.base_expenditure")
    flags = set(rows.loc[rows["value"] != 0.0, "flag"].astype(str))
    return max(flags, key=FLAGS.index, default="")


def parameter_flags(pack: Pack) -> dict[str, float]:
    """Share of each flag, every parameter with the same weight.

    Parameters that are 0 or 1 throughout (no floor, no earmarked tax, coverage 1) are switches and
    no data: they are left out.
    """
    shares = dict.fromkeys(FLAGS, 0.0)
    data = [e for e in pack.entries.values() if not np.isin(e.values, (0.0, 1.0)).all()]
    for entry in data:
        for name, share in pack.flag_shares(entry.path).items():
            shares[name] += share / len(data)
    return shares


def amount_flags(pack: Pack) -> dict[str, float]:
    """Share of each flag in the base year's expenditure, by the weakest flag of each amount."""
    money = dict.fromkeys(FLAGS, 0.0)
    for scheme in pack.schemes:
        spending = base_expenditure(pack, scheme)
        if spending:
            money[amount_flag(pack, scheme)] += spending
    total = sum(money.values())
    return {flag: amount / total for flag, amount in money.items()}


def _main_lines(r: Results) -> list[Line]:
    gdp = tables.mean(r, "macroeconomy.gdp")
    people = tables.mean(r, "demography.population")
    mid = tables.mean(r, "demography.population_midyear").sum(axis=1)
    growth = np.full(len(r.years), np.nan)
    real = tables.mean(r, "macroeconomy.gdp_real")
    growth[1:] = 100.0 * (real[1:] / real[:-1] - 1.0)
    part = tables.mean(r, "labour_accounts.participation_rate_by_sex").T
    out = [
        Line("Population, 31 December (m)", people.sum(axis=(1, 2)) / 1e6),
        Line("  aged 65+ per 100 aged 20-64", 100.0 * mid[:, 65:].sum(1) / mid[:, 20:65].sum(1)),
        Line("GDP growth, real (%)", growth),
        Line("Employment (m)", tables.mean(r, "labour_market.total_employment") / 1e6),
        Line(
            "Unemployment (% of labour force)",
            100.0 * tables.mean(r, "labour_market.unemployment_rate"),
        ),
        Line("  women/men", 100.0 * tables.mean(r, "labour_accounts.unemployment_rate_by_sex").T),
        Line("Participation 15+, women/men (%)", 100.0 * part),
        Line(
            "Formal employment (% of employment)",
            100.0 * tables.mean(r, "labour_market.formal_share"),
        ),
        Line(
            "Social expenditure (% of GDP)",
            tables.mean(r, "social_accounts.expenditure_percent_gdp"),
        ),
    ]
    by_function = tables.mean(r, "social_accounts.function_percent_gdp")
    functions = r.coords["function"]
    for label, members in GROUPS.items():
        columns = [functions.index(m) for m in members if m in functions]
        values = by_function[:, columns].sum(axis=1)
        if values.any():
            out.append(Line(f"  {label}", values))
    old_age = tables.mean(r, "social_accounts.recipients_by_function")[
        :, functions.index("old_age")
    ].T
    out += [
        Line("Old-age benefits in payment, w/m (m)", old_age / 1e6),
        Line(
            "Women's share of benefits (%)",
            100.0 * tables.mean(r, "indicators.women_share_of_benefits"),
        ),
    ]
    out += _fund_lines(r)
    out += [
        Line(
            "Balance with schemes (% of GDP)",
            100.0 * tables.mean(r, "government.general_balance") / gdp,
        ),
        Line("Public debt (% of GDP)", 100.0 * tables.mean(r, "government.debt") / gdp),
    ]
    for label, name in (
        ("  income tax rate added (points)", "fiscal_rule.income_tax_adjustment"),
        ("  other spending added (%)", "fiscal_rule.spending_adjustment"),
    ):
        change = 100.0 * tables.mean(r, name)
        if change.any():
            out.append(Line(label, change))
    return out


def _fund_lines(r: Results, most: int = 4) -> list[Line]:
    """Cost rate and reserve of the largest institutions whose schemes live on contributions."""
    cost = tables.mean(r, "scheme_accounts.expenditure")
    reserve = tables.mean(r, "scheme_accounts.reserve")
    earnings = tables.mean(r, "contributions.insured_earnings_total")
    insured = r.coords["insurance"]
    schemes = r.coords["scheme"]
    funds: dict[str, list[int]] = {}
    for i, name in enumerate(schemes):
        scheme = r.pack.schemes[str(name)]
        if scheme.contributory and scheme.sector == "government":
            funds.setdefault(scheme.institution, []).append(i)
    largest = sorted(funds, key=lambda f: -float(cost[0, funds[f]].sum()))[:most]
    out = []
    for fund in largest:
        rows = funds[fund]
        # Branches of one fund share their contributors: the widest base is that of the fund.
        base = np.max([earnings[:, insured.index(schemes[i])] for i in rows], axis=0)
        spent = cost[:, rows].sum(axis=1)
        rate = _quotient(100.0 * spent, base)
        stock = reserve[:, rows].sum(axis=1)
        opening = np.concatenate([stock[:1], stock[:-1]])  # of the base year its end is known
        parts = [rate, _quotient(opening, spent)] if stock.any() else [rate]
        out.append(Line(f"  {fund}", np.stack(parts)))
    if out:
        out.insert(0, Line("Funds: cost rate (%)/reserve (years)", np.empty((0, len(r.years)))))
    return out


def _change_lines(reform: Results, base: Results) -> list[Line]:
    def relative(name: str, pick: Callable[[Array], Array] = lambda a: a) -> Array:
        a, b = pick(tables.mean(reform, name)), pick(tables.mean(base, name))
        return 100.0 * (_quotient(a, b) - 1.0)

    def points(get: Callable[[Results], Array]) -> Array:
        return get(reform) - get(base)

    def by_sex(name: str, sex: int) -> Array:
        return relative(name, lambda a: a[:, :, sex].sum(axis=1))

    def rate(name: str, sex: int) -> Array:
        return points(lambda r: 100.0 * tables.mean(r, name)[:, sex])

    money = "social_accounts.expenditure_by_function"
    part = "labour_accounts.participation_rate_by_sex"
    percent_gdp = "social_accounts.expenditure_percent_gdp"
    rows = {
        "Social expenditure (points of GDP)": points(lambda r: tables.mean(r, percent_gdp)),
        "  benefits to women (%)": by_sex(money, 0),
        "  benefits to men (%)": by_sex(money, 1),
        "Participation of women (points)": rate(part, 0),
        "Participation of men (points)": rate(part, 1),
    }
    return [Line(label, values, 2, signed=True) for label, values in rows.items()]


def _number(value: float, decimals: int, signed: bool) -> str:
    if not np.isfinite(value):
        return "-"
    text = f"{value:{'+' if signed else ''},.{decimals}f}"
    zero = f"{0:.{decimals}f}"
    return zero if text.lstrip("+-") == zero else text


def _quotient(top: Array, bottom: Array) -> Array:
    """Quotient, NaN (shown as a dash) where the denominator is 0."""
    out = np.full(np.broadcast(top, bottom).shape, np.nan)
    return np.divide(top, bottom, out=out, where=bottom != 0.0)


def _scalar(pack: Pack, path: str) -> float:
    entry = pack.entries.get(path)
    return 0.0 if entry is None else float(entry.values[0].sum())


def _uses(pack: Pack) -> dict[str, int]:
    """Number of parameters that rest on each source, wholly or in part."""
    used: dict[str, int] = {}
    for path in pack.entries:
        for source in pack.shares(path, "source"):
            used[source] = used.get(source, 0) + 1
    return used


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3].rstrip() + "..."


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
