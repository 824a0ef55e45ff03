"""Checking in and out: a scan opens, one tap confirms, and the gate answers in a sentence.

    open_scan / open_typed   read and verify the code; a good one gives a ticket
    confirm                  ticket -> events, through the group commit; leaving records the service as well

Must never refuse silently: every refused scan is kept with its reason. Two confirms side by side make one
event, because the event's business key is the shift and the stretch.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.calendar import instant
from kernel.db import Database, Scope, Session
from kernel.errors import DomainError
from kernel.sealed import KeyFile
from points.activity.answers import GateAnswer, NotRecorded, refused, stored_answer
from points.activity.attendance import attendance
from points.activity.gate import CodeExpired, Overlaps, Passage, TooEarly, TooLate, WrongCode, hour, pass_gate
from points.activity.hours import counted, minutes
from points.activity.model import Activity, ActivityCalledOff, Attended, ScannedTooOften
from points.activity.organise import find_activity, find_by_code, live_activities
from points.activity.refusals import Refusal, Way, record_refusals, too_many
from points.activity.tickets import Ticket, answer_ticket, bind_ticket, issue_ticket, use_ticket
from points.activity.tokens import Gate, activity_key, current, genuine, read, short_matches
from points.activity.visit import Visit
from points.intake import Intake
from points.people.recording import DECLINED, RecordingDeclined, declined
from points.submission import Outcome, Submission

LOOK_BACK = timedelta(days=2)
"""How far back a person's comings and goings matter for a scan now."""

FOR_EVERYBODY = (ActivityCalledOff, TooEarly, TooLate)
"""Refusals that can be said before it is known who scanned; the others wait for the sign-in."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified scan: what it is for, and the ticket that confirms it."""

    ticket: str
    activity: Activity
    gate: Gate


async def open_scan(
    session: Session, *, scanned: str, keys: KeyFile, holder_id: UUID | None, now: datetime
) -> Opened | DomainError:
    """Verify a scanned code and issue its ticket; a refusal is returned, not raised, because it is recorded.

    Unknown activity, wrong gate and forged MAC read the same outside; the reason kept says which it was.
    """
    if holder_id and await too_many(session, actor_id=holder_id, now=now):
        return ScannedTooOften()
    code = read(scanned)
    if code is None:
        return await _refused(session, WrongCode(), Refusal("NO_CODE", "venue_code", actor_id=holder_id), now)
    activity = await find_by_code(session, code.activity_code)
    if activity is None:
        return await _refused(session, WrongCode(), Refusal("UNKNOWN_ACTIVITY", "venue_code", actor_id=holder_id), now)
    seen = Refusal("", "venue_code", activity.activity_id, code.gate.value, holder_id)
    if not genuine(activity_key(keys, activity.activity_id, activity.key_epoch), activity.activity_id, code):
        return await _refused(session, WrongCode(), replace(seen, reason="FORGED"), now)
    if not current(code, now):
        return await _refused(session, CodeExpired(), replace(seen, reason=CodeExpired.code), now)
    return await _open(session, activity, code.gate, holder_id, "venue_code", now)


async def open_typed(
    session: Session, *, typed: str, keys: KeyFile, holder_id: UUID, now: datetime
) -> Opened | DomainError:
    """The same by the six letters beneath the code. Letters that fit two activities at once are refused."""
    if await too_many(session, actor_id=holder_id, now=now):
        return ScannedTooOften()
    found: list[tuple[Activity, Gate]] = []
    for activity in await live_activities(session, now=now):
        key = activity_key(keys, activity.activity_id, activity.key_epoch)
        if gate := short_matches(key, activity.activity_id, typed, now):
            found.append((activity, gate))
    if len(found) != 1:
        reason = "AMBIGUOUS" if found else "NO_MATCH"
        return await _refused(session, WrongCode(), Refusal(reason, "typed_code", actor_id=holder_id), now)
    activity, gate = found[0]
    return await _open(session, activity, gate, holder_id, "typed_code", now)


async def keep_scan(session: Session, *, ticket: str, holder_id: UUID, now: datetime) -> Opened | DomainError:
    """Take up a scan from before the sign-in: the ticket is bound to the person who signed in."""
    bound = await bind_ticket(session, ticket=ticket, holder_id=holder_id, now=now)
    if isinstance(bound, DomainError):
        return bound
    if bound.gate is Gate.IN and await declined(session, holder_id):
        return RecordingDeclined()
    return Opened(ticket, await find_activity(session, bound.activity_id), bound.gate)


async def confirm(
    database: Database, intake: Intake, *, ticket: str, holder_id: UUID, scope: Scope, now: datetime
) -> GateAnswer:
    """Turn a ticket into events: `checked_in`, or `checked_out` with the `service` derived from it, as one.

    Works in three transactions (read, the group commit's own, answer); a crash between them is healed by
    showing the ticket again: the same scan instant gives the same events.
    """
    async with database.transaction(scope) as session:
        found = await use_ticket(session, ticket=ticket, holder_id=holder_id, now=now)
        if isinstance(found, DomainError):
            return refused(found)
        if found.answer is not None:
            return stored_answer(found.ticket_id, found.answer)
        activity = await find_activity(session, found.activity_id)
        visits = await _visits(session, holder_id, found.scanned_at)
        passage = pass_gate(activity, found.gate, visits, found.scanned_at)
        if isinstance(passage, DomainError):
            return await _refuse_ticket(session, found, holder_id, passage, now)
    outcome = await intake.submit(_submission(found, passage, holder_id))
    unwanted = any(finding.code == DECLINED for finding in outcome.findings)
    if unwanted and passage.gate is Gate.OUT:  # who came before the choice leaves; what was done meanwhile is not kept
        outcome = await intake.submit(_submission(found, passage, holder_id, served=False))
    async with database.transaction(scope) as session:
        if outcome.status == "refused":
            visits = await _visits(session, holder_id, found.scanned_at)
            error = _why(outcome, pass_gate(activity, found.gate, visits, found.scanned_at))
            return await _refuse_ticket(session, found, holder_id, error, now)
        answer = _left(passage, found) if unwanted else _answer(passage, found, outcome)
        await answer_ticket(session, ticket_id=found.ticket_id, answer=answer.kept())
    return answer


