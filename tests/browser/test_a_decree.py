"""A decree from its workbook to the day it counts, in a real Chromium: mended, asked about in public, approved."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.seed.plan import last_sunday
from kernel.calendar import SHANGHAI, day_of
from kernel.locale import translate
from rules.language.sheet import write_workbook
from tests.browser.people import DESK, PHONE, Person, person
from tests.decree import SOURCE
from tests.trial import Trial, trial

pytestmark = pytest.mark.browser

REASON, BASIS = "护湖活动缺人,提高每小时积分", "东府办〔2026〕1号"
ALTHOUGH = "按服务时长计分,时长少的群体另有宣传。"
"""Some group of the made-up city gains too little beside everybody: the flag needs a reason of its own."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """`tongcheng up` on an empty folder."""
    with trial(tmp_path_factory.mktemp("decree") / ".local") as running:
        yield running


def zh(words: str, **values: object) -> str:
    """What a button or a sentence says in Chinese."""
    return translate("zh", words, **values)


def set_clock(city: Trial, day: date) -> None:
    """`tongcheng clock set`, for every process."""
    done = city.run("clock", "set", datetime.combine(day, time(10, 0), SHANGHAI).isoformat())
    assert done.returncode == 0, done.stderr


def test_a_decree_from_its_workbook_to_the_day_it_counts(chromium: Browser, city: Trial, tmp_path: Path) -> None:
    today = last_sunday(day_of(datetime.now(UTC))) + timedelta(days=7)
    people = {kind: person(chromium, city, kind, DESK) for kind in ("official", "colleague")}
    people["resident"] = person(chromium, city, "resident", PHONE)
    set_clock(city, today)
    for one in people.values():
        one.sign_in()
    draft = the_official_mends_two_findings(people["official"], today, tmp_path)
    public = the_draft_is_shown(people["official"], draft, today)
    the_resident_asks_and_comments(people["resident"], public)
    the_resident_tries_an_application(people["resident"])
    the_official_tries_it_on_an_evening(people["official"], draft)
    the_official_answers(people["official"], draft)
    set_clock(city, today + timedelta(days=31))
    two_officials_put_it_into_force(people["official"], people["colleague"], draft)
    the_gazette_tells_it(people["resident"], today)
    assert {kind: one.troubles for kind, one in people.items() if one.troubles} == {}


def the_official_mends_two_findings(official: Person, today: date, folder: Path) -> str:
    """A workbook with two names that nobody knows, then the mended one; gives the draft's path."""
    effect = today + timedelta(days=62)
    text = SOURCE.replace("2026-11.2", "decree").replace("effective_from: 2026-01-01", f"effective_from: {effect}")
    text = text.replace("value: 10\n", "value: 15\n")
    wrong = text.replace("{data: minutes}", "{data: hours}", 1).replace("into: volunteer-points", "into: points", 1)
    official.go("/official/packs/volunteering")
    official.press(zh("Change more than a number"))
    hand_in(official, folder / "法令.xlsx", wrong)
    assert official.page.locator("#findings tbody tr").count() == 2
    official.reads("计分项!")
    official.keep("official-pack-findings")
    hand_in(official, folder / "法令-改正.xlsx", text)
    official.reads(zh("No findings"), "10 → 15")
    official.keep("official-pack-mended")
    official.page.fill("[name=reason]", REASON)
    official.page.fill("[name=basis]", BASIS)
    official.press(zh("Save as a draft"))
    official.reads(REASON, "10 → 15", zh("gain"))
    official.keep("official-text-draft")
    return official.page.url.removeprefix(official.trial.base_url)


def hand_in(official: Person, path: Path, text: str) -> None:
    """Choose a workbook of this text, and look at what is found in it."""
    path.write_bytes(write_workbook(text))
    official.page.set_input_files("[name=file]", path)
    official.press(zh("Look at the findings"))


def the_draft_is_shown(official: Person, draft: str, today: date) -> str:
    official.page.fill("[name=comments_until]", (today + timedelta(days=30)).isoformat())
    official.press(zh("Make it public"))
    official.reads(zh("Nobody has commented yet."))
    return draft.replace("/official/drafts/", "/consultations/")


