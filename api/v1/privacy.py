"""What residents choose about their own data, and what became of it. Must never tell one person of another."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from access.authorize import Target
from access.purposes import DATA, PURPOSES
from api.web.cursors import CursorMalformed, at_disclosure, disclosure_mark
from api.web.door import Door, may
from api.web.once import KEYED, once
from api.web.problems import problems
from api.web.shapes import Shape
from kernel.db import Session
from kernel.locale import Language
from kernel.request_keys import RequestKeyReused
from points.ledger.refusals import UnknownHolder
from points.people.disclosures import Disclosure, disclosures_of
from points.people.recording import Choice, choose_recording, recording_choice

router = APIRouter(tags=["privacy"])


class RecordingRequest(Shape):
    """`declined`: record no good deeds from now on; false takes that back."""

    declined: bool


class RecordingView(Shape):
    """Whether good deeds are recorded, and since when that was chosen; null for who never chose."""

    declined: bool
    chosen_at: datetime | None

    @classmethod
    def of(cls, choice: Choice | None) -> "RecordingView":
        return cls(declined=bool(choice and choice.declined), chosen_at=choice.chosen_at if choice else None)


@router.get("/holders/{holder_id}/recording", operation_id="recording_get")
async def recording_get(holder_id: UUID, door: Annotated[Door, may("view_own")]) -> RecordingView:
    """Whether my good deeds are recorded."""
    door.check("view_own", Target(holder_id=holder_id))
    async with door.transaction() as session:
        return RecordingView.of(await recording_choice(session, holder_id))


@router.post(
    "/holders/{holder_id}/recording",
    operation_id="recording_choose",
    response_model=RecordingView,
    responses=problems(UnknownHolder, RequestKeyReused),
    openapi_extra=KEYED,
)
async def recording_choose(
    holder_id: UUID, body: RecordingRequest, door: Annotated[Door, may("choose_recording")]
) -> Response:
    """Have my good deeds recorded no more, or again; at once, and nothing else changes."""
    door.check("choose_recording", Target(holder_id=holder_id))

    async def work(session: Session) -> RecordingView:
        made = await choose_recording(session, holder_id=holder_id, declined=body.declined, now=door.now)
        return RecordingView.of(made)

    return await once(door, door.request_key(body), 200, work)


class DisclosureView(Shape):
    """One telling: whose program, for which declared purpose, which kind of data (codes, and in words), and when."""

    recipient: str
    purpose: str
    purpose_title: str
    data: str
    data_title: str
    disclosed_at: datetime

    @classmethod
    def of(cls, one: Disclosure, language: Language) -> "DisclosureView":
        return cls(
            recipient=one.label,
            purpose=one.purpose,
            purpose_title=PURPOSES[one.purpose].title[language],
            data=one.data,
            data_title=DATA[one.data][language],
            disclosed_at=one.disclosed_at,
        )


class DisclosureList(Shape):
    """The newest first; `next_cursor` leads to those before."""

    items: list[DisclosureView]
    next_cursor: str | None


@router.get("/holders/{holder_id}/disclosures", operation_id="disclosures_list", responses=problems(CursorMalformed))
async def disclosures_list(
    holder_id: UUID,
    door: Annotated[Door, may("view_own")],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> DisclosureList:
    """What other bodies' programs were told of me."""
    door.check("view_own", Target(holder_id=holder_id))
    async with door.transaction() as session:
        found = await disclosures_of(session, holder_id=holder_id, before=at_disclosure(cursor), most=limit + 1)
    more = disclosure_mark(found[limit - 1].position) if len(found) > limit else None
    return DisclosureList(items=[DisclosureView.of(one, door.language) for one in found[:limit]], next_cursor=more)
