"""A resident's start page: how many points have I, and what can I do next?

Reads through use cases and shapes; must never write, and never rank people.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from api.web.door import Door, public
from api.web.how import HOURS
from api.web.templates import page
from kernel.calendar import day_of
from kernel.db import Session
from points.activity.model import Activity
from points.activity.organise import open_activities
from points.ledger.statement import Balance, Line, balances, statement
from points.people.households import household_of
from points.people.recording import declined
from points.people.register import masked_names, number_of
from redemption.rewards.offers import Offer, offers
from rules.engine.levels import level_of, next_level
from rules.engine.model import Level
from rules.governance.consultations import Consultation, open_consultations
from rules.governance.registry import load_registry

router = APIRouter()

POINTS = "volunteer-points"


@dataclass(frozen=True, slots=True)
class Stars:
    """The level reached, the next one, and how many minutes of service are missing to it."""

    reached: Level
    coming: Level | None
    missing_minutes: int


@dataclass(frozen=True, slots=True)
class Home:
    """What the start page shows."""

    name: str
    number: str
    balance: Balance
    activities: list[Activity]
    stars: Stars | None
    offer: Offer | None
    recent: list[Line]
    in_household: bool
    drafts: list[Consultation]
    declined: bool


@router.get("/", response_model=None)
async def start(door: Annotated[Door, public()]) -> HTMLResponse | RedirectResponse:
    """Everybody's own start: residents see their points, staff their desk, others the sign-in."""
    if door.actor is None:
        return RedirectResponse("/sign-in", 303)
    if door.actor.holder_id is None:
        return RedirectResponse("/desk", 303)
    async with door.transaction() as session:
        shown = await _home(session, door, door.holder_id)
    return page(door, "resident/home.html", home=shown)


async def _home(session: Session, door: Door, holder_id: UUID) -> Home:
    names = await masked_names(session, holder_ids=[holder_id], keys=door.runtime.keys)
    held = {one.point_kind: one for one in await balances(session, holder_id=holder_id, now=door.now)}
    balance = held.get(POINTS) or Balance(POINTS, 0, 0, 0, 0, None)
    minutes = held[HOURS].posted if HOURS in held else 0
    lines = await statement(session, holder_id=holder_id, most=12)
    return Home(
        name=names.get(holder_id, ""),
        number=await number_of(session, holder_id=holder_id) or "",
        balance=balance,
        activities=await open_activities(session, now=door.now, most=2),
        stars=await _stars(session, door, minutes),
        offer=_next_offer(await offers(session, now=door.now), balance.available),
        recent=[line for line in lines if line.point_kind == POINTS][:5],
        drafts=await open_consultations(session, now=door.now),
        in_household=await household_of(session, holder_id, day_of(door.now)) is not None,
        declined=await declined(session, holder_id),
    )


async def _stars(session: Session, door: Door, minutes: int) -> Stars | None:
    """The stars of the version in force today; none while no version is."""
    registry = await load_registry(session)
    published = registry.in_force("volunteering", day_of(door.now), door.now)
    if published is None or "stars" not in published.pack.scales:
        return None
    scale = published.pack.scales["stars"]
    coming = next_level(scale, minutes)
    return Stars(level_of(scale, minutes), coming, coming.least - minutes if coming else 0)


def _next_offer(found: list[Offer], available: int) -> Offer | None:
    """The dearest that the points are enough for, else the cheapest there is."""
    in_stock = [offer for offer in found if offer.remaining and offer.terms.point_kind == POINTS]
    affordable = [offer for offer in in_stock if offer.terms.price <= available]
    if affordable:
        return max(affordable, key=lambda offer: offer.terms.price)
    return min(in_stock, key=lambda offer: offer.terms.price, default=None)
