"""The walls of the house: who may import what, read from the syntax trees of all files.

Modules never import modules, kernels import nothing of ours, only `units.py` knows pint, only
`calibration/` knows statsmodels, and the command line imports neither Numba nor pandas before it
projects.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "socialbudget"
SOURCES = sorted(PACKAGE.rglob("*.py"))
CALIBRATION = sorted((ROOT / "calibration").rglob("*.py"))
MODULES = sorted(
    p
    for p in (PACKAGE / "modules").rglob("*.py")
    if not p.name.startswith("_") and (p.parent.name in ("modules", "schemes"))
)
KERNELS = sorted((PACKAGE / "kernels").glob("*.py"))


def name_of(file: Path) -> str:
    """Dotted name of a file: ``socialbudget.modules.prices``."""
    parts = list(file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(file: Path) -> str:
    name = name_of(file)
    return name if file.name == "__init__.py" else name.rpartition(".")[0]


def imports(file: Path, *, at_import_only: bool = False) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports, including inside functions.

    `at_import_only` leaves out what runs later (in functions) or never (``if TYPE_CHECKING``).
    """
    pending: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if at_import_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if at_import_only and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = package_of(file).split(".")
                base = ".".join([*here[: len(here) - node.level + 1], *([base] if base else [])])
            yield node.lineno, base
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.lineno, str(node.args[0].value)
        pending.extend(ast.iter_child_nodes(node))


def offences(files: list[Path], forbidden: str, but: tuple[Path, ...] = ()) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files
        if file not in but
        for line, name in imports(file)
        if name == forbidden or name.startswith(f"{forbidden}.")
    ]


def test_the_walls_stand_around_something() -> None:
    assert len(SOURCES) > 10
    assert len(MODULES) >= 3
    assert len(KERNELS) >= 2


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_modules_never_import_modules(file: Path) -> None:
    """`socialbudget.modules` itself (Scheme, schemes_of) and private helpers are no modules."""
    siblings = {name_of(f) for f in MODULES} - {name_of(file)}
    found = [f"line {line}: {name}" for line, name in imports(file) if name in siblings]
    assert not found, f"{name_of(file)} imports another module: {found}"


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_modules_know_neither_runs_nor_reports(file: Path) -> None:
    runs = ("ensemble", "projection", "plan", "results", "cli", "report", "valuation", "app")
    for home in runs:
        assert not offences([file], f"socialbudget.{home}")


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_modules_hold_no_random_generator(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not offences([file], "random")
    assert "np.random" not in text
    assert "default_rng" not in text


@pytest.mark.parametrize("file", KERNELS, ids=name_of)
def test_kernels_import_nothing_of_ours(file: Path) -> None:
    assert not offences([file], "socialbudget")
    assert not offences([file], "calibration")


@pytest.mark.parametrize("file", KERNELS, ids=name_of)
def test_kernels_are_compiled_alike(file: Path) -> None:
    """One decorator for all: ``@njit(cache=True, nogil=True, error_model="numpy")``."""
    expected = {"cache": "True", "nogil": "True", "error_model": "'numpy'"}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if "njit" in ast.unparse(decorator):
                    assert isinstance(decorator, ast.Call), f"{node.name}: bare njit"
                    given = {k.arg: ast.unparse(k.value) for k in decorator.keywords}
                    assert given == expected, node.name


def test_only_units_knows_pint() -> None:
    assert not offences([*SOURCES, *CALIBRATION], "pint", but=(PACKAGE / "units.py",))


def test_only_calibration_knows_statsmodels() -> None:
    assert not offences(SOURCES, "statsmodels")


def test_the_package_never_imports_calibration_or_tests() -> None:
    for outside in ("calibration", "tests", "bench"):
        assert not offences(SOURCES, outside)


def test_only_kernels_know_numba() -> None:
    assert not offences([f for f in SOURCES if f not in KERNELS], "numba")


def test_nothing_unpickles_or_evaluates() -> None:
    """Packs and scenarios are data: nothing in them can run code."""
    for module in ("pickle", "marshal", "shelve", "yaml"):
        assert not offences(SOURCES, module)
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), f"{file}:{node.lineno}"


# --- what an import drags in -----------------------------------------------------------------

HEAVY = ("numba", "pandas", "pyarrow", "pint", "scipy", "statsmodels", "networkx", "xlsxwriter")


def loaded_by(statement: str) -> set[str]:
    """Heavy packages that a fresh interpreter holds after a statement."""
    code = f"import sys\n{statement}\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(ast.literal_eval(done.stdout.strip()))


def statically_loaded_by(file: Path) -> set[str]:
    """The same from the syntax trees: what importing a file of ours pulls in, all the way down."""
    by_name = {name_of(f): f for f in SOURCES}
    seen, heavy, pending = set(), set(), [name_of(file)]
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        for _, found in imports(by_name[name], at_import_only=True):
            heavy |= {h for h in HEAVY if found.split(".")[0] == h}
            parts = found.split(".")
            pending += [
                n
                for i in range(1, len(parts) + 1)
                if (n := ".".join(parts[:i])) in by_name and n not in seen
            ]
    return heavy


LIGHT = [PACKAGE / "__init__.py", PACKAGE / "errors.py", PACKAGE / "cli.py"]


@pytest.mark.parametrize("file", LIGHT, ids=name_of)
def test_light_files_import_nothing_heavy(file: Path) -> None:
    assert statically_loaded_by(file) == set()
    assert loaded_by(f"import {name_of(file)}") == set()


def test_the_command_line_answers_for_help_without_numba_and_pandas() -> None:
    statement = (
        "import contextlib, io, socialbudget.cli\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    socialbudget.cli.main(['--help'])"
    )
    assert loaded_by(statement) == set()


def test_units_are_looked_up_lazily() -> None:
    assert "pint" not in loaded_by("import socialbudget.units")
