"""The server: composes every face into one application. Nothing is decided here.

`uvicorn --factory api.app:serve` reads the settings; tests hand their own runtime to `create_app`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

import admin_ui
import resident_ui
from admin_ui import routes as admin_routes
from api.v1 import routes as v1_routes
from api.web import problems, system
from api.web.runtime import Runtime
from api.web.security import Envelope, Guard
from api.web.sign_in import router as sign_in_router
from api.web.static_files import HashedFiles
from api.web.templates import STATIC, WEB_TEMPLATES, Templates
from kernel.clock import SystemClock, TrialClock
from kernel.db import Database
from kernel.garbage import collect_rarely
from kernel.postgres import addresses
from kernel.sealed import KeyFile
from kernel.settings import Settings
from kernel.start_up import require_sound
from migrations.append_only import APPEND_ONLY
from migrations.migrate import require_current
from points.intake import Intake
from resident_ui import routes as resident_routes


def build_templates() -> Templates:
    """The templates of all faces."""
    return Templates({"web": WEB_TEMPLATES, "resident": _beside(resident_ui), "admin": _beside(admin_ui)})


def build_runtime(settings: Settings) -> Runtime:
    """What a process needs, from its settings. Refuses with PostgresStopped in a trial that isn't running."""
    database = Database(addresses(settings).app_url)
    clock = TrialClock(settings.clock_path) if settings.trial else SystemClock()
    return Runtime(
        settings=settings,
        database=database,
        clock=clock,
        keys=KeyFile.open(settings.key_path),
        intake=Intake(database, clock, lanes=settings.lanes),
        templates=build_templates(),
    )


def create_app(runtime: Runtime) -> FastAPI:
    """The application over a given runtime."""
    app = FastAPI(
        title="Tongcheng",
        version="1",
        summary="A city's points: record events, read balances with their reasons, redeem.",
        openapi_url=None,  # served by api.web.system, which needs no third party for its page
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        middleware=[Middleware(Envelope), Middleware(Guard)],
        lifespan=_lifespan,
    )
    app.state.runtime = runtime
    problems.install(app)
    app.include_router(v1_routes.router, prefix="/api/v1")
    for router in (system.router, sign_in_router, resident_routes.router, admin_routes.router):
        app.include_router(router, include_in_schema=False)
    app.mount("/static", HashedFiles(directory=STATIC), name="static")
    return app


def serve() -> FastAPI:
    """The factory that the server process calls; it serves nobody from a database that kernel.start_up refuses."""
    app = create_app(build_runtime(Settings()))
    app.state.look_first = True
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """At the end, what was accepted is committed before the pool closes."""
    runtime: Runtime = app.state.runtime
    if getattr(app.state, "look_first", False):
        await _require_sound(runtime)
    collect_rarely()
    yield
    await runtime.looks.close()
    await runtime.intake.close()
    await runtime.database.close()


async def _require_sound(runtime: Runtime) -> None:
    """Refuse to start on another schema, a role that may rewrite history, a forgetful server, or another key file."""
    url, may_forget = addresses(runtime.settings).app_url, runtime.settings.may_forget
    await require_current(url)
    now = runtime.clock.now()
    await require_sound(url, append_only=APPEND_ONLY, keys=runtime.keys, now=now, durable=not may_forget)


def _operation_id(route: APIRoute) -> str:
    """Programs know an operation by its function's name, whatever its path."""
    return route.name


def _beside(package: object) -> Path:
    return Path(str(package.__file__)).parent / "templates"  # type: ignore[attr-defined]
