"""The database: one engine a process, `transaction(scope)` as the only place that commits.

Must never be imported by pure code. A constraint that stops a write has a name, and that name maps to
the refusal a person can read; one without a mapping is a fault of ours and stays an IntegrityError.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from kernel.errors import DomainError

Session = AsyncSession

_AWAY = (
    OSError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)
"""What comes of asking for a connection, as the driver and the pool say it."""
_constraint_errors: dict[str, type[DomainError]] = {}


@dataclass(frozen=True, slots=True)
class Scope:
    """On whose behalf a transaction runs; the audit log reads it from the session."""

    actor_id: UUID | None = None
    request_id: str | None = None


def constraint_error(constraint: str, error: type[DomainError]) -> None:
    """Say which refusal a constraint's name stands for."""
    _constraint_errors[constraint] = error


def scope_of(session: Session) -> Scope:
    """On whose behalf this session's transaction runs."""
    scope = session.info["scope"]
    assert isinstance(scope, Scope)
    return scope


def _refusal_for(error: IntegrityError) -> DomainError | None:
    cause = getattr(error.orig, "__cause__", None)
    found = _constraint_errors.get(getattr(cause, "constraint_name", None) or "")
    return found() if found else None


def database_away(error: BaseException) -> bool:
    """Whether an error says that no connection could be had or kept: then nothing asked of it is at fault."""
    if isinstance(error, DBAPIError):
        return bool(error.connection_invalidated)
    return isinstance(error, _AWAY)


class Database:
    """A pool of connections to one Postgres, as the application's role."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """`url` is any Postgres address; the driver is always asyncpg. A row that stays locked is given up."""
        server_settings = {"timezone": "UTC", "application_name": "tongcheng", "lock_timeout": "10s"}
        self.engine = create_async_engine(
            driver_url(url),
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,  # an error's text must not repeat what was being written
            connect_args={"server_settings": server_settings},
        )
        self._single = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def transaction(self, scope: Scope, *, single: bool = False) -> AsyncIterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises. `single`: one a statement."""
        bind = self._single if single else self.engine
        async with AsyncSession(bind, expire_on_commit=False, info={"scope": scope}) as session:
            try:
                yield session
                await session.commit()
            except IntegrityError as error:
                if refusal := _refusal_for(error):
                    raise refusal from error
                raise

    async def close(self) -> None:
        await self.engine.dispose()


def driver_url(url: str) -> str:
    """The same address, spelled for SQLAlchemy's asyncpg dialect."""
    _, _, rest = url.partition("://")
    return f"postgresql+asyncpg://{rest}"
