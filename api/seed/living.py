"""A city of the generator, lived through the real road evening by evening, as a real city's facts come in.

Everything goes through `award`, reversal, redemption and the sweeps, with the plan's own clock. For a city that is
copied in instead, see `copying`. Must never run against a real city.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from api.decide.dispatch import decide
from api.seed.circumstances import Told
from api.seed.facts import correction_of, event_of
from api.seed.generator import City, Deed, Purchase, Season, evening_of, families
from api.seed.offices import Offices
from api.seed.plan import invented_name
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.award import award
from points.changes.propose import propose, review
from points.changes.terms import Reversal
from points.events.model import EventDraft
from points.jobs import settle_pending
from points.ledger.refusals import PointsInsufficient
from points.people.households import create_household, join
from points.people.register import NewResident, register_residents
from points.submission import Outcome, Submission
from redemption.rewards.redeem import redeem
from redemption.rewards.vouchers import capture
from rules.governance.registry import load_registry

BATCH = 500


@dataclass(slots=True)
class Town:
    """What the living town knows: who is who, and which events will be undone."""

    city: City
    people: list[UUID]
    offices: Offices
    undoable: dict[tuple[int, UUID | int | Told], tuple[UUID, UUID | None]] = field(default_factory=dict)
    """By resident and shift: the event, and its transaction if it gave points."""

    def holder(self, resident: int) -> UUID:
        return self.people[resident]


async def settle(database: Database, keys: KeyFile, city: City, opened: datetime) -> list[UUID]:
    """Everybody moves in, and families become households on the first day."""
    people: list[UUID] = []
    for first in range(0, city.residents, BATCH):
        new = [
            NewResident(invented_name(Random(f"name|{city.seed}|{resident}")))
            for resident in range(first, min(first + BATCH, city.residents))
        ]
        async with database.transaction(Scope()) as session:
            people += [one.holder_id for one in await register_residents(session, new, keys=keys, now=opened)]
    async with database.transaction(Scope()) as session:
        for family in families(city):
            household = await create_household(session, now=opened)
            for member in family:
                await join(
                    session,
                    household_id=household.holder_id,
                    member_id=people[member],
                    from_on=city.opened_on + timedelta(days=1),
                    may_spend=member == family[0],
                    now=opened,
                )
    return people


async def live(database: Database, town: Town, season: Season) -> None:
    """Some months, evening by evening: what came in, what is undone, what has waited long enough, then the shops."""
    for day in season.days:
        at = evening_of(day)
        for deeds in _whole_residents(season.recorded.get(day, [])):
            await _record(database, town, deeds, at)
        undone = season.undone.get(day, [])
        await _reverse(database, town, [deed for deed in undone if deed.fate == "reversed"], at)
        await _correct(database, town, [deed for deed in undone if deed.fate == "corrected"], at)
        await settle_pending(database, FixedClock(at))
        for purchase in season.bought.get(day, []):
            await _buy(database, town, purchase, at)


def _whole_residents(deeds: list[Deed]) -> list[list[Deed]]:
    """Batches in which nobody's evening is cut in two."""
    batches: list[list[Deed]] = [[]]
    for deed in deeds:
        if len(batches[-1]) >= BATCH and batches[-1][-1].resident != deed.resident:
            batches.append([])
        batches[-1].append(deed)
    return batches if deeds else []


async def _record(database: Database, town: Town, deeds: list[Deed], at: datetime) -> None:
    outcomes = await _award(database, [event_of(deed, town.holder) for deed in deeds], at)
    for deed, outcome in zip(deeds, outcomes, strict=True):
        if deed.fate != "stands":
            event = outcome.events[0]
            posted = event.posted[0].transaction_id if event.posted else None
            town.undoable[deed.resident, deed.on] = (event.event_id, posted)


async def _award(database: Database, drafts: list[EventDraft], at: datetime) -> list[Outcome]:
    async with database.transaction(Scope()) as session:
        registry = await load_registry(session)
        submissions = [Submission((draft,)) for draft in drafts]
        found = await award(session, submissions=submissions, now=at, registry=registry)
    outcomes = [outcome for outcome in found if isinstance(outcome, Outcome) and outcome.status == "recorded"]
    if len(outcomes) != len(drafts):
        raise AssertionError(f"the plan holds an event that is not recorded: {found}")
    return outcomes


async def _reverse(database: Database, town: Town, deeds: list[Deed], at: datetime) -> None:
    """One official proposes each reversal, a colleague approves it."""
    official, colleague = (town.offices.staff[kind] for kind in ("official", "colleague"))
    for deed in deeds:
        _, transaction_id = town.undoable.pop((deed.resident, deed.on))
        if transaction_id is None:
            continue
        terms = Reversal(town.people[deed.resident], transaction_id)
        async with database.transaction(Scope(actor_id=official)) as session:
            approval_id = await propose(session, terms, reason="核对后撤销", author_id=official, now=at)
        async with database.transaction(Scope(actor_id=colleague)) as session:
            proposed = await review(session, approval_id=approval_id, now=at)
            seen = proposed.approval.sha256
            await decide(
                session,
                approval_id=approval_id,
                decided_by=colleague,
                approve=True,
                reason="",
                seen_sha256=seen,
                now=at,
            )


async def _correct(database: Database, town: Town, deeds: list[Deed], at: datetime) -> None:
    """Corrections of an evening: each names the event it replaces."""
    for deed in deeds:
        event_id, _ = town.undoable.pop((deed.resident, deed.on))
        await _award(database, [replace(correction_of(deed, town.holder), corrects_event_id=event_id)], at)


async def _buy(database: Database, town: Town, purchase: Purchase, at: datetime) -> None:
    """Take the cheapest offer and mostly fetch it; whoever has too few points goes home, as in life."""
    holder_id, cheapest = town.people[purchase.resident], 1
    try:
        async with database.transaction(Scope(actor_id=holder_id)) as session:
            offer_id = town.offices.offers[cheapest]
            voucher = await redeem(session, holder_id=holder_id, offer_id=offer_id, now=at, key=None)
    except PointsInsufficient:
        return
    if purchase.picked_up:
        clerk, shop = town.offices.staff["merchant"], town.offices.merchants[cheapest].merchant_id
        async with database.transaction(Scope(actor_id=clerk)) as session:
            await capture(session, code=voucher.code, merchant_id=shop, now=at, by=clerk)
