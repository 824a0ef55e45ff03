"""What breaks the charter is told on the command line, kept as a draft over HTTP, and never published."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli.main import app
from rules import packs
from rules.catalogue.charter_register import charter
from rules.governance.publish import PackNotLive, PackUnfit, publish
from rules.governance.registry import load_registry
from rules.language.loader import load
from tests.decree import NEXT, Decree
from tests.hall import Hall
from tests.rules.charter.changing import HOME, changed, tree_of

OURS = sorted(path for path in Path(packs.__file__).parent.rglob("*.yaml") if not path.name.endswith(".cases.yaml"))
KEPT = [path for path in OURS if load(path.read_bytes()).status != "live"]
RIGHT = "gives: [{code: emergency-care, title: {zh: 急诊, en: Emergency care}}]"
GATED = NEXT.replace(
    "title: {zh: 五星志愿者, en: Five stars}}", f"title: {{zh: 五星志愿者, en: Five stars}}, {RIGHT}}}"
)
"""Volunteering, where five stars would open emergency care."""


def run(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """One call of `tongcheng rules`: the code it ends with, and its JSON lines."""
    result = CliRunner().invoke(app, ["rules", *arguments, "--json"])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def written(home: Path, tree: dict[str, Any]) -> str:
    """A pack as a file, with cases that are not its subject."""
    path = home / "pack.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), "utf-8")
    return str(path)


def against_the_charter(found: list[dict[str, Any]]) -> dict[str, str]:
    return {one["path"]: one["code"] for one in found if one["code"].startswith("CH-")}


@pytest.mark.feature("S10")
def test_a_level_that_opens_a_protected_service_is_found_on_the_command_line(tmp_path: Path) -> None:
    tree = tree_of("stars")
    assert against_the_charter(run("check", written(tmp_path, tree))[1]) == {}
    code, found = run(
        "check", written(tmp_path, changed(tree, {"levels.stars.steps.one.gives.0.code": "emergency-care"}, []))
    )
    assert code == 3
    assert against_the_charter(found) == {"levels.stars.one.gives.emergency-care": "CH-21"}


@pytest.mark.feature("S10")
def test_a_line_of_points_before_a_school_place_is_found_on_the_command_line(tmp_path: Path) -> None:
    tree = tree_of("enrolment")
    assert against_the_charter(run("check", written(tmp_path, tree))[1]) == {}
    code, found = run("check", written(tmp_path, changed(tree, {"result.threshold": 60}, [])))
    assert (code, against_the_charter(found)) == (3, {"results.total.threshold": "CH-21"})


@pytest.mark.feature("S10")
async def test_rules_that_put_a_protected_service_behind_a_level_cannot_be_published(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    decree = Decree(hall, site)
    await decree.settle()
    draft = await decree.drafted(GATED)
    assert [(one["code"], one["blocking"]) for one in draft["findings"]] == [("CH-21", True)]
    refused = await decree.post(f"/drafts/{draft['draft_id']}/submit")
    assert (refused.status_code, refused.json()["code"]) == (422, "DRAFT_HAS_FINDINGS")
    until = {"comments_until": "2026-12-31"}
    assert (await decree.post(f"/drafts/{draft['draft_id']}/publication", until)).status_code == 422
    fit = await decree.drafted(NEXT)
    assert fit["findings"] == []


@pytest.mark.feature("R24")
async def test_no_text_of_an_official_lifts_a_bound_of_the_charter(hall: Hall, site: httpx2.AsyncClient) -> None:
    decree = Decree(hall, site)
    await decree.settle()
    tree = tree_of("conduct")
    beyond = {"items.grave.deduction.notice_days": 4, "items.grave.floor": -11, "sunset_on": "2031-01-02"}
    lifted = yaml.safe_load(yaml.safe_dump(changed(tree, beyond, [])).replace("'2031-01-02'", "2031-01-02"))
    draft = await decree.drafted(yaml.safe_dump(lifted, allow_unicode=True))
    assert {one["code"] for one in draft["findings"]} == {"CH-04", "CH-08", "CH-26"}
    refused = await decree.post(f"/drafts/{draft['draft_id']}/submit")
    assert (refused.status_code, refused.json()["code"]) == (422, "DRAFT_HAS_FINDINGS")
    kept = await decree.drafted(yaml.safe_dump(tree, allow_unicode=True))
    assert kept["findings"] == []


@pytest.mark.feature("R4")
@pytest.mark.parametrize("written_so", ["give: -5", "take: -5"])
def test_a_sign_cannot_be_wrong_because_none_can_be_written(tmp_path: Path, written_so: str) -> None:
    source = (
        (Path(__file__).parent / "packs" / "conduct.yaml").read_text("utf-8").replace("take: 5}", f"{written_so}}}")
    )
    (tmp_path / "pack.yaml").write_text(source, "utf-8")
    code, found = run("check", str(tmp_path / "pack.yaml"))
    assert (code, [one["code"] for one in found]) == (3, ["SIGN"])


@pytest.mark.feature("R4")
def test_a_deduction_takes_exactly_what_it_says_and_an_award_can_never_be_one(tmp_path: Path) -> None:
    data = {"document_no": "1", "decided_by": "王科长", "notified_on": "2026-08-03", "gravity": 20}
    event = {
        "kind": "lawful_decision",
        "occurred_at": "2026-07-20T09:00",
        "evidence": "effective_document",
        "data": data,
    }
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps([{"holder": "R1", "age": 30, "events": [event]}, {"holder": "R2", "age": 30}]), "utf-8")
    pack = written(tmp_path, tree_of("conduct"))
    code, (first, second) = run("score", pack, "--facts", str(facts), "--as-of", "2026-08-20")
    assert (code, first["total"], first["items"]["grave"], second["total"]) == (0, "95", "-5", "100")
    taken = changed(tree_of("stars"), {"items.service.price": {"every": 60, "take": 1}}, [])
    code, found = run("check", written(tmp_path, taken))
    assert (code, "TAKES" in {one["code"] for one in found}) == (3, True)


async def test_what_one_programme_deducts_for_another_may_not(hall: Hall, site: httpx2.AsyncClient) -> None:
    first = tree_of("conduct")
    second = changed(first, {"programme": "conduct-too"}, [])
    async with hall.transaction() as session:
        source = yaml.safe_dump(first, allow_unicode=True)
        await publish(session, text=source, approval_id=None, now=hall.now, effective_from=first["effective_from"])
    decree = Decree(hall, site)
    await decree.settle(published=False)
    draft = await decree.drafted(yaml.safe_dump(second, allow_unicode=True))
    refused = await decree.post(f"/drafts/{draft['draft_id']}/submit")
    assert (refused.status_code, refused.json()["code"]) == (422, "DRAFT_HAS_FINDINGS")
    assert {error["detail"] for error in refused.json()["errors"]} == {
        f"{item} 可能对 conduct 已扣分的事再次扣分。" for item in ("slight", "grave")
    }
    of_firms = await decree.drafted((HOME / "packs" / "grades.yaml").read_text("utf-8"))
    other = await decree.post(f"/drafts/{of_firms['draft_id']}/submit")
    assert other.json()["code"] == "WHATIF_MISSING"


async def test_what_is_kept_to_be_learnt_from_is_refused_with_the_codes_that_stop_it(hall: Hall) -> None:
    async with hall.transaction() as session:
        for path in KEPT:
            source, pack = path.read_text("utf-8"), load(path.read_bytes())
            with pytest.raises(PackUnfit if pack.status == "record" else PackNotLive) as refused:
                await publish(session, text=source, approval_id=None, now=hall.now, effective_from=pack.effective_from)
            if isinstance(refused.value, PackUnfit):
                assert {finding.code[:3] for finding in refused.value.findings} == {"CH-"}, path.stem
        assert (await load_registry(session)).programmes() == []
    assert len(KEPT) > 10


async def test_an_approval_names_the_charter_it_was_found_by(hall: Hall, site: httpx2.AsyncClient) -> None:
    decree = Decree(hall, site)
    await decree.settle()
    draft = await decree.drafted(NEXT)
    await decree.shown(draft)
    hall.clock.advance(timedelta(days=31))
    approval = await decree.submitted(draft)
    async with hall.transaction() as session:
        named = await session.scalar(text("select data ->> 'charter_sha256' from approvals"))
    assert named == charter().sha256.hex()
    assert (await decree.decide(approval)).status_code == 200
