"""A milder rule that reaches back, in a real Chromium: refused where it costs somebody, declared, paid once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from api.seed.plan import last_sunday
from kernel.calendar import day_of
from tests.browser.people import DESK, PHONE, Person, person
from tests.browser.test_a_decree import set_clock, zh
from tests.trial import Trial, trial

pytestmark = pytest.mark.browser

REASON, BASIS = "每小时积分从宽,溯及今年", "东府办〔2026〕3号"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """`tongcheng up` on an empty folder."""
    with trial(tmp_path_factory.mktemp("milder") / ".local") as running:
        yield running


def test_a_milder_rule_goes_from_its_declaration_to_what_a_resident_reads(chromium: Browser, city: Trial) -> None:
    today = last_sunday(day_of(datetime.now(UTC))) + timedelta(days=7)
    people = {kind: person(chromium, city, kind, DESK) for kind in ("official", "colleague")}
    people["resident"] = person(chromium, city, "resident", PHONE)
    set_clock(city, today)
    for one in people.values():
        one.sign_in()
    official, colleague, resident = people.values()
    since = today - timedelta(days=100)
    the_harsher_cap_is_refused(official, since)
    public = the_milder_number_reaches_back(official, since, today)
    resident.go(public)
    resident.reads(zh("Nobody loses by it: what was given stays, and only what it gives more is posted."))
    resident.keep("resident-draft-that-reaches-back")
    set_clock(city, today + timedelta(days=8))
    proposal = the_colleague_approves(official, colleague, public)
    set_clock(city, today + timedelta(days=39))
    the_re_rate_is_offered_and_goes_its_way(official, colleague, proposal)
    resident.go("/rules")
    resident.follow(resident.page.locator("a[href^='/rules/volunteering/']").first)
    resident.reads("没有人因此受损")
    resident.keep("resident-gazette-that-reaches-back")
    resident.go("/points")
    resident.waits_for("重新计分")
    assert {kind: one.troubles for kind, one in people.items() if one.troubles} == {}


def drafted(official: Person, parameter: str, value: int) -> str:
    """One number saved as a draft; gives the draft's path."""
    official.go(f"/official/packs/volunteering?parameter={parameter}")
    official.page.fill("[name=value]", str(value))
    official.page.fill("[name=reason]", REASON)
    official.page.fill("[name=basis]", BASIS)
    official.press(zh("Save as a draft and see who gains and loses"))
    return official.page.url.removeprefix(official.trial.base_url)


def declared(official: Person, since: date) -> None:
    official.page.fill("[name=reaches_back_to]", since.isoformat())
    official.press(zh("Look who gains, and declare it"))


def the_harsher_cap_is_refused(official: Person, since: date) -> None:
    drafted(official, "daily_cap", 60)
    declared(official, since)
    assert official.page.locator("#e-reaches_back_to").count() == 1
    official.reads("本版本要溯及该版施行的日子")
    official.keep("official-reach-refused")


def the_milder_number_reaches_back(official: Person, since: date, today: date) -> str:
    drafted(official, "points_per_hour", 12)
    official.keep("official-draft-before-reach")
    declared(official, since)
    official.reads(zh("get more"), "没有人因此受损")
    official.keep("official-draft-that-reaches-back")
    official.page.fill("[name=comments_until]", (today + timedelta(days=7)).isoformat())
    official.press(zh("Make it public"))
    return official.page.url.removeprefix(official.trial.base_url).replace("/official/drafts/", "/consultations/")


def the_colleague_approves(official: Person, colleague: Person, public: str) -> str:
    official.go(public.replace("/consultations/", "/official/drafts/"))
    official.page.fill("[name=flag_reason]", REASON)
    official.press(zh("Submit to another official"))
    colleague.go(official.page.url)
    colleague.keep("official-reach-to-decide")
    colleague.follow(colleague.page.locator("form:has([name=verdict][value=approve]) button"))
    colleague.reads(zh("Approved and published"))
    colleague.keep("official-reach-to-come")
    return colleague.page.url.removeprefix(colleague.trial.base_url)


def the_re_rate_is_offered_and_goes_its_way(official: Person, colleague: Person, proposal: str) -> None:
    official.go("/official/packs/volunteering")
    official.reads(zh("Propose the re-rate"))
    official.keep("official-pack-that-reaches-back")
    official.go(proposal)
    official.press(zh("Propose the re-rate"))
    official.keep("official-re-rate-filled-in")
    assert official.page.input_value("[name=basis]:not([type=hidden])") == BASIS
    official.press(zh("Submit to another official"))
    colleague.go(official.page.url)
    colleague.follow(colleague.page.locator("form:has([name=verdict][value=approve]) button"))
    for _ in range(60):
        colleague.go(official.page.url)
        if "已办结" in colleague.page.locator("main").inner_text():
            break
        colleague.page.wait_for_timeout(500)
    colleague.reads("已办结")
