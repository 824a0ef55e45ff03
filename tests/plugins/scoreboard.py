"""Counts the features that passing tests prove, prints the table, and writes docs/SCOREBOARD.md when asked.

`pytest --scoreboard` (which `make test` runs) writes the file, from a whole and green run only: all tests,
none named, none deselected. A run that leaves some out prints no table, since it would say too little. A claim
of an unknown feature stops the run; a skipped test that claims a row fails it, except a browser test on
a machine without Chromium: that one is told, its row not counted, and with CI=true it fails too.
"""

import os
from collections import defaultdict
from collections.abc import Iterable

import pytest

from tests.plugins import board

DOCUMENT = board.FEATURES.parent / "SCOREBOARD.md"


class Scoreboard:
    """One run's claims and outcomes."""

    def __init__(self) -> None:
        self.features = board.read_features()
        self.claims: dict[str, tuple[str, ...]] = {}
        self.in_browser: set[str] = set()
        self.outcomes: dict[str, set[str]] = defaultdict(set)
        self.deselected = False

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the claims, before anything is deselected."""
        for item in items:
            ids = tuple(str(feature_id) for marker in item.iter_markers("feature") for feature_id in marker.args)
            if ids:
                self.claims[item.nodeid] = ids
            if item.get_closest_marker("browser"):
                self.in_browser.add(item.nodeid)
        if strangers := board.unknown(
            (feature_id for ids in self.claims.values() for feature_id in ids), self.features
        ):
            raise pytest.UsageError(f"no such feature in docs/features.csv: {', '.join(strangers)}")

    def pytest_deselected(self) -> None:
        """Somebody asked for a part of the tests."""
        self.deselected = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember how each part of a claiming test ended; an expected failure proves nothing."""
        if report.nodeid in self.claims:
            expected_failure = report.skipped or hasattr(report, "wasxfail")
            self.outcomes[report.nodeid].add("skipped" if expected_failure else report.outcome)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fail a run that leaves out a test it counts on; write the document after a whole and green one."""
        if self.false_claims() and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif exitstatus == pytest.ExitCode.OK and self.may_write(session.config):
            text = board.as_document(self.features, self.passed())
            if not DOCUMENT.exists() or DOCUMENT.read_text("utf-8") != text:
                DOCUMENT.write_text(text, "utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table a group a line, and what is not counted."""
        if not self.outcomes:
            return
        if not self.deselected:
            terminalreporter.section("scoreboard")
            for line in board.summary(self.features, self.passed()):
                terminalreporter.write_line(line)
        for nodeid in self.skipped():
            reason = "a skipped test may claim no row" if nodeid in self.false_claims() else "left out, not counted"
            terminalreporter.write_line(f"{reason}: {', '.join(self.claims[nodeid])} by {nodeid}")

    def may_write(self, config: pytest.Config) -> bool:
        """Whether this run has seen everything that the document tells of."""
        whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not self.deselected
        return bool(config.getoption("scoreboard")) and whole and not self.skipped()

    def passed(self) -> dict[str, list[str]]:
        """Feature id to the tests that prove it: all of the row's tests that ran passed."""
        proved: dict[str, list[str]] = defaultdict(list)
        failed = set(self._claimed_by(nodeid for nodeid, ends in self.outcomes.items() if "failed" in ends))
        for nodeid, ends in self.outcomes.items():
            if ends == {"passed"}:
                for feature_id in set(self.claims[nodeid]) - failed:
                    proved[feature_id].append(nodeid.partition("[")[0])
        return proved

    def skipped(self) -> list[str]:
        """Claiming tests that were left out, or were expected to fail."""
        return sorted(nodeid for nodeid, ends in self.outcomes.items() if "skipped" in ends)

    def false_claims(self) -> list[str]:
        """Those that nothing excuses."""
        excused = set() if os.environ.get("CI") == "true" else self.in_browser
        return [nodeid for nodeid in self.skipped() if nodeid not in excused]

    def _claimed_by(self, nodeids: Iterable[str]) -> list[str]:
        return [feature_id for nodeid in nodeids for feature_id in self.claims[nodeid]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--scoreboard", action="store_true", help="write docs/SCOREBOARD.md after a whole, green run")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Scoreboard(), "tongcheng-scoreboard")
