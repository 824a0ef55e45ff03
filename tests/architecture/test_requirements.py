"""What is installed is pinned, hashed, and named without saying from where."""

import re
import tomllib

from tests.architecture.tree import ROOT

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
_REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9.-]*)(\[[^\]]*\])?==\S+", re.IGNORECASE)


def _entries() -> list[str]:
    joined = LOCK.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith(("#", " "))]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return _plain(found.group())


def test_every_entry_is_pinned_and_hashed() -> None:
    loose = [entry for entry in _entries() if not _REQUIREMENT.match(entry) or "--hash=sha256:" not in entry]
    assert not loose


def test_the_lock_names_no_address() -> None:
    for mark in ("://", "--index", "--extra-index", "--find-links", "--trusted", " @ ", "file:"):
        assert mark not in LOCK


def test_everything_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"]]
    asked += project["build-system"]["requires"]
    assert {_name(line) for line in asked} <= {_name(entry) for entry in _entries()}
