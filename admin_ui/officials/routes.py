"""The official's desk: what waits, the packs, one number's change and what it would do.

Each page asks use cases and shapes their answers. Must never hold a rule: findings, four eyes and the
thirty days are refused where they are kept, in rules.governance and access.approvals.
"""

from typing import Annotated, Literal, TypeGuard
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from access import approvals
from admin_ui.officials import (
    approving,
    drafting,
    drafts,
    files,
    households,
    ledger,
    ledger_changes,
    limits,
    re_rates,
    trying,
    whatif,
)
from admin_ui.officials.ledger_words import TITLES
from admin_ui.officials.shape import items_of, number_of
from api.web.comparing import compare
from api.web.door import Door, may
from api.web.once import earlier, lead_to
from api.web.shapes import Words
from api.web.templates import page
from kernel.calendar import day_of
from kernel.errors import Finding
from points.changes.propose import KINDS as LEDGER_CHANGES
from points.reconciliation import latest
from points.rerate.propose import KIND as RE_RATE
from rules.governance.approvals import KIND
from rules.governance.drafts import open_drafts, save_draft
from rules.governance.gazette import hands_of
from rules.governance.proposals import Proposal, newest, propose
from rules.governance.reach import reach_offers
from rules.governance.registry import Registry, load_registry
from rules.governance.sunsets import endings
from rules.language.edit import describe_changes
from rules.language.loader import load

router = APIRouter()
router.include_router(approving.router)
router.include_router(drafting.router)
router.include_router(drafts.router)
router.include_router(files.router)
router.include_router(households.router)
router.include_router(limits.router)
router.include_router(ledger.router)
router.include_router(ledger_changes.router)
router.include_router(trying.router)
router.include_router(whatif.router)
router.include_router(re_rates.router)

Editor = Annotated[Door, may("edit_rules")]


@router.get("/official", response_class=HTMLResponse)
async def home(door: Editor) -> HTMLResponse:
    """What waits for me, what of mine waits for somebody else, and the packs."""
    async with door.transaction() as session:
        registry = await load_registry(session)
        waiting = await approvals.waiting(session, [KIND, RE_RATE, *LEDGER_CHANGES], now=door.now)
        saved = await open_drafts(session)
        night = await latest(session)
    return page(
        door,
        "admin/officials/home.html",
        night=night,
        to_decide=[one for one in waiting if one.author_id != door.actor_id],
        mine=[one for one in waiting if one.author_id == door.actor_id],
        drafts=[draft for draft in saved if draft.author_id == door.actor_id][:5],
        endings=endings(registry, door.now),
        change_titles=TITLES,
        packs=_in_force(registry, door),
    )


@router.get("/official/packs", response_class=HTMLResponse)
async def packs(door: Editor) -> HTMLResponse:
    """Every programme with the version in force today, and all its versions."""
    async with door.transaction() as session:
        registry = await load_registry(session)
    return page(door, "admin/officials/packs.html", packs=_in_force(registry, door))


@router.get("/official/packs/{programme}", response_class=HTMLResponse)
async def pack(
    programme: str,
    door: Editor,
    parameter: str | None = None,
    value: Annotated[int | None, Query(ge=-1_000_000, le=1_000_000)] = None,
    reason: Annotated[str, Query(max_length=500)] = "",
    basis: Annotated[str, Query(max_length=500)] = "",
) -> HTMLResponse:
    """One pack: its items, its numbers, and a form for the number chosen; nothing is saved by looking."""
    return await _pack_page(door, programme, parameter, value, reason, basis, 200)


@router.post("/official/packs/{programme}/drafts")
async def drafts_create(
    programme: str,
    door: Editor,
    request_key: Annotated[str, Form()],
    parameter: Annotated[str, Form()],
    value: Annotated[int, Form(ge=-1_000_000, le=1_000_000)],
    reason: Annotated[Words, Form(max_length=500)] = "",
    basis: Annotated[Words, Form(max_length=500)] = "",
    act: Annotated[Literal["look", "less", "more", "save"], Form()] = "save",
) -> Response:
    """Look at a number, move it by one, or save it as a draft with its what-if; findings stand beside the number."""
    if act != "save":
        asked = {"look": value, "less": value - 1, "more": value + 1}[act]
        query = urlencode({"parameter": parameter, "value": asked, "reason": reason, "basis": basis})
        return RedirectResponse(f"/official/packs/{quote(programme, safe='')}?{query}#number", 303)
    form = {"request_key": request_key, "parameter": parameter, "value": value, "reason": reason, "basis": basis}
    key = door.request_key(form)
    async with door.transaction() as session:
        if led := await earlier(session, key):
            return led
        registry = await load_registry(session)
        proposal = await propose(
            session, registry=registry, programme=programme, parameter=parameter, value=value, now=door.now
        )
        if not proposal.blocked and reason.strip() and basis.strip():
            draft = await save_draft(
                session, proposal=proposal, reason=reason, basis=basis, author_id=door.actor_id, now=door.now
            )
            led = await lead_to(session, door, key, f"/official/drafts/{draft.draft_id}")
    if led is not None:
        await compare(door, draft.draft_id)
        return led
    return await _pack_page(door, programme, parameter, value, reason, basis, 422)


def _said(door: Door, finding: Finding) -> str:
    return door.say(finding.message_id, **finding.values)


def _fits(proposal: Proposal | None) -> TypeGuard[Proposal]:
    return proposal is not None and not proposal.blocked


def _in_force(registry: Registry, door: Door) -> list[dict[str, object]]:
    """Each programme with its versions, and which of them counts today."""
    return [
        {
            "programme": programme,
            "now": registry.in_force(programme, day_of(door.now), door.now),
            "versions": registry.versions(programme),
        }
        for programme in registry.programmes()
    ]


async def _pack_page(
    door: Door, programme: str, parameter: str | None, asked: int | None, reason: str, basis: str, status: int
) -> HTMLResponse:
    async with door.transaction() as session:
        registry = await load_registry(session)
        base = newest(registry, programme, door.now)
        chosen = parameter if parameter is not None else next(iter(base.pack.parameters), None)
        proposal: Proposal | None = None
        if chosen is not None and asked is not None:
            proposal = await propose(
                session, registry=registry, programme=programme, parameter=chosen, value=asked, now=door.now
            )
        saved = await open_drafts(session, programme=programme)
        offer = next(iter(reach_offers(registry, programme, door.now)), None)
        hands = await hands_of(session, offer.version.sha256) if offer else None
    numbers = [number_of(base.pack, p, asked if p.name == chosen else None) for p in base.pack.parameters.values()]
    return page(
        door,
        "admin/officials/pack.html",
        status,
        base=base,
        pack=base.pack,
        numbers=numbers,
        chosen=next((number for number in numbers if number.name == chosen), None),
        findings=proposal.findings if proposal else (),
        findings_said=[("value", _said(door, finding)) for finding in proposal.findings] if proposal else [],
        items=items_of(base.pack, door.language),
        incomplete=status == 422 and not (reason.strip() and basis.strip()),
        changes=describe_changes(base.pack, load(proposal.text), door.language) if _fits(proposal) else [],
        reason=reason,
        basis=basis,
        drafts=saved[:10],
        versions=registry.versions(programme),
        offer=offer,
        offer_basis=hands.basis if hands else "",
    )
