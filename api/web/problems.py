"""Refusals on their way out: problem+json (RFC 9457) for programs, a page for people.

The only place that knows which HTTP status a kind of refusal has. Must never echo what was sent.
"""

import logging
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from access.authorize import NotFoundHere
from api.web.preferences import preferences_of, safe_next
from api.web.runtime import Runtime
from kernel.db import database_away
from kernel.errors import DomainError, Finding, Kind
from kernel.locale import BCP47, Language, translate

log = logging.getLogger("tongcheng.web")

STATUS: dict[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.INVALID: 422,
    Kind.REFUSED: 409,
    Kind.LIMITED: 429,
    Kind.BUSY: 503,
}
TITLES: dict[Kind, str] = {
    Kind.MALFORMED: "This can't be read",
    Kind.UNAUTHENTICATED: "Please sign in",
    Kind.FORBIDDEN: "Not allowed",
    Kind.MISSING: "Nothing here",
    Kind.CONFLICT: "Something has changed meanwhile",
    Kind.INVALID: "Something needs correcting",
    Kind.REFUSED: "This isn't possible",
    Kind.LIMITED: "Too many tries",
    Kind.BUSY: "Busy for the moment",
}
_BAD_CHARACTERS = frozenset({"22021", "22P05"})
"""Postgres: character_not_in_repertoire, untranslatable_character."""
_KEPT_LOCKED = frozenset({"55P03", "40P01", "40001"})
"""Postgres: lock_not_available (a row was not to be had within the ten seconds of `kernel.db`), deadlock_detected (also
for who only stood in the queue between two others), serialization_failure. Each has undone the transaction."""
_STOPPING = frozenset({"57P01", "57P02", "57P03"})
"""Postgres: admin_shutdown, crash_shutdown, cannot_connect_now; the connection may still count as open."""
_RETRY_SECONDS = {Kind.LIMITED: 60, Kind.BUSY: 2}


class BodyInvalid(DomainError):
    """Some fields are missing or not as they should be. Nothing was recorded.

    Correct the fields named below and send it again.
    """

    kind, code = Kind.INVALID, "BODY_INVALID"


class MethodNotAllowed(DomainError):
    """This address doesn't offer that. Nothing was recorded.

    Go back to the page before and use its buttons.
    """

    kind, code = Kind.MALFORMED, "METHOD_NOT_ALLOWED"


class Fault(DomainError):
    """Something went wrong on our side. We can't say yet whether your last step was recorded.

    Look whether it took effect before you try again; if you ask for help, give the number below.
    """

    kind, code = Kind.BUSY, "FAULT"


class DatabaseAway(DomainError):
    """The database can't be reached at this moment. We can't say yet whether your last step was recorded.

    Try again in a few seconds; the same key keeps it safe.
    """

    kind, code = Kind.BUSY, "DATABASE_AWAY"


class StillLocked(DomainError):
    """Others are changing the same account at this moment. Nothing was recorded.

    Try again in a few seconds; the same key keeps it safe.
    """

    kind, code = Kind.BUSY, "STILL_LOCKED"


class Unexpected(DomainError):
    """The server could not answer this request. Nothing was recorded.

    Check the address and try again.
    """

    kind, code = Kind.MALFORMED, "UNEXPECTED"


