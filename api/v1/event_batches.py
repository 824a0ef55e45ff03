"""Many events in one request: each for itself, or all together or none.

    each      every row has its own outcome; a bad one never spoils its neighbours
    atomic    one bad row leaves nothing, and the answer names every bad row

At most 5,000 rows and 4 MiB (`api.web.security`). The request key's fingerprint is of the very bytes sent. Rows of
`each` keep their answers under keys of their own: a request that was cut off goes on where it stopped when it is
sent again. Must never let a row that can't be read refuse those that can.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from api.v1.events import EventItem, EventRefused, EventView, faults, refusal, respond, shown
from api.web.door import Door, may
from api.web.once import KEYED
from api.web.problems import STATUS, problems
from kernel.canonical import canonical_json
from kernel.errors import DomainError, Kind
from kernel.locale import Language
from kernel.request_keys import (
    Answer,
    RequestInFlight,
    RequestKey,
    RequestKeyMissing,
    RequestKeyReused,
    find_answer,
    store_answers,
)
from points.events.model import EventDraft
from points.intake import IntakeFull
from points.submission import Outcome, Submission

router = APIRouter(tags=["events"])

MOST_ROWS = 5_000


class BatchRequest(BaseModel):
    """Events, each like the body of POST /events. `dry_run`: the answers they would get now; nothing is recorded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["each", "atomic"]
    dry_run: bool = False
    items: list[Any] = Field(min_length=1, max_length=MOST_ROWS, description="Like the body of POST /events, each.")


class RowView(BaseModel):
    """What became of one row: 201 recorded, 200 it stood already, 422 refused (`errors`), 503 send it again."""

    no: int
    status: int
    event: EventView | None = None
    code: str | None = None
    errors: list[dict[str, Any]] | None = None


class BatchView(BaseModel):
    """All rows in the order in which they came, and how many ended how."""

    mode: Literal["each", "atomic"]
    recorded: int
    repeats: int
    refused: int
    items: list[RowView]


@dataclass(slots=True)
class _Row:
    """One row as it was read: an event, or what is wrong with it."""

    no: int
    draft: EventDraft | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)


@router.post(
    "/events/batches",
    status_code=200,
    operation_id="event_batches_create",
    response_model=BatchView,
    responses=problems(RequestKeyMissing, RequestKeyReused, EventRefused, IntakeFull),
    openapi_extra=KEYED,
)
async def event_batches_create(body: BatchRequest, door: Annotated[Door, may("record_events")]) -> Response:
    """Record up to 5,000 events, each for itself or all together."""
    rows = [_read(no, item, door) for no, item in enumerate(body.items)]
    key = None
    if not body.dry_run:
        key = door.request_key({"sha256": sha256(await door.request.body()).hexdigest()})
    return await (_each if body.mode == "each" else _together)(door, rows, key)