async def _open(
    session: Session, activity: Activity, gate: Gate, holder_id: UUID | None, way: Way, now: datetime
) -> Opened | DomainError:
    """Issue a ticket, unless it is plain already that the gate will say no."""
    seen = Refusal("", way, activity.activity_id, gate.value, holder_id)
    if activity.state == "draft":
        return await _refused(session, WrongCode(), replace(seen, reason="NOT_OPEN"), now)
    visits = await _visits(session, holder_id, now) if holder_id else []
    passage = pass_gate(activity, gate, visits, now)
    if holder_id and (gate is Gate.IN or isinstance(passage, DomainError)) and await declined(session, holder_id):
        passage = RecordingDeclined()
    if isinstance(passage, DomainError) and (holder_id or isinstance(passage, FOR_EVERYBODY)):
        refusal = replace(seen, reason=passage.code, actor_id=_counted_as(passage, holder_id))
        return await _refused(session, passage, refusal, now)
    ticket = await issue_ticket(session, activity_id=activity.activity_id, gate=gate, holder_id=holder_id, now=now)
    return Opened(ticket, activity, gate)


async def _refused(session: Session, error: DomainError, refusal: Refusal, now: datetime) -> DomainError:
    await record_refusals(session, refusals=[refusal], now=now)
    return error


async def _refuse_ticket(
    session: Session, ticket: Ticket, holder_id: UUID, error: DomainError, now: datetime
) -> GateAnswer:
    """Count a refusal at the tap, and keep it as the ticket's answer."""
    if not isinstance(error, RecordingDeclined) and await declined(session, holder_id):
        error = RecordingDeclined()
    who = _counted_as(error, holder_id)
    refusal = Refusal(error.code, "venue_code", ticket.activity_id, ticket.gate.value, who)
    await record_refusals(session, refusals=[refusal], now=now)
    answer = refused(error, ticket.ticket_id)
    await answer_ticket(session, ticket_id=ticket.ticket_id, answer=answer.kept())
    return answer


def _counted_as(error: DomainError, holder_id: UUID | None) -> UUID | None:
    """Whose refusal this is; of somebody who declined nobody's, as it would be a record of the very thing."""
    return None if isinstance(error, RecordingDeclined) else holder_id


async def _visits(session: Session, holder_id: UUID, at: datetime) -> list[Attended]:
    found = await attendance(session, holder_ids=[holder_id], since=at - LOOK_BACK, until=at + LOOK_BACK)
    return found.get(holder_id, [])


def _submission(ticket: Ticket, passage: Passage, holder_id: UUID, *, served: bool = True) -> Submission:
    """The events of one passage. Their evidence: seen once on the way in, twice on the way out.

    Not `served`: the way out alone, without the service.
    """
    visit = Visit(
        holder_id=holder_id,
        organisation_id=passage.organisation_id,
        activity_id=passage.shift.activity_id,
        shift_id=passage.shift.shift_id,
        shift=passage.shift.interval,
        stretch=passage.stretch,
        source="scan",
    )
    if passage.gate is Gate.IN:
        return Submission((visit.came(passage.in_at, "scanned_once"),))
    events = visit.went(passage.in_at, ticket.scanned_at, "scanned_twice", minted_at=ticket.scanned_at)
    return Submission(events if served else events[:1])


def _left(passage: Passage, ticket: Ticket) -> GateAnswer:
    """The answer to somebody who came, then chose not to be recorded: the attendance has its end, and that is all."""
    values = {"at": hour(ticket.scanned_at), "shift_id": str(passage.shift.shift_id), "minutes": 0}
    return GateAnswer("LEFT_UNRECORDED", True, values, ticket.ticket_id)


def _answer(passage: Passage, ticket: Ticket, outcome: Outcome) -> GateAnswer:
    """The good answer: in at 14:02, or out after so many minutes with the service that was recorded."""
    values: dict[str, Any] = {"at": hour(ticket.scanned_at), "shift_id": str(passage.shift.shift_id)}
    if passage.gate is Gate.IN:
        return GateAnswer("CHECKED_IN", True, {**values, "stretch": passage.stretch}, ticket.ticket_id)
    served = counted(passage.shift.interval, passage.in_at, ticket.scanned_at)
    service = next((event.event_id for event in outcome.events if event.kind == "service"), None)
    values["minutes"] = minutes(served) if served else 0
    return GateAnswer("CHECKED_OUT", True, values, ticket.ticket_id, service)


def _why(outcome: Outcome, passage: Passage | DomainError) -> DomainError:
    """A refusal by the ledger in the gate's words: a rival scan was faster, or the time is taken elsewhere."""
    if isinstance(passage, DomainError):
        return passage
    for finding in outcome.findings:
        if finding.code == DECLINED:
            return RecordingDeclined()
        if finding.code == "OVERLAPS":
            return Overlaps(until=hour(instant(str(finding.values["to_at"]))))
    return outcome.error or NotRecorded()
