"""One Sunday, played from start to end in a real Chromium: nobody takes a way that a person could not take."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser

from api.seed.plan import last_sunday
from kernel.calendar import SHANGHAI, day_of
from kernel.locale import translate
from tests.browser.people import DESK, PHONE, Person, person
from tests.trial import Trial, trial

pytestmark = pytest.mark.browser

REASON = "护湖活动缺人,提高每小时积分"
BASIS = "东府办〔2026〕1号"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """`tongcheng up` on an empty folder."""
    with trial(tmp_path_factory.mktemp("sunday") / ".local") as running:
        yield running


class Sunday:
    """The people of the day, and the one clock that all their servers go by."""

    def __init__(self, browser: Browser, city: Trial) -> None:
        self.city = city
        self.today = last_sunday(day_of(datetime.now(UTC))) + timedelta(days=7)
        sizes = {"resident": PHONE, "neighbour": PHONE}
        kinds = ("resident", "neighbour", "organiser", "official", "colleague", "merchant", "auditor")
        self.people = {kind: person(browser, city, kind, sizes.get(kind, DESK)) for kind in kinds}

    def __getitem__(self, kind: str) -> Person:
        return self.people[kind]

    def at(self, day: date, clock: str) -> None:
        """Set the trial's clock: `tongcheng clock set`, for every process."""
        hours, minutes = map(int, clock.split(":"))
        when = datetime.combine(day, time(hours, minutes, 5), SHANGHAI)
        done = self.city.run("clock", "set", when.isoformat())
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def sunday(chromium: Browser, city: Trial) -> Sunday:
    return Sunday(chromium, city)


def open_activity(organiser: Person, title: str, day: date) -> str:
    """Write an activity down and open it; gives the address of its page."""
    organiser.go("/organiser/activities/new")
    for name, value in {
        "title_zh": title,
        "place_zh": "松山湖北岸码头",
        "day": day.isoformat(),
        "starts": "14:00",
        "ends": "18:00",
    }.items():
        organiser.page.fill(f"[name={name}]", value)
    organiser.keep("organiser-new-activity")
    organiser.press(zh("Save as draft"))
    organiser.press(zh("Open it"))
    return organiser.page.url


def show_code(organiser: Person, activity: str, gate: str) -> str:
    """The full-screen code of a gate, read back as a camera would."""
    organiser.go(f"{activity}/code?gate={gate}")
    organiser.page.wait_for_selector("svg path, svg rect")
    code = organiser.scan()
    assert code == code.upper()
    return code


def serve_two_hours(sunday: Sunday, activity: str, day: date) -> None:
    """The resident scans in just after two and out just after four."""
    resident, organiser = sunday["resident"], sunday["organiser"]
    sunday.at(day, "14:00")
    resident.go(show_code(organiser, activity, "in"))
    resident.keep("resident-scan")
    resident.press(zh("Check in now"))
    resident.reads("签到成功")
    resident.keep("resident-checked-in")
    sunday.at(day, "16:00")
    resident.go(show_code(organiser, activity, "out"))
    resident.press(zh("Check out now"))


def test_one_sunday(sunday: Sunday, tmp_path: Path) -> None:
    organiser = sunday["organiser"]
    sunday.at(sunday.today, "13:50")
    organiser.sign_in()
    activity = open_activity(organiser, "松山湖护湖", sunday.today)
    organiser.keep("organiser-activity")
    show_code(organiser, activity, "in")
    organiser.keep("organiser-code")
    the_resident_is_scanned_in_and_out(sunday, activity)
    the_organiser_logs_a_scan_without_network(sunday, activity)
    the_organiser_imports_last_sundays_hours(sunday, tmp_path)
    an_official_moves_a_weight_and_a_colleague_approves(sunday)
    the_resident_redeems_and_the_shop_captures_once(sunday)
    a_month_later_the_new_version_counts_and_the_old_scan_by_its_own_day(sunday, activity)
    the_auditor_traces_the_point_and_verifies(sunday)
    assert {kind: one.troubles for kind, one in sunday.people.items() if one.troubles} == {}


def the_resident_is_scanned_in_and_out(sunday: Sunday, activity: str) -> None:
    resident = sunday["resident"]
    serve_two_hours(sunday, activity, sunday.today)
    resident.reads("+20", "因为")
    resident.keep("resident-checked-out")
    resident.press(zh("How was this worked out?"))
    resident.reads("2 小时", "每小时", "+20", "2026-11")
    resident.keep("resident-how")
    resident.go("/")
    resident.keep("resident-home")
    resident.go("/points")
    resident.keep("resident-points")


