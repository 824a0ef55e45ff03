"""Budgets as officials and auditors see them, over the API and on the official's page."""

from datetime import timedelta

import httpx2
import pytest

from points.people.register import create_organisation
from tests.hall import Hall, hall, signed, site
from tests.programs import giving, program, published, service

__all__ = ["hall", "site"]

LIMITS = """limits:
  city-year: {title: {zh: 全市年度预算, en: Budget of the year}, per: year, most: 100}
  organiser-month: {title: {zh: 组织方额度, en: The organiser's month}, per: month, by: organisation_id, most: 50}"""


@pytest.mark.feature("R6")
async def test_what_is_left_of_each_budget_is_told_to_officials_and_auditors(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    pack = giving(terms="limits: [city-year, organiser-month]", limits=LIMITS)
    await published(hall, pack.replace("charitable_donation", "service").replace("yuan", "minutes"))
    async with hall.transaction() as session:
        body_id = await create_organisation(session, code="team-7", title={"zh": "七队", "en": "Team 7"}, now=hall.now)
    _, official = await hall.staff("official", "积分办")
    empty = await site.get("/official/limits?lang=en", headers=signed(official))
    assert "Nothing has been given from a budget yet" in empty.text
    vendor = await program(hall, site)
    [resident] = await hall.residents(1)
    for number in range(3):
        body = service(resident.holder_id, hall.now - timedelta(hours=2 * number), minutes=30)
        body["data"] |= {"organisation_id": str(body_id)}
        assert (await vendor.event(body)).status_code == 201
    told = (await site.get("/api/v1/limits", headers=signed(official))).json()
    assert [(one["limit_id"], one["granted"], one["ceiling"], one["left"]) for one in told["items"]] == [
        (f"giving/organiser-month/2026-11-01/{body_id}", "50", "50", "0"),
        ("giving/city-year/2026-01-01/-", "50", "100", "50"),
    ]
    assert told["items"][1]["title"] == {"zh-Hans": "全市年度预算", "en": "Budget of the year"}
    _, auditor = await hall.staff("auditor", "审计岗")
    first = (await site.get("/api/v1/limits?limit=1", headers=signed(auditor))).json()
    rest = (await site.get(f"/api/v1/limits?after={first['next_after']}", headers=signed(auditor))).json()
    assert first["items"] + rest["items"] == told["items"]
    assert (await site.get("/api/v1/limits?programme=other", headers=signed(auditor))).json()["items"] == []
    shown = (await site.get("/official/limits?lang=zh", headers=signed(official))).text
    assert "全市年度预算" in shown
    assert "七队" in shown
    assert "100%" in shown
    _, organiser = await hall.staff("organiser", "服务队")
    assert (await site.get("/api/v1/limits", headers=signed(organiser))).status_code == 403
    assert (await site.get("/official/limits", headers=signed(organiser))).status_code == 403
