"""Devices that log attendance without network, and what they send later: an answer for each item.

Must never trust an item for who sent it: the device's own signature counts.
"""

from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from access.authorize import NotFoundHere, Target
from access.devices import DeviceKeyMalformed, enrol, find, revoke
from api.web.door import Door, may
from api.web.problems import problems
from api.web.shapes import Shape, Words
from kernel.db import Scope
from points.activity.late_scans import MOST_ITEMS, REASONS, UploadItem, upload_scans
from points.activity.refusals import count_device_refusals

router = APIRouter(tags=["late scans"])

Uploader = Annotated[Door, may("upload_scans")]


class DeviceRequest(Shape):
    """A device's own Ed25519 public key: 32 bytes as base64url."""

    organisation_id: UUID
    public_key: str = Field(max_length=64)
    title: Words = Field(max_length=80)


class DeviceView(Shape):
    """An enrolled device."""

    device_id: UUID


class LateScan(Shape):
    """One attendance as the device signed it: {v, ref, device_id, number, shift_id, in_at, out_at, device_at,
    counter, prev}, with its Ed25519 signature (base64url) over the record's canonical JSON (RFC 8785)."""

    record: dict[str, Any]
    signature: str = Field(max_length=128)


class LateScansRequest(Shape):
    """Up to 500 records of one device, in any order; sending some again is safe."""

    device_id: UUID
    items: list[LateScan] = Field(max_length=MOST_ITEMS)


class ItemView(Shape):
    """accepted, repeat and refused are final: the device may forget the item. waiting is not."""

    ref: str
    verdict: str
    final: bool
    reason: str | None
    detail: str | None


class LateScansView(Shape):
    """One answer for each item, in the order they were sent."""

    items: list[ItemView]


class RefusalView(Shape):
    """How often a device's records were refused for one reason."""

    reason: str
    refused_count: int
    last_at: datetime


class RefusalList(Shape):
    """The most frequent first."""

    items: list[RefusalView]


@router.post("/devices", operation_id="devices_enrol", status_code=201, responses=problems(DeviceKeyMalformed))
async def devices_enrol(body: DeviceRequest, door: Annotated[Door, may("manage_activity")]) -> DeviceView:
    """Remember a device's public key for an organisation. A device enrols no other: its own end would end nothing."""
    door.check("manage_activity", Target(organisation_id=body.organisation_id))
    async with door.transaction() as session:
        device_id = await enrol(
            session,
            actor_id=door.actor_id,
            organisation_id=body.organisation_id,
            public_key=_key(body.public_key),
            title=body.title,
            now=door.now,
        )
    return DeviceView(device_id=device_id)


@router.post("/devices/{device_id}/revoke", operation_id="devices_revoke", responses=problems(NotFoundHere))
async def devices_revoke(device_id: UUID, door: Annotated[Door, may("manage_activity")]) -> DeviceView:
    """End a device: what it signs is refused from now on."""
    async with door.transaction() as session:
        device = await find(session, device_id)
        if device is None:
            raise NotFoundHere()
        door.check("manage_activity", Target(organisation_id=device.organisation_id))
        await revoke(session, device_id=device_id, now=door.now)
    return DeviceView(device_id=device_id)


@router.get("/devices/{device_id}/refusals", operation_id="devices_refusals", responses=problems(NotFoundHere))
async def devices_refusals(device_id: UUID, door: Annotated[Door, may("manage_activity")]) -> RefusalList:
    """Refused records of one device, counted by reason."""
    async with door.transaction() as session:
        device = await find(session, device_id)
        if device is None:
            raise NotFoundHere()
        door.check("manage_activity", Target(organisation_id=device.organisation_id))
        found = await count_device_refusals(session, device_id=device_id)
    return RefusalList(
        items=[RefusalView(reason=one.reason, refused_count=one.refused_count, last_at=one.last_at) for one in found]
    )


@router.post("/late-scans", operation_id="late_scans_upload", responses=problems(NotFoundHere))
async def late_scans_upload(body: LateScansRequest, door: Uploader) -> LateScansView:
    """Take what a device logged without network; each record is judged by the rules of its own day."""
    async with door.transaction() as session:
        device = await find(session, body.device_id)
    if device is None:
        raise NotFoundHere()
    door.check("upload_scans", Target(organisation_id=device.organisation_id))
    answers = await upload_scans(
        door.runtime.database,
        door.runtime.intake,
        device=device,
        items=[UploadItem(item.record, item.signature) for item in body.items],
        late_days=door.runtime.settings.late_scan_days,
        scope=Scope(door.actor_id, door.request_id),
        now=door.now,
    )
    return LateScansView(
        items=[
            ItemView(
                ref=one.ref,
                verdict=one.verdict,
                final=one.final,
                reason=one.reason,
                detail=door.say(REASONS[one.reason]) if one.reason else None,
            )
            for one in answers
        ]
    )


def _key(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NotBase64, ValueError):
        return b""
