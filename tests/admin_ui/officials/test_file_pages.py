"""Departments' files as an official sees them: the numbers of each, and the bad rows as a download."""

import re
from pathlib import Path

import httpx2
import pytest

from kernel.postgres import Server
from tests.hall import Hall, signed
from tests.points.event_files.files import served, take_in, write


@pytest.mark.feature("A7")
async def test_an_official_sees_what_became_of_a_file_and_fetches_its_bad_rows(
    hall: Hall, site: httpx2.AsyncClient, fresh: Server, tmp_path: Path
) -> None:
    await hall.publish()
    _, token = await hall.staff("official", "积分办")
    empty = await site.get("/official/files", headers=signed(token))
    assert "No file has come in yet" in empty.text or "还没有导入过文件" in empty.text
    people = await hall.residents(3)
    path = write(tmp_path / "served.csv", [*(served(one.number, 0) for one in people), served("V-7Q2K9X4N", 0)])
    file = await take_in(hall.database, fresh, hall.clock, path)
    shown = (await site.get("/official/files", headers=signed(token))).text
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td>(.*?)</td>", shown, re.DOTALL)]
    assert cells[3:7] == ["4", "3", "0", "1"]
    address = f"/official/files/{file.file_id}/bad-rows.csv"
    assert address in shown
    lines = (await site.get(address, headers=signed(token))).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("V-7Q2K9X4N,service,")
    assert "志愿者编号" in lines[1]


async def test_an_organiser_is_shown_no_file(hall: Hall, site: httpx2.AsyncClient) -> None:
    _, token = await hall.staff("organiser", "服务队")
    assert (await site.get("/official/files", headers=signed(token))).status_code == 403
