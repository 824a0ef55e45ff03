"""The organiser's desk: an activity from draft to screen, the code that is read back, and the steps ahead."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from points.activity.tokens import Gate
from tests.hall import forms_of, signed
from tests.venue import Venue


def drawn(rows: list[str]) -> Image.Image:
    """The rows of bits as a picture, as the island draws them."""
    size, scale = len(rows), 8
    picture = Image.new("L", ((size + 8) * scale, (size + 8) * scale), 255)
    pen = ImageDraw.Draw(picture)
    for y, line in enumerate(rows):
        bits = f"{int(line, 16):0{len(line) * 4}b}"
        for x in range(size):
            if bits[x] == "1":
                left, top = (x + 4) * scale, (y + 4) * scale
                pen.rectangle((left, top, left + scale - 1, top + scale - 1), fill=0)
    return picture


async def steps(venue: Venue, activity_id: object, **query: int) -> dict[str, Any]:
    address = f"/organiser/activities/{activity_id}/code/steps"
    found: dict[str, Any] = (await venue.site.get(address, params=query, headers=signed(venue.organiser))).json()
    return found


async def test_an_activity_goes_from_form_to_draft_to_open_and_a_form_sent_twice_makes_one(venue: Venue) -> None:
    new = (await venue.site.get("/organiser/activities/new", headers=signed(venue.organiser))).text
    form = forms_of(new, "/organiser/activities")[0] | {
        "title_zh": "松山湖护湖",
        "place_zh": "北门",
        "day": "2026-11-22",
        "starts": "14:00",
        "ends": "17:00",
        "capacity": "30",
    }
    made = [
        await venue.site.post("/organiser/activities", data=form, headers=signed(venue.organiser)) for _ in range(2)
    ]
    assert [one.status_code for one in made] == [303, 303], made[0].text
    address = made[0].headers["location"]
    assert made[1].headers["location"] == address
    draft = (await venue.site.get(address, headers=signed(venue.organiser))).text
    assert "草稿" in draft
    opened = await venue.site.post(
        f"{address}/open", data=forms_of(draft, f"{address}/open")[0], headers=signed(venue.organiser)
    )
    assert opened.status_code == 303
    assert "显示签到码" in (await venue.site.get(address, headers=signed(venue.organiser))).text


FORM = {
    "request_key": "a-form-of-an-activity",
    "title_zh": "护湖",
    "place_zh": "北门",
    "day": "2026-11-22",
    "starts": "14:00",
    "ends": "17:00",
    "capacity": "30",
}


async def test_a_title_that_turns_the_direction_of_reading_is_not_taken(venue: Venue) -> None:
    form = FORM | {"title_zh": "护湖\u202e99"}
    refused = await venue.site.post("/organiser/activities", data=form, headers=signed(venue.organiser))
    assert refused.status_code == 422
    assert "BODY_INVALID" in refused.text
    body = {
        "organisation_id": str(venue.organisation_id),
        "title": {"zh-Hans": form["title_zh"]},
        "place": {"zh-Hans": "北门"},
        "starts_at": "2026-11-22T14:00:00+08:00",
        "ends_at": "2026-11-22T17:00:00+08:00",
        "capacity": 30,
    }
    key = "a-program-s-activity"
    by_program = await venue.site.post("/api/v1/activities", json=body, headers=signed(venue.organiser, key))
    assert (by_program.status_code, by_program.json()["code"]) == (422, "BODY_INVALID")


async def test_an_organiser_of_nothing_writes_no_activity_down(venue: Venue) -> None:
    _, token = await venue.hall.staff("organiser", "organiser of nothing")
    refused = await venue.site.post("/organiser/activities", data=FORM, headers=signed(token))
    assert refused.status_code == 404


async def test_a_bad_time_brings_the_form_back_with_what_was_typed(venue: Venue) -> None:
    new = (await venue.site.get("/organiser/activities/new", headers=signed(venue.organiser))).text
    form = forms_of(new, "/organiser/activities")[0] | {
        "title_zh": "护湖",
        "place_zh": "北门",
        "day": "2026-11-22",
        "starts": "06:00",
        "ends": "23:30",
        "capacity": "30",
    }
    back = await venue.site.post("/organiser/activities", data=form, headers=signed(venue.organiser))
    assert back.status_code == 422
    assert "16 小时" in back.text
    assert 'value="护湖"' in back.text


@pytest.mark.feature("E3")
async def test_the_code_on_the_screen_is_read_back_and_checks_a_resident_in(venue: Venue) -> None:
    _, token = await venue.resident()
    activity = await venue.activity()
    found = await steps(venue, activity.activity_id, count=2)
    read = zxingcpp.read_barcode(drawn(found["gates"]["in"][0]["rows"]))
    assert read is not None
    assert read.text.startswith("HTTP://")
    scanned = await venue.site.get("/C/" + read.text.rpartition("/")[2], headers=signed(token))
    assert scanned.headers["location"] == "/scan/kept"
    after = zxingcpp.read_barcode(drawn(found["gates"]["in"][1]["rows"]))
    assert after is not None
    assert after.text != read.text


async def test_the_steps_reach_an_hour_ahead_and_never_past_the_time_that_counts(venue: Venue) -> None:
    activity = await venue.activity(hours=3)
    first = await steps(venue, activity.activity_id, count=60)
    assert len(first["gates"]["in"]) == len(first["gates"]["out"]) == 60
    ahead = await steps(venue, activity.activity_id, count=60, first=first["gates"]["in"][0]["step"] + 350)
    assert len(ahead["gates"]["in"]) == 11
    venue.hall.clock.advance(timedelta(hours=5, seconds=11))
    assert (await steps(venue, activity.activity_id))["gates"]["in"] == []


async def test_the_screen_counts_heads_and_masks_names(venue: Venue) -> None:
    activity = await venue.activity()
    for _ in range(4):
        _, token = await venue.resident()
        venue.hall.clock.advance(timedelta(seconds=5))
        await venue.scan(token, activity)
    await venue.scan(token, activity, Gate.OUT)
    shown = await venue.site.get(f"/organiser/activities/{activity.activity_id}/code", headers=signed(venue.organiser))
    assert re.search(r"<b>3</b>\s*人在场", shown.text)
    names = re.findall(r"<li>(.*?)</li>", shown.text)
    assert names == ["测***0"] * 3
    assert venue.code(activity).short[:3] in shown.text


async def test_a_foreign_activity_reads_like_a_missing_one(venue: Venue) -> None:
    activity = await venue.activity()
    _, stranger = await venue.staff_of(activity.activity_id)
    for part in ("", "/code", "/code/steps", "/code/presence", "/hours", "/offline"):
        answer = await venue.site.get(f"/organiser/activities/{activity.activity_id}{part}", headers=signed(stranger))
        assert answer.status_code == 404, part


async def test_calling_off_before_the_start_is_possible_and_afterwards_refused(venue: Venue) -> None:
    later, now = await venue.activity(starts=timedelta(hours=2)), await venue.activity()
    for activity, status in ((later, 303), (now, 409)):
        address = f"/organiser/activities/{activity.activity_id}/call-off"
        body = {"request_key": "call-off-form-00000000"}
        answer = await venue.site.post(address, data=body, headers=signed(venue.organiser))
        assert answer.status_code == status


async def test_a_file_that_is_no_workbook_brings_the_form_back_with_the_reason(venue: Venue) -> None:
    activity = await venue.activity()
    upload = f"/organiser/shifts/{activity.shifts[0].shift_id}/hours"
    page = (
        await venue.site.get(f"/organiser/activities/{activity.activity_id}/hours", headers=signed(venue.organiser))
    ).text
    sent = await venue.site.post(
        upload,
        data=forms_of(page, upload)[0],
        files={"file": ("hours.xlsx", io.BytesIO(b"nothing"))},
        headers=signed(venue.organiser),
    )
    assert sent.status_code == 422
    assert "没有导入" in sent.text
