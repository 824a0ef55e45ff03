"""Any walk through the ledger's acts ends where a model of a few lines ends, after every step."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from kernel.ids import mint
from tests.properties.ledger_memory import Memory
from tests.properties.ledger_walk import BEGAN, POLICIES, Walk


def a_walk_in_memory(seed: int) -> Walk:
    """Two holders in dictionaries; the same seed walks the same way."""
    holder_ids = [mint(BEGAN), mint(BEGAN)]
    memory = Memory(holder_ids, BEGAN, POLICIES)

    @asynccontextmanager
    async def store() -> AsyncIterator[Memory]:
        yield memory

    return Walk(store, holder_ids, Random(seed))


async def test_no_walk_leaves_the_model(gates: bool) -> None:
    for seed in range(20_000 if gates else 500):
        await a_walk_in_memory(seed).go(100 if gates else 50)
