"""Another body's program records what happened: one event in, its decisions and postings out.

Rides the group commit with everything else. Must never trust a grade of evidence that only our own
scans can give (what comes in here counts as imported, or as declared), and never tell of a household's share.
"""

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.web.door import Door, may
from api.web.once import KEYED
from api.web.problems import STATUS, TITLES, problems, slug
from api.web.shapes import Instant, Shape
from kernel.calendar import rfc3339
from kernel.canonical import canonical_json
from kernel.errors import DomainError, Finding, Kind
from kernel.locale import Language, translate
from kernel.request_keys import Answer, RequestKeyMissing, RequestKeyReused
from points.events.model import EventDraft
from points.intake import IntakeFull
from points.submission import Outcome, Recorded, Submission

router = APIRouter(tags=["events"])

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,120}$")]
FIELDS = {"holder": "holder_id", "corrects_event_id": "corrects"}
"""What a finding calls otherwise than the body does."""


class EventRefused(DomainError):
    """This event was refused. Nothing was recorded.

    Correct what is named below and send it with a new request key.
    """

    kind, code = Kind.INVALID, "EVENT_REFUSED"


class EventItem(Shape):
    """Something that happened to one holder: a resident, a household or an organisation.

    `business_key` makes the fact the same fact, whoever sends it. `corrects` names the event that this one
    replaces: same holder, kind and business key; what that one gave is taken back and decided anew, together.
    """

    holder_id: UUID
    kind: Word
    business_key: Key
    occurred_at: Instant
    ended_at: Instant
    evidence: Literal["imported", "declared"] = "imported"
    data: dict[str, Any] = Field(default_factory=dict, max_length=40)
    ref: Key | None = None
    corrects: UUID | None = None

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> "EventItem":
        if self.ended_at < self.occurred_at:
            raise PydanticCustomError("ends_before_it_began", "An event can't end before it began.")
        return self

    def draft(self, vendor_id: UUID) -> EventDraft:
        """The event as the ledger takes it; its source is the program that sent it."""
        return EventDraft(
            holder_id=self.holder_id,
            kind=self.kind,
            business_key=self.business_key,
            occurred_at=self.occurred_at,
            ended_at=self.ended_at,
            evidence=self.evidence,
            source=f"vendor:{vendor_id}",
            data=dict(self.data),
            ref=self.ref,
            corrects_event_id=self.corrects,
        )


class EventRequest(EventItem):
    """One event. `dry_run`: the answer that it would get now, with null for ids; nothing is recorded, no key needed."""

    dry_run: bool = False


class PostedView(Shape):
    """Points that the event posted, in minor units, and the balance after it."""

    point_kind: str
    amount: str
    balance_after: str
    transaction_id: UUID | None


class WaitingView(Shape):
    """Points that the event granted for later: they count (`matures`) or are void unless confirmed (`lapses`) then."""

    pending_id: UUID | None
    point_kind: str
    amount: str
    what: Literal["matures", "lapses"]
    due_at: Instant


class UnpaidView(Shape):
    """An item of a programme that gave nothing, and why: cap, times, budget, cooldown, condition, missing or zero.

    Without an item: no version of the programme was in force that day (no_pack).
    """

    programme: str
    item: str | None
    why: str


class EventView(Shape):
    """The event as it now stands. `repeat`: it stood already, and nothing was added. A dry run has no ids."""

    event_id: UUID | None
    kind: str
    repeat: bool
    posted: list[PostedView]
    waiting: list[WaitingView]
    unpaid: list[UnpaidView]


