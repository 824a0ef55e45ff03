"""The door of every route: who is there, in which language, and may they do this.

    door: Annotated[Door, may("redeem")]      the action is declared in access.actions
    door: Annotated[Door, public()]           anybody; still knows who is signed in

A program of another body is told of residents only in a transaction that says of whom (`about`): it is logged there.

`may` checks kind and role before the route runs; whose object it is the route checks with
`door.check(action, Target(...))` once it knows. Must never decide by itself: `access.authorize` does.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from access.actions import ACTIONS
from access.actors import Actor
from access.authorize import NotFoundHere, NotSignedIn, Target, authorize, recipient_of
from access.purposes import Recipient
from access.tokens import resolve
from api.web.preferences import Preferences, preferences_of
from api.web.runtime import Runtime
from kernel.db import Scope, Session
from kernel.errors import DomainError
from kernel.locale import Language, translate
from kernel.request_keys import RequestKey, request_key
from points.people.disclosures import disclose

NOBODY = UUID(int=0)
BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="A token that the city issued.")
"""Describes the Authorization header; `_who` reads it."""


@dataclass(slots=True)
class Door:
    """What a route knows of its caller. `now` stands still for the whole request.

    `recipient`: the program of another body that this route tells something of residents; none for everybody else.
    """

    runtime: Runtime
    actor: Actor | None
    preferences: Preferences
    request: Request
    now: datetime
    recipient: Recipient | None = None

    @property
    def language(self) -> Language:
        return self.preferences.language

    @property
    def request_id(self) -> str:
        return str(self.request.state.request_id)

    @property
    def actor_id(self) -> UUID:
        """Who is signed in. Refuses with NotSignedIn."""
        if self.actor is None:
            raise NotSignedIn()
        return self.actor.actor_id

    @property
    def holder_id(self) -> UUID:
        """The resident who is signed in. Refuses anybody else with NotFoundHere."""
        if self.actor is None or self.actor.holder_id is None:
            raise NotFoundHere()
        return self.actor.holder_id

    @asynccontextmanager
    async def transaction(self, about: Iterable[UUID] | None = None) -> AsyncIterator[Session]:
        """One transaction in this caller's name: committed when the block ends, rolled back when it raises.

        `about`: of whom a program is told here. It is logged, and stays so where the answer is a refusal: that tells
        something as well. A program's transaction that does not say so is a fault of ours, and tells nothing.
        """
        refusal: DomainError | None = None
        if self.recipient is not None and about is None:
            raise LookupError("a program is told of somebody, and nothing says of whom")
        scope = Scope(self.actor.actor_id if self.actor else None, self.request_id)
        async with self.runtime.database.transaction(scope) as session:
            if self.recipient is None:
                yield session
                return
            await self.tell(session, about or ())
            try:
                async with session.begin_nested():
                    yield session
            except DomainError as error:
                refusal = error
        if refusal is not None:
            raise refusal

    async def tell(self, session: Session, about: Iterable[UUID]) -> None:
        """Log of whom this caller is told, where it is a program of another body."""
        if self.recipient is not None:
            await disclose(session, [(self.recipient, holder_id) for holder_id in about], self.now)

    def check(self, action: str, target: Target) -> None:
        """The object's half of the decision. Refuses with Forbidden, OwnWork or NotFoundHere."""
        authorize(self.actor, action, target)

    def request_key(self, body: BaseModel | Mapping[str, Any]) -> RequestKey:
        """The key of this request: the Idempotency-Key header, or a form's hidden `request_key`.

        The fingerprint covers the method, the path and the body without its key.
        """
        content = body.model_dump(mode="json") if isinstance(body, BaseModel) else dict(body)
        in_form = content.pop("request_key", None)
        key = self.request.headers.get("idempotency-key") or (str(in_form) if in_form else None)
        principal = self.actor.actor_id if self.actor else NOBODY
        return request_key(principal, key, self.request.method, self.request.url.path, content)

    def say(self, message_id: str, /, **values: object) -> str:
        """A sentence in the caller's language."""
        return translate(self.language, message_id, **values)


def may(action: str) -> Any:
    """The dependency that opens the door for one action, or refuses before the route runs."""
    if action not in ACTIONS:
        raise KeyError(f"{action} is not declared in access.actions")
    return Depends(_opener(action))


def public() -> Any:
    """The door of a route that anybody may use."""
    return may("view_public")


def _opener(action: str) -> Callable[..., Awaitable[Door]]:
    """One action's dependency. What needs a sign-in says in the API's description that a token is asked for."""

    async def open_door(request: Request) -> Door:
        runtime: Runtime = request.app.state.runtime
        now = runtime.clock.now()
        actor = await _who(request, runtime, now)
        authorize(actor, action)
        return Door(runtime, actor, preferences_of(request), request, now, recipient_of(actor, action))

    async def open_with_token(request: Request, _: Annotated[object, Depends(BEARER)]) -> Door:
        return await open_door(request)

    opener: Callable[..., Awaitable[Door]] = open_with_token if ACTIONS[action].kinds else open_door
    opener.action = action  # type: ignore[attr-defined]  # read by the test that walks all routes
    return opener


async def _who(request: Request, runtime: Runtime, now: datetime) -> Actor | None:
    """Whoever holds the token of the Authorization header, or else of the session cookie."""
    token = bearer_of(request.headers.get("authorization")) or request.cookies.get(runtime.session_cookie)
    if not token:
        return None
    async with runtime.database.transaction(Scope(None, request.state.request_id), single=True) as session:
        return await resolve(session, token=token, now=now)


def bearer_of(header: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
