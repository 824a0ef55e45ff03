"""Merchants and service stations: where vouchers are taken. Registered once, read by everybody.

Must never know a voucher or a resident: it stands below both.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from access.actors import Actor
from kernel.audit import audit
from kernel.canonical import dumps
from kernel.db import Session, constraint_error
from kernel.errors import DomainError, Kind
from kernel.ids import mint

Title = dict[str, str]
"""A text in both languages: `{"zh": ..., "en": ...}`."""


class MerchantUnknown(DomainError):
    """No shop with this number is registered. Nothing was recorded.

    Check the number, or ask the city's office to register the shop.
    """

    kind, code = Kind.MISSING, "MERCHANT_UNKNOWN"


class MerchantCodeTaken(DomainError):
    """Another shop already has this code. Nothing was recorded.

    Choose another code.
    """

    kind, code = Kind.CONFLICT, "MERCHANT_CODE_TAKEN"


constraint_error("merchants_code", MerchantCodeTaken)


@dataclass(frozen=True, slots=True)
class Merchant:
    """A shop: its code names the contra account that its captures are posted against."""

    merchant_id: UUID
    code: str
    title: Title
    place: Title

    @property
    def contra(self) -> str:
        """The other side of every capture here."""
        return f"redemption:{self.code}"


_INSERT = text("""
    insert into merchants (merchant_id, code, title, place, registered_at)
    values (:merchant_id, :code, cast(:title as jsonb), cast(:place as jsonb), :now)
""")
_FIND = text("select merchant_id, code, title, place from merchants where merchant_id = :merchant_id")


async def register_merchant(session: Session, *, code: str, title: Title, place: Title, now: datetime) -> Merchant:
    """Put a shop on the register. `code`: 2 to 40 small letters, digits, dashes. Refuses with MerchantCodeTaken."""
    merchant = Merchant(mint(now), code, title, place)
    bind = {"merchant_id": merchant.merchant_id, "code": code, "title": dumps(title), "place": dumps(place), "now": now}
    await session.execute(_INSERT, bind)
    await audit(
        session,
        at=now,
        action="merchant_registered",
        object_kind="merchant",
        object_id=merchant.merchant_id,
        data={"code": code},
    )
    return merchant


async def find_merchant(session: Session, merchant_id: UUID) -> Merchant:
    """The shop with this id. Refuses with MerchantUnknown."""
    row = (await session.execute(_FIND, {"merchant_id": merchant_id})).one_or_none()
    if row is None:
        raise MerchantUnknown()
    return Merchant(row.merchant_id, row.code, bilingual(row.title), bilingual(row.place))


def till_of(actor: Actor, asked: UUID | None = None) -> UUID:
    """The merchant at whose till this actor stands: the one asked for, or else their first. Pure.

    Refuses with MerchantUnknown where it is not theirs, or they have none.
    """
    theirs = sorted(actor.merchants())
    if not theirs or (asked is not None and asked not in theirs):
        raise MerchantUnknown()
    return asked or theirs[0]


def bilingual(stored: dict[str, str]) -> Title:
    """A text in both languages, from its jsonb column."""
    return {"zh": stored["zh"], "en": stored["en"]}
