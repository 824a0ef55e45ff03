"""The ledger explorer: one holder's balances, what waits, the statement, one entry; the ways to what may be changed.

Looking at a holder's record is itself an act, and is written down. Must never show a name in clear.
"""

from collections import Counter
from functools import partial
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from access import approvals
from access.authorize import NotFoundHere
from admin_ui.officials.ledger_words import TITLES
from api.web.cursors import read_cursor, write_cursor
from api.web.door import Door, may
from api.web.entries import amount, entry, kind_title
from api.web.once import earlier, lead_to
from api.web.problems import STATUS
from api.web.shapes import Words
from api.web.templates import page
from kernel.audit import audit
from kernel.db import Session
from kernel.errors import DomainError
from points.changes.accounts import ALL, lift_accounts, set_account_floor, suspend_accounts
from points.changes.propose import KINDS
from points.changes.refusals import AmountInvalid, ChangeReasonNeeded, PointKindUnknown
from points.ledger.model import DEBT
from points.ledger.outlook import Awaited, awaited
from points.ledger.periods import periods
from points.ledger.refusals import FloorTooHigh
from points.ledger.statement import balances, statement, transaction
from points.people.aliases import canonical, merged_into
from points.people.labels import Label, find_holder, labels_of
from rules.governance.registry import load_registry

router = APIRouter()

Reader = Annotated[Door, may("view_ledger")]
Keeper = Annotated[Door, may("manage_accounts")]
LINES: Final = 50


@router.get("/official/ledger", response_model=None)
async def find(door: Reader, number: Annotated[Words, Query(max_length=64)] = "") -> HTMLResponse | RedirectResponse:
    """Find a holder by number or code; see which changes wait, and which periods are closed."""
    async with door.transaction() as session:
        found = await find_holder(session, number, door.runtime.keys) if number.strip() else None
        if found:
            return RedirectResponse(f"/official/ledger/holders/{found.holder_id}", 303)
        waiting = await approvals.waiting(session, KINDS, now=door.now)
        closed = await periods(session)
        registry = await load_registry(session)
    titles = {programme: registry.versions(programme)[0].pack.title for programme in registry.programmes()}
    return page(
        door,
        "admin/officials/ledger.html",
        404 if number.strip() else 200,
        number=number,
        waiting=waiting,
        change_titles=TITLES,
        periods=closed,
        programmes=titles,
    )


@router.get("/official/ledger/holders/{holder_id}", response_class=HTMLResponse)
async def holder(
    holder_id: UUID, door: Reader, cursor: Annotated[str | None, Query(max_length=200)] = None
) -> HTMLResponse:
    """Balances by kind, what waits, and the statement, newest first."""
    return await _shown(door, holder_id, cursor)


@router.get("/official/ledger/holders/{holder_id}/entries/{transaction_id}", response_class=HTMLResponse)
async def one_entry(holder_id: UUID, transaction_id: UUID, door: Reader) -> HTMLResponse:
    """One transaction: its postings, why they stand there, by whom, and what undid them."""
    async with door.transaction() as session:
        label = await _label(session, door, holder_id, str(transaction_id))
        lines = await transaction(session, holder_id=holder_id, transaction_id=transaction_id)
        if not lines:
            raise NotFoundHere()
        registry = await load_registry(session)
    return page(
        door,
        "admin/officials/ledger_entry.html",
        label=label,
        transaction_id=transaction_id,
        entries=[entry(line, registry, door.language) for line in lines],
        reversible=any(line.undoes is None and not line.undone_at and _reversible(line.contra) for line in lines),
        told=partial(amount, door.language),
        kind_title=partial(kind_title, door.language),
    )


def _reversible(contra: str) -> bool:
    return contra.partition(":")[0] in ("issuance", "redemption", "adjustment")


@router.post("/official/ledger/holders/{holder_id}/accounts", response_model=None)
async def set_account(
    holder_id: UUID,
    door: Keeper,
    request_key: Annotated[str, Form(max_length=64)],
    act: Annotated[Literal["suspend", "lift", "floor"], Form()],
    point_kind: Annotated[Words, Form(max_length=64)] = ALL,
    floor: Annotated[Words, Form(max_length=12)] = "",
    reason: Annotated[Words, Form(max_length=500)] = "",
) -> HTMLResponse | RedirectResponse:
    """Suspend, lift, or set a floor, with a reason; a refusal brings the page back with what was typed."""
    typed = {"act": act, "point_kind": point_kind, "floor": floor, "reason": reason}
    key = door.request_key({"request_key": request_key, **typed})
    about = {"holder_id": holder_id, "point_kind": point_kind, "reason": reason, "now": door.now}
    try:
        async with door.transaction() as session:
            if led := await earlier(session, key):
                return led
            if act == "floor":
                await set_account_floor(session, floor=_whole(floor), **about)  # type: ignore[arg-type]
            else:
                change = suspend_accounts if act == "suspend" else lift_accounts
                await change(session, **about)  # type: ignore[arg-type]
            return await lead_to(session, door, key, f"/official/ledger/holders/{holder_id}")
    except (ChangeReasonNeeded, PointKindUnknown, AmountInvalid, FloorTooHigh) as refusal:
        return await _shown(door, holder_id, None, refusal, typed)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


async def _label(session: Session, door: Door, holder_id: UUID, what: str) -> Label:
    """Whose record this is; that it was looked at is written down. Refuses with NotFoundHere."""
    label = (await labels_of(session, [holder_id], door.runtime.keys)).get(holder_id)
    if label is None:
        raise NotFoundHere()
    await audit(
        session, at=door.now, action="read_record", object_kind="holder", object_id=holder_id, data={"what": what}
    )
    return label


async def _shown(
    door: Door,
    holder_id: UUID,
    cursor: str | None,
    refusal: DomainError | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    async with door.transaction() as session:
        label = await _label(session, door, holder_id, "statement")
        held = await balances(session, holder_id=holder_id, now=door.now)
        waiting = await awaited(session, holder_id=holder_id)
        lines = await statement(session, holder_id=holder_id, before=read_cursor(cursor), most=LINES + 1)
        registry = await load_registry(session)
        goes_on = (await canonical(session, [holder_id])).get(holder_id)
        gone = [one for one in (await merged_into(session, [holder_id])).get(holder_id, []) if one.ended_at is None]
        others = await labels_of(
            session, [one.holder_id for one in gone] + ([goes_on] if goes_on else []), door.runtime.keys
        )
    said = (refusal.message_id(), refusal.next_step_id()) if refusal else ()
    return page(
        door,
        "admin/officials/ledger_holder.html",
        STATUS[refusal.kind] if refusal else 200,
        label=label,
        balances=[one for one in held if not one.point_kind.startswith(DEBT)],
        waiting=waiting,
        awaited=_sums(waiting),
        entries=[entry(line, registry, door.language) for line in lines[:LINES]],
        more=write_cursor(lines[LINES - 1].position) if len(lines) > LINES else None,
        goes_on=others.get(goes_on) if goes_on else None,
        merged=[others[one.holder_id] for one in gone],
        told=partial(amount, door.language),
        kind_title=partial(kind_title, door.language),
        typed=typed or {},
        refusal=[door.say(text, **refusal.values) for text in said] if refusal else [],
        all_kinds=ALL,
    )


def _sums(waiting: list[Awaited]) -> dict[str, int]:
    """What waits, by kind."""
    sums: Counter[str] = Counter()
    for one in waiting:
        sums[one.point_kind] += one.amount
    return dict(sums)