def the_organiser_logs_a_scan_without_network(sunday: Sunday, activity: str) -> None:
    """A second stretch of the afternoon, logged on a device that has lost its network; it stays on the device."""
    organiser, number = sunday["organiser"], number_of(sunday["resident"])
    organiser.page.clock.set_fixed_time(at(sunday.today, 16, 5))
    organiser.go(f"{activity}/offline")
    organiser.waits_for(zh("This device is ready. It works without network as long as this page stays open."))
    organiser.context.set_offline(True)
    for way, minute, told in (("in", 5, "Logged in: {number}"), ("out", 65, "Logged out: {number}")):
        organiser.page.clock.set_fixed_time(at(sunday.today, 16, 0) + timedelta(minutes=minute))
        organiser.page.fill("#f-number", number)
        organiser.page.click(f"[data-way={way}]")
        organiser.waits_for(zh(told, number=number))
    organiser.keep("organiser-offline")
    # The device is switched off in the field; what it holds waits for the next time that the page is opened.
    organiser.closes_and_opens_the_page()


def the_organiser_imports_last_sundays_hours(sunday: Sunday, folder: Path) -> None:
    """Five rows: one good, one that was scanned with other minutes, three bad; then the same file once more."""
    organiser = sunday["organiser"]
    day = (sunday.today - timedelta(days=7)).isoformat()
    workbook = folder / "hours.xlsx"
    workbook.write_bytes(
        workbook_of(
            (number_of(sunday["resident"]), day, "09:30", "11:30"),
            (number_of(sunday["neighbour"]), day, "09:31", "10:01"),
            ("V-00000001", day, "09:30", "11:00"),
            (number_of(sunday["resident"]), day, "11:20", "11:10"),
            (number_of(sunday["resident"]), "明天", "09:00", "10:00"),
        )
    )
    neighbour = sunday["neighbour"]
    neighbour.go("/points")
    scanned_before = neighbour.page.locator("main").inner_text()
    upload(organiser, workbook)
    organiser.reads(zh("The end is not after the start."), zh("This is not a date. Write it like 2026-11-22."))
    organiser.keep("organiser-import")
    organiser.press(zh("Import {count} rows, skip {skipped}", count=1, skipped=4))
    organiser.reads(
        zh("Imported: {recorded} rows. Stood already: {repeat}. Skipped: {skipped}.", recorded=1, repeat=0, skipped=4)
    )
    upload(organiser, workbook)
    organiser.reads(zh("There is nothing new in this workbook."))
    neighbour.go("/points")
    assert neighbour.page.locator("main").inner_text() == scanned_before
    sunday["resident"].go("/points")
    sunday["resident"].reads(day_words(sunday.today - timedelta(days=7)), "+20")


def an_official_moves_a_weight_and_a_colleague_approves(sunday: Sunday) -> None:
    official, colleague = sunday["official"], sunday["colleague"]
    official.sign_in()
    official.keep("official-home")
    official.go("/official/packs/volunteering?parameter=points_per_hour")
    official.page.fill("[name=value]", "15")
    official.page.fill("[name=reason]", REASON)
    official.page.fill("[name=basis]", BASIS)
    official.keep("official-weight")
    official.press(zh("Save as a draft and see who gains and loses"))
    official.reads(REASON, "10", "15", zh("gain"), zh("lose"))
    official.keep("official-draft")
    official.page.fill("[name=flag_reason]", REASON)
    official.press(zh("Submit to another official"))
    if "/approvals/" not in official.page.url:
        official.press(zh("Open the proposal"))
    official.reads(zh("You can't approve your own change"))
    official.keep("official-own-proposal")
    assert official.page.locator("[name=verdict]").count() == 0
    proposal = official.page.url
    refused = official.page.request.post(
        proposal,
        form={"verdict": "approve", "seen_sha256": "00" * 32, "request_key": "author-approves-0001"},
        headers={"origin": sunday.city.base_url},
    )
    assert refused.status == 403, refused.text()
    colleague.sign_in()
    colleague.go("/official/approvals")
    colleague.keep("official-approvals")
    colleague.go(proposal)
    colleague.reads(REASON)
    colleague.keep("official-proposal")
    colleague.follow(colleague.page.locator("form:has([value=approve]) button[type=submit]"))
    colleague.reads(zh("Approved and published"))
    colleague.keep("official-published")


