"""Re-rate at the official's desk: propose it and see what it would do, decide about a colleague's, follow it.

Must never decide by itself, and never post by looking: refusals come from the use cases.
"""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse

from access.authorize import Target
from admin_ui.officials.shape import rated
from api.decide.dispatch import decide
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.problems import STATUS
from api.web.shapes import DecisionForm, Words
from api.web.templates import page
from kernel.calendar import add_months, day_of
from kernel.errors import DomainError
from points.rerate.carry_out import progress
from points.rerate.propose import look, propose, review
from points.rerate.terms import BECAUSE, Terms
from rules.governance.registry import Registry, load_registry
from rules.language.milder import LONGEST_MONTHS

router = APIRouter()

Author = Annotated[Door, may("propose_change")]
Decider = Annotated[Door, may("decide_change")]


class Typed(BaseModel):
    """What an official typed, or what a page has filled in: a programme, the first and the last day, and why."""

    programme: Words = Field("", max_length=64)
    from_on: date | None = None
    last_on: date | None = None
    because: Words = Field("", max_length=32)
    reason: Words = ""
    basis: Words = ""

    @property
    def terms(self) -> Terms | None:
        """The terms, once all of them are there."""
        if not (self.programme and self.because and self.from_on and self.last_on):
            return None
        return Terms.through(self.programme, self.from_on, self.last_on, self.because)


class Sent(Typed):
    """What is proposed, and the key of the request."""

    request_key: str = ""


@router.get("/official/re-rates/propose", response_class=HTMLResponse)
async def look_at(door: Author, typed: Annotated[Typed, Query()]) -> HTMLResponse:
    """The form, and what a re-rate would do once enough is typed. Nothing is saved by looking."""
    return await _form(door, typed, None)


@router.post("/official/re-rates/propose", response_model=None)
async def send(door: Author, sent: Annotated[Sent, Form()]) -> HTMLResponse | RedirectResponse:
    """Hand it to another official; a refusal brings the form back with what was typed."""
    key = door.request_key(sent)
    terms = sent.terms
    if terms is None:
        return await _form(door, sent, None)
    try:
        async with door.transaction() as session:
            if led := await earlier(session, key):
                return led
            re_rate_id = await propose(
                session, terms, reason=sent.reason, basis=sent.basis, author_id=door.actor_id, now=door.now
            )
            return await lead_to(session, door, key, f"/official/re-rates/{re_rate_id}")
    except DomainError as refusal:
        return await _form(door, sent, refusal)


async def _form(door: Door, typed: Typed, refusal: DomainError | None) -> HTMLResponse:
    figures: dict[str, Any] | None = None
    async with door.transaction() as session:
        registry = await load_registry(session)
        if typed.terms is not None:
            try:
                figures = (await look(session, typed.terms, now=door.now)).as_json()
            except DomainError as error:
                refusal = refusal or error
    today = day_of(door.now)
    said = (refusal.message_id(), refusal.next_step_id()) if refusal else ()
    return page(
        door,
        "admin/officials/re_rate_propose.html",
        STATUS[refusal.kind] if refusal else 200,
        typed=typed,
        programmes=_programmes(registry, door),
        because=[(code, title[door.language]) for code, title in BECAUSE.items()],
        earliest=add_months(today, -LONGEST_MONTHS),
        yesterday=today - timedelta(days=1),
        figures=figures,
        kinds=_kinds(registry, typed.programme, figures),
        refusal=[door.say(one, **refusal.values) for one in said] if refusal else [],
    )


@router.get("/official/re-rates/{re_rate_id}", response_class=HTMLResponse)
async def re_rate(re_rate_id: UUID, door: Decider) -> HTMLResponse:
    """One re-rate: what its author proposed and saw; once approved, how far it has come and what it did."""
    async with door.transaction() as session:
        found = await review(session, re_rate_id=re_rate_id)
        going_on = await progress(session, re_rate_id=re_rate_id)
        registry = await load_registry(session)
    done = going_on.figures if going_on else None
    return page(
        door,
        "admin/officials/re_rate.html",
        found=found,
        approval=found.approval,
        own=found.approval.author_id == door.actor_id,
        title=dict(_programmes(registry, door)).get(found.terms.programme, found.terms.programme),
        because=BECAUSE[found.terms.because],
        last_on=found.terms.to_on - timedelta(days=1),
        figures=found.figures,
        kinds=_kinds(registry, found.terms.programme, found.figures),
        progress=going_on,
        done=done,
        done_kinds=_kinds(registry, found.terms.programme, done),
    )


@router.post("/official/re-rates/{re_rate_id}")
async def decision(re_rate_id: UUID, door: Decider, sent: Annotated[DecisionForm, Form()]) -> RedirectResponse:
    """Approve, which sets it in motion, or return with a reason, exactly what was seen."""
    key = door.request_key(sent)
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        found = await review(session, re_rate_id=re_rate_id)
        door.check("decide_change", Target(author_id=found.approval.author_id))
        await decide(session, approval_id=re_rate_id, decided_by=door.actor_id, now=door.now, **sent.decision)
        return await lead_to(session, door, key, f"/official/re-rates/{re_rate_id}")


def _programmes(registry: Registry, door: Door) -> list[tuple[str, str]]:
    """Every programme that pays points, with its title."""
    newest = {programme: registry.versions(programme)[0].pack for programme in registry.programmes()}
    return [(code, pack.title[door.language]) for code, pack in newest.items() if pack.by_kind]


def _kinds(registry: Registry, programme: str, figures: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The figures by point kind, each with its title and unit, amounts as numbers."""
    if figures is None or not registry.versions(programme):
        return []
    return rated(registry.versions(programme)[0].pack, figures["kinds"])
