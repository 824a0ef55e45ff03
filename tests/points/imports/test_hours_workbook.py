"""A workbook of hours through the organiser's pages and the API: faults in their cells, good rows in, once."""

import io
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from kernel.files import Column, SheetOut, read_sheet, write_workbook
from points.activity.model import Activity
from tests.hall import forms_of, signed
from tests.venue import Venue

TITLES = ("志愿者编号", "日期", "开始", "结束", "分钟", "备注")
KEY = "a-request-key-of-this-test-00000"


def workbook(*rows: tuple[Any, ...]) -> bytes:
    return write_workbook([SheetOut("时长", [Column(title) for title in TITLES], [list(row) for row in rows])])


def row(number: str, starts: str = "14:00", ends: str = "16:00", day: Any = date(2026, 11, 15)) -> tuple[Any, ...]:
    return (number, day, time.fromisoformat(starts), time.fromisoformat(ends), None, "好")


async def preview(venue: Venue, activity: Activity, data: bytes, token: str = "") -> httpx2.Response:
    return await venue.site.post(
        "/api/v1/hours-imports",
        data={"shift_id": str(activity.shifts[0].shift_id)},
        files={"file": ("hours.xlsx", io.BytesIO(data))},
        headers=signed(token or venue.organiser),
    )


async def commit(venue: Venue, import_id: str) -> httpx2.Response:
    return await venue.site.post(f"/api/v1/hours-imports/{import_id}/commit", headers=signed(venue.organiser))


def numbers(answer: httpx2.Response) -> tuple[int, int, int, int]:
    found = answer.json()
    return found["new"], found["changed"], found["same"], found["errors"]


async def last_sunday(venue: Venue) -> Activity:
    return await venue.activity(at=datetime.fromisoformat("2026-11-15T06:00+00:00"))


@pytest.mark.feature("A7")
async def test_three_bad_rows_are_explained_the_good_ones_go_in_and_once_more_adds_nothing(venue: Venue) -> None:
    people = await venue.hall.residents(5)
    activity = await last_sunday(venue)
    good = [row(one.number) for one in people[:4]]
    bad = [row("V-7Q2K9X4N"), row(people[4].number, "16:00", "15:00"), row(people[4].number, "13:00", "15:00")]
    seen = await preview(venue, activity, workbook(*good, *bad))
    assert (seen.status_code, numbers(seen)) == (201, (4, 0, 0, 3))
    faults = [
        (one["row_no"], one["findings"][0]["column"], one["findings"][0]["code"]) for one in seen.json()["rows"][4:]
    ]
    assert [code for *_, code in faults][1:] == ["ENDS_BEFORE_START", "OUTSIDE_SHIFT"]
    assert faults[0][:2] == (6, "number")
    assert await venue.hall.points_of(people[0].holder_id) == 0
    done = (await commit(venue, seen.json()["import_id"])).json()
    assert [one["outcome"] for one in done["rows"]] == ["recorded"] * 4 + ["skipped"] * 3
    assert (await commit(venue, seen.json()["import_id"])).json() == done
    assert [await venue.hall.points_of(one.holder_id) for one in people] == [20, 20, 20, 20, 0]
    again = await preview(venue, activity, workbook(*good, *bad))
    assert numbers(again) == (0, 0, 4, 3)
    assert [one["outcome"] for one in (await commit(venue, again.json()["import_id"])).json()["rows"]][:4] == [
        "repeat"
    ] * 4
    assert [await venue.hall.points_of(one.holder_id) for one in people] == [20, 20, 20, 20, 0]


@pytest.mark.feature("A7")
async def test_a_half_done_import_adds_only_the_rest(venue: Venue) -> None:
    people = await venue.hall.residents(4)
    activity = await last_sunday(venue)
    half = await preview(venue, activity, workbook(*(row(one.number) for one in people[:2])))
    whole = await preview(venue, activity, workbook(*(row(one.number) for one in people)))
    await commit(venue, half.json()["import_id"])
    done = (await commit(venue, whole.json()["import_id"])).json()
    assert [one["outcome"] for one in done["rows"]] == ["repeat", "repeat", "recorded", "recorded"]
    assert [await venue.hall.points_of(one.holder_id) for one in people] == [20] * 4


