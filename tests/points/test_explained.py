"""Every entry's decision is told in sentences short enough, or the nightly look names the row that is not (CH-14)."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points import explained
from points.reconciliation import reconcile
from rules.engine.explain import Line, explain
from rules.engine.model import Pack, Trace
from tests.lived_ledger import live
from tests.points.rerate.back import re_rated, reach_back, terms
from tests.points.rerate.test_re_rate import SOURCE, some_served, version

RULES = Line("rules", "依据规则。", None)
HOW = {
    "nothing is said": [RULES],
    "a sentence is empty": [Line("service", "", 20), RULES],
    "a sentence is too long": [Line("service", "长" * 201, 20), RULES],
    "it can't be made": LookupError("no words"),
}


@pytest.fixture(autouse=True)
def _nothing_told_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explained, "_told", set())


async def found(database: Database, clock: FixedClock) -> list[tuple[str, str]]:
    """What the nightly look finds: code and row."""
    return [(one.code, one.path) for one in (await reconcile(database, clock)).findings]


async def test_everything_that_ever_happened_to_a_ledger_is_told_in_sentences(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await live(database, clock, keys)
    assert await found(database, clock) == []


@pytest.mark.parametrize("how", HOW)
async def test_a_decision_that_nobody_can_be_told_is_a_finding_that_names_the_row(
    database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    await some_served(database, clock, keys, people=2)

    def told(pack: Pack, trace: Trace, language: str) -> list[Line]:
        said = HOW[how]
        if isinstance(said, LookupError):
            raise said
        return list(said)

    monkeypatch.setattr(explained, "explain", told)
    rows = text("select holder_id || '/' || event_id from events order by 1")
    async with database.transaction(Scope()) as session:
        expected = [("UNEXPLAINED", path) for path in await session.scalars(rows)]
    assert len(expected) == 6
    assert sorted(await found(database, clock)) == expected
    monkeypatch.setattr(explained, "explain", lambda *_: [Line("service", "字" * 200, 20), RULES])
    clock.advance(timedelta(seconds=1))
    assert await found(database, clock) == []


async def test_a_decision_that_was_made_again_is_told_as_well(
    database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    await some_served(database, clock, keys, people=1)
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    await re_rated(database, clock, terms(clock, "milder"))
    assert await found(database, clock) == []
    monkeypatch.setattr(explained, "_told", set())

    def of_the_first_only(pack: Pack, trace: Trace, language: str) -> list[Line]:
        return [RULES] if pack.version == "milder" else explain(pack, trace, "zh")

    monkeypatch.setattr(explained, "explain", of_the_first_only)
    again = await found(database, clock)
    assert {code for code, _ in again} == {"UNEXPLAINED"}
    assert {path.split("/")[2] for _, path in again} == {"volunteering"}
    assert len(again) == 3


async def test_what_is_told_once_is_not_told_again(
    database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    await some_served(database, clock, keys, people=5)
    calls = 0

    def counted(pack: Pack, trace: Trace, language: str) -> list[Line]:
        nonlocal calls
        calls += 1
        return explain(pack, trace, "zh")

    monkeypatch.setattr(explained, "explain", counted)
    assert await found(database, clock) == []
    assert calls < 15
