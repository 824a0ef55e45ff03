"""A wrong entry put right in Chromium: proposed by one official, carried out by another, told to whom it concerns."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.people import DESK, PHONE, Person, person
from tests.trial import Trial, trial

pytestmark = pytest.mark.browser

WORDS = "签到人与本人不符,现场核对后撤销"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """`tongcheng up` on an empty folder."""
    with trial(tmp_path_factory.mktemp("entry") / ".local") as running:
        yield running


def number_of(resident: Person) -> str:
    """The volunteer number on the points card."""
    resident.go("/")
    found = re.search(r"V-[0-9A-Z]{8}", resident.page.locator("main").inner_text())
    assert found is not None
    return found[0]


def propose_reversal(official: Person, number: str) -> str:
    """From the statement to the newest award, and on to a colleague; gives the address of what was proposed."""
    official.go("/official/ledger")
    official.page.get_by_label("志愿者编号、家庭编号或单位代码").fill(number)
    official.press("查找")
    official.reads(number, "账目明细")
    official.keep("official-ledger-holder")
    official.follow(official.page.get_by_role("row").filter(has_text="志愿服务").get_by_role("link").first)
    official.keep("official-ledger-entry")
    official.press("查看冲正结果")
    official.page.get_by_label("理由(不要写姓名)").fill(WORDS)
    official.keep("official-ledger-reversal")
    official.press("提交审批")
    official.reads("您不能审批自己起草的变更")
    return official.page.url


@pytest.mark.feature("A5")
def test_a_wrong_award_is_reversed_by_two_officials_and_told_to_the_resident(chromium: Browser, city: Trial) -> None:
    resident = person(chromium, city, "resident", PHONE)
    official, colleague = (person(chromium, city, kind, DESK) for kind in ("official", "colleague"))
    for one in (resident, official, colleague):
        one.sign_in()
    number = number_of(resident)
    resident.go("/points")
    resident.keep("resident-statement")
    resident.go("/household")
    resident.reads("我的家庭", "家庭积分")
    resident.keep("resident-household")
    change = propose_reversal(official, number)

    colleague.go(change)
    colleague.reads(WORDS)
    colleague.keep("colleague-ledger-change")
    colleague.press("批准并执行")
    colleague.reads("已批准并执行")

    resident.go("/points")
    resident.reads("冲正:志愿服务")
    resident.keep("resident-statement-reversed")
    auditor_looks(person(chromium, city, "auditor", DESK), number)
    for one in (resident, official, colleague):
        assert one.troubles == []


def auditor_looks(auditor: Person, number: str) -> None:
    """The books as they were known before, both sides of them, and every row proved."""
    auditor.sign_in()
    auditor.go(f"/auditor/residents/{number}")
    auditor.reads("冲正:志愿服务")
    auditor.page.get_by_label("按何时已知的情况").fill("2026-01-01T00:00:00")
    auditor.press("查看")
    auditor.keep("auditor-another-time")
    assert "冲正:志愿服务" not in auditor.page.locator("main").inner_text()
    auditor.go("/auditor/trial")
    auditor.keep("auditor-trial-balance")
    auditor.go("/auditor/verify")
    auditor.reads("全部一致")
    assert auditor.troubles == []
