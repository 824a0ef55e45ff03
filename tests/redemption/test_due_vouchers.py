"""However many vouchers are past, the sweep reads only those that are still open and due."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from kernel.db import Database, Scope
from kernel.ids import slice_of
from kernel.sql import named
from redemption.jobs import expire_unclaimed
from redemption.rewards import give_back
from tests.redemption.street import KIND, Street

PAST = 10_000
_FILL = (
    """
    create temporary table past as
    select gen_random_uuid() as id, n, cast(:now as timestamptz) - n * interval '1 minute' as at
    from generate_series(1, :past) n
    """,
    """
    insert into holds (slice, holder_id, hold_id, point_kind, amount, purpose, held_at, expires_at)
    select :slice, :holder_id, id, :kind, 1, 'redemption', at, at from past
    """,
    """
    insert into hold_ends (slice, holder_id, hold_id, ending, captured, ended_at)
    select :slice, :holder_id, id, 'expired', 0, at from past
    """,
    """
    insert into redemptions (slice, holder_id, redemption_id, offer_id, offer_version, hold_id, quantity, price,
        redeemed_at, expires_at)
    select :slice, :holder_id, id, :offer_id, 1, id, 1, 1, at, at from past
    """,
    """
    insert into redemption_ends (slice, holder_id, redemption_id, ending, ended_at)
    select :slice, :holder_id, id, 'expired', at from past
    """,
    """
    insert into vouchers (code, holder_id, redemption_id, merchant_id, expires_at)
    select lpad(n::text, 17, '0'), :holder_id, id, :merchant_id, at from past
    """,
)


async def test_a_long_past_costs_the_sweep_nothing(street: Street, owner_database: Database) -> None:
    offer = await street.offer(stock=9, keep_minutes=10)
    holder_id = await street.resident((500, None))
    known: dict[str, Any] = {
        "slice": slice_of(holder_id),
        "holder_id": holder_id,
        "offer_id": offer,
        "merchant_id": street.merchants[0].merchant_id,
        "kind": KIND,
        "past": PAST,
        "now": street.now,
    }
    async with street.transaction() as session:
        for part in _FILL:
            await session.execute(text(part), {name: value for name, value in known.items() if f":{name}" in part})
    codes = [(await street.redeem(holder_id, offer)).code for _ in range(3)]
    async with owner_database.transaction(Scope()) as session:
        for name in ("dues", "holds", "redemptions", "redemption_ends", "vouchers"):
            await session.execute(text(f"analyze {name}"))
    async with street.transaction() as session:
        due = street.now + timedelta(minutes=10)
        assert await give_back.due_codes(session, now=due) == codes
        query = named(give_back.__file__, "due_vouchers")
        explained = text(f"explain (analyze, buffers, format json) {query.text}")
        plan: Any = await session.scalar(explained, {"now": due, "most": 500, "but": []})
    read = plan[0]["Plan"]
    assert read["Shared Hit Blocks"] + read["Shared Read Blocks"] < 100, read
    street.clock.advance(timedelta(minutes=10))
    await expire_unclaimed(street.database, street.clock)
    assert await street.stock(offer) == 9
