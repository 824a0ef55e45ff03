"""Any walk through the ledger's acts stands where a model of a few lines stands, after every step; on Postgres too."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from sqlalchemy import text

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.ids import mint
from kernel.sealed import KeyFile
from points.ledger.reconcile import reconcile
from tests.builders import residents
from tests.properties.ledger_ground import BEGAN, POLICIES, TITLE
from tests.properties.ledger_memory import Memory
from tests.properties.ledger_walk import WEIGHTS, Walk

pytestmark = pytest.mark.thorough


def a_walk_in_memory(seed: int) -> Walk:
    """Two holders in dictionaries; the same seed walks the same way."""
    holder_ids = [mint(BEGAN), mint(BEGAN)]
    memory = Memory(holder_ids, BEGAN, POLICIES)

    @asynccontextmanager
    async def store() -> AsyncIterator[Memory]:
        yield memory

    return Walk(store, holder_ids, Random(seed))


async def test_no_walk_leaves_the_model(gates: bool) -> None:
    taken: set[str] = set()
    for seed in range(20_000 if gates else 500):
        walk = a_walk_in_memory(seed)
        await walk.go(100 if gates else 50)
        taken.update(walk.steps)
    assert taken == set(WEIGHTS)


_KINDS = text("""
    insert into point_kinds (code, family, grace_days, debt_cap, title)
    select * from unnest(
        cast(:codes as text[]), cast(:families as text[]), cast(:graces as smallint[]), cast(:caps as bigint[]),
        cast(:titles as jsonb[]))
""")


@pytest.fixture
async def walked(owner_database: Database) -> None:
    """The point kinds that are walked over, each with its debt."""
    rows = [(kind, "spendable", grace, cap) for kind, (grace, cap) in POLICIES.items()]
    rows += [(f"debt:{kind}", "debt", 0, None) for kind in POLICIES]
    codes, families, graces, caps = (list(column) for column in zip(*rows, strict=True))
    bind = {"codes": codes, "families": families, "graces": graces, "caps": caps}
    async with owner_database.transaction(Scope()) as session:
        await session.execute(_KINDS, {**bind, "titles": [json.dumps(TITLE)] * len(rows)})


@pytest.mark.usefixtures("walked")
async def test_the_same_walks_over_postgres_and_the_ledger_proves_itself(
    database: Database, keys: KeyFile, gates: bool
) -> None:
    walks = 500 if gates else 25
    for seed in range(walks):
        people = await residents(database, FixedClock(BEGAN), keys, 2)
        holder_ids = [one.holder_id for one in people]
        await Walk(lambda: database.transaction(Scope()), holder_ids, Random(seed), f"walk-{seed}").go(50)
    async with database.transaction(Scope()) as session:
        count, findings = await reconcile(session)
    assert [str(one) for one in findings] == []
    assert count > 20 * walks
