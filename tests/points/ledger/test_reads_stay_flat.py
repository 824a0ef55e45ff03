"""However large the ledger, one holder's reads go by ranges of an index, and the trial balance's tail by its days."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kernel.db import Database, Scope, Session
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger import outlook, statement, trial
from tests.hall import Hall, hall

__all__ = ["hall"]

HOLDERS, EACH = 500, 200
_FILL = (
    """
    insert into holders (slice, holder_id, kind, subject_handle, last_recorded_at)
    select slice_of(id), id, 'resident', '\\x00', :now
    from (select gen_random_uuid() as id from generate_series(1, :holders)) drawn
    """,
    """
    insert into accounts (slice, holder_id, point_kind, posted, seq, expires_next_at)
    select slice, holder_id, 'volunteer-points', :each, :each, cast(:now as timestamptz) + interval '30 days'
    from holders where subject_handle = '\\x00'
    """,
    """
    insert into postings (slice, holder_id, point_kind, seq, transaction_id, contra, amount, balance_after,
        effective_at, recorded_at, lot_expires_at, reason, title, leaf_nonce, leaf_hash)
    select h.slice, h.holder_id, 'volunteer-points', n, gen_random_uuid(), 'issuance:volunteering', 1, n,
        at, at, at + interval '3 years', 'service', '{}', '\\x00', '\\x00'
    from generate_series(1, :each) n
    cross join (select * from holders where subject_handle = '\\x00') h
    cross join lateral (select cast(:now as timestamptz) - (:each - n) * interval '1 day' as at) t
    """,
    "analyze postings",
    "analyze accounts",
)


async def plan_of(session: Session, query: Any, bind: dict[str, Any]) -> str:
    rows = await session.execute(text(f"explain {query.text}"), bind)
    return "\n".join(row[0] for row in rows)


@pytest.fixture
async def full(hall: Hall, owner_database: Database) -> Hall:
    """A hall with a hundred thousand postings of other people, a day apart."""
    await hall.publish()
    async with owner_database.transaction(Scope()) as session:
        for part in _FILL:
            wanted = {name: value for name, value in _SIZES.items() if f":{name}" in part}
            await session.execute(text(part), wanted | ({"now": hall.now} if ":now" in part else {}))
    return hall


_SIZES = {"holders": HOLDERS, "each": EACH}


async def test_a_balance_a_statement_and_an_outlook_read_one_holders_ranges_only(full: Hall) -> None:
    [resident] = await full.residents(1)
    holder_id = resident.holder_id
    key = {"slice": slice_of(holder_id), "holder_id": holder_id}
    now = full.now
    page = {**statement._ALL, "most": 50}
    asked: list[tuple[Any, str, dict[str, Any]]] = [
        (statement, "statement", page),
        (statement, "statement", {**page, "before_at": now, "before_kind": "volunteer-points", "before_seq": 7}),
        (statement, "statement", {**page, "point_kind": "volunteer-points", "since": now - timedelta(days=9)}),
        (statement, "balances", {"as_of": now}),
        (statement, "balances_then", {"as_of": now, "known_at": now, "inactivity": False}),
        (outlook, "expiring_lots", {"now": now, "until": now + timedelta(days=90)}),
    ]
    async with full.transaction() as session:
        for module, name, bind in asked:
            plan = await plan_of(session, named(module.__file__, name), {**key, **bind})
            assert "Seq Scan on postings" not in plan, (name, plan)
            assert "Seq Scan on lots" not in plan, (name, plan)
            assert "Seq Scan on accounts" not in plan, (name, plan)


async def test_the_tail_of_a_trial_balance_is_found_by_its_days(full: Hall) -> None:
    bind = {
        "summed_to": (full.now - timedelta(days=2)).date(),
        "tail_from": full.now - timedelta(days=1),
        "until": full.now,
    }
    async with full.transaction() as session:
        plan = await plan_of(session, named(trial.__file__, "trial_balance"), bind)
    assert "postings_by_recorded" in plan, plan
    assert "Seq Scan on postings" not in plan, plan
