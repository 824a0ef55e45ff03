"""A department's file: streamed into the ledger, cut off and resumed, sent again, and its bad rows given back."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.errors import DomainError
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.event_files import commit
from points.event_files.bad_rows import bad_rows
from points.event_files.refusals import (
    EventFileBroken,
    EventFileBusy,
    EventFileColumns,
    EventFileEmpty,
    EventFileMissing,
    EventFileSource,
)
from points.event_files.store import insert_batch, outcomes
from points.verify import verify
from rules.governance.registry import load_registry
from tests.builders import award_all, publish_volunteering, residents
from tests.builders import service as scanned
from tests.points.event_files.files import MONDAY, TITLES, counts, served, take_in, write
from tests.trial import tongcheng


async def count(database: Database, table: str) -> int:
    async with database.transaction(Scope()) as session:
        return int(await session.scalar(text(f"select count(*) from {table}")) or 0)


async def sound(database: Database) -> bool:
    async with database.transaction(Scope()) as session:
        return not (await verify(session, registry=await load_registry(session))).findings


async def test_every_row_has_its_outcome_and_bad_ones_come_back_with_reasons(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile, tmp_path: Path
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 3)
    good = [served(one.number, day) for day in range(4) for one in people]
    bad = [
        served("V-7Q2K9X4N", 0),
        served(people[0].number, 0, minutes=61),
        ["", "service", "a b", "yesterday", "2026-11-02 10:00", "scanned_twice", "", "", "", "", ""],
        [*served(people[0].number, 5)[:-1], "many"],
        [*served(people[0].number, 6), "441900199001011234"],
    ]
    file = await take_in(database, fresh, clock, write(tmp_path / "served.csv", [*good, *bad, good[0]]))
    assert counts(file) == (18, 12, 1, 5)
    assert await count(database, "events") == 12
    assert await sound(database)
    async with database.transaction(Scope()) as session:
        told = [outcome async for outcome in outcomes(session, file_id=file.file_id)]
        lines = b"".join([piece async for piece in bad_rows(session, file=file)]).decode("utf-8-sig").splitlines()
    assert [row_no for row_no, _ in told] == list(range(2, 20))
    assert [outcome for _, outcome in told] == ["recorded"] * 12 + ["refused"] * 5 + ["repeat"]
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["14", "15", "16", "17", "18"]
    assert "This is not a volunteer number" in lines[1]
    assert "志愿者编号" in lines[1]
    assert "file a correction" in lines[2]
    for fault in ("names nobody", "business_key: Only", "Write it like 2026-11-22 14:00", "imported or declared"):
        assert fault in lines[3]
    assert "whole number" in lines[4]
    assert "more cells" in lines[5]
    assert "441900199001011234" not in lines[5]


async def test_the_same_file_again_is_told_and_a_longer_one_adds_only_what_is_new(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile, tmp_path: Path
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 2)
    rows = [served(one.number, day, ref=f"{one.number}-{day}") for day in range(3) for one in people]
    first = await take_in(database, fresh, clock, write(tmp_path / "a.csv", rows))
    assert await take_in(database, fresh, clock, write(tmp_path / "renamed.csv", rows)) == first
    longer = write(tmp_path / "b.csv", [*rows, served(people[0].number, 9)], encoding="gb18030")
    assert counts(await take_in(database, fresh, clock, longer)) == (7, 1, 6, 0)
    assert await count(database, "events") == 7


async def test_a_run_that_dies_is_taken_up_where_it_stood(
    database: Database,
    fresh: Server,
    clock: FixedClock,
    keys: KeyFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 4)
    path = write(tmp_path / "a.csv", [served(one.number, day) for day in range(5) for one in people])
    monkeypatch.setattr(commit, "BATCH_ROWS", 6)
    calls = 0

    async def dies(*arguments: object, **named: object) -> None:
        nonlocal calls
        calls += 1
        await insert_batch(*arguments, **named)  # type: ignore[arg-type]
        if calls == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(commit, "insert_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        await take_in(database, fresh, clock, path)
    assert await count(database, "events") == 12
    monkeypatch.setattr(commit, "insert_batch", insert_batch)
    assert counts(await take_in(database, fresh, clock, path)) == (20, 20, 0, 0)
    assert await count(database, "event_file_batches") == 4
    assert list((tmp_path / "spool").iterdir()) == []
    assert await sound(database)


async def test_holders_that_a_scan_moves_meanwhile_are_decided_again(
    database: Database,
    fresh: Server,
    clock: FixedClock,
    keys: KeyFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await publish_volunteering(database, clock)
    [one, other] = await residents(database, clock, keys, 2)
    original, rivals = commit.award, [scanned(one.holder_id, ended_at=MONDAY)]

    async def slow(session, **named):  # type: ignore[no-untyped-def]
        execute = session.execute

        async def rival_first(statement: object, *rest: object) -> object:
            if "update holders" in str(statement) and rivals:
                await award_all(database, clock, rivals.pop())
            return await execute(statement, *rest)

        session.execute = rival_first
        try:
            return await original(session, **named)
        finally:
            session.execute = execute

    monkeypatch.setattr(commit, "award", slow)
    file = await take_in(
        database, fresh, clock, write(tmp_path / "a.csv", [served(it.number, 1) for it in (one, other)])
    )
    assert counts(file) == (2, 2, 0, 0)
    assert await count(database, "events") == 3
    assert await sound(database)


async def test_what_does_not_fit_refuses_the_whole_file_before_anything_is_recorded(
    database: Database, fresh: Server, clock: FixedClock, tmp_path: Path
) -> None:
    row = served("V-7Q2K9X4M", 0)
    broken = tmp_path / "broken.csv"
    broken.write_text(",".join(TITLES) + '\nV,"service\n')
    cases: list[tuple[type[DomainError], Path, str]] = [
        (EventFileColumns, write(tmp_path / "1.csv", [row], titles=("name", *TITLES[1:])), "x"),
        (EventFileColumns, write(tmp_path / "2.csv", [row], titles=TITLES[:3]), "x"),
        (EventFileEmpty, write(tmp_path / "3.csv", []), "x"),
        (EventFileMissing, tmp_path / "none.csv", "x"),
        (EventFileBroken, broken, "x"),
        (EventFileSource, write(tmp_path / "4.csv", [row]), "Civil Affairs"),
    ]
    for refusal, path, source in cases:
        with pytest.raises(refusal):
            await take_in(database, fresh, clock, path, source)
    assert await count(database, "event_files") == 0


async def test_two_runs_of_one_file_never_work_at_the_same_time(
    database: Database, fresh: Server, clock: FixedClock, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", [served("V-7Q2K9X4M", 0)])
    async with database.engine.connect() as rival:
        digest = (await rival.scalar(text("select encode(sha256(:data), 'hex')"), {"data": path.read_bytes()})) or ""
        lock = "select pg_advisory_lock(hashtextextended(:name, 0))"
        await rival.execute(text(lock), {"name": f"event-file:civil-affairs/{digest}"})
        with pytest.raises(EventFileBusy):
            await take_in(database, fresh, clock, path)


@pytest.mark.feature("E18")
async def test_the_command_takes_a_file_in_several_processes_and_again_adds_nothing(
    database: Database, fresh: Server, clock: FixedClock, keys: KeyFile, tmp_path: Path
) -> None:
    await publish_volunteering(database, clock)
    people = await residents(database, clock, keys, 40)
    rows = [served(one.number, day) for day in range(10) for one in people]
    path = write(tmp_path / "served.csv", [*rows, served("V-7Q2K9X4N", 0)])

    def take(*more: str, source: str = "civil-affairs"):  # type: ignore[no-untyped-def]
        arguments = ("events", "import", str(path), "--source", source, "--json", *more)
        return tongcheng(*arguments, data_dir=tmp_path / "local", DATABASE_URL=fresh.app_url)

    done = take("--workers", "2", "--outcomes", str(tmp_path / "outcomes.csv"))
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows"], told["recorded"], told["repeats"], told["refused"]) == (401, 400, 0, 1)
    assert Path(told["bad_rows"]).read_text("utf-8-sig").count("\n") == 2
    assert (tmp_path / "outcomes.csv").read_text().splitlines()[-1] == "402,refused"
    again = json.loads(take().stdout)
    assert (again["file_id"], again["recorded"]) == (told["file_id"], 400)
    other = json.loads(take(source="health").stdout)
    assert (other["recorded"], other["repeats"]) == (0, 400)
    assert await count(database, "events") == 400
    assert await sound(database)
