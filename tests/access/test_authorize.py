"""What is not allowed is refused: kind, role, scope, relation, four eyes."""

from uuid import uuid4

import pytest

from access.actions import ACTIONS
from access.actors import Actor, ActorKind, Grant, Role
from access.authorize import Forbidden, NotFoundHere, NotSignedIn, OwnWork, PurposeMissing, Target, authorize
from access.purposes import DATA, PURPOSES

HERE, ELSEWHERE = uuid4(), uuid4()
RECORDING = frozenset({"record_events"})
ROLES: tuple[Role, ...] = ("organiser", "merchant", "official", "auditor", "operator")


def staff(*grants: Grant) -> Actor:
    return Actor(uuid4(), "staff", grants=grants)


def resident() -> Actor:
    one = uuid4()
    return Actor(one, "resident", holder_id=one)


@pytest.mark.parametrize("action", [name for name, policy in ACTIONS.items() if policy.kinds])
def test_nobody_does_anything_that_is_not_public_without_signing_in(action: str) -> None:
    with pytest.raises(NotSignedIn):
        authorize(None, action)


def test_anybody_may_view_what_is_public() -> None:
    authorize(None, "view_public")
    authorize(resident(), "view_public")


@pytest.mark.parametrize("kind", ["resident", "staff", "device", "firing", "vendor"])
def test_an_actor_without_a_grant_or_a_scope_may_do_nothing_of_the_staff(kind: ActorKind) -> None:
    one = Actor(uuid4(), kind)
    for action, policy in ACTIONS.items():
        if policy.role is not None or kind in ("device", "firing", "vendor"):
            if not policy.kinds:
                continue
            with pytest.raises(Forbidden):
                authorize(one, action)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_own_actions_and_no_other(role: Role) -> None:
    one = staff(Grant(role, organisation_id=HERE, merchant_id=HERE))
    for action, policy in ACTIONS.items():
        if policy.role is None:
            continue
        if role in (policy.role, policy.also):
            authorize(one, action)
        else:
            with pytest.raises(Forbidden):
                authorize(one, action)


def test_an_organiser_of_another_organisation_is_told_that_nothing_is_there() -> None:
    one = staff(Grant("organiser", organisation_id=HERE))
    authorize(one, "manage_activity", Target(organisation_id=HERE))
    with pytest.raises(NotFoundHere):
        authorize(one, "manage_activity", Target(organisation_id=ELSEWHERE))


def test_an_event_is_looked_after_by_whoever_ran_it_or_by_any_official() -> None:
    authorize(staff(Grant("organiser", organisation_id=HERE)), "confirm_pending", Target(organisation_id=HERE))
    authorize(staff(Grant("official")), "confirm_pending", Target(organisation_id=HERE))
    with pytest.raises(NotFoundHere):
        authorize(staff(Grant("organiser", organisation_id=HERE)), "confirm_pending", Target(organisation_id=ELSEWHERE))


def test_a_grant_without_an_organisation_opens_none() -> None:
    with pytest.raises(NotFoundHere):
        authorize(staff(Grant("organiser")), "manage_activity", Target(organisation_id=HERE))


def test_a_merchant_captures_only_its_own_vouchers() -> None:
    one = staff(Grant("merchant", merchant_id=HERE))
    authorize(one, "capture_voucher", Target(merchant_id=HERE))
    with pytest.raises(NotFoundHere):
        authorize(one, "capture_voucher", Target(merchant_id=ELSEWHERE))


def test_a_resident_sees_only_what_is_their_own() -> None:
    one = resident()
    authorize(one, "view_own", Target(holder_id=one.holder_id))
    with pytest.raises(NotFoundHere):
        authorize(one, "view_own", Target(holder_id=ELSEWHERE))


def test_a_household_is_seen_by_its_members_and_by_officials() -> None:
    one = resident()
    theirs, foreign = Target(member_ids=frozenset({one.actor_id})), Target(member_ids=frozenset({ELSEWHERE}))
    authorize(one, "view_household", theirs)
    authorize(staff(Grant("official")), "view_household", foreign)
    for actor, target in ((one, foreign), (one, Target(member_ids=frozenset())), (staff(Grant("merchant")), foreign)):
        with pytest.raises(NotFoundHere):
            authorize(actor, "view_household", target)


def test_an_author_may_not_approve_their_own_work() -> None:
    one = staff(Grant("official"))
    authorize(one, "approve_rules", Target(author_id=ELSEWHERE))
    with pytest.raises(OwnWork):
        authorize(one, "approve_rules", Target(author_id=one.actor_id))


def test_a_token_does_only_what_its_scopes_name() -> None:
    holder = uuid4()
    one = Actor(holder, "resident", holder, scopes=frozenset({"view_own"}))
    authorize(one, "view_own")
    with pytest.raises(Forbidden):
        authorize(one, "redeem")


def test_a_vendor_needs_the_scope_by_name() -> None:
    authorize(Actor(uuid4(), "vendor", scopes=RECORDING, purpose="public-records"), "record_events")
    with pytest.raises(Forbidden):
        authorize(Actor(uuid4(), "vendor", scopes=frozenset()), "record_events")
    with pytest.raises(Forbidden):
        authorize(Actor(uuid4(), "vendor"), "record_events")


@pytest.mark.parametrize(
    ("purpose", "scope"),
    [(None, "record_events"), ("curiosity", "record_events"), ("public-records", "hold_points")],
)
def test_a_vendor_needs_a_declared_purpose_that_covers_what_it_does(purpose: str | None, scope: str) -> None:
    with pytest.raises(PurposeMissing):
        authorize(Actor(uuid4(), "vendor", scopes=frozenset({scope}), purpose=purpose), scope)


def test_whatever_a_vendor_may_do_says_what_it_tells_and_serves_a_purpose_that_residents_can_read() -> None:
    tells = {action: policy.tells for action, policy in ACTIONS.items() if "vendor" in policy.kinds}
    assert set(tells.values()) == set(DATA)
    assert {action for purpose in PURPOSES.values() for action in purpose.actions} == set(tells)
    titles = [*DATA.values(), *(purpose.title for purpose in PURPOSES.values())]
    assert all(title["zh"] and title["en"] for title in titles)


def test_an_action_that_is_not_declared_is_a_fault() -> None:
    with pytest.raises(KeyError):
        authorize(resident(), "print_money")
