"""`tongcheng ledger verify`: green on a sound ledger; red on a damaged one, with the row named."""

import asyncio
import json
from uuid import UUID

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from api.cli.main import app
from kernel.db import Database, Scope
from kernel.postgres import Server
from tests.hall import Hall, hall

__all__ = ["hall"]

DAMAGE = {
    "an amount": "update postings set amount = 21 where holder_id = :holder_id and amount = 20 and seq = 1",
    "a balance": "update accounts set posted = posted + 1 where holder_id = :holder_id and posted = 40",
    "a missing row": "delete from postings where holder_id = :holder_id and amount = 20 and seq = 1",
    "a decision": """
        update events set decisions = jsonb_set(decisions, '{volunteering,trace,items,0,points}', '1')
        where holder_id = :holder_id
    """,
}


async def verify(fresh: Server, *more: str) -> Result:
    """The command, as a process of its own would run it."""
    return await asyncio.to_thread(
        CliRunner().invoke, app, ["ledger", "verify", *more], env={"DATABASE_URL": fresh.app_url}
    )


async def two_residents(hall: Hall) -> list[UUID]:
    """Two residents who served on two days each: eight postings, four events."""
    await hall.publish()
    people = await hall.residents(2)
    for resident in people:
        for days_ago in (1, 0):
            await hall.serve(resident.holder_id, days_ago=days_ago)
    return [resident.holder_id for resident in people]


@pytest.mark.feature("L4")
async def test_a_sound_ledger_ends_with_zero_and_says_what_it_counted(hall: Hall, fresh: Server) -> None:
    await two_residents(hall)
    result = await verify(fresh, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert (document["postings"], document["events"], document["findings"]) == (8, 4, [])
    spoken = await verify(fresh)
    assert "核验了 8 笔记账、4 个事件" in spoken.output


@pytest.mark.feature("L4")
@pytest.mark.parametrize("kind", DAMAGE)
async def test_a_damaged_ledger_ends_with_three_and_names_the_holder(
    hall: Hall, fresh: Server, owner_database: Database, kind: str
) -> None:
    damaged, sound = await two_residents(hall)
    async with owner_database.transaction(Scope()) as session:
        await session.execute(text(DAMAGE[kind]), {"holder_id": damaged})
    result = await verify(fresh, "--json")
    assert result.exit_code == 3, result.output
    paths = {finding["path"] for finding in json.loads(result.output)["findings"]}
    assert paths
    assert all(path.startswith(str(damaged)) for path in paths)
    assert str(sound) not in result.output


async def test_reconcile_keeps_what_it_found_and_ends_with_three_until_nothing_is_found(
    hall: Hall, fresh: Server, owner_database: Database
) -> None:
    damaged, _ = await two_residents(hall)
    codes = []
    for by in (0, 1, -1):
        async with owner_database.transaction(Scope()) as session:
            more = "update accounts set posted = posted + :by where holder_id = :damaged and point_kind = :kind"
            await session.execute(text(more), {"by": by, "damaged": damaged, "kind": "volunteer-points"})
        run = CliRunner().invoke
        result = await asyncio.to_thread(run, app, ["ledger", "reconcile"], env={"DATABASE_URL": fresh.app_url})
        codes.append((result.exit_code, "ACCOUNT_POSTED" in result.output))
    assert codes == [(0, False), (3, True), (0, False)]
    async with hall.transaction() as session:
        kept = await session.execute(text("select findings_count > 0 from reconciliations order by at"))
        assert list(kept.scalars()) == [False, True, False]
