"""The house stays small and plain: caps on lines, what may stand where, what may not be written at all."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.architecture import checks
from tests.architecture.tree import (
    ROOT,
    TOP_LEVEL,
    Source,
    documents,
    house_files,
    named_sql,
    python_files,
    sql_files,
    styles_and_scripts,
    templates,
)

KERNEL_LINES = 2_000
ROUTES = ("api/v1/", "api/web/", "resident_ui/", "admin_ui/")
"""Where a request is read and an answer shaped, and nothing is asked of the database."""
EXACT = ("rules/", "points/ledger/", "redemption/")
"""Where points and scores are counted: integers and exact decimals only."""
ENTRY_POINTS = ("kernel/clock.py", "api/cli/", "api/bench/", "api/worker.py", "kernel/postgres.py")
"""The clock itself, and what is outside of any request."""

Check = Callable[[Source], Iterator[str]]


def _refuse(check: Check, sources: Iterable[Source]) -> None:
    complaints = [complaint for source in sources for complaint in check(source)]
    assert not complaints, "\n".join(complaints)


def _over(cap: int, sources: Iterable[Source]) -> list[str]:
    return [
        f"{source.path}: {source.line_count} lines, the cap is {cap}" for source in sources if source.line_count > cap
    ]


def test_nothing_else_stands_at_the_top() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - {"__pycache__"}
    assert found <= TOP_LEVEL, f"no room for {sorted(found - TOP_LEVEL)} at the top: see docs/ARCHITECTURE.md"
    assert found >= TOP_LEVEL, f"missing at the top: {sorted(TOP_LEVEL - found)}"


def test_every_folder_of_code_is_a_package_with_a_purpose() -> None:
    packages = {source.path.rsplit("/", 1)[0] for source in house_files() if source.path.endswith("__init__.py")}
    folders = {source.path.rsplit("/", 1)[0] for source in house_files()}
    assert folders <= packages, f"no __init__.py in {sorted(folders - packages)}"


def test_no_file_is_longer_than_its_kind_allows() -> None:
    tests = [source for source in python_files() if source.room == "tests"]
    complaints = [
        *_over(300, house_files()),
        *_over(400, tests),
        *_over(120, sql_files()),
        *_over(150, templates()),
        *_over(300, styles_and_scripts()),
    ]
    assert not complaints, "\n".join(complaints)


def test_the_kernel_stays_small() -> None:
    count = sum(source.line_count for source in house_files() if source.room == "kernel")
    assert count <= KERNEL_LINES, f"kernel/ has {count} lines, the cap is {KERNEL_LINES}"


@pytest.mark.parametrize(
    "check",
    [checks.long_bodies, checks.missing_docstring, checks.empty_name, checks.prints, checks.hidden_imports],
    ids=lambda check: check.__name__,
)
def test_every_module_is(check: Check) -> None:
    _refuse(check, python_files())


def test_nothing_is_left_for_later() -> None:
    _refuse(checks.unfinished, [*python_files(), *sql_files(), *templates(), *styles_and_scripts()])


def test_no_file_knows_a_machine_or_where_packages_come_from() -> None:
    scripts = [Source(name, (ROOT / name).read_text("utf-8")) for name in ("Makefile", ".ci/run", "pyproject.toml")]
    _refuse(checks.somebodys_machine, [*scripts, *documents(), *python_files(), *sql_files(), *templates()])


def test_points_are_never_binary_fractions() -> None:
    _refuse(checks.floats, [source for source in house_files() if source.path.startswith(EXACT)])


def test_only_the_database_module_commits() -> None:
    callers = [source for source in house_files() if source.room != "migrations"]
    _refuse(checks.commits, [source for source in callers if source.path != "kernel/db.py"])


def test_routes_and_pages_hold_no_query() -> None:
    _refuse(checks.queries, [source for source in house_files() if source.path.startswith(ROUTES)])


def test_nobody_asks_the_time_but_the_clock() -> None:
    asked = [source for source in house_files() if not source.path.startswith(ENTRY_POINTS)]
    _refuse(checks.time_asked, asked)


def test_sql_stands_beside_the_code_that_runs_it() -> None:
    assert not [source.path for source in named_sql() if "/sql/" not in source.path]
