"""Propose a change of the ledger, seeing beforehand what it would do; a colleague's yes or no about the same figures.

Must never decide by itself, and never write by looking: refusals come from the use cases.
"""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from access.authorize import Target
from admin_ui.officials.ledger_words import TITLES, Typed, complete, figures_told, terms_told, terms_typed
from api.decide.dispatch import decide
from api.web.door import Door, may
from api.web.entries import amount, kind_title
from api.web.once import earlier, lead_to
from api.web.problems import STATUS
from api.web.shapes import DecisionForm, Words
from api.web.templates import page
from kernel.errors import DomainError
from points.changes.model import Figures
from points.changes.propose import look, propose, review
from points.changes.terms import REASONS, Terms, holders_in
from points.people.labels import labels_of
from rules.catalogue.register import catalogue
from rules.governance.registry import load_registry

router = APIRouter()

Author = Annotated[Door, may("propose_change")]
Decider = Annotated[Door, may("decide_change")]
Sort = Literal["reversal", "adjustment", "transfer", "merge", "unmerge", "period_close"]


class Sent(Typed):
    """What is proposed, with its reason."""

    request_key: str = ""
    reason: Words = ""


@router.get("/official/ledger/propose/{sort}", response_class=HTMLResponse)
async def look_at(sort: Sort, door: Author, typed: Annotated[Typed, Query()]) -> HTMLResponse:
    """The form of one sort of change, and what it would do once enough is typed. Nothing is saved by looking."""
    return await _form(door, sort, typed, "", None)


@router.post("/official/ledger/propose/{sort}", response_model=None)
async def send(sort: Sort, door: Author, sent: Annotated[Sent, Form()]) -> HTMLResponse | RedirectResponse:
    """Hand it to another official; a refusal brings the form back with what was typed."""
    key = door.request_key(sent)
    try:
        async with door.transaction() as session:
            if led := await earlier(session, key):
                return led
            terms = await terms_typed(session, sort, sent, door.runtime.keys)
            change_id = await propose(session, terms, reason=sent.reason, author_id=door.actor_id, now=door.now)
            return await lead_to(session, door, key, f"/official/ledger/changes/{change_id}")
    except DomainError as refusal:
        return await _form(door, sort, sent, sent.reason, refusal)


async def _form(door: Door, sort: Sort, typed: Typed, reason: str, refusal: DomainError | None) -> HTMLResponse:
    terms: Terms | None = None
    figures: Figures | None = None
    async with door.transaction() as session:
        programmes = (await load_registry(session)).programmes()
        if complete(sort, typed):
            try:
                terms = await terms_typed(session, sort, typed, door.runtime.keys)
                figures = await look(session, terms, now=door.now)
            except DomainError as error:
                refusal = refusal or error
        holder_ids = (figures.holder_ids if figures else set()) | set(holders_in(terms) if terms else [])
        labels = await labels_of(session, holder_ids, door.runtime.keys)
    said = (refusal.message_id(), refusal.next_step_id()) if refusal else ()
    return page(
        door,
        "admin/officials/ledger_propose.html",
        STATUS[refusal.kind] if refusal else 200,
        sort=sort,
        title=TITLES[sort],
        typed=typed,
        reason=reason,
        reasons=[(code, title[door.language]) for code, title in REASONS.items()],
        kinds=[(code, kind.title[door.language]) for code, kind in catalogue().point_kinds.items()],
        programmes=[(code, code) for code in programmes],
        sentence=terms_told(terms, labels, door.language) if terms else "",
        effects=figures_told(figures, labels, door.language) if figures else [],
        ready=figures is not None,
        refusal=[door.say(one, **refusal.values) for one in said] if refusal else [],
        **_rows(figures, labels, door),
    )


@router.get("/official/ledger/changes/{change_id}", response_class=HTMLResponse)
async def change(change_id: UUID, door: Decider) -> HTMLResponse:
    """One change: what its author proposed and saw, and what it would do by now."""
    async with door.transaction() as session:
        found = await review(session, approval_id=change_id, now=door.now)
        shown = found.now or found.figures
        labels = await labels_of(
            session, {*holders_in(found.terms), *found.figures.holder_ids, *shown.holder_ids}, door.runtime.keys
        )
    refused = found.refusal
    return page(
        door,
        "admin/officials/ledger_change.html",
        found=found,
        approval=found.approval,
        title=TITLES[found.terms.sort],
        own=found.approval.author_id == door.actor_id,
        sentence=terms_told(found.terms, labels, door.language),
        effects=figures_told(shown, labels, door.language),
        seen_before=figures_told(found.figures, labels, door.language) if found.moved_on else [],
        refused=door.say(refused.message_id(), **refused.values) if refused else "",
        **_rows(shown, labels, door),
    )


@router.post("/official/ledger/changes/{change_id}")
async def decision(
    change_id: UUID,
    door: Decider,
    sent: Annotated[DecisionForm, Form()],
) -> RedirectResponse:
    """Approve and carry out, or return with a reason, exactly what was seen."""
    key = door.request_key(sent)
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        found = await review(session, approval_id=change_id, now=door.now)
        door.check("decide_change", Target(author_id=found.approval.author_id))
        await decide(
            session,
            approval_id=change_id,
            decided_by=door.actor_id,
            now=door.now,
            **sent.decision,
        )
        return await lead_to(session, door, key, f"/official/ledger/changes/{change_id}")


def _rows(figures: Figures | None, labels: Any, door: Door) -> dict[str, Any]:
    """What the table of figures needs."""
    return {
        "moves": figures.moves if figures else (),
        "labels": labels,
        "told": partial(amount, door.language),
        "kind_title": partial(kind_title, door.language),
    }
