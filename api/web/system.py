"""What a machine or an integrator asks: alive, ready, the API's description, what a problem means.

Must never tell an outsider more than whether the service works.
"""

from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy.exc import DBAPIError
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from access.authorize import NotFoundHere
from api.web.door import Door, public
from api.web.problems import STATUS, every_problem, slug
from api.web.templates import page
from kernel.errors import DomainError, Kind
from rules.governance.registry import load_registry

router = APIRouter()


class NotReady(DomainError):
    """The database doesn't answer, so nothing can be recorded now.

    Try again in a moment.
    """

    kind, code = Kind.BUSY, "NOT_READY"


@router.get("/healthz")
async def health(door: Annotated[Door, public()]) -> Response:
    """Whether the process runs."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def ready(door: Annotated[Door, public()]) -> Response:
    """Whether the process reaches its database and can read the rules in force."""
    try:
        async with door.transaction() as session:
            await load_registry(session)
    except (DBAPIError, OSError) as error:
        raise NotReady() from error
    return PlainTextResponse("ready\n")


@router.get("/api/v1/openapi.json")
async def openapi(door: Annotated[Door, public()]) -> Response:
    """The API's description, OpenAPI 3.1."""
    return JSONResponse(door.request.app.openapi())


@router.get("/docs/api", response_class=HTMLResponse)
async def api_page(door: Annotated[Door, public()]) -> HTMLResponse:
    """The same for reading, from our own server alone."""
    description: dict[str, Any] = door.request.app.openapi()
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    return page(door, "web/api.html", operations=operations)


@router.get("/problems", response_class=HTMLResponse)
async def problems_page(door: Annotated[Door, public()]) -> HTMLResponse:
    """Every refusal that this service may answer with."""
    by_code = {error.code: (error.code, slug(error.code), door.say(error.message_id())) for error in every_problem()}
    return page(door, "web/problems.html", listed=list(by_code.values()))


@router.get("/problems/{name}", response_class=HTMLResponse)
async def problem_page(name: str, door: Annotated[Door, public()]) -> HTMLResponse:
    """What one problem's `type` address leads to."""
    error = next((one for one in every_problem() if slug(one.code) == name), None)
    if error is None:
        raise NotFoundHere()
    next_step = door.say(error.next_step_id()) if error.next_step_id() else ""
    return page(
        door,
        "web/problem_type.html",
        code=error.code,
        status_code=STATUS[error.kind],
        message=door.say(error.message_id()),
        next_step=next_step,
    )
