"""Command line: ``socialbudget population``. Heavy imports happen inside the command."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from socialbudget.report.population import Population
    from socialbudget.scenario import Scenario

LAST_YEAR = 2100
SUBJECTS = ("demography", "participation", "families")
"""First words of the paths that a variant of the population may change."""


@click.command()
@click.argument("country")
@click.option("--to", type=int, default=LAST_YEAR, show_default=True, help="Last year.")
@click.option(
    "--draws",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Draws of fertility, mortality and migration; from 2 on they give bands.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the draws."
)
@click.option(
    "--groups",
    default=None,
    metavar="GROUPS",
    help="Age groups of the table, e.g. '0-14,15-64,65+', or five-year, ten-year, single.",
)
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME",
    help="Variant: name of a shipped scenario, or a scenario file. Repeat to combine.",
)
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="EVENT",
    help="Probability of an event, e.g. 'old_age_ratio > 0.5 by 2060'. Needs --draws. Repeat.",
)
@click.option(
    "--region",
    default=None,
    help="Whose marriage pattern stands in where the pack has no marital status (default: that of "
    "the country's region).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="Output folder (default: out/COUNTRY-population, followed by variants and options).",
)
def population(
    country: str,
    to: int,
    draws: int,
    seed: int,
    groups: str | None,
    variants: tuple[str, ...],
    thresholds: tuple[str, ...],
    region: str | None,
    out: Path | None,
) -> None:
    """Project the population of COUNTRY alone and write tables and a page on it.

    COUNTRY is an ISO3 code or a pack folder. Without --draws the central path is projected; with
    them, fans, bands and probabilities are added.
    """
    begun = time.perf_counter()
    from socialbudget.pack import load_pack

    pack = load_pack(country)
    if to <= pack.base_year:
        raise click.UsageError(
            f"--to {to}: must lie after the base year {pack.base_year} of {pack.iso3}"
        )
    if thresholds and draws < 2:
        raise click.UsageError(
            "--threshold: a probability needs draws of the stochastic drivers; add --draws 1000"
        )
    scenario = _variant(variants)
    if scenario is not None:
        _of_population_alone(scenario)
    if out is None:
        parts = [pack.folder.resolve().name, "population", *(Path(v).stem for v in variants)]
        parts += [f"to{to}"] if to != LAST_YEAR else []
        parts += [f"{draws}draws"] if draws > 1 else []
        out = Path("out") / "-".join(parts)
    from socialbudget.population import (
        has_families,
        parse_age_groups,
        parse_threshold,
        project_population,
    )
    from socialbudget.report import check_output
    from socialbudget.report.population import DEFAULT_GROUPS, Population, write_population

    if region is not None and has_families(pack):
        raise click.UsageError(
            f"--region: the pack of {pack.iso3} holds marital status itself, so no pattern would "
            "stand in; leave the option out"
        )
    asked = tuple(parse_threshold(t) for t in thresholds)
    groups = groups or DEFAULT_GROUPS
    parse_age_groups(groups)
    check_output(out)
    common: dict[str, Any] = {"to": to}
    central = project_population(pack, scenario, families=True, region=region, **common)
    drawn = None
    if draws > 1:
        drawn = project_population(pack, scenario, draws=draws, seed=seed, **common)
    page = Population(central, drawn, groups, asked)
    write_population(page, out)
    click.echo(console_summary(page))
    click.echo(f"\nWritten to {out}/ in {time.perf_counter() - begun:.1f} s:")
    click.echo("  population.html  charts and tables; opens in any browser")
    click.echo("  population.xlsx  key figures, age groups, bands, sources; opens in Excel")
    click.echo("  tables/          long tables with units as Parquet")


def _variant(names: tuple[str, ...]) -> Scenario | None:
    from socialbudget.scenario import Scenario, find_scenario

    whole: Scenario | None = None
    for name in names:
        loaded = Scenario.load(find_scenario(name))
        whole = loaded if whole is None else whole | loaded
    return whole


def _of_population_alone(scenario: Scenario) -> None:
    """Refuse changes of anything else: this command runs no economy and no schemes."""
    from fnmatch import fnmatchcase

    for number, change in enumerate(scenario.changes, 1):
        subject = change.path.partition(".")[0]
        if not any(fnmatchcase(known, subject) for known in SUBJECTS):
            raise click.UsageError(
                f"--variant '{scenario.title}': change {number} is of '{change.path}', but this "
                "command runs the population alone, without economy and schemes; for the whole "
                "model use `socialbudget run COUNTRY --scenario FILE`"
            )


def console_summary(page: Population) -> str:
    """The page in a few lines."""
    from socialbudget.report.population import cards, probability_rows, summary

    pack = page.central.pack
    lines = [
        f"{page.name} ({pack.iso3}): population {page.base}-{page.last}, "
        f"{page.central.scenario.title}"
    ]
    if page.drawn is not None:
        lines[0] += f", {page.drawn.draws} draws (seed {page.drawn.seed})"
    lines.append("")
    years = [str(y) for y in page.horizon]
    lines.append(f"  {'':34}" + "".join(f"{y:>16}" for y in years))
    for card in cards(page):
        unit = card.word if card.word not in ("years", "") else ""
        first = f"{card.value} {unit}".strip()
        values = [first, *(v for _, v in card.later)]
        lines.append(f"  {card.label:34}" + "".join(f"{v:>16}" for v in values))
    lines.append("")
    for paragraph in summary(page):
        lines += _wrapped(f"{paragraph.heading}: {paragraph.text}")
        for item in paragraph.items:
            lines += _wrapped(item, "  - ")
    rows = probability_rows(page)
    if rows:
        lines += ["", "Probabilities (standard error in points):"]
        lines += [
            f"  {p['question']} | {p['event']} {p['year']}: {p['probability']} ({p['error']})"
            for p in rows
        ]
    return "\n".join(lines)


def _wrapped(text: str, lead: str = "") -> list[str]:
    import textwrap

    return textwrap.wrap(text.strip(), 96, initial_indent=lead, subsequent_indent=" " * len(lead))