def the_resident_asks_and_comments(resident: Person, public: str) -> None:
    resident.go("/")
    resident.keep("resident-home-with-draft")
    resident.go("/rules")
    resident.keep("resident-rules")
    resident.go(public)
    resident.reads("10 → 15", REASON)
    resident.press(zh("What would this give me?"))
    resident.reads(zh("You would get something else"), zh("Today's rules"))
    resident.keep("resident-for-me")
    resident.go(public)
    resident.page.fill("[name=comment]", "夜间护湖也应多给一些。")
    resident.press(zh("Send the comment"))
    resident.press(zh("I endorse it"))
    resident.reads("夜间护湖也应多给一些。", zh("You endorse it, too."), zh("Not answered yet."))
    resident.keep("resident-draft")


def the_resident_tries_an_application(resident: Person) -> None:
    """A wrong answer is told at its field, with the others kept; the mended form gives the sum."""
    resident.go("/rules/household-registration/2026-11.1")
    resident.page.get_by_role("link", name=zh("Try it before you apply")).click()
    resident.keep("resident-try")
    resident.page.select_option("[name='f.residence_permit_valid']", "true")
    resident.page.select_option("[name='f.education']", "bachelor")
    resident.page.evaluate("document.getElementById('trial').noValidate = true")
    resident.page.fill("[name='f.employed_years']", "5000")
    resident.press(zh("Work it out"))
    resident.reads(zh("This doesn't fit yet"))
    resident.page.fill("[name='f.employed_years']", "5")
    resident.press(zh("Work it out"))
    resident.reads(zh("The line would not be met yet"), zh("This is no decision"))
    resident.keep("resident-tried")


def the_official_tries_it_on_an_evening(official: Person, draft: str) -> None:
    official.go(draft)
    official.page.get_by_role("link", name=zh("Try the draft")).click()
    official.page.fill("[name='e.service.occurred_at']", "2026-11-21T20:00")
    official.page.fill("[name='e.service.ended_at']", "2026-11-21T22:00")
    official.page.fill("[name='e.service.data.minutes']", "120")
    official.press(zh("Work it out"))
    official.reads("= 20", "= 30")
    official.keep("official-try")


def the_official_answers(official: Person, draft: str) -> None:
    official.go(draft)
    official.page.fill("[name=answer]", "夜间加成另有规定,下一次修订一并研究。")
    official.press(zh("Answer for everybody to read"))
    official.reads("下一次修订一并研究。")
    official.keep("official-draft-answered")


def two_officials_put_it_into_force(official: Person, colleague: Person, draft: str) -> None:
    official.go(draft)
    official.page.fill("[name=flag_reason]", ALTHOUGH)
    official.keep("official-draft-flagged")
    official.press(zh("Submit to another official"))
    official.reads(zh("You can't approve your own change"), "夜间护湖也应多给一些。")
    official.keep("official-own-decree")
    colleague.go(official.page.url)
    colleague.reads("10 → 15", "下一次修订一并研究。", ALTHOUGH)
    colleague.keep("official-decree")
    colleague.follow(colleague.page.locator("form:has([name=verdict][value=approve]) button"))
    colleague.reads(zh("Approved and published"))


def the_gazette_tells_it(resident: Person, today: date) -> None:
    resident.go("/rules")
    resident.reads("decree", zh("to come"))
    resident.go("/rules/volunteering/decree")
    resident.reads("10 → 15", "夜间护湖也应多给一些。", "下一次修订一并研究。", REASON, BASIS, ALTHOUGH)
    resident.keep("resident-gazette")
    with resident.page.expect_download() as kept:
        resident.page.get_by_role("link", name=zh("Keep it as a file")).click()
    assert "10 → 15" in kept.value.path().read_text("utf-8")
    set_clock(resident.trial, today + timedelta(days=62))
    resident.go("/rules/volunteering/decree")
    resident.reads(zh("in force"))
