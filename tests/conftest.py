"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from socialbudget.contract import Module
from socialbudget.ensemble import project
from socialbudget.pack import Pack
from socialbudget.results import Results
from tests.toy import LAST_YEAR, toy_modules, toy_pack

# The same examples in every run, and no clock: a busy machine is no failure.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the toy pack; copy it before you break it."""
    folder = tmp_path_factory.mktemp("packs") / "TOY"
    toy_pack(folder)
    return folder


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The toy country."""
    return toy_pack(tmp_path_factory.mktemp("packs") / "TOY")


@pytest.fixture
def modules() -> list[Module]:
    """The four modules of the toy country."""
    return toy_modules()


@pytest.fixture(scope="session")
def toy_base(toy: Pack) -> Results:
    """Baseline of the toy country."""
    return project(toy, to=LAST_YEAR, modules=toy_modules())