def _read(no: int, item: Any, door: Door) -> _Row:
    try:
        return _Row(no, EventItem.model_validate(item).draft(door.actor_id))
    except ValidationError as error:
        errors = [
            {"pointer": "/".join(["#", *map(str, fault["loc"])]), "code": fault["type"].upper()}
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        return _Row(no, errors=errors)


async def _each(door: Door, rows: Sequence[_Row], key: RequestKey | None) -> Response:
    """Rows through the group commit like single events; the whole answer is kept once no row has to come again."""
    about = {row.draft.holder_id for row in rows if row.draft}
    if key and (stored := await _stored(door, key, about)):
        return respond(stored, replayed=True)
    good = [row for row in rows if row.draft]
    submissions = [_alone(row, row.draft, key, door) for row in good if row.draft]
    intake = door.runtime.intake
    outcomes = await (intake.submit_many(submissions) if key else intake.preview(submissions))
    answers = {row.no: _of_row(row.no, outcome, door) for row, outcome in zip(good, outcomes, strict=True)}
    told = [answers.get(row.no) or _refused(row.no, row.errors) for row in rows]
    answer = _whole("each", told)
    if key is None or any(one.status >= 500 for one in told):
        return respond(answer)
    kept, replayed = await _keep(door, key, answer, about)
    return respond(kept, replayed=replayed)


def _alone(row: _Row, draft: EventDraft, key: RequestKey | None, door: Door) -> Submission:
    own_key = replace(key, key=f"{key.key}/{row.no}") if key else None
    return Submission(
        (draft,), own_key, partial(_row, no=row.no, language=door.language, dry_run=key is None), door.recipient
    )


def _row(outcome: Outcome, *, no: int, language: Language, dry_run: bool) -> Answer:
    """One row's bytes, as they stand in the whole answer."""
    if outcome.status == "refused":
        return _refused(no, faults(outcome.findings, language))
    event = outcome.events[0]
    status = 200 if event.repeat else 201
    return Answer(status, canonical_json({"no": no, "status": status, "event": shown(event, dry_run=dry_run)}))


def _refused(no: int, errors: list[dict[str, Any]]) -> Answer:
    status = STATUS[EventRefused.kind]
    return Answer(status, canonical_json({"no": no, "status": status, "code": EventRefused.code, "errors": errors}))


def _of_row(no: int, outcome: Outcome, door: Door) -> Answer:
    """A row's answer; a row that came while we were busy says so. Refuses a key that belongs to another request."""
    error = outcome.error
    if isinstance(error, RequestKeyReused):
        raise error
    if isinstance(error, DomainError):
        status = STATUS[error.kind] if error.kind is not Kind.CONFLICT else STATUS[Kind.BUSY]
        said = {"no": no, "status": status, "code": error.code, "detail": door.say(error.message_id(), **error.values)}
        return Answer(status, canonical_json(said))
    assert outcome.answer is not None
    return outcome.answer


async def _together(door: Door, rows: Sequence[_Row], key: RequestKey | None) -> Response:
    """One submission of all rows. Rows that can't be read are named with those that the ledger would refuse."""
    good = [row for row in rows if row.draft]
    bad = [row for row in rows if not row.draft]
    base_url = door.runtime.settings.base_url

    def render(outcome: Outcome) -> Answer:
        errors = [error for row in bad for error in _placed(row.no, row.errors)]
        errors += _findings(outcome, [row.no for row in good], door.language)
        if errors:
            return Answer(
                STATUS[EventRefused.kind], canonical_json(refusal(errors, door.language, base_url, door.request_id))
            )
        one_row = partial(_row, language=door.language, dry_run=key is None)
        told = [one_row(Outcome(outcome.status, events=(event,)), no=no) for no, event in enumerate(outcome.events)]
        return replace(_whole("atomic", told), status=200 if outcome.status == "repeat" else 201)

    submission = Submission(tuple(row.draft for row in good if row.draft), None if bad else key, render, door.recipient)
    intake = door.runtime.intake
    if not good:
        outcome = Outcome("refused")
    elif bad or key is None:
        [outcome] = await intake.preview([submission])
    else:
        outcome = await intake.submit(submission)
    return respond(outcome.answer or render(outcome), replayed=outcome.replayed)


def _findings(outcome: Outcome, places: Sequence[int], language: Language) -> list[dict[str, Any]]:
    """What is wrong with rows that could be read. A submission of several says at which place; of one it does not."""
    found = []
    for one in outcome.findings:
        place, _, path = one.path.partition("/") if len(places) > 1 else ("0", "", one.path)
        no = places[int(place)]
        found += faults([replace(one, path=path)], language, prefix=f"#/items/{no}/")
    return found


def _placed(no: int, errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**error, "pointer": f"#/items/{no}" + error["pointer"].removeprefix("#")} for error in errors]


def _whole(mode: str, told: Sequence[Answer]) -> Answer:
    """The answers of all rows as one; what each says is not written again."""
    counts = Counter(one.status for one in told)
    refused = len(told) - counts[201] - counts[200]
    head = f'{{"mode":"{mode}","recorded":{counts[201]},"repeats":{counts[200]},"refused":{refused},"items":['
    return Answer(200, head.encode() + b",".join(one.body for one in told) + b"]}")


async def _stored(door: Door, key: RequestKey, about: set[UUID]) -> Answer | None:
    async with door.transaction(()) as session:
        stored = await find_answer(session, key)
        await door.tell(session, about if stored else ())
        return stored


async def _keep(door: Door, key: RequestKey, answer: Answer, about: set[UUID]) -> tuple[Answer, bool]:
    """Keep the whole answer; whoever sent the same request at the same time gets the one that was kept first."""
    try:
        async with door.transaction(()) as session:
            if stored := await find_answer(session, key):
                await door.tell(session, about)
                return stored, True
            await store_answers(session, [(key, answer)], door.now)
            return answer, False
    except RequestInFlight:
        return await _stored(door, key, about) or answer, True
