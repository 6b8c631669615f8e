"""Command line: run, compare, plan, describe, and checks of packs and scenarios.

Heavy imports happen inside the commands, so that ``socialbudget --help`` answers at once.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from socialbudget import __version__
from socialbudget.cli_floor import floor, packages
from socialbudget.cli_population import population
from socialbudget.errors import ConvergenceError, IdentityError, SocialBudgetError

if TYPE_CHECKING:
    from socialbudget.pack import Pack
    from socialbudget.results import Results
    from socialbudget.scenario import Scenario


LAST_YEAR = 2100


class _Group(click.Group):
    """Shows an error of socialbudget as text, not as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SocialBudgetError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Project a country's social budget: who receives what, who pays, and what it does to
    government, jobs, households, women and men.

    Start with:  socialbudget run ZAF
    """


_scenarios = click.option(
    "--scenario",
    "-s",
    "scenario_names",
    multiple=True,
    metavar="FILE",
    help="Scenario file, or the name of a shipped one. Repeat to combine.",
)
_to = click.option("--to", type=int, default=LAST_YEAR, show_default=True, help="Last year.")
_closure = click.option(
    "--closure",
    type=click.Choice(["M0", "M1", "M2", "M3", "M4"]),
    default=None,
    help="Macro closure: M0 classic, M1 hybrid, M2 demand-led, M3 savings-driven, M4 external "
    "(default: the pack's).",
)
_fiscal = click.option(
    "--fiscal",
    type=click.Choice(["F0", "F1", "F2", "F3"]),
    default=None,
    help="Fiscal closure: F0 debt floats, F1 income tax, F2 other spending, F3 contribution rates "
    "(default: the pack's).",
)


@main.command()
@click.argument("country")
@_scenarios
@_to
@click.option(
    "--draws",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of draws of the stochastic drivers.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the draws."
)
@_closure
@_fiscal
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="Output folder (default: out/COUNTRY, followed by scenarios and options).",
)
def run(
    country: str,
    scenario_names: tuple[str, ...],
    to: int,
    draws: int,
    seed: int,
    closure: str | None,
    fiscal: str | None,
    out: Path | None,
) -> None:
    """Project COUNTRY (an ISO3 code or a pack folder) and write tables, workbook and report."""
    begun = time.perf_counter()
    with _steps() as step:
        step("Reading the pack")
        pack, closing, reform = _inputs(country, scenario_names, closure, fiscal)
        _check_last_year(pack, to)
        if out is None:
            options = (closure, fiscal, f"to{to}" if to != LAST_YEAR else None)
            parts = [Path(n).stem for n in scenario_names] + [o for o in options if o]
            parts += [f"{draws}draws"] if draws > 1 else []
            out = Path("out") / "-".join([pack.folder.resolve().name, *parts])
        from socialbudget.report import check_output

        check_output(out)
        baseline = None
        seed_used = seed if draws > 1 else None
        step("Loading the model (the first run on a machine compiles it, up to a minute)")
        from socialbudget.ensemble import project

        if reform is not None:
            baseline = project(
                pack,
                closing,
                to=to,
                draws=draws,
                seed=seed_used,
                progress=_progress(step, "Baseline", pack, to),
            )
        scenario = closing if reform is None else _composed(reform, closing)
        results = project(
            pack,
            scenario,
            to=to,
            draws=draws,
            seed=seed_used,
            progress=_progress(step, "Projecting", pack, to),
        )
        step("Writing tables, workbook and report")
        from socialbudget.report import write_output

        write_output(results, out, baseline)
    _summary(results, baseline)
    click.echo(f"\nWritten to {out}/ in {time.perf_counter() - begun:.1f} s:")
    click.echo("  report.html     charts and tables; opens in any browser")
    click.echo(
        "  workbook.xlsx   inputs, assumptions, T1-T6, labour, macro, indicators; opens in Excel"
    )
    click.echo("  tables/         every variable as Parquet, with manifest.json to run it again")


@main.command()
@click.argument("country")
@click.argument("scenario_names", nargs=-1, required=True, metavar="SCENARIO...")
@_to
@click.option(
    "--closure",
    "closures",
    multiple=True,
    type=click.Choice(["M0", "M1", "M2", "M3", "M4"]),
    help="Macro closure; repeat for several (default: M1, M3, M4 and M0).",
)
@_fiscal
def compare(
    country: str,
    scenario_names: tuple[str, ...],
    to: int,
    closures: tuple[str, ...],
    fiscal: str | None,
) -> None:
    """Compare each SCENARIO with the baseline of COUNTRY, under several macro closures.

    Long-run macro effects depend on the closure, so several are shown unless --closure names one.
    """
    from socialbudget.pack import load_pack
    from socialbudget.scenario import Scenario, find_scenario

    pack = load_pack(country)
    reforms = [Scenario.load(find_scenario(name)) for name in scenario_names]
    with _steps() as step:
        step("Loading the model (the first run on a machine compiles it, up to a minute)")
        from socialbudget.ensemble import project
        from socialbudget.report.comparison import comparison_table, shown_closures

        pairs, without = [], []
        for name in dict.fromkeys(closures) or shown_closures():
            closing = _closing(name, fiscal)
            base = project(pack, closing, to=to, progress=_progress(step, "Baseline", pack, to))
            for reform in reforms:
                label = f"{reform.title} ({name})"
                try:
                    result = project(
                        pack,
                        _composed(reform, closing),
                        to=to,
                        progress=_progress(step, reform.title, pack, to),
                    )
                except (IdentityError, ConvergenceError) as error:
                    without.append((label, error))
                else:
                    pairs.append((label, result, base))
    if pairs:
        click.echo(comparison_table(pairs))
    for label, reason in without:
        click.echo(f"\nNo result: {label}\n  {reason}", err=True)
        if "(M0)" in label:
            click.echo(
                "  Under M0 output is given from outside, whoever is there to work.", err=True
            )
    if not pairs:
        sys.exit(1)


@main.command()
@click.argument("country")
def multipliers(country: str) -> None:
    """Show what contributions, benefits and pensionable age do in COUNTRY, by closure.

    Three standard shocks; output, jobs, formality, wages, debt and participation on impact, after 5
    and after 30 years, under several closures side by side, with the source of each elasticity.
    """
    from socialbudget.pack import load_pack

    pack = load_pack(country)
    with _steps() as step:
        step("Loading the model (the first run on a machine compiles it, up to a minute)")
        from socialbudget.multipliers import report

        text = report(pack, step)
    click.echo(text)


@main.command()
@click.argument("country")
@_to
def gender(country: str, to: int) -> None:
    """Run the six standard gender experiments in COUNTRY under two macro closures."""
    from socialbudget.pack import load_pack

    pack = load_pack(country)
    _check_last_year(pack, to)
    with _steps() as step:
        step("Loading the model (the first run on a machine compiles it, up to a minute)")
        from socialbudget.gender import report

        text = report(pack, to=to, progress=step)
    click.echo(text)


@main.command()
@click.argument("country")
@click.option(
    "--equations",
    is_flag=True,
    help="Print the equations solved within a year, and what each determines.",
)
@_closure
@_fiscal
def plan(country: str, equations: bool, closure: str | None, fiscal: str | None) -> None:
    """Print the order of computation for COUNTRY: blocks, modules and what feeds back."""
    from socialbudget.modules import build_modules
    from socialbudget.pack import load_pack
    from socialbudget.plan import build_plan, plan_text

    pack = load_pack(country)
    if equations:
        from socialbudget.closures import closing_of, equations_text
        from socialbudget.ensemble import prepare

        built, parameters = prepare(pack, _closing(closure, fiscal))
        click.echo(equations_text(built, closing_of(parameters), pack))
        return
    if closure or fiscal:
        raise click.UsageError("--closure and --fiscal change the equations: add --equations")
    click.echo(plan_text(build_plan(build_modules(pack), pack.coords)))


@main.command()
@click.argument("country", required=False)
def describe(country: str | None) -> None:
    """Describe the pack of COUNTRY: schemes, sources, flags. Without COUNTRY, list the packs."""
    if country is None:
        _list_countries("")
        return
    from socialbudget.pack import load_pack
    from socialbudget.report.console import describe_pack

    click.echo(describe_pack(load_pack(country)))


@main.command()
@click.option("--filter", "text", default="", help="Only those whose code or name holds this text.")
def countries(text: str) -> None:
    """List the countries and areas that packs are shipped for."""
    _list_countries(text)


def _list_countries(text: str) -> None:
    from socialbudget.pack import find_packs

    found = find_packs(text)
    if not found:
        raise SocialBudgetError(
            f"no country's code or name holds '{text}'; `socialbudget countries` lists them all"
        )
    for iso3, head in found.items():
        click.echo(
            f"{iso3}  {head.name:44} level {head.level}, base year {head.base_year}, "
            f"{head.currency}, {head.status}"
        )


@main.group()
def pack() -> None:
    """Check and seal country packs."""


@pack.command("check")
@click.argument("country")
@_to
def pack_check(country: str, to: int) -> None:
    """Check the pack of COUNTRY against everything the model will ask of it."""
    from socialbudget.ensemble import check_rapid, prepare
    from socialbudget.modules import FULL_LEVEL
    from socialbudget.pack import load_pack

    loaded = load_pack(country)
    without: list[str] = []
    if loaded.manifest.level < FULL_LEVEL:
        without = check_rapid(loaded, to=to)
    else:
        prepare(loaded, to=to)
    click.echo(
        f"{loaded.iso3} {loaded.manifest.version}: good. Level {loaded.manifest.level}, "
        f"{len(loaded.entries)} parameters, {loaded.count():,} values, {len(loaded.schemes)} "
        f"schemes, hash {loaded.hash[:12]}"
    )
    for path in without:
        click.echo(f"  without {path}: what rests on it is left out or refused")


@pack.command("seal")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def pack_seal(folder: Path) -> None:
    """After an edit meant to stay: write row counts and content hashes into pack.toml."""
    from socialbudget.pack import seal

    changed = seal(folder)
    click.echo(f"sealed: {', '.join(changed)}" if changed else "nothing had changed")


@main.group()
def scenario() -> None:
    """Check scenarios, and list the shipped ones."""


@scenario.command("check")
@click.argument("file")
@click.argument("countries", nargs=-1)
@_to
def scenario_check(file: str, countries: tuple[str, ...], to: int) -> None:
    """Check scenario FILE for COUNTRIES (default: the countries it names, else every pack)."""
    from socialbudget.ensemble import prepare
    from socialbudget.modules import FULL_LEVEL
    from socialbudget.pack import available_packs, load_pack
    from socialbudget.scenario import Scenario, find_scenario

    loaded = Scenario.load(find_scenario(file))
    click.echo(loaded.explain())
    for country in countries or loaded.countries or available_packs(FULL_LEVEL):
        loaded_pack = load_pack(country)
        _check_last_year(loaded_pack, to)
        plan, after = prepare(loaded_pack, loaded, to=to)
        _, before = prepare(loaded_pack, to=to)
        click.echo(f"{country}: good")
        for path, values in after.items():
            moved = values != before[path]
            if not moved.any():
                continue
            first = int(moved.any(axis=tuple(range(1, moved.ndim))).argmax())
            cells = moved[first]
            old, new = before[path][first][cells].mean(), values[first][cells].mean()
            unit = plan.params[path].unit.replace("LCU", loaded_pack.manifest.currency)
            what = f", mean of {cells.sum()} cells" if cells.sum() > 1 else ""
            click.echo(
                f"  {path}, {loaded_pack.base_year + first}: {old:.6g} -> {new:.6g} {unit}{what}"
            )


@scenario.command("list")
def scenario_list() -> None:
    """List the shipped scenarios."""
    from socialbudget.scenario import Scenario, scenarios_folder

    for file in sorted(scenarios_folder().glob("*.toml")):
        click.echo(f"{file.stem:28} {Scenario.load(file).title}")


def _check_last_year(pack: Pack, to: int) -> None:
    if to <= pack.base_year:
        raise click.UsageError(
            f"--to {to}: must lie after the base year {pack.base_year} of {pack.iso3}"
        )


def _inputs(
    country: str, scenario_names: tuple[str, ...], closure: str | None, fiscal: str | None
) -> tuple[Pack, Scenario, Scenario | None]:
    from socialbudget.pack import load_pack
    from socialbudget.scenario import Scenario, find_scenario

    reform: Scenario | None = None
    for name in scenario_names:
        loaded = Scenario.load(find_scenario(name))
        reform = loaded if reform is None else reform | loaded
    return load_pack(country), _closing(closure, fiscal), reform


def _closing(closure: str | None, fiscal: str | None) -> Scenario:
    """The closures asked for, as a scenario of their own under the reform."""
    from socialbudget.scenario import EMPTY, Change, Scenario

    changes = []
    if closure:
        changes.append(Change(path="macroeconomy.closure", set=float(closure[1])))
    if fiscal:
        changes.append(Change(path="government.fiscal_closure", set=float(fiscal[1])))
    if not changes:
        return EMPTY
    names = " ".join(n for n in (closure, fiscal) if n)
    return Scenario(f"{EMPTY.title} {names}", (tuple(changes),))


def _composed(reform: Scenario, closing: Scenario) -> Scenario:
    return reform.over(closing) if closing.layers else reform


@contextmanager
def _steps() -> Iterator[Any]:
    """A line that says what is being done; plain lines where there is no terminal."""
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("Starting") as status:
            yield status.update
        return
    last = ""

    def tell(text: str) -> None:
        nonlocal last
        # Of a step that counts years ("Projecting Ethiopia: 2031"), one line.
        head, _, tail = text.rpartition(": ")
        head = head if tail.isdigit() else text
        if head != last:
            click.echo(f"{head} ...", err=True)
            last = head

    yield tell


def _progress(step: Any, label: str, pack: Pack, to: int) -> Any:
    step(f"{label} {pack.manifest.name} to {to}: compiling where needed")

    def tell(year: int) -> None:
        step(f"{label} {pack.manifest.name}: {year}")

    return tell


def _summary(results: Results, baseline: Results | None) -> None:
    from socialbudget.report.console import summary

    click.echo(summary(results, baseline))


main.add_command(floor)
main.add_command(packages)
main.add_command(population)


if __name__ == "__main__":
    main()
