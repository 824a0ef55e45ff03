"""What docs/operations.md says of backup and return, done: a dump, another database, the grants, a proof."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import asyncpg
import pytest

from kernel.postgres import addresses, find_binaries
from kernel.roles import make_database
from kernel.settings import Settings
from tests.trial import Trial, tongcheng


def client(program: str, *arguments: str) -> None:
    subprocess.run([find_binaries().folder / program, *arguments], check=True, capture_output=True)


async def sums(url: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(
            await connection.fetch("select point_kind, sum(amount), count(*) from postings group by 1 order by 1")
        )
    finally:
        await connection.close()


@pytest.mark.feature("O7")
def test_a_restored_backup_verifies_and_keeps_its_history_closed(city: Trial, tmp_path: Path) -> None:
    whole = addresses(Settings(data_dir=city.data_dir))
    client("pg_dump", "--format=custom", f"--file={tmp_path / 'city.dump'}", whole.owner_url)
    owner_url, app_url = (f"{url.rpartition('/')[0]}/restored" for url in (whole.owner_url, whole.app_url))
    asyncio.run(make_database(whole.owner_url, "restored"))
    client("pg_restore", "--no-privileges", f"--dbname={owner_url}", str(tmp_path / "city.dump"))
    shutil.copytree(city.data_dir / "keys", tmp_path / "keys")
    restored = {"DATABASE_URL": app_url, "TONGCHENG_MIGRATE_URL": owner_url}
    migrated = tongcheng("db", "migrate", data_dir=tmp_path, **restored)
    assert migrated.returncode == 0, migrated.stderr
    verified = tongcheng("ledger", "verify", data_dir=tmp_path, **restored)
    assert verified.returncode == 0, verified.stdout
    before, after = asyncio.run(sums(whole.owner_url)), asyncio.run(sums(owner_url))
    assert before
    assert before == after
