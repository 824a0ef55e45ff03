"""Alembic's entry: runs the chain over one asyncpg connection, as the owner whose address is handed in.

Must never read the environment: `migrations.migrate` hands the address in as an attribute.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from kernel.db import driver_url


def run_chain(connection: Connection) -> None:
    """All pending revisions in one transaction: either the schema moves whole or not at all."""
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


async def upgrade() -> None:
    """Connect as the owner and move the schema."""
    engine = create_async_engine(driver_url(context.config.attributes["owner_url"]), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run_chain)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(upgrade())
