"""What every request passes before a route sees it, and what every answer carries.

Plain ASGI, so that streams stay streams. Must never read a body to judge it, nor log what it holds.
"""

import logging
import re
import secrets
import traceback
from collections.abc import Iterable
from urllib.parse import urlsplit

from sqlalchemy.exc import DBAPIError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.door import bearer_of
from api.web.problems import answer, answer_fault
from api.web.runtime import Runtime
from kernel.errors import DomainError, Kind

log = logging.getLogger("tongcheng.web")

POLICY = (
    "default-src 'self'; script-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}
BODY_MOST = 11 * 1024 * 1024
"""Bytes: a workbook of 10 MiB and its form."""
JSON_MOST = 1024 * 1024
BATCHES, BATCH_MOST = "/api/v1/events/batches", 4 * 1024 * 1024
"""5,000 events of 800 bytes."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
_HOST = re.compile(r"^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$")


class CrossSite(DomainError):
    """This form was not sent from a page of ours, so it was refused. Nothing was recorded.

    Open the page again here and send it from there.
    """

    kind, code = Kind.FORBIDDEN, "CROSS_SITE"


class HostUnknown(DomainError):
    """This server doesn't answer to that host name. Nothing was recorded.

    Use the address that you were given.
    """

    kind, code = Kind.MALFORMED, "HOST_UNKNOWN"


class BodyTooLarge(DomainError):
    """What you sent is too large for one request. Nothing was recorded.

    Send it in smaller parts.
    """

    kind, code = Kind.MALFORMED, "BODY_TOO_LARGE"


class Envelope:
    """Outermost: a request id in and out, security headers on every answer, and a fault told as a page.

    A fault after the answer has begun can only break the connection off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else secrets.token_urlsafe(12)
        scope.setdefault("state", {})["request_id"] = request_id
        begun = False

        async def send_wrapped(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _dress(scope, MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            await self.app(scope, receive, send_wrapped)
        except Exception as error:
            log.error("request_failed %s\n%s", request_id, told(error), extra={"request_id": request_id})
            if begun:
                raise
            request = Request(scope, receive)
            await answer_fault(request, error)(scope, receive, send_wrapped)


def told(error: BaseException) -> str:
    """A fault for the log: where, and which kind. What a database says of it repeats the row, so only its code is."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following and following not in chain:
        chain.insert(0, following)
        following = following.__cause__ or following.__context__
    of_database = any(isinstance(one, DBAPIError) for one in chain)
    parts = []
    for one in chain:
        said = getattr(one, "sqlstate", None) or "" if of_database else one
        parts.append("".join(traceback.format_tb(one.__traceback__)) + f"{type(one).__qualname__}: {said}")
    return "\n".join(parts)


def _dress(scope: Scope, headers: MutableHeaders, request_id: str) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers["x-request-id"] = request_id
    runtime: Runtime = scope["app"].state.runtime
    if runtime.secure:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    if "cache-control" not in headers:
        headers["cache-control"] = "no-store"


class Guard:
    """Refuses a host that isn't ours, a form from another site, and a body past its limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        runtime: Runtime = scope["app"].state.runtime
        headers = Headers(scope=scope)
        most = _most(scope["path"])
        refusal = _refusal(scope, headers, runtime, most)
        if refusal:
            status = 413 if isinstance(refusal, BodyTooLarge) else None
            await answer(Request(scope, receive), refusal, status)(scope, receive, send)
            return
        await self._limited(scope, receive, send, most)

    async def _limited(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        """Count what really arrives: a chunked body names no length. Past the limit the route's answer is dropped."""
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > most else message

        async def send_unless_past(message: Message) -> None:
            if seen <= most:
                await send(message)

        try:
            await self.app(scope, receive_counted, send_unless_past)
        except Exception:
            if seen <= most:
                raise
        if seen > most:
            await answer(Request(scope, receive), BodyTooLarge(), 413)(scope, receive, send)


def _most(path: str) -> int:
    """How many bytes a body may have there."""
    if path.startswith("/api/"):
        return BATCH_MOST if path == BATCHES else JSON_MOST
    return BODY_MOST


def _refusal(scope: Scope, headers: Headers, runtime: Runtime, most: int) -> DomainError | None:
    if not host_allowed(headers.getlist("host"), runtime.settings.public_url):
        return HostUnknown()
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        return BodyTooLarge()
    if scope["method"] in _SAFE_METHODS or bearer_of(headers.get("authorization")):
        return None
    signed_in = f"{runtime.session_cookie}=" in headers.get("cookie", "")
    return None if same_origin(headers, signed_in=signed_in) else CrossSite()


def host_allowed(hosts: Iterable[str], public_url: str | None) -> bool:
    """One well-formed Host; once a public address is set, only that one and this machine's own names."""
    given = list(hosts)
    if len(given) != 1 or not _HOST.match(given[0]):
        return False
    name = urlsplit(f"//{given[0]}").hostname
    return public_url is None or name in {urlsplit(public_url).hostname, "localhost", "127.0.0.1", "::1"}


def same_origin(headers: Headers, *, signed_in: bool) -> bool:
    """Whether a form comes from a page of ours: Sec-Fetch-Site says so, or else Origin.

    Some web views send neither; without a session that is harmless, with one it is refused.
    """
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    if origin := headers.get("origin"):
        return urlsplit(origin).netloc == headers.get("host")
    return not signed_in
