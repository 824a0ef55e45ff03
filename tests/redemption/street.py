"""A street with two shops, one bag of rice on offer, and residents whose points come in dated lots."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from access.actors import Grant
from access.people_register import create_resident_actor, create_staff
from access.tokens import issue
from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session
from kernel.sealed import KeyFile
from points.ledger.book import open_book
from points.ledger.write import write
from points.people.register import register_resident
from redemption.merchants import Merchant, register_merchant
from redemption.rewards.offers import Terms, publish_offer
from redemption.rewards.redeem import redeem
from redemption.rewards.redemptions import Redemption

KIND = "volunteer-points"
RICE = {"zh": "大米 5 kg", "en": "5 kg of rice"}
_POINT_KIND = text("""
    insert into point_kinds (code, programme, family, title)
    values (:code, null, 'spendable', '{"zh": "志愿积分", "en": "Volunteer points"}') on conflict do nothing
""")
_LOTS = text("""
    select p.lot_expires_at, coalesce(l.remaining, p.amount) as remaining from postings p
    left join lots l using (slice, holder_id, point_kind, seq)
    where p.holder_id = :holder_id and p.amount > 0 order by p.seq
""")
_ACCOUNT = text("select posted, held from accounts where holder_id = :holder_id and point_kind = :kind")

Dated = tuple[int, timedelta | None]
"""A lot: so many points, and how long until they lapse."""


@dataclass(slots=True)
class Street:
    """What a test needs of the city, built through the use cases and the ledger's own road."""

    database: Database
    clock: FixedClock
    keys: KeyFile
    merchants: list[Merchant] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def transaction(self, actor_id: UUID | None = None) -> AbstractAsyncContextManager[Session]:
        return self.database.transaction(Scope(actor_id, "test"))

    async def open_shops(self) -> None:
        async with self.transaction() as session:
            await session.execute(_POINT_KIND, {"code": KIND})
            for code, zh, en in (
                ("rice-shop", "东门粮店", "East Gate Grocer"),
                ("book-shop", "书香书店", "Book Corner"),
            ):
                place = {"zh": "东门路 1 号", "en": "1 East Gate Road"}
                merchant = await register_merchant(
                    session, code=code, title={"zh": zh, "en": en}, place=place, now=self.now
                )
                self.merchants.append(merchant)

    async def offer(self, *, price: int = 60, stock: int = 5, keep_minutes: int = 60, limit: int | None = None) -> UUID:
        terms = Terms(
            merchant_id=self.merchants[0].merchant_id,
            title=RICE,
            point_kind=KIND,
            price=price,
            keep_minutes=keep_minutes,
            opens_at=self.now - timedelta(days=1),
            limit_per_holder=limit,
        )
        async with self.transaction() as session:
            return await publish_offer(session, terms=terms, stock=stock, now=self.now)

    async def resident(self, *lots: Dated) -> UUID:
        """Somebody with these lots, e.g. `(50, timedelta(days=30)), (20, None)`."""
        async with self.transaction() as session:
            resident = await register_resident(
                session, name="测试居民", identity_number=None, keys=self.keys, now=self.now
            )
            for lot in lots:
                await _credit(session, resident.holder_id, lot, self.now)
        return resident.holder_id

    async def token(self, actor_id: UUID) -> str:
        """A bearer token for this actor, for a program of theirs."""
        async with self.transaction() as session:
            return await issue(session, actor_id=actor_id, kind="api", scopes=None, ttl=timedelta(days=1), now=self.now)

    async def resident_who_signs_in(self, *lots: Dated) -> tuple[UUID, str]:
        """A resident with an actor, and a token."""
        holder_id = await self.resident(*lots)
        async with self.transaction() as session:
            await create_resident_actor(session, holder_id=holder_id, now=self.now)
        return holder_id, await self.token(holder_id)

    async def keeper_of(self, shop: int) -> tuple[UUID, str]:
        """The actor at one shop's till, and a token."""
        grant = Grant("merchant", merchant_id=self.merchants[shop].merchant_id)
        async with self.transaction() as session:
            actor_id = await create_staff(session, label="till", grants=[grant], now=self.now)
        return actor_id, await self.token(actor_id)

    async def redeem(self, holder_id: UUID, offer_id: UUID, key: str | None = None, **terms: int) -> Redemption:
        async with self.transaction(holder_id) as session:
            return await redeem(session, holder_id=holder_id, offer_id=offer_id, now=self.now, key=key, **terms)

    async def lots(self, holder_id: UUID) -> list[tuple[datetime | None, int]]:
        async with self.transaction() as session:
            return [(row[0], row[1]) for row in await session.execute(_LOTS, {"holder_id": holder_id})]

    async def account(self, holder_id: UUID) -> tuple[int, int]:
        """Posted and held."""
        async with self.transaction() as session:
            row = (await session.execute(_ACCOUNT, {"holder_id": holder_id, "kind": KIND})).one()
            return row.posted, row.held

    async def stock(self, offer_id: UUID) -> int:
        async with self.transaction() as session:
            found = await session.scalar(text("select remaining from stocks where offer_id = :id"), {"id": offer_id})
        assert isinstance(found, int)
        return found


async def _credit(session: Session, holder_id: UUID, lot: Dated, now: datetime) -> None:
    amount, lasts = lot
    page = (await open_book(session, [holder_id], now=now))[holder_id]
    page.credit(
        KIND,
        amount,
        lot_expires_at=now + lasts if lasts else None,
        transaction_id=page.mint(),
        contra="issuance:volunteering",
        title={"zh": "志愿服务", "en": "Volunteering"},
        reason="award",
        event_id=page.mint(),
    )
    await write(session, [page])
