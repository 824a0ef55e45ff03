"""One label for any holder, and one field in which any number may be typed."""

from uuid import uuid4

from kernel.db import Database, Scope
from kernel.ids import seeded
from kernel.sealed import KeyFile
from points.people.households import create_household
from points.people.labels import Label, find_holder, labels_of, typed_holder
from points.people.numbers import new_number, read_number
from points.people.register import create_organisation, register_resident
from tests.conftest import NOON


async def test_every_kind_of_holder_is_told_by_number_and_a_name_that_may_be_shown(
    database: Database, keys: KeyFile
) -> None:
    async with database.transaction(Scope()) as session:
        person = await register_resident(session, name="陈晓明", identity_number=None, keys=keys, now=NOON)
        home = await create_household(session, now=NOON)
        title = {"zh": "松林社区", "en": "Songlin"}
        body = await create_organisation(session, code="SL-001", title=title, now=NOON)
        found = await labels_of(session, [person.holder_id, home.holder_id, body, uuid4()], keys)
        assert found == {
            person.holder_id: Label(person.holder_id, "resident", person.number, {"zh": "陈*明", "en": "陈*明"}),
            home.holder_id: Label(home.holder_id, "household", home.number, {"zh": home.number, "en": home.number}),
            body: Label(body, "organisation", "SL-001", title),
        }
        for typed, holder_id in (
            (person.number.lower().replace("-", " "), person.holder_id),
            (f" {home.number.lower()} ", home.holder_id),
            (" SL-001", body),
        ):
            label = await find_holder(session, typed, keys)
            assert label == found[holder_id]
        assert await find_holder(session, "V-00000000", keys) is None
        assert await typed_holder(session, "SL-001") == body
        assert await typed_holder(session, "SL-002") is None


def test_a_household_number_is_never_read_as_a_volunteers() -> None:
    random = bytes([7, 1, 2, 3, 4])
    household, volunteer = new_number("H", random), new_number("V", random)
    assert household[2:] == volunteer[2:]
    assert read_number(household, "H") == household
    assert read_number(household) is None
    assert read_number(volunteer, "H") is None
    assert read_number(household[:-1] + ("0" if household[-1] != "0" else "1"), "H") is None


async def test_a_seeded_city_gives_the_same_household_numbers_again(database: Database) -> None:
    async with database.transaction(Scope()) as session:
        with seeded(lambda count: bytes(range(count))):
            household = await create_household(session, now=NOON)
        assert household.number == new_number("H", bytes(range(5)))
