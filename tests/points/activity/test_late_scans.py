"""Scans that a device signed offline: answered one by one, counted once, judged by the rules of their own day."""

import asyncio
import random
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access import approvals
from access.actors import Grant
from access.people_register import create_device_actor
from access.tokens import issue
from kernel.calendar import rfc3339
from kernel.canonical import canonical_json, sha256
from kernel.ids import mint
from points.activity.device_records import FIRST_PREV
from points.activity.model import Activity
from rules.governance.publish import publish
from rules.language.edit import with_parameter
from tests.builders import VOLUNTEERING
from tests.hall import signed
from tests.venue import Venue


@dataclass(slots=True)
class Phone:
    """An enrolled device with its own key and chain."""

    venue: Venue
    device_id: str = ""
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    counter: int = 0
    prev: str = FIRST_PREV

    async def enrol(self) -> "Phone":
        body = {
            "organisation_id": str(self.venue.organisation_id),
            "public_key": urlsafe_b64encode(self.key.public_key().public_bytes_raw()).decode(),
            "title": "phone",
        }
        answer = await self.venue.site.post("/api/v1/devices", json=body, headers=signed(self.venue.organiser))
        assert answer.status_code == 201, answer.text
        self.device_id = answer.json()["device_id"]
        return self

    def log(self, number: str, activity: Activity, in_at: datetime, minutes: int) -> dict[str, Any]:
        """One attendance, signed."""
        self.counter += 1
        record = {
            "v": 1,
            "ref": str(mint(in_at)),
            "device_id": self.device_id,
            "number": number,
            "shift_id": str(activity.shifts[0].shift_id),
            "in_at": rfc3339(in_at),
            "out_at": rfc3339(in_at + timedelta(minutes=minutes)),
            "device_at": rfc3339(in_at),
            "counter": self.counter,
            "prev": self.prev,
        }
        self.prev = sha256(record).hex()
        return {"record": record, "signature": self.sign(record)}

    def sign(self, record: dict[str, Any]) -> str:
        return urlsafe_b64encode(self.key.sign(canonical_json(record))).decode().rstrip("=")

    async def send(self, *items: dict[str, Any]) -> list[dict[str, Any]]:
        body = {"device_id": self.device_id, "items": list(items)}
        answer = await self.venue.site.post("/api/v1/late-scans", json=body, headers=signed(self.venue.organiser))
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


def told(answers: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(one["verdict"], one["reason"]) for one in answers]


@pytest.mark.feature("E6")
async def test_hours_of_a_late_scan_follow_the_scans_own_times(venue: Venue) -> None:
    resident, _ = await venue.resident()
    activity = await venue.activity(starts=timedelta(days=-3))
    phone = await Phone(venue).enrol()
    item = phone.log(resident.number, activity, activity.starts_at + timedelta(minutes=10), 90)
    assert told(await phone.send(item)) == [("accepted", None)]
    assert await venue.hall.points_of(resident.holder_id, "service-hours") == 90
    assert await venue.hall.points_of(resident.holder_id) == 15


@pytest.mark.feature("E6")
async def test_a_late_scan_is_judged_by_the_pack_of_its_own_day(venue: Venue) -> None:
    resident, _ = await venue.resident()
    old = await venue.activity(starts=timedelta(days=-3))
    await _double_the_points(venue, date(2026, 12, 23))
    venue.hall.clock.advance(timedelta(days=32))
    new = await venue.activity(starts=timedelta(hours=-4))
    phone = await Phone(venue).enrol()
    items = [phone.log(resident.number, activity, activity.starts_at, 60) for activity in (old, new)]
    assert told(await phone.send(*items)) == [("accepted", None)] * 2
    assert await venue.hall.points_of(resident.holder_id) == 10 + 20


