"""Two hundred redemptions at once of a balance that covers one, sent to two server processes."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from kernel.clock import FixedClock
from kernel.db import Database
from kernel.postgres import Server
from kernel.sealed import KeyFile
from tests.journeys.servers import ServerProcess
from tests.redemption.street import Street

PARALLEL = 200


@pytest.fixture
def two_servers(fresh: Server, tmp_path: Path, keys: KeyFile) -> Iterator[list[str]]:
    """Two server processes over this test's database and key file; their addresses."""
    processes = [ServerProcess(fresh.app_url, tmp_path) for _ in range(2)]
    try:
        for process in processes:
            process.start()
        yield [process.url for process in processes]
    finally:
        for process in processes:
            process.stop()


@pytest.mark.feature("L9")
@pytest.mark.feature("D2")
async def test_of_two_hundred_redemptions_at_once_the_balance_for_one_pays_one(
    database: Database, keys: KeyFile, two_servers: list[str]
) -> None:
    street = Street(database, FixedClock(datetime.now(UTC) - timedelta(minutes=1)), keys)
    await street.open_shops()
    offer = await street.offer(price=60, stock=500)
    resident, token = await street.resident_who_signs_in((60, timedelta(days=30)))
    body = {"offer_id": str(offer), "version": 1}

    async def once(client: httpx2.AsyncClient, number: int) -> tuple[int, str]:
        answer = await client.post(
            f"{two_servers[number % 2]}/api/v1/holders/{resident}/redemptions",
            json=body,
            headers={"authorization": f"Bearer {token}", "idempotency-key": f"parallel-redemption-{number}"},
        )
        return answer.status_code, answer.json().get("code", "")

    async with httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_connections=PARALLEL)) as client:
        answers = await asyncio.gather(*(once(client, number) for number in range(PARALLEL)))
    statuses = Counter(status for status, _ in answers)
    assert statuses == {201: 1, 409: PARALLEL - 1}
    assert {code for status, code in answers if status == 409} == {"POINTS_INSUFFICIENT"}
    assert await street.account(resident) == (60, 60)
    assert await street.stock(offer) == 499
