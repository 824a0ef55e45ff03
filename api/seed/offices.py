"""What every made-up city has beside its residents: rules, an organisation, shops, staff, and a trial's sign-ins.

Sign-in codes are drawn afresh each time: they are no part of a city's bytes. Must never run against a real city.
"""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from access.actors import Grant
from access.people_register import create_staff, set_sign_in_code
from api.seed.plan import SHOPS
from kernel.audit import audit
from kernel.calendar import day_of
from kernel.db import Session
from points.people.register import create_organisation
from redemption.merchants import Merchant, register_merchant
from redemption.rewards.offers import Terms, publish_offer
from rules.governance.publish import publish
from rules.language.loader import load

PACK = Path(__file__).parents[2] / "rules" / "packs" / "volunteering.yaml"
HOUSEHOLD_PACK = PACK.parent / "household-service.yaml"
ASSESSMENTS = tuple(PACK.parent / f"{name}.yaml" for name in ("household-registration-2026", "school-enrolment-2027"))
LABELS = {
    "resident": "居民 · resident",
    "neighbour": "邻居 · neighbour",
    "organiser": "松山湖志愿服务队干事 · organiser, Songshan Lake volunteers",
    "official": "积分办规则岗 · rules desk, points office",
    "colleague": "积分办复核岗 · review desk, points office",
    "merchant": "惠民粮油店收银台 · till, Huimin grain shop",
    "auditor": "市审计局积分组 · points group, audit bureau",
}
"""What the pages and the audit log call each kind of person: a post, never a name."""
CODES_LAST = timedelta(days=3650)
"""Trial sign-ins outlive every trial, also when its clock is moved."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to enter as one kind of person."""

    kind: str
    label: str
    code: str


@dataclass(frozen=True, slots=True)
class Offices:
    """Who works in the city, and where points may be spent; `offers[i]` is of `merchants[i]`."""

    organisation_id: UUID
    staff: dict[str, UUID]
    merchants: list[Merchant]
    offers: list[UUID]


async def found_offices(session: Session, *, now: datetime, pack: str, stock: int | None = None) -> Offices:
    """Publish the rules from this very day on, those of applications from their own; open the shops, hire the staff.

    `stock`: of each offer, else its own.
    """
    await publish(session, text=pack, approval_id=None, now=now, effective_from=day_of(now))
    for assessed in (path.read_text("utf-8") for path in ASSESSMENTS):
        first = max(load(assessed).effective_from, day_of(now))
        await publish(session, text=assessed, approval_id=None, now=now, effective_from=first)
    title = {"zh": "松山湖志愿服务队", "en": "Songshan Lake volunteers"}
    organisation_id = await create_organisation(session, code="SSL-001", title=title, now=now)
    merchants, offers = await _open_shops(session, now, stock)
    staff = await _hire(session, organisation_id, merchants[0].merchant_id, now)
    return Offices(organisation_id, staff, merchants, offers)


async def _open_shops(session: Session, now: datetime, stock: int | None) -> tuple[list[Merchant], list[UUID]]:
    merchants, offers = [], []
    for shop in SHOPS:
        merchant = await register_merchant(session, code=shop.code, title=shop.title, place=shop.place, now=now)
        terms = Terms(
            merchant_id=merchant.merchant_id,
            title=shop.goods,
            point_kind="volunteer-points",
            price=shop.price,
            keep_minutes=7 * 24 * 60,
            opens_at=now,
        )
        offers.append(await publish_offer(session, terms=terms, stock=stock or shop.stock, now=now))
        merchants.append(merchant)
    return merchants, offers


async def _hire(session: Session, organisation_id: UUID, merchant_id: UUID, now: datetime) -> dict[str, UUID]:
    roles = {
        "organiser": Grant("organiser", organisation_id=organisation_id),
        "official": Grant("official"),
        "colleague": Grant("official"),
        "merchant": Grant("merchant", merchant_id=merchant_id),
        "auditor": Grant("auditor"),
    }
    return {
        kind: await create_staff(session, label=LABELS[kind], grants=[grant], now=now) for kind, grant in roles.items()
    }


async def hand_out_codes(
    session: Session, offices: Offices, visitors: Mapping[str, UUID], now: datetime
) -> list[SignIn]:
    """A code for each kind of person; `visitors` are the residents whom a visitor of the trial plays."""
    made = []
    for kind, label in LABELS.items():
        actor_id = {**visitors, **offices.staff}[kind]
        code = "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(8))
        await set_sign_in_code(session, actor_id=actor_id, code=code, now=now, ttl=CODES_LAST)
        made.append(SignIn(kind, label, code))
    return made


async def say_made(session: Session, *, seed: int, until: date, now: datetime) -> None:
    """The city is whole: the last thing that is written."""
    data = {"seed": seed, "until": until.isoformat()}
    await audit(session, at=now, action="city_made", object_kind="city", object_id="demo", data=data)


def keep_sign_ins(path: Path, sign_ins: Sequence[SignIn]) -> None:
    """Write the trial's sign-ins where only the service may read them (mode 0600)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    entries = [{"kind": one.kind, "label": one.label, "code": one.code} for one in sign_ins]
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(entries, file, ensure_ascii=False, indent=1)