@pytest.mark.feature("E5")
async def test_two_devices_and_five_shuffled_uploads_of_one_crowd_make_one_attendance_each(venue: Venue) -> None:
    crowd = await venue.hall.residents(12)
    activity = await venue.activity(starts=timedelta(days=-1))
    phones = [await Phone(venue).enrol() for _ in range(2)]
    logs = {
        phone.device_id: [phone.log(one.number, activity, activity.starts_at, 60 + n) for one in crowd]
        for n, phone in enumerate(phones)
    }
    chance = random.Random(7)
    for _ in range(5):
        for phone in phones:
            mixed = logs[phone.device_id] + logs[phone.device_id][:5]
            chance.shuffle(mixed)
            answers = await phone.send(*mixed)
            assert {one["verdict"] for one in answers} <= {"accepted", "repeat"}
    for one in crowd:
        assert await venue.events(one.holder_id, "service") == 1
        assert await venue.hall.points_of(one.holder_id, "service-hours") == 60


@pytest.mark.feature("E5")
async def test_the_same_upload_twice_at_once_pays_once(venue: Venue) -> None:
    resident, _ = await venue.resident()
    activity = await venue.activity(starts=timedelta(days=-1))
    phone = await Phone(venue).enrol()
    item = phone.log(resident.number, activity, activity.starts_at, 60)
    await asyncio.gather(*(phone.send(item) for _ in range(4)))
    assert await venue.hall.points_of(resident.holder_id, "service-hours") == 60


async def test_a_gap_waits_for_what_is_missing_and_then_closes(venue: Venue) -> None:
    crowd = await venue.hall.residents(2)
    activity = await venue.activity(starts=timedelta(days=-1))
    phone = await Phone(venue).enrol()
    first, second = (phone.log(one.number, activity, activity.starts_at, 60) for one in crowd)
    assert told(await phone.send(second)) == [("waiting", "CHAIN_GAP")]
    assert told(await phone.send(second, first)) == [("accepted", None)] * 2


async def test_what_is_forged_foreign_out_of_time_or_unknown_is_refused_with_its_reason(venue: Venue) -> None:
    resident, _ = await venue.resident()
    activity = await venue.activity(starts=timedelta(days=-1))
    ancient = await venue.activity(starts=timedelta(days=-61))
    phone = await Phone(venue).enrol()

    def fresh(**changes: object) -> dict[str, Any]:
        item = phone.log(resident.number, activity, activity.starts_at, 60)
        record = {**item["record"], **changes}
        phone.prev = sha256(record).hex()
        return {"record": record, "signature": phone.sign(record)}

    items = [
        fresh(number="V-00000000" if resident.number != "V-00000000" else "V-11111111"),
        fresh(shift_id=str(UUID(int=7))),
        fresh(out_at=rfc3339(activity.starts_at)),
        fresh(in_at=rfc3339(activity.ends_at), out_at=rfc3339(activity.ends_at + timedelta(hours=1))),
        fresh(
            shift_id=str(ancient.shifts[0].shift_id),
            in_at=rfc3339(ancient.starts_at),
            out_at=rfc3339(ancient.starts_at + timedelta(hours=1)),
        ),
    ]
    assert [reason for _, reason in told(await phone.send(*items))] == [
        "UNKNOWN_NUMBER",
        "UNKNOWN_SHIFT",
        "BAD_TIMES",
        "OUTSIDE_SHIFT",
        "UPLOADED_TOO_LATE",
    ]
    changed = phone.log(resident.number, activity, activity.starts_at, 60)
    changed["record"]["out_at"] = rfc3339(activity.ends_at)
    assert told(await phone.send(changed)) == [("refused", "FORGED")]
    assert told(await phone.send({"record": {"v": 1}, "signature": "x"})) == [("refused", "MALFORMED")]
    assert await venue.hall.points_of(resident.holder_id) == 0


@pytest.mark.feature("E12")
async def test_refused_uploads_are_counted_by_device_and_a_revoked_device_is_refused(venue: Venue) -> None:
    resident, _ = await venue.resident()
    activity = await venue.activity(starts=timedelta(days=-1))
    phone = await Phone(venue).enrol()
    item = phone.log(resident.number, activity, activity.starts_at, 60)
    revoked = await venue.site.post(f"/api/v1/devices/{phone.device_id}/revoke", headers=signed(venue.organiser))
    assert revoked.status_code == 200
    assert told(await phone.send(item)) == [("refused", "DEVICE_REVOKED")]
    counted = await venue.site.get(f"/api/v1/devices/{phone.device_id}/refusals", headers=signed(venue.organiser))
    assert [(one["reason"], one["refused_count"]) for one in counted.json()["items"]] == [("DEVICE_REVOKED", 1)]


