"""Another body's program records what happened: one event in, its decisions and postings out.

Rides the group commit with everything else. Must never trust a grade of evidence that only our own
scans can give: what comes in here counts as imported, or as declared.
"""

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
from kernel.canonical import canonical_json
from kernel.errors import DomainError, Finding, Kind
from kernel.locale import Language, translate
from kernel.request_keys import Answer, RequestKeyMissing, RequestKeyReused
from points.events.model import EventDraft
from points.intake import IntakeFull
from points.submission import Outcome, Submission

router = APIRouter(tags=["events"])

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,120}$")]


class EventRefused(DomainError):
    """This event was refused. Nothing was recorded.

    Correct what is named below and send it with a new request key.
    """

    kind, code = Kind.INVALID, "EVENT_REFUSED"


class EventRequest(Shape):
    """Something that happened to one holder. `business_key` makes the fact the same fact, whoever sends it."""

    holder_id: UUID
    kind: Word
    business_key: Key
    occurred_at: Instant
    ended_at: Instant
    evidence: Literal["imported", "declared"] = "imported"
    data: dict[str, Any] = Field(default_factory=dict, max_length=40)
    ref: Key | None = None

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> "EventRequest":
        if self.ended_at < self.occurred_at:
            raise PydanticCustomError("ends_before_it_began", "An event can't end before it began.")
        return self

    def draft(self, source: str) -> EventDraft:
        return EventDraft(
            holder_id=self.holder_id,
            kind=self.kind,
            business_key=self.business_key,
            occurred_at=self.occurred_at,
            ended_at=self.ended_at,
            evidence=self.evidence,
            source=source,
            data=dict(self.data),
            ref=self.ref,
        )


class PostedView(Shape):
    """Points that the event posted, in minor units, and the balance after it."""

    point_kind: str
    amount: str
    balance_after: str
    transaction_id: UUID


class EventView(Shape):
    """The event as it now stands. `repeat`: it stood already, and nothing was added."""

    event_id: UUID
    kind: str
    repeat: bool
    posted: list[PostedView]


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
    key = door.request_key(body)
    base_url = door.runtime.settings.base_url
    render = partial(_render, language=door.language, base_url=base_url, request_id=door.request_id)
    submission = Submission((body.draft(f"vendor:{door.actor_id}"),), key, render)
    outcome = await door.runtime.intake.submit(submission)
    answer = outcome.answer or render(outcome)
    problem = answer.status >= 400
    return Response(
        answer.body,
        answer.status,
        {"idempotency-replayed": "true"} if outcome.replayed else None,
        "application/problem+json" if problem else "application/json",
    )


def _render(outcome: Outcome, *, language: Language, base_url: str, request_id: str) -> Answer:
    """The very bytes to send and to keep: 201 new, 200 already there, 422 refused with findings."""
    if outcome.status == "refused":
        body = _refusal(outcome.findings, language, base_url) | {"request_id": request_id}
        return Answer(STATUS[EventRefused.kind], canonical_json(body))
    event = outcome.events[0]
    posted = [
        {
            "point_kind": one.point_kind,
            "amount": str(one.amount),
            "balance_after": str(one.balance_after),
            "transaction_id": str(one.transaction_id),
        }
        for one in event.posted
    ]
    body = {"event_id": str(event.event_id), "kind": event.kind, "repeat": event.repeat, "posted": posted}
    return Answer(200 if outcome.status == "repeat" else 201, canonical_json(body))


def _refusal(findings: tuple[Finding, ...], language: Language, base_url: str) -> dict[str, Any]:
    return {
        "type": f"{base_url}/problems/{slug(EventRefused.code)}",
        "title": translate(language, TITLES[EventRefused.kind]),
        "status": STATUS[EventRefused.kind],
        "detail": translate(language, EventRefused.message_id()),
        "next_step": translate(language, EventRefused.next_step_id()),
        "code": EventRefused.code,
        "errors": [
            {"pointer": f"#/{one.path}", "code": one.code, "detail": translate(language, one.message_id, **one.values)}
            for one in findings
        ],
    }
