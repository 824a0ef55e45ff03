"""A ledger of the schema before the whole ledger moves up with its rows: what is new is filled from what stands."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from kernel.db import Database, Scope, Session
from kernel.ids import mint, mint_beside, slice_of
from kernel.postgres import Server
from kernel.roles import make_app_role, make_database
from migrations.migrate import _config, migrate
from points.ledger.holds import release
from points.ledger.leaf import leaf, leaf_hash
from points.ledger.model import PostingDraft
from points.ledger.reconcile import reconcile
from points.ledger.statement import balances
from tests.conftest import APP_PASSWORD, drop_database, on_database

OLD = "0009_redemption"
KIND = "volunteer-points"
T = datetime(2026, 11, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
HOLDER = mint(T)
ENDED, OPEN = mint_beside(HOLDER, T), mint_beside(HOLDER, T)
HANDLE = bytes(32)


@pytest.fixture
async def old(server: Server, admin_url: str) -> AsyncIterator[str]:
    """The owner's address of a database at the old schema."""
    name = f"old_{secrets.token_hex(6)}"
    owner_url = on_database(server.owner_url, name)
    await make_database(admin_url, name)
    await make_app_role(owner_url, APP_PASSWORD)
    await asyncio.to_thread(command.upgrade, _config(owner_url), OLD)
    yield owner_url
    await drop_database(admin_url, name)


async def insert(session: Session, table: str, **values: Any) -> None:
    """One row of the holder."""
    row = {"slice": slice_of(HOLDER), "holder_id": HOLDER} | values
    names = ", ".join(row)
    binds = ", ".join(f"cast(:{name} as jsonb)" if name == "title" else f":{name}" for name in row)
    await session.execute(text(f"insert into {table} ({names}) values ({binds})"), row)


async def post(session: Session, seq: int, amount: int, after: int, at: datetime, contra: str, **about: Any) -> None:
    """One posting with its true leaf."""
    title = {"zh": "旧", "en": "Old"}
    known: dict[str, Any] = {
        "holder_id": HOLDER, "point_kind": KIND, "transaction_id": mint_beside(HOLDER, at), "contra": contra,
        "amount": amount, "effective_at": at, "recorded_at": at, "reason": "service", **about,
    }  # fmt: skip
    nonce = bytes([seq]) * 16
    fresh = leaf(PostingDraft(**known, title=title), seq=seq, balance_after=after, subject_handle=HANDLE, nonce=nonce)
    row = {"seq": seq, "balance_after": after, "leaf_nonce": nonce, "leaf_hash": leaf_hash(fresh)}
    await insert(session, "postings", **known, **row, title=json.dumps(title))


async def fill(session: Session) -> None:
    """Three awards, one of them lapsed, a hold that was captured in part, and one that is open."""
    await session.execute(
        text("insert into point_kinds (code, family, title) values (:code, 'spendable', cast(:title as jsonb))"),
        {"code": KIND, "title": json.dumps({"zh": "积分", "en": "Points"})},
    )
    await insert(session, "holders", kind="resident", subject_handle=HANDLE, version=9, last_recorded_at=T + 9 * DAY)
    await insert(session, "accounts", point_kind=KIND, posted=28, held=10, floor=0, seq=5)
    awards = [(1, 7, 7, T + 2 * DAY), (2, 20, 27, T + 60 * DAY), (3, 30, 57, T + 90 * DAY)]
    for seq, amount, after, until in awards:
        event_id = mint_beside(HOLDER, T)
        at = T + timedelta(hours=seq)
        await post(session, seq, amount, after, at, "issuance:volunteering", lot_expires_at=until, event_id=event_id)
    await post(session, 4, -7, 50, T + 3 * DAY, "expiry", reason="lot:1")
    await post(session, 5, -22, 28, T + 5 * DAY, "redemption:shop", hold_id=ENDED)
    for seq, remaining in ((1, 0), (2, 0), (3, 18)):
        await insert(session, "lots", point_kind=KIND, seq=seq, remaining=remaining)
    about = {"point_kind": KIND, "purpose": "partner"}
    await insert(session, "holds", hold_id=ENDED, amount=25, held_at=T + 4 * DAY, expires_at=T + 8 * DAY, **about)
    await insert(session, "holds", hold_id=OPEN, amount=10, held_at=T + 6 * DAY, expires_at=T + 16 * DAY, **about)
    await insert(session, "hold_ends", hold_id=ENDED, ending="captured", captured=22, ended_at=T + 5 * DAY)
    uses = [(1, -7, 4, None), (2, -20, None, ENDED), (3, -5, None, ENDED), (3, 3, None, ENDED), (3, -10, None, OPEN)]
    for number, (lot_seq, amount, posting_seq, hold_id) in enumerate(uses, 1):
        use = {"lot_seq": lot_seq, "amount": amount, "posting_seq": posting_seq, "hold_id": hold_id}
        await insert(session, "lot_uses", use_no=number, point_kind=KIND, **use)


async def test_a_ledger_with_rows_moves_to_the_newest_schema_and_proves_itself(old: str) -> None:
    owner = Database(old, pool_size=2)
    try:
        async with owner.transaction(Scope()) as session:
            await fill(session)
        await owner.close()
        await asyncio.to_thread(migrate, old)
        async with owner.transaction(Scope()) as session:
            uses = (await session.execute(text("select recorded_at from lot_uses order by use_no"))).scalars().all()
            assert list(uses) == [T + days * DAY for days in (3, 4, 4, 5, 6)]
            dues = (await session.execute(text("select what, due_id, due_at from dues"))).all()
            assert [tuple(row) for row in dues] == [("hold", OPEN, T + 16 * DAY)]
            bounds = (await session.execute(text("select expires_next_at, lots_from from accounts"))).one()
            assert bounds.expires_next_at <= T + 60 * DAY, "no lot that is open may be hidden"
            assert bounds.lots_from == 1
            debt = text("select family, title ->> 'zh' from point_kinds where code = :code")
            assert tuple((await session.execute(debt, {"code": f"debt:{KIND}"})).one()) == ("debt", "欠还:积分")
            assert [str(one) for one in (await reconcile(session))[1]] == []
        async with owner.transaction(Scope()) as session:
            await release(session, holder_id=HOLDER, hold_id=OPEN, now=T + 10 * DAY, by=None)
        async with owner.transaction(Scope()) as session:
            [balance] = await balances(session, holder_id=HOLDER, now=T + 10 * DAY)
            assert (balance.posted, balance.held, balance.available) == (28, 0, 28)
            assert [str(one) for one in (await reconcile(session))[1]] == []
    finally:
        await owner.close()
