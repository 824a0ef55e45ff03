"""A form sent twice does its work once: the second answer leads to where the first one led.

The request key, the work and the address are stored in one transaction. Must never be the only guard of
a business fact.
"""

from starlette.responses import RedirectResponse

from api.web.door import Door
from kernel.db import Session
from kernel.request_keys import Answer, RequestKey, find_answer, store_answers


async def earlier(session: Session, key: RequestKey) -> RedirectResponse | None:
    """Where this very form led when it was sent before, or none."""
    stored = await find_answer(session, key)
    return None if stored is None else RedirectResponse(stored.body.decode(), stored.status)


async def lead_to(session: Session, door: Door, key: RequestKey, where: str) -> RedirectResponse:
    """Remember where this form leads, and go there."""
    await store_answers(session, [(key, Answer(303, where.encode()))], door.now)
    return RedirectResponse(where, 303)