def problems(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: which refusals to expect, by status, for the OpenAPI document."""
    found: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        status = STATUS[error.kind]
        text = f"{error.code}: {error.message_id()}"
        earlier = found.get(status)
        found[status] = {
            "description": f"{earlier['description']}\n\n{text}" if earlier else text,
            "content": {"application/problem+json": {"schema": {"type": "object"}}},
        }
    return found


def every_problem() -> list[type[DomainError]]:
    """All refusals that are known to this process, by code; a narrower one may share its parent's code."""
    found: set[type[DomainError]] = set()
    waiting = [DomainError]
    while waiting:
        error = waiting.pop()
        found.add(error)
        waiting.extend(error.__subclasses__())
    return sorted(found, key=lambda error: (error.code, error.__name__))


def install(app: FastAPI) -> None:
    """Answer every refusal, ours or the framework's, in our one form."""
    app.add_exception_handler(DomainError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DBAPIError, _on_database)


def answer(
    request: Request, error: DomainError, status: int | None = None, errors: list[Any] | None = None
) -> Response:
    """The problem as JSON or as a page, in the caller's language."""
    status = status or STATUS[error.kind]
    language = preferences_of(request).language
    headers = {"content-language": BCP47[language], "vary": "Cookie, Accept-Language", "cache-control": "no-store"}
    if error.kind in _RETRY_SECONDS:
        headers["retry-after"] = str(_RETRY_SECONDS[error.kind])
    body = document(request, error, language, status, errors)
    if wants_json(request):
        return JSONResponse(body, status, headers, media_type="application/problem+json")
    return _page(request, language, body, status, headers)


def answer_fault(request: Request, error: Exception) -> Response:
    """What nobody expected: with the database away, come back soon; all else is our fault."""
    if _away(error):
        return answer(request, DatabaseAway())
    return answer(request, Fault(), 500)


def _away(error: Exception) -> bool:
    if isinstance(error, OSError) and error.filename is not None:
        return False  # a file of ours, not a connection
    return database_away(error) or _sqlstate(error) in _STOPPING


def _sqlstate(error: Exception) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def document(
    request: Request, error: DomainError, language: Language, status: int, errors: list[Any] | None
) -> dict[str, Any]:
    """What problem+json carries; `next_step` is ours. Values come from the error, never from the request."""
    runtime: Runtime = request.app.state.runtime
    body: dict[str, Any] = {
        "type": f"{runtime.settings.base_url}/problems/{slug(error.code)}",
        "title": translate(language, TITLES[error.kind]),
        "status": status,
        "detail": _sentence(language, error.message_id(), error.values),
        "code": error.code,
        "request_id": getattr(request.state, "request_id", None),
    }
    if error.next_step_id():
        body["next_step"] = _sentence(language, error.next_step_id(), error.values)
    if errors:
        body["errors"] = errors
    return body


def wants_json(request: Request) -> bool:
    """Programs get JSON: everything under /api/, and whoever asks for JSON but not for a page."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accept and "text/html" not in accept)


def slug(code: str) -> str:
    """The last part of a problem's type address: `points-insufficient`."""
    return code.lower().replace("_", "-")


def findings_of(error: DomainError) -> list[Finding]:
    """Findings that a refusal carries, if any (`raise PackInvalid(findings=[...])`)."""
    found = error.values.get("findings", ())
    return [f for f in found if isinstance(f, Finding)] if isinstance(found, list | tuple) else []


def _sentence(language: Language, message_id: str, values: dict[str, object]) -> str:
    text = translate(language, message_id)
    try:
        return text.format(**values)
    except (KeyError, IndexError):
        log.exception("message_without_value", extra={"message_id": message_id})
        return text


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    if error.kind is Kind.UNAUTHENTICATED and not wants_json(request):
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        where = "/sign-in?next=" + quote(safe_next(back if request.method == "GET" else "/"), safe="")
        if request.headers.get("hx-request"):
            return Response(status_code=200, headers={"hx-redirect": where})
        return RedirectResponse(where, 303)
    language = preferences_of(request).language
    errors = [
        {"pointer": f.path, "code": f.code, "detail": _sentence(language, f.message_id, f.values)}
        for f in findings_of(error)
    ]
    return answer(request, error, errors=errors)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"pointer": "#/" + "/".join(str(part) for part in fault["loc"][1:]), "code": str(fault["type"]).upper()}
        for fault in error.errors()
    ]
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return answer(request, Unexpected(), 400)
    if all(fault["loc"][0] == "path" for fault in error.errors()):
        return answer(request, NotFoundHere())
    return answer(request, BodyInvalid(), errors=errors)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return answer(request, NotFoundHere())
    if error.status_code == 405:
        response = answer(request, MethodNotAllowed(), 405)
        response.headers.update(error.headers or {})
        return response
    return answer(request, Unexpected(), error.status_code)


async def _on_database(request: Request, error: Exception) -> Response:
    """A NUL byte, which no text column can store, is the sender's; a row kept locked is busy; the rest is our fault."""
    sqlstate = _sqlstate(error)
    if sqlstate in _BAD_CHARACTERS:
        return answer(request, BodyInvalid())
    if sqlstate in _KEPT_LOCKED:
        return answer(request, StillLocked())
    raise error


def _page(request: Request, language: Language, body: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    runtime: Runtime = request.app.state.runtime
    context = {
        "problem": body,
        "elder": preferences_of(request).elder,
        "here_full": request.url.path if request.method == "GET" else "/",
        "trial": runtime.settings.trial,
    }
    return HTMLResponse(runtime.templates.render(language, "web/problem.html", context), status, headers)