@router.post(
    "/events",
    status_code=201,
    operation_id="events_create",
    response_model=EventView,
    responses=problems(RequestKeyMissing, RequestKeyReused, EventRefused, IntakeFull),
    openapi_extra=KEYED,
)
async def events_create(body: EventRequest, door: Annotated[Door, may("record_events")]) -> Response:
    """Record one event, decide it and post its points, durably, once."""
    render = partial(
        _render,
        language=door.language,
        base_url=door.runtime.settings.base_url,
        request_id=door.request_id,
        dry_run=body.dry_run,
    )
    key = None if body.dry_run else door.request_key(body)
    submission = Submission((body.draft(door.actor_id),), key, render, door.recipient)
    intake = door.runtime.intake
    outcome = (await intake.preview([submission]))[0] if body.dry_run else await intake.submit(submission)
    answer = outcome.answer or render(outcome)
    return respond(answer, replayed=outcome.replayed)


def respond(answer: Answer, *, replayed: bool = False) -> Response:
    """The stored or newly made bytes as they go out."""
    return Response(
        answer.body,
        answer.status,
        {"idempotency-replayed": "true"} if replayed else None,
        "application/problem+json" if answer.status >= 400 else "application/json",
    )


def _render(outcome: Outcome, *, language: Language, base_url: str, request_id: str, dry_run: bool) -> Answer:
    """The very bytes to send and to keep: 201 new, 200 already there, 422 refused with findings."""
    if outcome.status == "refused":
        body = refusal(faults(outcome.findings, language), language, base_url, request_id)
        return Answer(STATUS[EventRefused.kind], canonical_json(body))
    event = outcome.events[0]
    return Answer(200 if event.repeat else 201, canonical_json(shown(event, dry_run=dry_run)))


def shown(event: Recorded, *, dry_run: bool) -> dict[str, Any]:
    """An event as EventView tells it. What a dry run would make has no ids; what stands already keeps its own."""

    def named(made: UUID) -> str | None:
        return None if dry_run else str(made)

    return {
        "event_id": str(event.event_id) if event.repeat else named(event.event_id),
        "kind": event.kind,
        "repeat": event.repeat,
        "posted": [
            {
                "point_kind": one.point_kind,
                "amount": str(one.amount),
                "balance_after": str(one.balance_after),
                "transaction_id": named(one.transaction_id),
            }
            for one in event.posted
        ],
        "waiting": [
            {
                "pending_id": named(one.pending_id),
                "point_kind": one.point_kind,
                "amount": str(one.amount),
                "what": one.what,
                "due_at": rfc3339(one.due_at),
            }
            for one in event.waiting
        ],
        "unpaid": _unpaid(event.decisions),
    }


def _unpaid(decisions: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for programme, decision in sorted(decisions.items()):
        if decision["outcome"] == "no_pack":
            found.append({"programme": programme, "item": None, "why": "no_pack"})
        lines = decision.get("trace", {}).get("items", ())
        found += [
            {"programme": programme, "item": line["code"], "why": line["why_not"]}
            for line in lines
            if "why_not" in line
        ]
    return found


def faults(findings: Iterable[Finding], language: Language, prefix: str = "#/") -> list[dict[str, Any]]:
    """Findings as problem+json names them, each at its place in the body."""
    return [
        {
            "pointer": prefix + _pointer(one.path),
            "code": one.code,
            "detail": translate(language, one.message_id, **one.values),
        }
        for one in findings
    ]


def _pointer(path: str) -> str:
    """A finding's path as a JSON pointer; what a sender calls a field may hold any letter."""
    place, dot, name = path.partition(".")
    return FIELDS.get(place, place) + (dot and "/" + name.replace("~", "~0").replace("/", "~1"))


def refusal(errors: list[dict[str, Any]], language: Language, base_url: str, request_id: str) -> dict[str, Any]:
    """The problem document of events that were refused."""
    return {
        "type": f"{base_url}/problems/{slug(EventRefused.code)}",
        "title": translate(language, TITLES[EventRefused.kind]),
        "status": STATUS[EventRefused.kind],
        "detail": translate(language, EventRefused.message_id()),
        "next_step": translate(language, EventRefused.next_step_id()),
        "code": EventRefused.code,
        "errors": errors,
        "request_id": request_id,
    }
