"""Work that no one asks for: every schedule has its function, and several workers do each due time once."""

import asyncio
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest

from api.worker import FUNCTIONS, SCHEDULES
from kernel.postgres import addresses
from kernel.settings import Settings
from tests.trial import environment, trial


def test_every_schedule_has_a_function() -> None:
    assert {schedule.job for schedule in SCHEDULES} <= set(FUNCTIONS)


FIRED = "select job, count(*) from firings group by 1"
RUNS = "select entrypoint, count(*) from pgqueuer_log where status = 'successful' group by 1"
FAILED = "select entrypoint, count(*) from pgqueuer_log where status = 'exception' group by 1"


def wait_for(url: str, *, at_least: int) -> None:
    """Until the vouchers' sweep has been fired so often."""
    give_up = time.monotonic() + 60
    while asyncio.run(fetch(url, FIRED)).get("redemption.expire_unclaimed", 0) < at_least:
        assert time.monotonic() < give_up, "nothing was fired"
        time.sleep(0.5)


async def fetch(url: str, query: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    try:
        return {row[0]: row[1] for row in await connection.fetch(query)}
    finally:
        await connection.close()


@pytest.mark.db  # starts processes
@pytest.mark.feature("O10")
def test_three_workers_do_each_due_time_once_also_when_the_clock_leaps(tmp_path: Path) -> None:
    data_dir = tmp_path / "local"
    with trial(data_dir, "--no-city") as city, ExitStack() as stack:
        owner = addresses(Settings(data_dir=data_dir)).owner_url
        command = [sys.executable, "-m", "api.worker"]
        others = [stack.enter_context(subprocess.Popen(command, env=environment(data_dir))) for _ in range(2)]
        for other in others:
            stack.callback(other.terminate)
        for leaps, leap in enumerate(("+1h", "+20d", "+1h"), start=1):
            wait_for(owner, at_least=leaps)
            assert city.run("clock", "set", leap).returncode == 0
        wait_for(owner, at_least=4)
        for other in others:
            other.terminate()
            assert other.wait(30) == 0
        wait_for(owner, at_least=4)
        fired = asyncio.run(fetch(owner, FIRED))
        give_up = time.monotonic() + 30
        while (runs := asyncio.run(fetch(owner, RUNS))) != fired and time.monotonic() < give_up:
            time.sleep(1)
        failed = asyncio.run(fetch(owner, FAILED))
    assert fired == runs
    assert failed == {}
