"""Trying the rules before applying: anybody fills in a form, and the engine that scores everybody answers."""

import html
import json
import re
from datetime import date
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from rules import packs
from tests.api.cli.test_rules import run
from tests.decree import NEXT, SOURCE, Decree
from tests.hall import Hall, signed
from tests.programs import published

REGISTRATION = Path(packs.__file__).parent / "household-registration-2026.yaml"
AT = "/rules/household-registration/2026"
FACTS = {
    "residence_permit_valid": True,
    "insured_in_province": True,
    "contract_years": 3,
    "education": "bachelor",
    "employed_years": 5,
    "insured_years.pension": 4,
}
FILLED = {f"f.{name}": {True: "true"}.get(value, str(value)) for name, value in FACTS.items()}


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def version(hall: Hall, site: httpx2.AsyncClient) -> str:
    """Publish the live edition; gives its page's address."""
    await published(hall, REGISTRATION.read_text("utf-8"), date(2026, 1, 1))
    [one] = (await site.get("/api/v1/packs")).json()
    return f"/rules/{one['programme']}/{one['version']}"


@pytest.mark.feature("G5")
async def test_anybody_tries_the_rules_before_applying_and_gets_what_the_command_line_says(
    hall: Hall, site: httpx2.AsyncClient, tmp_path: Path
) -> None:
    at = await version(hall, site)
    assert "申请前先试算" in (await site.get(at)).text
    form = (await site.get(f"{at}/try")).text
    assert 'name="f.education"' in form
    shown = await site.post(f"{at}/try", data=FILLED)
    assert shown.status_code == 200
    facts = tmp_path / "me.json"
    facts.write_text(json.dumps([{"holder": "me", **FACTS}]), "utf-8")
    said = run("score", str(REGISTRATION), "--facts", str(facts), "--as-of", "2026-11-22", "--json")
    score = json.loads(said.stdout)
    assert f"{score['total']} 分" in plain(shown.text)
    asked = ("--facts", str(facts), "--holder", "me", "--as-of", "2026-11-22")
    told = run("explain", str(REGISTRATION), *asked)
    lines = [line.strip() for line in told.stdout.splitlines() if line.startswith("  ")]
    assert len(lines) > 5
    # The last sentence tells the day of publication, which a file does not know.
    assert [line for line in lines[:-1] if re.sub(r"\s+", " ", line) not in plain(shown.text)] == []


async def test_an_answer_that_does_not_fit_is_told_beside_its_field_and_nothing_is_lost(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    at = await version(hall, site)
    wrong = await site.post(f"{at}/try?lang=zh", data={**FILLED, "f.employed_years": "很多"})
    assert wrong.status_code == 422
    assert 'href="#f-f.employed_years"' in wrong.text
    assert 'value="很多"' in wrong.text
    assert 'value="4"' in wrong.text
    assert 'id="tried"' not in wrong.text


async def test_trying_keeps_nothing(hall: Hall, site: httpx2.AsyncClient) -> None:
    at = await version(hall, site)
    counts = text(
        "select (select count(*) from audit), (select count(*) from events), (select count(*) from request_keys)"
    )
    async with hall.transaction() as session:
        before = (await session.execute(counts)).one()
    assert (await site.post(f"{at}/try", data=FILLED)).status_code == 200
    async with hall.transaction() as session:
        assert (await session.execute(counts)).one() == before


async def test_a_public_draft_is_tried_beside_the_rules_in_force(hall: Hall, site: httpx2.AsyncClient) -> None:
    decree = Decree(hall, site)
    await decree.settle()
    shown = await decree.shown(await decree.drafted(NEXT))
    address = f"/consultations/{shown['draft_id']}/try"
    evening = {"e.service.occurred_at": "2026-11-21T20:00", "e.service.ended_at": "2026-11-21T22:00"}
    page = plain((await site.post(f"{address}?lang=zh", data={**evening, "e.service.data.minutes": "120"})).text)
    assert "2 小时 × 每小时 10 分 = 20" in page
    assert "2 小时 × 每小时 12 分 = 24" in page
    assert (await site.get("/consultations/00000000-0000-0000-0000-000000000000/try")).status_code == 404


async def test_a_program_asks_for_a_score_and_every_fault_is_named_at_once(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await version(hall, site)
    [pack] = (await site.get("/api/v1/packs")).json()
    address = f"/api/v1/packs/{pack['sha256']}/score?lang=en"
    found = (await site.post(address, json={"facts": FACTS, "as_of": "2026-11-22"})).json()
    assert (found["items"]["education"], found["as_of"]) == ("80", "2026-11-22")
    assert any("Education" in line for line in found["explanation"])
    assert found["reasons"] == [] or {"code", "zh", "en"} == set(found["reasons"][0])
    faulty = await site.post(address, json={"facts": {"education": "wizard", "shoe": 3}, "use": "none"})
    assert (faulty.status_code, faulty.json()["code"]) == (422, "FACTS_INVALID")
    assert len(faulty.json()["errors"]) == 3
    unknown = await site.post(f"/api/v1/packs/{'0' * 64}/score", json={})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "PACK_MISSING")


@pytest.mark.parametrize(
    "odd",
    [
        {"as_of": "9999-12-31"},
        {"as_of": "0001-01-01"},
        {"facts": {"insured_years": "[" * 100_000}},
        {"facts": {"insured_years": '{"\\ud800": 1}'}},
        {"facts": {"balance:civic": "9" * 5_000}},
        {"events": [{"kind": "service", "occurred_at": "9999-12-30"}]},
    ],
)
async def test_a_program_that_asks_for_what_nobody_can_work_out_is_told_so(
    hall: Hall, site: httpx2.AsyncClient, odd: dict[str, object]
) -> None:
    await version(hall, site)
    [pack] = (await site.get("/api/v1/packs")).json()
    assert (await site.post(f"/api/v1/packs/{pack['sha256']}/score", json=odd)).status_code == 422


@pytest.mark.feature("R19")
async def test_an_official_tries_a_draft_on_an_event_and_on_one_resident_which_is_written_down(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    decree = Decree(hall, site)
    await decree.settle()
    [resident] = await hall.residents(1)
    await hall.serve(resident.holder_id, days_ago=3)
    draft = await decree.drafted(NEXT)
    at = f"/official/drafts/{draft['draft_id']}/try"
    assert (await site.get(at)).headers["location"].startswith("/sign-in")
    event = {"e.service.occurred_at": "2026-11-21T08:00", "e.service.data.minutes": "60"}
    tried = plain((await site.post(f"{at}?lang=zh", data=event, headers=signed(decree.author))).text)
    assert "每小时 10 分 = 10" in tried
    assert "每小时 12 分 = 12" in tried
    page = await site.get(f"{at}?number={resident.number}&lang=zh", headers=signed(decree.author))
    assert "现行 20,方案 24" in plain(page.text)
    assert (await site.get(f"{at}?number=V999", headers=signed(decree.author))).status_code == 404
    household = await decree.drafted(
        SOURCE.replace("holder: resident", "holder: household").replace("volunteering", "homes")
    )
    other = f"/official/drafts/{household['draft_id']}/try?number={resident.number}"
    assert (await site.get(other, headers=signed(decree.author))).status_code == 404
    async with hall.transaction() as session:
        looked = text("select data ->> 'what' from audit where action = 'read_record' and object_id = :holder")
        assert (await session.execute(looked, {"holder": str(resident.holder_id)})).scalars().all() == [
            f"draft {draft['draft_id']}"
        ]
