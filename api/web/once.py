"""Sent twice, done once: a form leads again to where it led, a program gets the same bytes again.

The request key, the work and the answer are stored in one transaction. Must never be the only guard of
a business fact.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from api.web.door import Door
from kernel.db import Session
from kernel.request_keys import GRAMMAR, Answer, RequestKey, find_answer, store_answers

KEYED: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "The same key with the same request gets the stored answer again.",
            "schema": {"type": "string", "pattern": GRAMMAR.pattern},
        }
    ]
}
"""The `openapi_extra=` of an API route that needs a request key."""


async def once(
    door: Door,
    key: RequestKey,
    status: int,
    work: Callable[[Session], Awaitable[BaseModel]],
    about: Iterable[UUID] | None = None,
) -> Response:
    """The stored answer, or a new one stored beside its effect.

    It is looked for again after the work: whoever waited behind the same key for a lock that the work takes
    must get the same bytes, not a conflict. `about`: of whom a program is told, as in `Door.transaction`.
    """
    async with door.transaction(about) as session:
        stored = await find_answer(session, key)
        if stored is None:
            answer = Answer(status, (await work(session)).model_dump_json().encode())
            stored = await find_answer(session, key)
            if stored is None:
                await store_answers(session, [(key, answer)], door.now)
                return Response(answer.body, answer.status, media_type="application/json")
    headers = {"idempotency-replayed": "true"}
    return Response(stored.body, stored.status, headers, media_type="application/json")


async def earlier(session: Session, key: RequestKey) -> RedirectResponse | None:
    """Where this very form led when it was sent before, or none."""
    stored = await find_answer(session, key)
    return None if stored is None else RedirectResponse(stored.body.decode(), stored.status)


async def lead_to(session: Session, door: Door, key: RequestKey, where: str) -> RedirectResponse:
    """Remember where this form leads, and go there."""
    await store_answers(session, [(key, Answer(303, where.encode()))], door.now)
    return RedirectResponse(where, 303)
