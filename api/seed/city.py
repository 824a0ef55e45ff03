"""Make the small city of a trial: register its people, publish its pack, and live its Sundays.

All of it goes the road that a real city's events go; only the clock and the source of ids are the
plan's own, so that the same seed and day give the same rows. Must never run against a real city.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from access.people_register import create_resident_actor
from api.seed.circumstances import circumstances
from api.seed.facts import fact_of
from api.seed.offices import HOUSEHOLD_PACK, PACK, Offices, SignIn, found_offices, hand_out_codes, say_made
from api.seed.plan import ACTIVITIES, Plan, Sunday, plan_city
from kernel.calendar import day_of, start_of
from kernel.clock import FixedClock
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
from points.jobs import settle_pending
from points.ledger.refusals import PointsInsufficient
from points.people.households import create_household, join
from points.people.register import NewResident, register_residents
from points.submission import Submission
from redemption.rewards.redeem import redeem
from redemption.rewards.vouchers import capture
from rules.governance.publish import publish
from rules.governance.registry import load_registry


class CityHalfMade(DomainError):
    """An earlier start was interrupted while it made the city, so the city is incomplete.

    Start again with --fresh, which makes a new one.
    """

    kind, code = Kind.CONFLICT, "CITY_HALF_MADE"


@dataclass(slots=True)
class _Town:
    """What has been made so far, by the plan's numbers."""

    people: list[UUID]
    offices: Offices
    activities: list[UUID]
    shifts: dict[tuple[int, datetime], Shift]


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
        told = _circumstances(plan, town, seed)
        for sunday in plan.sundays:
            await _live(database, town, sunday, told)
    async with database.transaction(Scope()) as session:
        visitors = {"resident": town.people[plan.guest], "neighbour": town.people[plan.neighbour]}
        sign_ins = await hand_out_codes(session, town.offices, visitors, now)
        await say_made(session, seed=seed, until=until, now=now)
    return sign_ins


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
        offices = await found_offices(session, now=opened, pack=PACK.read_text("utf-8"))
        text = HOUSEHOLD_PACK.read_text("utf-8")
        await publish(session, text=text, approval_id=None, now=opened, effective_from=day_of(opened))
        await _move_together(session, plan, [person.holder_id for person in people], opened)
        town = _Town([person.holder_id for person in people], offices, [], {})
    async with database.transaction(Scope(actor_id=offices.staff["organiser"])) as session:
        await _start_activities(session, town, plan, offices.organisation_id, opened)
    return town


async def _move_together(session: Session, plan: Plan, people: Sequence[UUID], now: datetime) -> None:
    for home in plan.homes:
        household = await create_household(session, now=now)
        for person in home:
            await join(
                session,
                household_id=household.holder_id,
                member_id=people[person],
                from_on=day_of(now),
                may_spend=person == home[0],
                now=now,
            )


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
            created_by=town.offices.staff["organiser"],
            now=now,
        )
        await open_activity(session, activity=activity, now=now)
        more = await add_shifts(session, activity_id=activity.activity_id, spans=later, capacity=20, now=now)
        town.activities.append(activity.activity_id)
        for shift in [*activity.shifts, *more]:
            town.shifts[(number, shift.starts_at)] = shift


def _circumstances(plan: Plan, town: _Town, seed: int) -> list[EventDraft]:
    """What departments tell of everybody; the guest is somebody who could apply for registration."""
    first, last = plan.sundays[0].day, plan.sundays[-1].day
    return [
        fact_of(told, holder_id)
        for person, holder_id in enumerate(town.people)
        for told in circumstances(
            random.Random(f"circumstances|{seed}|{last.isoformat()}|{person}"),
            since=first,
            until=last,
            applies=person == plan.guest,
        )
    ]


async def _live(database: Database, town: _Town, sunday: Sunday, told: Sequence[EventDraft]) -> None:
    """One Sunday evening: the week's facts, the day's scans and referrals; what matured is posted; then people shop."""
    evening = start_of(sunday.day + timedelta(days=1)) - timedelta(minutes=15)
    submissions = [Submission(drafts) for drafts in _came_and_went(town, sunday, evening)]
    submissions += [Submission((draft,)) for draft in _referrals(town, sunday)]
    week = evening - timedelta(days=7), evening
    submissions += [Submission((draft,)) for draft in told if week[0] < draft.occurred_at <= week[1]]
    async with database.transaction(Scope()) as session:
        registry = await load_registry(session)
        await award(session, submissions=submissions, now=evening, registry=registry)
    await settle_pending(database, FixedClock(evening))
    for person, offer, picked_up in sunday.redemptions:
        await _shop(database, town, town.people[person], offer, picked_up, evening + timedelta(hours=10))


def _came_and_went(town: _Town, sunday: Sunday, evening: datetime) -> list[tuple[EventDraft, ...]]:
    drafts: list[tuple[EventDraft, ...]] = []
    for served in sunday.shifts:
        shift = town.shifts[(served.activity, served.span.starts_at)]
        for one in served.attendances:
            holder_id = town.people[one.person]
            visit = Visit(
                holder_id, town.offices.organisation_id, shift.activity_id, shift.shift_id, shift.interval, 1, "scan"
            )
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
            voucher = await redeem(session, holder_id=holder_id, offer_id=town.offices.offers[offer], now=now, key=None)
    except PointsInsufficient:
        return
    if picked_up:
        clerk = town.offices.staff["merchant"]
        merchant_id = town.offices.merchants[offer].merchant_id
        async with database.transaction(Scope(actor_id=clerk)) as session:
            await capture(session, code=voucher.code, merchant_id=merchant_id, now=now + timedelta(hours=1), by=clerk)
