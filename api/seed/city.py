"""Make the small city of a trial: register its people, publish its pack, and live its Sundays.

All of it goes the road that a real city's events go; only the clock and the source of ids are the
plan's own, so that the same seed and day give the same rows. Must never run against a real city.
"""

import json
import os
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from access.actors import Grant
from access.people_register import create_resident_actor, create_staff, set_sign_in_code
from api.seed.plan import ACTIVITIES, SHOPS, Plan, Sunday, plan_city
from kernel.audit import audit
from kernel.calendar import start_of
from kernel.db import Database, Scope, Session
from kernel.errors import DomainError, Kind
from kernel.ids import seeded
from kernel.sealed import KeyFile
from points.activity.hours import Interval
from points.activity.model import Shift
from points.activity.organise import create_activity, open_activity
from points.activity.shifts import add_shifts
from points.activity.visit import Visit
from points.award import award
from points.events.model import EventDraft
from points.ledger.model import PointsInsufficient
from points.people.register import NewResident, create_organisation, register_residents
from points.submission import Submission
from redemption.merchants import Merchant, register_merchant
from redemption.rewards.offers import Terms, publish_offer
from redemption.rewards.redeem import redeem
from redemption.rewards.vouchers import capture
from rules.governance.publish import publish
from rules.governance.registry import load_registry

PACK = Path(__file__).parents[2] / "rules" / "packs" / "volunteering.yaml"
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


class CityHalfMade(DomainError):
    """An earlier start was interrupted while it made the city, so the city is incomplete.

    Start again with --fresh, which makes a new one.
    """

    kind, code = Kind.CONFLICT, "CITY_HALF_MADE"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one kind of person signs in to the trial."""

    kind: str
    label: str
    code: str


@dataclass(slots=True)
class _Town:
    """What has been made so far, by the plan's numbers."""

    people: list[UUID]
    staff: dict[str, UUID]
    activities: list[UUID]
    shifts: dict[tuple[int, datetime], Shift]
    merchants: list[Merchant]
    offers: list[UUID]


async def seed_city(database: Database, keys: KeyFile, *, seed: int, until: date, now: datetime) -> list[SignIn]:
    """Make the city unless it is there; gives its sign-ins, or none where it stood already.

    Refuses with CityHalfMade.
    """
    async with database.transaction(Scope()) as session:
        if await _made(session):
            return []
    plan = plan_city(seed=seed, until=until)
    source = random.Random(f"ids|{seed}|{until.isoformat()}")
    with seeded(source.randbytes):
        town = await _found(database, keys, plan)
        for sunday in plan.sundays:
            await _live(database, town, sunday)
    async with database.transaction(Scope()) as session:
        sign_ins = await _sign_ins(session, town, plan, now)
        data = {"seed": seed, "until": until.isoformat()}
        await audit(session, at=now, action="city_made", object_kind="city", object_id="demo", data=data)
    return sign_ins