def the_resident_redeems_and_the_shop_captures_once(sunday: Sunday) -> None:
    resident, merchant = sunday["resident"], sunday["merchant"]
    resident.go("/rewards")
    resident.keep("resident-rewards")
    resident.follow(resident.page.get_by_text("大米 5 kg").first)
    resident.keep("resident-offer")
    resident.press(zh("Redeem for {points} points", points=60))
    resident.keep("resident-voucher")
    voucher = resident.scan()
    merchant.sign_in()
    merchant.keep("merchant-till")
    merchant.types(voucher)
    merchant.reads("有效", "大米 5 kg × 1")
    merchant.keep("merchant-valid")
    merchant.press(zh("Confirm and hand over"))
    merchant.reads(zh("Taken: {what}", what="大米 5 kg × 1"))
    merchant.keep("merchant-taken")
    merchant.go(voucher)
    merchant.reads("已于", "在本店领取")
    merchant.keep("merchant-used")
    resident.page.reload()
    resident.reads(zh("Fetched: {name}", name="大米 5 kg × 1"))
    resident.keep("resident-fetched")


def a_month_later_the_new_version_counts_and_the_old_scan_by_its_own_day(sunday: Sunday, activity: str) -> None:
    resident, organiser = sunday["resident"], sunday["organiser"]
    later = sunday.today + timedelta(days=35)
    sunday.at(later, "13:50")
    organiser.page.clock.set_fixed_time(at(later, 13, 50))
    organiser.sign_in()
    fresh = open_activity(organiser, "湿地公园植树", later)
    serve_two_hours(sunday, fresh, later)
    resident.reads("+30")
    resident.press(zh("How was this worked out?"))
    resident.reads("每小时 15 分")
    organiser.go(f"{activity}/offline")
    organiser.page.locator("[data-part=send]:enabled").click()
    organiser.waits_for(
        zh("Sent: {accepted} recorded, {repeat} stood already, {refused} refused.", accepted=1, repeat=0, refused=0)
    )
    organiser.keep("organiser-sent-late")
    resident.go("/points")
    resident.page.locator("main").get_by_text("+10").first.wait_for()
    resident.follow(resident.page.locator("a[href*='/how']").first)
    resident.reads("每小时 10 分", "+10")
    resident.keep("resident-how-late")


def the_auditor_traces_the_point_and_verifies(sunday: Sunday) -> None:
    auditor = sunday["auditor"]
    auditor.sign_in()
    auditor.keep("auditor-home")
    auditor.page.fill("[name=number]", number_of(sunday["resident"]))
    auditor.press(zh("Find"))
    auditor.keep("auditor-resident")
    auditor.follow(auditor.page.locator("a[href*='/postings/']").first)
    for step in auditor.page.locator("details.tc-step").all():
        step.locator("summary").click()
    auditor.reads("+10", "issuance:volunteering", "离线扫码后补传", "device:", "2026-11")
    auditor.keep("auditor-trace")
    auditor.follow(auditor.page.locator("a[href*='/auditor/packs/']").first)
    auditor.reads("points_per_hour")
    auditor.keep("auditor-pack")
    auditor.go("/auditor/verify")
    auditor.reads("一致")
    auditor.keep("auditor-verified")
    auditor.go("/auditor/acts")
    auditor.keep("auditor-acts")


def zh(message_id: str, **values: object) -> str:
    """What a Chinese page says for a message."""
    return translate("zh", message_id, **values)


def at(day: date, hours: int, minutes: int) -> datetime:
    return datetime.combine(day, time(hours, minutes), SHANGHAI)


def day_words(day: date) -> str:
    """A day as lists of postings write it: 11月15日."""
    return f"{day.month}月{day.day}日"


def number_of(someone: Person) -> str:
    """The volunteer number, as its owner reads it on the start page."""
    someone.go("/")
    found = re.search(r"V-[0-9A-Z]{8}", someone.page.locator("main").inner_text())
    assert found is not None
    return found[0]


def upload(organiser: Person, workbook: Path) -> None:
    """Hand a workbook in for last Sunday's shift of the lake."""
    organiser.go("/organiser/activities")
    organiser.keep("organiser-activities")
    organiser.follow(organiser.page.get_by_role("link", name=re.compile("松山湖护湖")).last)
    organiser.press(zh("Hours from a workbook"))
    organiser.keep("organiser-hours")
    organiser.page.set_input_files("input[type=file]", workbook)
    organiser.press(zh("Upload and look at it"))


def workbook_of(*rows: tuple[str, str, str, str]) -> bytes:
    """A workbook with our headings, every cell as text."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept)
    sheet = book.add_worksheet()
    for number, row in enumerate([("志愿者编号", "日期", "开始", "结束"), *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return kept.getvalue()
