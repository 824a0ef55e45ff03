"""What may be had for points: offers in immutable versions, and what is left of each.

A change of price or terms is a new version; the highest one published is the offer. Must never edit a
version: a redemption names the one it was made under, so that the price shown is the price charged.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.canonical import dumps
from kernel.db import Session, scope_of
from kernel.ids import mint
from kernel.sql import named
from redemption.merchants import Merchant, Title, bilingual
from redemption.rewards.refusals import OfferUnknown


@dataclass(frozen=True, slots=True)
class Terms:
    """What one version of an offer says. `price` in minor units; a voucher is kept `keep_minutes`, then expires.

    `limit_per_holder` counts what a holder has or had and did not give back; None is no limit.
    """

    merchant_id: UUID
    title: Title
    point_kind: str
    price: int
    keep_minutes: int
    opens_at: datetime
    closes_at: datetime | None = None
    limit_per_holder: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it stands: its version, its terms, its shop, and how many are left."""

    offer_id: UUID
    version: int
    terms: Terms
    merchant: Merchant
    remaining: int

    def open_at(self, now: datetime) -> bool:
        """Whether it may be redeemed at this instant, stock aside."""
        return self.terms.opens_at <= now and (self.terms.closes_at is None or now < self.terms.closes_at)


_INSERT_VERSION = text("""
    insert into offers (offer_id, version, published_at, published_by, merchant_id, title, point_kind, price,
        limit_per_holder, keep_minutes, opens_at, closes_at)
    select :offer_id, coalesce(max(version), 0) + 1, :now, :by, :merchant_id, cast(:title as jsonb), :point_kind,
        :price, cast(:limit_per_holder as integer), :keep_minutes, :opens_at, cast(:closes_at as timestamptz)
    from offers where offer_id = :offer_id
    returning version
""")
_RESTOCK = text("""
    insert into stocks (offer_id, remaining) values (:offer_id, :count)
    on conflict (offer_id) do update set remaining = stocks.remaining + :count
""")


async def publish_offer(
    session: Session, *, terms: Terms, stock: int = 0, offer_id: UUID | None = None, now: datetime
) -> UUID:
    """Publish an offer, or with `offer_id` its next version; gives its id. `stock` (>= 0) joins what is left."""
    known_id = offer_id or mint(now)
    bind = {
        "offer_id": known_id,
        "now": now,
        "by": scope_of(session).actor_id,
        "merchant_id": terms.merchant_id,
        "title": dumps(terms.title),
        "point_kind": terms.point_kind,
        "price": terms.price,
        "limit_per_holder": terms.limit_per_holder,
        "keep_minutes": terms.keep_minutes,
        "opens_at": terms.opens_at,
        "closes_at": terms.closes_at,
    }
    version = (await session.execute(_INSERT_VERSION, bind)).scalar_one()
    await session.execute(_RESTOCK, {"offer_id": known_id, "count": stock})
    await audit(
        session,
        at=now,
        action="offer_published",
        object_kind="offer",
        object_id=known_id,
        data={"version": version, "price": terms.price, "stock_added": stock},
    )
    return known_id


async def offers(session: Session, *, now: datetime) -> list[Offer]:
    """All offers open at `now`, cheapest first; those of which nothing is left stand last."""
    rows = await session.execute(named(__file__, "offers_in_force"), {"now": now, "offer_id": None})
    found = [offer for offer in map(_offer, rows) if offer.open_at(now)]
    return sorted(found, key=lambda offer: (offer.remaining == 0, offer.terms.price, offer.offer_id))


async def find_offer(session: Session, *, offer_id: UUID, now: datetime) -> Offer:
    """One offer as it stands at `now`, open or closed. Refuses with OfferUnknown."""
    row = (await session.execute(named(__file__, "offers_in_force"), {"now": now, "offer_id": offer_id})).one_or_none()
    if row is None:
        raise OfferUnknown()
    return _offer(row)


def _offer(row: Any) -> Offer:
    terms = Terms(
        merchant_id=row.merchant_id,
        title=bilingual(row.title),
        point_kind=row.point_kind,
        price=row.price,
        keep_minutes=row.keep_minutes,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        limit_per_holder=row.limit_per_holder,
    )
    merchant = Merchant(row.merchant_id, row.merchant_code, bilingual(row.merchant_title), bilingual(row.place))
    return Offer(row.offer_id, row.version, terms, merchant, row.remaining)