def keep_sign_ins(path: Path, sign_ins: Sequence[SignIn]) -> None:
    """Write the trial's sign-ins where only the service may read them (mode 0600)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    entries = [{"kind": one.kind, "label": one.label, "code": one.code} for one in sign_ins]
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(entries, file, ensure_ascii=False, indent=1)


async def _made(session: Session) -> bool:
    if await session.scalar(text("select exists (select from audit where action = 'city_made')")):
        return True
    if await session.scalar(text("select exists (select from holders)")):
        raise CityHalfMade()
    return False


async def _found(database: Database, keys: KeyFile, plan: Plan) -> _Town:
    """The day before the first Sunday: everybody moves in, the rules are published, the shops open."""
    opened = start_of(plan.sundays[0].day - timedelta(days=1))
    async with database.transaction(Scope()) as session:
        people = await register_residents(session, [NewResident(name) for name in plan.names], keys=keys, now=opened)
        for person in people:
            await create_resident_actor(session, holder_id=person.holder_id, now=opened)
        await publish(
            session,
            text=PACK.read_text("utf-8"),
            approval_id=None,
            now=opened,
            effective_from=plan.sundays[0].day - timedelta(days=1),
        )
        title = {"zh": "松山湖志愿服务队", "en": "Songshan Lake volunteers"}
        organisation_id = await create_organisation(session, code="SSL-001", title=title, now=opened)
        merchants, offers = await _open_shops(session, opened)
        staff = await _hire(session, organisation_id, merchants[0].merchant_id, opened)
        town = _Town([person.holder_id for person in people], staff, [], {}, merchants, offers)
    async with database.transaction(Scope(actor_id=staff["organiser"])) as session:
        await _start_activities(session, town, plan, organisation_id, opened)
    return town


async def _open_shops(session: Session, now: datetime) -> tuple[list[Merchant], list[UUID]]:
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
        offers.append(await publish_offer(session, terms=terms, stock=shop.stock, now=now))
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


async def _start_activities(session: Session, town: _Town, plan: Plan, organisation_id: UUID, now: datetime) -> None:
    spans: dict[int, list[Interval]] = {number: [] for number in range(len(ACTIVITIES))}
    for sunday in plan.sundays:
        for served in sunday.shifts:
            spans[served.activity].append(served.span)
    for number, (zh, en, place_zh, place_en) in enumerate(ACTIVITIES):
        first, *later = spans[number]
        activity = await create_activity(
            session,
            organisation_id=organisation_id,
            title={"zh": zh, "en": en},
            place={"zh": place_zh, "en": place_en},
            starts_at=first.starts_at,
            ends_at=first.ends_at,
            capacity=20,
            created_by=town.staff["organiser"],
            now=now,
        )
        await open_activity(session, activity=activity, now=now)
        more = await add_shifts(session, activity_id=activity.activity_id, spans=later, capacity=20, now=now)
        town.activities.append(activity.activity_id)
        for shift in [*activity.shifts, *more]:
            town.shifts[(number, shift.starts_at)] = shift


async def _live(database: Database, town: _Town, sunday: Sunday) -> None:
    """One Sunday evening: the day's scans and referrals are awarded, then people go to the shops."""
    evening = start_of(sunday.day + timedelta(days=1)) - timedelta(minutes=15)
    submissions = [Submission(drafts) for drafts in _came_and_went(town, sunday, evening)]
    submissions += [Submission((draft,)) for draft in _referrals(town, sunday)]
    async with database.transaction(Scope()) as session:
        registry = await load_registry(session)
        await award(session, submissions=submissions, now=evening, registry=registry)
    for person, offer, picked_up in sunday.redemptions:
        await _shop(database, town, town.people[person], offer, picked_up, evening + timedelta(hours=10))


def _came_and_went(town: _Town, sunday: Sunday, evening: datetime) -> list[tuple[EventDraft, ...]]:
    drafts: list[tuple[EventDraft, ...]] = []
    for served in sunday.shifts:
        shift = town.shifts[(served.activity, served.span.starts_at)]
        for one in served.attendances:
            holder_id = town.people[one.person]
            visit = Visit(holder_id, shift.activity_id, shift.shift_id, shift.interval, 1, "scan")
            came = visit.came(one.came_at, "scanned_once")
            drafts.append((came, *visit.went(one.came_at, one.left_at, "scanned_twice", evening)))
    return drafts


def _referrals(town: _Town, sunday: Sunday) -> list[EventDraft]:
    noon = start_of(sunday.day) + timedelta(hours=12)
    return [
        EventDraft(
            holder_id=town.people[referrer],
            kind="referral",
            business_key=str(town.people[referred]),
            occurred_at=noon,
            ended_at=noon,
            evidence="organiser_log",
            source="register",
            data={"referred_id": str(town.people[referred])},
        )
        for referrer, referred in sunday.referrals
    ]


async def _shop(database: Database, town: _Town, holder_id: UUID, offer: int, picked_up: bool, now: datetime) -> None:
    """Redeem and mostly pick up; whoever has too few points goes home, as in life."""
    try:
        async with database.transaction(Scope(actor_id=holder_id)) as session:
            voucher = await redeem(session, holder_id=holder_id, offer_id=town.offers[offer], now=now, key=None)
    except PointsInsufficient:
        return
    if picked_up:
        clerk = town.staff["merchant"]
        merchant_id = town.merchants[offer].merchant_id
        async with database.transaction(Scope(actor_id=clerk)) as session:
            await capture(session, code=voucher.code, merchant_id=merchant_id, now=now + timedelta(hours=1), by=clerk)


async def _sign_ins(session: Session, town: _Town, plan: Plan, now: datetime) -> list[SignIn]:
    """Codes are drawn afresh: they are no part of the city's bytes."""
    actors = {"resident": town.people[plan.guest], **town.staff, "neighbour": town.people[plan.neighbour]}
    made = []
    for kind, actor_id in actors.items():
        code = "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(8))
        await set_sign_in_code(session, actor_id=actor_id, code=code, now=now, ttl=CODES_LAST)
        made.append(SignIn(kind, LABELS[kind], code))
    return made
