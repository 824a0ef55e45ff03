"""A device is known by its public key until it is revoked."""

import pytest

from access.devices import DeviceKeyMalformed, enrol, find, revoke
from kernel.ids import mint
from tests.access.conftest import Desk


async def test_an_enrolled_device_is_found_with_its_key_until_it_is_revoked(desk: Desk) -> None:
    actor_id = await desk.official()
    now = desk.clock.now()
    organisation_id = mint(now)
    async with desk.open() as session:
        device_id = await enrol(
            session, actor_id=actor_id, organisation_id=organisation_id, public_key=b"k" * 32, title="Gate", now=now
        )
        found = await find(session, device_id)
        await revoke(session, device_id=device_id, now=now)
        ended = await find(session, device_id)
        unknown = await find(session, mint(now))
    assert found is not None
    assert (found.public_key, found.organisation_id, found.revoked_at) == (b"k" * 32, organisation_id, None)
    assert ended is not None
    assert ended.revoked_at == now
    assert unknown is None


async def test_a_key_of_another_length_is_refused(desk: Desk) -> None:
    actor_id = await desk.official()
    now = desk.clock.now()
    with pytest.raises(DeviceKeyMalformed):
        async with desk.open() as session:
            await enrol(
                session, actor_id=actor_id, organisation_id=mint(now), public_key=b"short", title="Gate", now=now
            )
