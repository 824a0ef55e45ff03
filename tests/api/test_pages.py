"""Every page that needs no object answers everybody entitled, in both languages, from our own server alone."""

import hashlib
import json
import re

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from access.actors import Role
from api.web.how import EVIDENCE
from api.web.problems import TITLES
from api.web.runtime import Runtime
from api.web.templates import STATIC, day, duration, moment, named, points, signed
from kernel.clock import FixedClock
from kernel.locale import chinese
from tests.api.conftest import AsResident, AsStaff
from tests.api.test_policies import HERE, policies
from tests.builders import publish_volunteering

OPENS: dict[str, Role] = {
    "manage_activity": "organiser",
    "import_hours": "organiser",
    "approve_import": "organiser",
    "edit_rules": "official",
    "manage_households": "official",
    "approve_rules": "official",
    "read_event_files": "official",
    "view_limits": "official",
    "view_ledger": "official",
    "propose_change": "official",
    "decide_change": "official",
    "verify_voucher": "merchant",
    "capture_voucher": "merchant",
    "audit_read": "auditor",
    "verify_ledger": "auditor",
    "read_reconciliations": "auditor",
    "view_desk": "operator",
}
LOADS = re.compile(r'(?:src|href|action)="([^"]*)"')


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-Hans-CN"), ("en", "en")])
async def test_every_page_answers_in_the_language_asked_for(
    app: FastAPI,
    client: AsyncClient,
    runtime: Runtime,
    as_resident: AsResident,
    as_staff: AsStaff,
    language: str,
    tag: str,
) -> None:
    await publish_volunteering(runtime.database, runtime.clock)
    resident = (await as_resident()).client
    browsers = {
        role: (await as_staff(role, organisation_id=HERE, merchant_id=HERE)).client for role in set(OPENS.values())
    }
    seen = 0
    for method, path, (action,) in policies(app):
        if method != "GET" or "{" in path or path.startswith("/api/"):
            continue
        browser = client if action == "view_public" else browsers[OPENS[action]] if action in OPENS else resident
        answer = await browser.get(path, params={"lang": language})
        assert answer.status_code in (200, 303, 404, 422), f"{path}: {answer.status_code}"
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        seen += 1
        assert f'<html lang="{tag}"' in answer.text, path
        assert answer.headers["content-language"] == tag
        foreign = [address for address in LOADS.findall(answer.text) if "//" in address]
        assert foreign == [], path
    assert seen >= 12


async def test_the_scripts_and_styles_of_a_page_are_there(client: AsyncClient) -> None:
    html = (await client.get("/sign-in")).text
    loaded = re.findall(r'(?:src|href)="(/static/[^"#]*)', html)
    assert len(loaded) >= 4
    for address in loaded:
        assert (await client.get(address)).status_code == 200, address


def test_each_vendored_file_is_the_one_that_is_listed_with_its_licence() -> None:
    listed = json.loads((STATIC / "v" / "VENDOR.json").read_text("utf-8"))
    assert {path.name for path in (STATIC / "v").iterdir()} == {one["file"] for one in listed} | {"VENDOR.json"}
    for one in listed:
        content = (STATIC / "v" / one["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
        assert one["sha256"][:12] in one["file"]
        assert one["licence"] in ("MIT", "BSD-0-Clause", "Apache-2.0")


def test_the_lock_of_the_front_end_names_no_index() -> None:
    lock = json.loads((STATIC.parent / "frontend" / "package-lock.json").read_text("utf-8"))
    assert [name for name, one in lock["packages"].items() if "resolved" in one] == []
    assert [name for name, one in lock["packages"].items() if name and "integrity" not in one] == []


def test_an_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = next((STATIC / "v").glob("icons-*.svg")).read_text("utf-8")
    there = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = set()
    for folder in ("api/web", "resident_ui", "admin_ui"):
        for path in (STATIC.parents[2] / folder / "templates").rglob("*.html"):
            html = path.read_text("utf-8")
            used |= set(re.findall(r'\bicon\("([a-z0-9-]+)"', html))
            used |= set(re.findall(r'icon_name="([a-z0-9-]+)"', html))
    assert used - there == set()


def test_dates_and_amounts_are_told_as_people_read_them(clock: FixedClock) -> None:
    now = clock.now()
    assert (day("zh", now), day("en", now)) == ("11月22日(周日)", "Sun 22 Nov")
    assert (day("zh", now, year=True), day("en", now, year=True)) == ("2026年11月22日", "22 Nov 2026")
    assert (moment("zh", now), moment("en", now)) == ("11月22日(周日)14:00", "Sun 22 Nov, 14:00")
    assert [duration("zh", minutes) for minutes in (0, 60, 210)] == ["0 分钟", "1 小时", "3 小时 30 分钟"]
    assert [points(amount) for amount in (0, 1204, -20)] == ["0", "1,204", "−20"]
    assert [points(-1250, 2), signed(20), signed(-20), signed(0)] == ["−12.50", "+20", "−20", "0"]
    assert [named("en", {"zh": "大米"}), named("zh", {"zh-Hans": "大米", "en": "Rice"})] == ["大米", "大米"]


HAN = re.compile(r"[\u3400-\u9fff]")
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:")


def test_no_template_speaks_chinese_by_itself_or_holds_script_or_style() -> None:
    folders = [STATIC.parents[2] / folder / "templates" for folder in ("api/web", "resident_ui", "admin_ui")]
    templates = {str(path): path.read_text("utf-8") for folder in folders for path in folder.rglob("*.html")}
    assert [name for name, html in templates.items() if HAN.search(html)] == []
    assert [name for name, html in templates.items() if INLINE.search(html)] == []


def test_the_words_that_stand_in_tables_have_their_chinese() -> None:
    assert [word for word in (*TITLES.values(), *EVIDENCE.values()) if word not in chinese()] == []