@pytest.mark.feature("E17")
async def test_an_attendance_that_was_also_scanned_pays_once(venue: Venue) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity()
    assert (await venue.attend(token, activity, 120)).status_code == 200
    venue.hall.clock.advance(timedelta(hours=2))
    today = date(2026, 11, 22)
    same = row(resident.number, "14:00", "16:00", today)
    longer = row(resident.number, "14:00", "16:30", today)
    assert numbers(await preview(venue, activity, workbook(same))) == (0, 0, 1, 0)
    differs = await preview(venue, activity, workbook(longer))
    assert numbers(differs) == (0, 1, 0, 0)
    assert differs.json()["rows"][0]["findings"][0]["code"] == "DIFFERS"
    await commit(venue, differs.json()["import_id"])
    assert await venue.hall.points_of(resident.holder_id, "service-hours") == 120


@pytest.mark.feature("E17")
async def test_hours_at_two_places_at_once_are_refused_in_the_cell(venue: Venue) -> None:
    resident = (await venue.hall.residents(1))[0]
    here, there = await last_sunday(venue), await last_sunday(venue)
    first = await preview(venue, here, workbook(row(resident.number)))
    await commit(venue, first.json()["import_id"])
    second = await preview(venue, there, workbook(row(resident.number, "15:00", "17:00")))
    assert numbers(second) == (0, 0, 0, 1)
    assert second.json()["rows"][0]["findings"][0]["code"] == "OVERLAPS"


async def test_doubled_and_overlapping_rows_of_one_file_are_told(venue: Venue) -> None:
    one = (await venue.hall.residents(1))[0]
    activity = await last_sunday(venue)
    rows = [row(one.number), row(one.number), row(one.number, "15:00", "16:30"), row(one.number, "16:00", "17:00")]
    seen = await preview(venue, activity, workbook(*rows))
    codes = [[finding["code"] for finding in found["findings"]] for found in seen.json()["rows"]]
    assert codes == [[], ["DUPLICATE_ROW"], ["ROWS_OVERLAP"], []]
    await commit(venue, seen.json()["import_id"])
    assert await venue.hall.points_of(one.holder_id, "service-hours") == 180


async def test_a_csv_in_english_with_breaks_taken_off_is_read_too(venue: Venue) -> None:
    one = (await venue.hall.residents(1))[0]
    activity = await last_sunday(venue)
    text = f"Volunteer number,Date,Start,End,Minutes,Note\n{one.number.lower()},2026-11-15,14:00,16:00,90,\n"
    answer = await venue.site.post(
        "/api/v1/hours-imports",
        data={"shift_id": str(activity.shifts[0].shift_id)},
        files={"file": ("hours.csv", io.BytesIO(text.encode()))},
        headers=signed(venue.organiser),
    )
    assert numbers(answer) == (1, 0, 0, 0)
    await commit(venue, answer.json()["import_id"])
    assert await venue.hall.points_of(one.holder_id, "service-hours") == 90


async def test_an_identity_number_in_the_wrong_column_is_neither_kept_nor_shown(venue: Venue) -> None:
    activity = await last_sunday(venue)
    made = await preview(venue, activity, workbook(row("999999199001010013")))
    shown = await venue.site.get(f"/organiser/imports/{made.json()['import_id']}", headers=signed(venue.organiser))
    assert shown.status_code == 200
    assert "999999199001010013" not in shown.text


async def test_a_sheet_without_the_columns_is_refused_whole(venue: Venue) -> None:
    activity = await last_sunday(venue)
    refused = await preview(venue, activity, write_workbook([SheetOut("x", [Column("Name")], [["x"]])]))
    assert (refused.status_code, refused.json()["code"]) == (422, "COLUMNS_MISSING")


async def test_another_organisations_organiser_finds_nothing(venue: Venue) -> None:
    activity = await last_sunday(venue)
    made = await preview(venue, activity, workbook(row("V-7Q2K9X4N")))
    _, stranger = await venue.staff_of(UUID(int=9))
    assert (await preview(venue, activity, workbook(row("V-7Q2K9X4N")), stranger)).status_code == 404
    import_id = made.json()["import_id"]
    assert (await venue.site.get(f"/organiser/imports/{import_id}", headers=signed(stranger))).status_code == 404