async def test_a_check_out_logged_offline_ends_a_check_in_scanned_online(venue: Venue) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity()
    assert (await venue.scan(token, activity)).status_code == 200
    phone = await Phone(venue).enrol()
    item = phone.log(resident.number, activity, activity.starts_at + timedelta(minutes=5), 85)
    venue.hall.clock.advance(timedelta(hours=4))
    assert told(await phone.send(item)) == [("accepted", None)]
    assert await venue.hall.points_of(resident.holder_id, "service-hours") == 90


async def test_another_organisations_device_reaches_nothing_here(venue: Venue) -> None:
    resident, _ = await venue.resident()
    activity = await venue.activity(starts=timedelta(days=-1))
    phone = await Phone(venue).enrol()
    item = phone.log(resident.number, activity, activity.starts_at, 60)
    _, stranger = await venue.staff_of(UUID(int=9))
    body = {"device_id": phone.device_id, "items": [item]}
    answer = await venue.site.post("/api/v1/late-scans", json=body, headers=signed(stranger))
    assert answer.status_code == 404


async def _double_the_points(venue: Venue, since: date) -> None:
    """The same pack with twice the points an hour, approved by a second official, in force from `since`."""
    text = with_parameter(
        VOLUNTEERING.read_text("utf-8"), "points_per_hour", 20, version="doubled", effective_from=since
    )
    now = venue.hall.now
    author, _ = await venue.hall.staff("official", "author")
    colleague, _ = await venue.hall.staff("official", "colleague")
    async with venue.hall.transaction() as session:
        approval_id = await approvals.submit(
            session, kind="rule_pack", object_id=mint(now), content=text, author_id=author, now=now, data={}
        )
        await approvals.decide(
            session,
            approval_id=approval_id,
            decided_by=colleague,
            approve=True,
            reason="",
            seen_sha256=sha256(text),
            now=now,
        )
        await publish(session, text=text, approval_id=approval_id, now=now, effective_from=since)


async def test_a_record_of_a_clock_that_runs_ahead_stays_on_the_device_until_its_time_has_come(venue: Venue) -> None:
    resident, _ = await venue.resident()
    activity = await venue.activity()
    phone = await Phone(venue).enrol()
    item = phone.log(resident.number, activity, activity.starts_at, 60)
    [answer] = await phone.send(item)
    assert (answer["verdict"], answer["reason"], answer["final"]) == ("waiting", "CLOCK_AHEAD", False)
    venue.hall.clock.advance(activity.ends_at - venue.hall.now)
    assert [verdict for verdict, _ in told(await phone.send(item))] == ["accepted"]


async def test_a_device_enrols_no_other_so_that_ending_it_ends_it(venue: Venue) -> None:
    async with venue.hall.transaction() as session:
        grants = [Grant("organiser", organisation_id=venue.organisation_id)]
        actor_id = await create_device_actor(session, label="gate phone", grants=grants, now=venue.hall.now)
        token = await issue(
            session,
            actor_id=actor_id,
            kind="device",
            scopes=["upload_scans"],
            ttl=timedelta(days=1),
            now=venue.hall.now,
        )
    body = {"organisation_id": str(venue.organisation_id), "public_key": "A" * 43, "title": "another"}
    refused = await venue.site.post("/api/v1/devices", json=body, headers=signed(token))
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")


async def test_a_record_from_the_first_year_of_the_calendar_stops_no_upload(venue: Venue) -> None:
    resident, _ = await venue.resident()
    phone = await Phone(venue).enrol()
    activity = await venue.activity()
    item = phone.log(resident.number, activity, activity.starts_at, 60)
    item["record"]["in_at"] = "0001-01-01T00:00:00Z"
    item["signature"] = phone.sign(item["record"])
    assert told(await phone.send(item)) == [("refused", "MALFORMED")]
