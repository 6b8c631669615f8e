"""A new scheme kind is one file and no other edit: the example of the guide, word for word."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import tomli_w

import socialbudget.modules.schemes as schemes_package
from socialbudget.dims import FUNCTIONS
from socialbudget.ensemble import project
from socialbudget.errors import PackError
from socialbudget.modules import scheme_kinds
from socialbudget.pack import load_pack
from socialbudget.report.tables import t2_expenditure
from socialbudget.results import Results
from socialbudget.scenario import Scenario

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "adding_a_scheme_kind.md"
KIND, SCHEME = "housing_allowance", "rent_support"
HOUSING = FUNCTIONS.index("housing")
LAST_YEAR = 2035


def block(marker: str) -> str:
    """The code block of the guide between two markers."""
    text = GUIDE.read_text(encoding="utf-8")
    found = re.search(
        rf"<!-- {marker}:begin -->\n```\w+\n(.*?)```\n<!-- {marker}:end -->", text, re.DOTALL
    )
    assert found, f"the guide has no block '{marker}'"
    return found[1]


def as_installed_package(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """A distribution on the path, with an entry point that names the file."""
    (folder / f"{KIND}.py").write_text(block("kind"), encoding="utf-8")
    info = folder / "housing_allowance-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: housing-allowance\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[socialbudget.schemes]\n{KIND} = {KIND}\n")
    patch.syspath_prepend(str(folder))


def as_file_among_the_kinds(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """A file in a folder where socialbudget looks for its own kinds."""
    (folder / f"{KIND}.py").write_text(block("kind"), encoding="utf-8")
    patch.setattr(schemes_package, "__path__", [*schemes_package.__path__, str(folder)])
    importlib.invalidate_caches()


@pytest.fixture(params=[as_installed_package, as_file_among_the_kinds], ids=lambda f: f.__name__)
def installed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    folder = tmp_path / "site"
    folder.mkdir()
    install: Callable[[Path, pytest.MonkeyPatch], None] = request.param
    install(folder, monkeypatch)
    yield
    for name in (KIND, f"socialbudget.modules.schemes.{KIND}"):
        sys.modules.pop(name, None)
    if hasattr(schemes_package, KIND):
        delattr(schemes_package, KIND)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the synthetic country with an instance of the new kind."""
    folder = tmp_path / "ZZZ"
    shutil.copytree(load_pack("ZZZ").folder, folder)
    manifest = folder / "pack.toml"
    document = tomllib.loads(manifest.read_text(encoding="utf-8"))
    document["schemes"] |= tomllib.loads(block("instance"))["schemes"]
    manifest.write_text(tomli_w.dumps(document), encoding="utf-8")
    script: dict = {}
    exec(compile(block("values"), str(GUIDE), "exec"), script)
    script["add_values"](folder, SCHEME, "synthetic", 2024)
    return folder


@pytest.fixture
def results(installed: None, folder: Path) -> Results:
    return project(load_pack(folder), to=LAST_YEAR)


def test_it_is_one_short_file() -> None:
    assert len(block("kind").splitlines()) <= 60


def test_without_the_file_the_kind_is_unknown(folder: Path) -> None:
    assert KIND not in scheme_kinds()
    with pytest.raises(PackError, match=f"kind '{KIND}' is unknown"):
        project(load_pack(folder), to=LAST_YEAR)


def test_it_is_found(installed: None) -> None:
    assert KIND in scheme_kinds()
    assert scheme_kinds()[KIND].METHOD


def test_it_stands_in_the_social_accounts(results: Results) -> None:
    without = project(load_pack("ZZZ"), to=LAST_YEAR)
    name = "social_accounts.expenditure_by_function"
    assert not without[name][..., HOUSING, :].any()
    spending = results[name][:, 0, HOUSING].sum(axis=1)
    assert spending[0] == pytest.approx(1e9, rel=1e-12)
    own = results[f"{SCHEME}.benefit_expenditure"][:, 0].sum(axis=(1, 2))
    assert np.array_equal(spending, own)
    row = results.coords["scheme"].index(SCHEME)
    assert np.allclose(results["scheme_accounts.administration"][:, 0, row], 0.04 * own)
    # The synthetic country stands still, so the allowance rises with prices alone.
    prices = results["prices.consumer_price_index"][:, 0]
    assert np.allclose(own / prices, own[0], rtol=1e-8)
    people = results["demography.population_midyear"][0, 0, :, 18:].sum(axis=1)
    recipients = results[f"{SCHEME}.recipients"][0, 0, HOUSING]
    assert np.allclose(recipients, people * [0.04, 0.03])


def test_it_stands_in_the_tables(results: Results) -> None:
    frame = t2_expenditure(results).frame
    line = frame[(frame["institution"] == "Ministry of Housing") & (frame["row"] == "detail")]
    housing = line[line["function"].str.lower() == "housing"]
    assert housing[2024].item() == pytest.approx(1e9, rel=1e-12)


def test_the_budget_pays_for_it(results: Results) -> None:
    without = project(load_pack("ZZZ"), to=LAST_YEAR)
    more = results["government.social_spending"][0, 0] - without["government.social_spending"][0, 0]
    assert more == pytest.approx(1.04e9, rel=1e-9)
    less = without["government.other_spending"][0, 0] - results["government.other_spending"][0, 0]
    # Administration is consumption, which is given; only cash comes out of other spending.
    assert less == pytest.approx(1e9, rel=1e-9)


def test_a_scenario_can_change_it(installed: None, folder: Path) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    text = re.findall(r"```toml\n(title = .*?)```", guide, re.DOTALL)[-1]
    pack = load_pack(folder)
    base, reform = project(pack, to=LAST_YEAR), project(pack, Scenario.loads(text), to=LAST_YEAR)
    ratio = reform[f"{SCHEME}.benefit_expenditure"][:, 0, HOUSING].sum(axis=1) / base[
        f"{SCHEME}.benefit_expenditure"
    ][:, 0, HOUSING].sum(axis=1)
    assert np.allclose(ratio[:3], 1.0, rtol=1e-12)
    assert (ratio[3:] > 1.1).all()  # the own share does not rise with the rent


def test_a_missing_value_is_named(installed: None, folder: Path) -> None:
    import pandas as pd

    from socialbudget.pack import seal

    file = folder / "scalar.parquet"
    frame = pd.read_parquet(file)
    frame[frame["path"] != f"schemes.{SCHEME}.rent"].to_parquet(file, index=False)
    seal(folder)
    with pytest.raises(PackError, match=rf"schemes\.{SCHEME}\.rent' is missing"):
        project(load_pack(folder), to=LAST_YEAR)