@pytest.mark.feature("A7")
async def test_more_than_200_rows_wait_for_a_second_person(venue: Venue) -> None:
    people = await venue.hall.residents(201)
    activity = await last_sunday(venue)
    made = (await preview(venue, activity, workbook(*(row(one.number) for one in people)))).json()
    address = f"/organiser/imports/{made['import_id']}"
    alone = await commit(venue, made["import_id"])
    assert (alone.status_code, alone.json()["code"]) == (409, "IMPORT_NEEDS_APPROVAL")
    asked = await venue.site.post(
        f"{address}/approval", data={"request_key": KEY + "a"}, headers=signed(venue.organiser)
    )
    assert asked.status_code == 303
    seen = (await venue.site.get(address, headers=signed(venue.colleague))).text
    form = forms_of(seen, f"{address}/decision")[0] | {"verdict": "approve"}
    own = await venue.site.post(f"{address}/decision", data=form, headers=signed(venue.organiser))
    assert own.status_code == 403
    agreed = await venue.site.post(f"{address}/decision", data=form, headers=signed(venue.colleague))
    assert agreed.status_code == 303
    done = (await commit(venue, made["import_id"])).json()
    assert {one["outcome"] for one in done["rows"]} == {"recorded"}
    assert await venue.hall.points_of(people[-1].holder_id) == 20
    again = {"data": {"request_key": KEY + "b"}, "headers": signed(venue.organiser)}
    assert (await venue.site.post(f"{address}/approval", **again)).status_code == 404
    assert (await commit(venue, made["import_id"])).json()["state"] == "imported"


async def test_more_than_200_rows_wait_for_a_second_person_also_in_two_workbooks(venue: Venue) -> None:
    people = await venue.hall.residents(201)
    activity = await last_sunday(venue)
    first = (await preview(venue, activity, workbook(*(row(one.number) for one in people[:150])))).json()
    second = (await preview(venue, activity, workbook(*(row(one.number) for one in people[150:])))).json()
    assert (await commit(venue, first["import_id"])).status_code == 200
    assert (await commit(venue, second["import_id"])).json()["code"] == "IMPORT_NEEDS_APPROVAL"
    fewer = (await preview(venue, activity, workbook(*(row(one.number) for one in people[150:200])))).json()
    assert (await commit(venue, fewer["import_id"])).status_code == 200
    assert (await commit(venue, first["import_id"])).json()["state"] == "imported"


@pytest.mark.feature("A7")
async def test_the_page_says_what_it_will_do_and_gives_only_the_faulty_rows_back(venue: Venue) -> None:
    people = await venue.hall.residents(2)
    activity = await last_sunday(venue)
    shift_id = activity.shifts[0].shift_id
    upload = f"/organiser/shifts/{shift_id}/hours"
    form = (
        await venue.site.get(f"/organiser/activities/{activity.activity_id}/hours", headers=signed(venue.organiser))
    ).text
    data = workbook(row(people[0].number), row(people[1].number, "20:00", "21:00"))
    sent = await venue.site.post(
        upload,
        data=forms_of(form, upload)[0],
        files={"file": ("星期日.xlsx", io.BytesIO(data))},
        headers=signed(venue.organiser),
    )
    assert sent.status_code == 303, sent.text
    shown = await venue.site.get(f"{sent.headers['location']}?lang=en", headers=signed(venue.organiser))
    assert "Import 1 rows, skip 1" in shown.text
    assert "This lies outside the shift" in shown.text
    given = await venue.site.get(f"{sent.headers['location']}/errors.xlsx", headers=signed(venue.organiser))
    sheet = read_sheet(given.content, "errors.xlsx", max_rows=10)
    assert [cells[0] for cells in sheet.rows] == [people[1].number]
    assert "outside the shift" in str(sheet.rows[0][-1])
    template = await venue.site.get(f"/organiser/shifts/{shift_id}/template.xlsx", headers=signed(venue.organiser))
    assert read_sheet(template.content, "t.xlsx", max_rows=10).header[:2] == ["Volunteer number", "Date"]
