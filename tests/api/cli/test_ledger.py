"""`tongcheng ledger verify`: green on a sound ledger; red on a damaged one, with the row named in both languages."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from api.cli.main import app
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.postgres import Server
from kernel.sealed import KeyFile
from points.people.register import Resident
from tests.conftest import NOON
from tests.hall import Hall, hall
from tests.lived_ledger import live

__all__ = ["hall"]

SEQ_1 = "holder_id = :holder_id and amount = 20 and seq = 1"
ITEM = "'{volunteering,trace,items,0,points}'"
DAMAGE = {
    "an amount": (f"update postings set amount = 21 where {SEQ_1}", "BALANCE_AFTER", "volunteer-points/1"),
    "a balance": (
        "update accounts set posted = posted + 1 where holder_id = :holder_id and posted = 40",
        "ACCOUNT_POSTED",
        "volunteer-points",
    ),
    "a missing row": (f"delete from postings where {SEQ_1}", "SEQ_GAP", "volunteer-points/2"),
    "what a row says": (f"update postings set reason = 'gift' where {SEQ_1}", "LEAF_HASH", "volunteer-points/1"),
    "a decision": (
        f"update events set decisions = jsonb_set(decisions, {ITEM}, '1') where holder_id = :holder_id",
        "DECIDES_OTHERWISE",
        "",
    ),
    "what happened": (
        "update events set evidence = 'declared', occurred_at = occurred_at - interval '1 minute' "
        "where holder_id = :holder_id",
        "FINGERPRINT",
        "",
    ),
}


async def verify(fresh: Server, *more: str) -> Result:
    """The command, as a process of its own would run it."""
    return await asyncio.to_thread(
        CliRunner().invoke, app, ["ledger", "verify", *more], env={"DATABASE_URL": fresh.app_url}
    )


async def two_residents(hall: Hall) -> list[Resident]:
    """Two residents who served on two days each: eight postings, four events."""
    await hall.publish()
    people = await hall.residents(2)
    for resident in people:
        for days_ago in (1, 0):
            await hall.serve(resident.holder_id, days_ago=days_ago)
    return people


async def damage(owner_database: Database, statement: str, holder_id: UUID) -> None:
    async with owner_database.transaction(Scope()) as session:
        await session.execute(text(statement), {"holder_id": holder_id})


@pytest.mark.feature("L4")
async def test_a_sound_ledger_ends_with_zero_and_says_what_it_counted(hall: Hall, fresh: Server) -> None:
    await two_residents(hall)
    result = await verify(fresh, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert (document["postings"], document["events"], document["findings"]) == (8, 4, [])
    assert {"leaves", "chain", "lots", "decisions", "days"} <= set(document["checked"])
    spoken = await verify(fresh, "--workers", "2")
    assert "核验了 8 笔记账、4 个事件" in spoken.output
    assert "8 postings and 4 events checked" in spoken.output


@pytest.mark.feature("L4")
@pytest.mark.parametrize("kind", DAMAGE)
async def test_a_damaged_ledger_ends_with_three_and_names_the_row(
    hall: Hall, fresh: Server, owner_database: Database, kind: str
) -> None:
    damaged, sound = [one.holder_id for one in await two_residents(hall)]
    statement, code, row = DAMAGE[kind]
    await damage(owner_database, statement, damaged)
    result = await verify(fresh, "--json")
    assert result.exit_code == 3, result.output
    findings = [one for one in json.loads(result.output)["findings"] if one["code"] != "LIMIT_GRANTED"]
    assert any(one["code"] == code and one["path"].startswith(f"{damaged}/{row}") for one in findings), findings
    assert all(one["path"].startswith(str(damaged)) for one in findings)
    assert str(sound) not in result.output
    assert all(one["zh"] != one["en"] for one in findings)
    spoken = await verify(fresh)
    assert spoken.exit_code == 3
    assert all(one["zh"] in spoken.output and one["en"] in spoken.output for one in findings)


@pytest.mark.feature("L4")
async def test_one_holder_is_verified_by_number_and_a_strangers_damage_is_left_out(
    hall: Hall, fresh: Server, owner_database: Database
) -> None:
    damaged, sound = await two_residents(hall)
    await damage(owner_database, DAMAGE["an amount"][0], damaged.holder_id)
    assert (await verify(fresh, "--holder", sound.number, "--json")).exit_code == 0
    result = await verify(fresh, "--holder", damaged.number.lower(), "--json")
    assert result.exit_code == 3
    document = json.loads(result.output)
    assert (document["postings"], document["events"]) == (4, 2)
    unknown = await verify(fresh, "--holder", "V-00000000")
    assert unknown.exit_code not in (0, 3), unknown.output


@pytest.mark.feature("L1")
async def test_all_postings_of_a_lived_ledger_balance_and_half_a_transfer_does_not(
    database: Database, owner_database: Database, fresh: Server, tmp_path: Path
) -> None:
    lived = await live(database, FixedClock(NOON), KeyFile.open(tmp_path / "master.key"))
    sound = await verify(fresh, "--json")
    assert sound.exit_code == 0, sound.output
    await damage(
        owner_database,
        "update postings set amount = amount + 1 where contra = 'clearing' and amount > 0 and holder_id = :holder_id",
        lived.ben,
    )
    result = await verify(fresh, "--json")
    assert result.exit_code == 3
    codes = {one["code"] for one in json.loads(result.output)["findings"]}
    assert {"CLEARING_OPEN", "BALANCE_AFTER", "LEAF_HASH"} <= codes
