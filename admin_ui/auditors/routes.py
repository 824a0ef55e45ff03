"""The auditor's desk: does it hold? One resident's points followed back to the scan, and the whole ledger verified.

Looking at a person's record is itself an act, and is written down. Must never change anything else.
"""

import time
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, RedirectResponse

from access.acts import Act, newest_acts
from admin_ui.auditors import reconciliations, trial
from admin_ui.auditors.asked import read_asked, typed
from admin_ui.auditors.trace import trace
from admin_ui.auditors.words import act_details, act_title, event_title, evidence_title, short
from api.web.door import Door, may
from api.web.entries import amount, entry, kind_title
from api.web.templates import named, page
from kernel.audit import audit
from kernel.db import Session
from kernel.errors import DomainError, Kind
from points.ledger.statement import balances, statement
from points.people.labels import Label, find_holder
from points.reconciliation import latest
from points.verify import begin_snapshot, verify
from rules.engine.explain import explain
from rules.governance.registry import PackMissing, load_registry, text_of

router = APIRouter()
router.include_router(reconciliations.router)
router.include_router(trial.router)

Reader = Annotated[Door, may("audit_read")]
Verifier = Annotated[Door, may("verify_ledger")]


class ResidentMissing(DomainError):
    """Nobody has this number: no resident, no household, no organisation.

    Check the number, such as V-7Q2K9X01, and search again.
    """

    kind, code = Kind.MISSING, "RESIDENT_MISSING"


@router.get("/auditor", response_class=HTMLResponse)
async def home(door: Reader) -> HTMLResponse:
    """Find a resident, verify the ledger, see the newest acts of staff."""
    async with door.transaction() as session:
        acts = await newest_acts(session, most=10)
        night = await latest(session)
    return _acts_page(door, "admin/auditors/home.html", acts, night=night)


@router.get("/auditor/find")
async def find(number: Annotated[str, Query(max_length=32)], door: Reader) -> RedirectResponse:
    """From a typed volunteer number to its page. Refuses with ResidentMissing."""
    async with door.transaction() as session:
        found = await _holder(session, door, number)
    return RedirectResponse(f"/auditor/residents/{quote(found.number)}", 303)


@router.get("/auditor/residents/{number}", response_class=HTMLResponse)
async def resident(
    number: str,
    door: Reader,
    as_of: Annotated[str, Query(max_length=40)] = "",
    known_at: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """One holder's balances and newest postings, now or as of another time and as then known; each opens its trace."""
    asked = read_asked(as_of, known_at, door.now)
    then: dict[str, Any] = {"as_of": asked.as_of, "known_at": asked.known_at}
    async with door.transaction() as session:
        found = await _holder(session, door, number)
        await _write_down(session, door, found.holder_id, "statement")
        about: dict[str, Any] = {"holder_id": found.holder_id}
        today = await balances(session, **about, now=door.now)
        held = await balances(session, **about, now=door.now, **then) if asked.elsewhen else today
        lines = await statement(session, **about, most=200, **then)
        registry = await load_registry(session)
    return page(
        door,
        "admin/auditors/resident.html",
        422 if asked.errors else 200,
        number=found.number,
        masked=named(door.language, found.title),
        asked=asked,
        fields={"as_of": as_of or typed(asked.as_of), "known_at": known_at or typed(asked.known_at)},
        compared=[(one, {before.point_kind: before for before in held}.get(one.point_kind)) for one in today],
        entries=[entry(line, registry, door.language) for line in lines],
        told=partial(amount, door.language),
        kind_title=partial(kind_title, door.language),
    )


@router.get("/auditor/residents/{number}/postings/{transaction_id}", response_class=HTMLResponse)
async def posting(number: str, transaction_id: UUID, door: Reader) -> HTMLResponse:
    """One line each from balance to scan: posting, decision, rule, event, evidence."""
    async with door.transaction() as session:
        holder = await _holder(session, door, number)
        await _write_down(session, door, holder.holder_id, str(transaction_id))
        registry = await load_registry(session)
        found = await trace(
            session, registry=registry, holder_id=holder.holder_id, transaction_id=transaction_id, now=door.now
        )
    language = door.language
    sentences = [
        (one, explain(one.published.pack, one.stored["trace"], language) if one.published else [])
        for one in found.decided
    ]
    return page(
        door,
        "admin/auditors/trace.html",
        number=holder.number,
        trace=found,
        titles=list({one.title[language]: None for one in reversed(found.lines)}),
        decided=sentences,
        told=partial(amount, language),
        kind_title=partial(kind_title, language),
        event_title=partial(event_title, language),
        evidence_title=partial(evidence_title, language),
    )


@router.get("/auditor/packs/{sha256}", response_class=HTMLResponse)
async def pack_text(sha256: str, door: Reader) -> HTMLResponse:
    """The very text of a published version. Refuses with PackMissing."""
    try:
        digest = bytes.fromhex(sha256)
    except ValueError:
        raise PackMissing() from None
    async with door.transaction() as session:
        text = await text_of(session, digest)
        published = (await load_registry(session)).by_sha256[digest]
    return page(door, "admin/auditors/pack.html", text=text, published=published)


@router.get("/auditor/verify", response_class=HTMLResponse)
async def verify_page(door: Verifier, number: Annotated[str, Query(max_length=32)] = "") -> HTMLResponse:
    """Compute every balance, lot, hold and decision again, of one resident or of all, and say what does not fit."""
    holder: Label | None = None
    began = time.perf_counter_ns()
    async with door.transaction() as session:
        await begin_snapshot(session)
        if number.strip():
            holder = await _holder(session, door, number)
        holder_id = holder.holder_id if holder else None
        result = await verify(session, holder_id=holder_id, registry=await load_registry(session))
        milliseconds = (time.perf_counter_ns() - began) // 1_000_000
        await audit(
            session,
            at=door.now,
            action="verify_ledger",
            object_kind="holder" if holder_id else "ledger",
            object_id=holder_id or "all",
            data={"postings": result.postings_count, "findings": len(result.findings)},
        )
    known = holder.number if holder else None
    return page(door, "admin/auditors/verified.html", number=known, result=result, milliseconds=milliseconds)


@router.get("/auditor/acts", response_class=HTMLResponse)
async def acts(door: Reader) -> HTMLResponse:
    """The newest acts of staff: who, what, on what, old and new value."""
    async with door.transaction() as session:
        found = await newest_acts(session, most=200)
    return _acts_page(door, "admin/auditors/acts.html", found)


def _acts_page(door: Door, template: str, acts: list[Act], **more: Any) -> HTMLResponse:
    title = partial(act_title, door.language)
    return page(door, template, acts=acts, act_title=title, act_details=act_details, short=short, **more)


async def _holder(session: Session, door: Door, number: str) -> Label:
    """Whoever has this number or code: a resident, a household or an organisation. Refuses with ResidentMissing."""
    found = await find_holder(session, number, door.runtime.keys)
    if found is None:
        raise ResidentMissing()
    return found


async def _write_down(session: Session, door: Door, holder_id: UUID, what: str) -> None:
    await audit(
        session, at=door.now, action="read_record", object_kind="holder", object_id=holder_id, data={"what": what}
    )
