"""Damage done as a superuser is found, and the row is named."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.ledger.book import open_book
from points.ledger.holds import capture, hold
from points.ledger.write import write
from points.verify import verify
from rules.governance.registry import load_registry
from tests.builders import award_all, publish_volunteering, residents, service

KIND = "volunteer-points"


async def a_ledger(database: Database, clock: FixedClock, keys: KeyFile) -> UUID:
    """A resident with three awards, an open hold and a captured one."""
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys)
    for days in (3, 2, 1):
        await award_all(database, clock, service(resident.holder_id, ended_at=clock.now() - timedelta(days=days)))
    for captured in (False, True):
        async with database.transaction(Scope()) as session:
            held = await hold(
                session,
                holder_id=resident.holder_id,
                point_kind=KIND,
                amount=15,
                purpose="redemption",
                expires_at=clock.now() + timedelta(days=1),
                now=clock.now(),
            )
            if captured:
                title = {"zh": "换领", "en": "Redeemed"}
                await capture(
                    session,
                    holder_id=resident.holder_id,
                    hold_id=held.hold_id,
                    contra="redemption:shop",
                    title=title,
                    now=clock.now(),
                    by=None,
                )
    return resident.holder_id


FIRST = "where seq = 1 and amount = 20"
DAMAGES = [
    (f"update postings set amount = 21 where seq = 2 and point_kind = '{KIND}'", "BALANCE_AFTER", f"{KIND}/2"),
    (f"update postings set balance_after = 1 where seq = 3 and point_kind = '{KIND}'", "BALANCE_AFTER", f"{KIND}/3"),
    (f"update postings set contra = 'issuance:other' {FIRST}", "LEAF_HASH", f"{KIND}/1"),
    (f"update postings set title = jsonb_build_object('zh', 'x') {FIRST}", "LEAF_HASH", f"{KIND}/1"),
    (f"update postings set event_id = gen_random_uuid() {FIRST}", "NO_EVENT", f"{KIND}/1"),
    (
        "alter table postings drop constraint postings_account; delete from postings where amount = 120 and seq = 2",
        "SEQ_GAP",
        "",
    ),
    (f"update accounts set posted = posted + 1 where point_kind = '{KIND}'", "ACCOUNT_POSTED", KIND),
    (f"update accounts set held = 14 where point_kind = '{KIND}'", "ACCOUNT_HELD", KIND),
    (f"update lots set remaining = 1 where point_kind = '{KIND}' and seq = 1", "LOT_REMAINING", f"{KIND}/1"),
    ("update hold_ends set captured = 14", "HOLD_CAPTURE", ""),
    ("update holds set amount = 16 where hold_id not in (select hold_id from hold_ends)", "HOLD_LOTS", ""),
    ("update events set decisions = jsonb_build_object()", "NO_DECISION", ""),
    ("update events set decisions = jsonb_set(decisions, '{volunteering,outcome}', '\"no_pack\"')", "NO_DECISION", ""),
    ("update rule_packs set effective_from = '2026-11-22'", "PACK_NOT_IN_FORCE", ""),
    ("update events set data = jsonb_set(data, '{minutes}', '119')", "DECIDES_OTHERWISE", ""),
    (
        "update events set decisions = jsonb_set(decisions, '{volunteering,pack}', to_jsonb(repeat('ab', 32)))",
        "PACK_UNKNOWN",
        "",
    ),
]
NAMES = [f"{code}-{number}" for number, (_, code, _) in enumerate(DAMAGES)]


@pytest.mark.parametrize(("damage", "code", "path"), DAMAGES, ids=NAMES)
async def test_each_kind_of_damage_is_found_and_its_row_named(
    database: Database, owner_database: Database, clock: FixedClock, keys: KeyFile, damage: str, code: str, path: str
) -> None:
    holder_id = await a_ledger(database, clock, keys)
    async with database.transaction(Scope()) as session:
        assert (await verify(session, registry=await load_registry(session))).findings == []
    async with owner_database.transaction(Scope()) as session:
        for one in damage.split("; "):
            await session.execute(text(one))
    async with database.transaction(Scope()) as session:
        findings = (await verify(session, registry=await load_registry(session))).findings
        named = [finding for finding in findings if finding.code == code]
        assert named, [finding.code for finding in findings]
        assert str(holder_id) in named[0].path
        assert path in named[0].path
        of_one = (await verify(session, holder_id=holder_id, registry=await load_registry(session))).findings
        of_all = [finding for finding in findings if finding.code != "LIMIT_GRANTED"]
        assert sorted(map(str, of_one)) == sorted(map(str, of_all))


async def test_points_slipped_in_beside_a_true_event_are_found(
    database: Database, owner_database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holder_id = await a_ledger(database, clock, keys)
    clock.advance(timedelta(hours=1))
    async with owner_database.transaction(Scope()) as session:
        first = (await session.execute(text(f"select event_id, title from postings {FIRST}"))).one()
        page = (await open_book(session, [holder_id], now=clock.now()))[holder_id]
        page.credit(
            KIND,
            500,
            lot_expires_at=None,
            transaction_id=page.mint(),
            contra="issuance:volunteering",
            title=first.title,
            reason="service",
            event_id=first.event_id,
        )
        await write(session, [page])
    async with database.transaction(Scope()) as session:
        findings = (await verify(session, registry=await load_registry(session))).findings
    assert [(finding.code, finding.path) for finding in findings] == [("POSTED_APART", f"{holder_id}/{KIND}/5")]
