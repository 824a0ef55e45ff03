"""A server whose database is stopped says so in both languages, asks to come back, and works again once it is there."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from kernel.db import Database
from kernel.postgres import Server
from kernel.sealed import KeyFile
from tests.journeys.load import Load, a_service, send
from tests.journeys.servers import ServerProcess
from tests.journeys.test_database_kills import Mortal, mortal

__all__ = ["mortal"]

SAID = {
    "zh-CN": "现在连不上数据库。还不能确定您刚才的操作是否已记录。",
    "en": "The database can't be reached at this moment. We can't say yet whether your last step was recorded.",
}


@pytest.mark.db
async def test_while_the_database_is_away_everybody_is_told_to_come_back(
    mortal: tuple[Mortal, Server], keys: KeyFile, tmp_path: Path
) -> None:
    found, addresses = mortal
    database = Database(addresses.app_url)
    load = await Load.make(database, keys)
    await database.close()
    process = ServerProcess(addresses.app_url, tmp_path)
    body = a_service(load.holder_ids[0], 1)
    try:
        process.start()
        async with httpx2.AsyncClient(base_url=process.url, timeout=60) as client:
            assert (await send(client, load.token, 1, a_service(load.holder_ids[0], 2))).status_code == 201
            for stop in (found.stop_at_once, found.kill):
                await asyncio.to_thread(stop)
                # The first still holds a connection that has died, the second finds none to be had.
                for language, said in SAID.items():
                    client.headers["accept-language"] = language
                    answer = await send(client, load.token, 2, body)
                    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2"), answer.text
                    assert (answer.json()["code"], answer.json()["detail"]) == ("DATABASE_AWAY", said)
                signed_in = {"authorization": f"Bearer {load.token}", "accept-language": "zh-CN"}
                page = await client.get("/problems", headers=signed_in)
                assert (page.status_code, SAID["zh-CN"] in page.text) == (503, True)
                assert (await client.get("/healthz")).status_code == 200
                await asyncio.to_thread(found.revive)
                again = await send(client, load.token, 2, body)
                assert again.status_code == 201, again.text
    finally:
        process.stop()
