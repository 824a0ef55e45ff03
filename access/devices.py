"""Enrolled devices: an organiser's phone or screen that signs what it uploads with its own Ed25519 key.

Only the public half is kept. Must never judge a scan: it says which key to check it with.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import mint

_ENROL = text("""
    insert into devices (device_id, actor_id, organisation_id, public_key, title, enrolled_at)
    values (:device_id, :actor_id, :organisation_id, :public_key, :title, :now)
""")
_FIND = text("""
    select device_id, actor_id, organisation_id, public_key, title, enrolled_at, revoked_at
    from devices where device_id = :device_id
""")
_REVOKE = text("update devices set revoked_at = :now where device_id = :device_id and revoked_at is null")


class DeviceKeyMalformed(DomainError):
    """A device's public key is 32 bytes (Ed25519). Nothing was recorded.

    Make a new key on the device and enrol it again.
    """

    kind, code = Kind.MALFORMED, "DEVICE_KEY_MALFORMED"


@dataclass(frozen=True, slots=True)
class Device:
    """One enrolled device; after `revoked_at` what it signs is refused."""

    device_id: UUID
    actor_id: UUID
    organisation_id: UUID
    public_key: bytes
    title: str
    enrolled_at: datetime
    revoked_at: datetime | None


async def enrol(
    session: Session, *, actor_id: UUID, organisation_id: UUID, public_key: bytes, title: str, now: datetime
) -> UUID:
    """Remember a device's public key (Ed25519, 32 bytes) for an organisation. Refuses with DeviceKeyMalformed."""
    if len(public_key) != 32:
        raise DeviceKeyMalformed()
    device_id = mint(now)
    values = {
        "device_id": device_id,
        "actor_id": actor_id,
        "organisation_id": organisation_id,
        "public_key": public_key,
        "title": title,
        "now": now,
    }
    await session.execute(_ENROL, values)
    data = {"organisation_id": str(organisation_id)}
    await audit(session, at=now, action="enrol_device", object_kind="device", object_id=device_id, data=data)
    return device_id


async def find(session: Session, device_id: UUID) -> Device | None:
    """The device, revoked or not; none when there is no such device."""
    row = (await session.execute(_FIND, {"device_id": device_id})).one_or_none()
    if row is None:
        return None
    return Device(
        row.device_id,
        row.actor_id,
        row.organisation_id,
        bytes(row.public_key),
        row.title,
        row.enrolled_at,
        row.revoked_at,
    )


async def revoke(session: Session, *, device_id: UUID, now: datetime) -> None:
    """End a device. Ending it twice changes nothing."""
    await session.execute(_REVOKE, {"device_id": device_id, "now": now})
    await audit(session, at=now, action="revoke_device", object_kind="device", object_id=device_id, data={})
