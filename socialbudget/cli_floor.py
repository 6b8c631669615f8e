"""Command line of the rapid assessment: ``socialbudget floor`` and ``socialbudget packages``."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from socialbudget.floor.package import Package

LAST_YEAR = 2040
DRAWS = 100
WORLD_DRAWS = 31


@click.command()
@click.argument("country", required=False)
@click.option("--all", "everywhere", is_flag=True, help="Every country and area of the world.")
@click.option(
    "--package",
    "-p",
    "package_name",
    default="default",
    show_default=True,
    metavar="FILE",
    help="Package file, or the name of a shipped one (see `socialbudget packages`).",
)
@click.option("--to", type=int, default=LAST_YEAR, show_default=True, help="Last year.")
@click.option(
    "--draws",
    type=click.IntRange(0),
    default=None,
    help=f"Draws behind the ranges; 0 for none. [default: {DRAWS}, {WORLD_DRAWS} with --all]",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the draws."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="Output folder (default: out/floor-COUNTRY, or out/floor-world).",
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=None,
    help="Processes with --all (default: one a processor).",
)
def floor(
    country: str | None,
    everywhere: bool,
    package_name: str,
    to: int,
    draws: int | None,
    seed: int,
    out: Path | None,
    processes: int | None,
) -> None:
    """Assess a social protection floor in COUNTRY: who, how much, financed how, effect on poverty.

    COUNTRY is an ISO3 code or a pack folder, e.g.:  socialbudget floor ETH
    """
    if everywhere == (country is not None):
        raise click.UsageError("name one COUNTRY, such as ETH, or give --all (and not both)")
    if processes is not None and not everywhere:
        raise click.UsageError("--processes goes with --all")
    if country is None:
        from socialbudget.floor.package import load_package

        package = load_package(package_name)
        _world(package, to, WORLD_DRAWS if draws is None else draws, seed, out, processes)
        return
    with _without_collector():
        _country(country, package_name, to, DRAWS if draws is None else draws, seed, out)


def _country(
    country: str, package_name: str, to: int, draws: int, seed: int, out: Path | None
) -> None:
    begun = time.perf_counter()
    from socialbudget.cli import _steps
    from socialbudget.floor.package import load_package
    from socialbudget.pack import load_pack

    package = load_package(package_name)

    with _steps() as step:
        step("Reading the pack")
        pack = load_pack(country)
        if to <= pack.base_year:
            raise click.UsageError(
                f"--to {to}: must lie after the base year {pack.base_year} of {pack.iso3}"
            )
        folder = out or Path("out") / "-".join(
            [
                "floor",
                pack.folder.resolve().name,
                *([package.name] if package.name != "default" else []),
                *([f"to{to}"] if to != LAST_YEAR else []),
            ]
        )
        from socialbudget.results import whole_folder

        whole_folder(folder, "tables/manifest.json").check()
        step("Loading the model (the first run on a machine compiles it, up to a minute)")
        from socialbudget.floor import assess_variants

        step(f"Assessing {pack.manifest.name} to {to}")
        found = assess_variants(pack, package, to=to, draws=draws, seed=seed)
        assessments = list(found.values())
        step("Writing brief, workbook and tables")
        from socialbudget.report.floor_tables import write_country

        write_country(assessments, folder)
    from socialbudget.report.floor_console import summary

    click.echo(summary(assessments))
    click.echo(f"\nWritten to {folder}/ in {time.perf_counter() - begun:.1f} s:")
    click.echo("  brief.html      one page to print, opens in any browser")
    click.echo("  workbook.xlsx   cost, recipients, financing, poverty, package, inputs")
    click.echo("  tables/         long tables as Parquet, with manifest.json to run it again")


@contextmanager
def _without_collector() -> Iterator[None]:
    """No search for garbage: a run of two seconds makes many objects and hardly any garbage.

    A tenth of the time otherwise goes into looking at what has just been imported.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _world(
    package: Package, to: int, draws: int, seed: int, out: Path | None, processes: int | None
) -> None:
    begun = time.perf_counter()
    from socialbudget.cli import _steps

    folder = out or Path("out") / "-".join(
        ["floor-world", *([package.name] if package.name != "default" else [])]
    )
    from socialbudget.results import whole_folder

    whole_folder(folder, "world.parquet").check()
    with _steps() as step:
        step("Loading the model (the first run on a machine compiles it, up to a minute)")
        from socialbudget.floor import assess_world
        from socialbudget.floor.world import reason

        table, refused = assess_world(
            package,
            to=to,
            draws=draws,
            seed=seed,
            processes=processes,
            progress=lambda iso3: step(f"Assessing {iso3}"),
        )
        if len(refused) == len(table):
            raise click.ClickException(
                f"no country has a result: {reason(next(iter(refused.values())))}"
            )
        step("Writing table and map")
        from socialbudget.report.floor_tables import write_world

        write_world(table, folder, title=package.title)
    from socialbudget.report.floor_console import world_summary

    click.echo(world_summary(table, refused, package))
    click.echo(f"\nWritten to {folder}/ in {time.perf_counter() - begun:.1f} s:")
    click.echo("  map.html        map and table; opens in any browser")
    click.echo("  world.xlsx, world.csv, world.parquet   one row per country")


@click.command()
@click.argument("file", required=False)
def packages(file: str | None) -> None:
    """Check package FILE and say what it guarantees. Without FILE, list the shipped packages."""
    from socialbudget.floor.package import load_package, shipped_packages
    from socialbudget.report.floor_console import describe_package

    if file is None:
        for name in shipped_packages():
            package = load_package(name)
            variants = f" ({', '.join(package.variants)})" if package.variants else ""
            click.echo(f"{name:14} {package.title}{variants}")
        return
    click.echo(describe_package(load_package(file)))
