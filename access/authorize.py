"""May this actor do this to that? One pure answer; what is not allowed is refused.

Relations are handed in, never looked up. Whose object it is decides between "no" and "not there":
an object of somebody else is refused with the very answer that a missing one gets.
"""

from dataclasses import dataclass
from uuid import UUID

from access.actions import ACTIONS, Policy
from access.actors import Actor
from access.purposes import Recipient, covers
from kernel.errors import DomainError, Kind


class NotSignedIn(DomainError):
    """You are not signed in, or your session has ended.

    Sign in and try again; nothing was recorded.
    """

    kind, code = Kind.UNAUTHENTICATED, "NOT_SIGNED_IN"


class Forbidden(DomainError):
    """You are signed in, but this is not among the things you may do.

    If you need it, ask your administrator for the role; nothing was recorded.
    """

    kind, code = Kind.FORBIDDEN, "FORBIDDEN"


class OwnWork(Forbidden):
    """This is your own work, so somebody else must decide about it.

    Ask a colleague with the same role to look at it; nothing was recorded.
    """

    code = "OWN_WORK"


class PurposeMissing(Forbidden):
    """This program's token names no declared purpose that covers this. Nothing was told, and nothing was recorded.

    Ask the city for a token that says what the data is for.
    """

    code = "PURPOSE_MISSING"


class NotFoundHere(DomainError):
    """There is nothing at this address, or it is not yours to see.

    Check the address, or go back to your start page.
    """

    kind, code = Kind.MISSING, "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted upon, as far as it matters who is asking."""

    holder_id: UUID | None = None
    organisation_id: UUID | None = None
    merchant_id: UUID | None = None
    author_id: UUID | None = None
    member_ids: frozenset[UUID] | None = None


_NOTHING = Target()


def authorize(actor: Actor | None, action: str, target: Target = _NOTHING) -> None:
    """Pass, or refuse with NotSignedIn, Forbidden, PurposeMissing, OwnWork or NotFoundHere.

    An action that is not declared in ACTIONS is a fault of ours and raises KeyError.
    """
    policy = ACTIONS[action]
    if not policy.kinds:
        return
    if actor is None:
        raise NotSignedIn()
    if not _entitled(actor, action, policy):
        raise Forbidden()
    if actor.kind == "vendor" and not covers(actor.purpose, action):
        raise PurposeMissing()
    if not _related(actor, policy, target):
        raise NotFoundHere()
    if policy.four_eyes and target.author_id == actor.actor_id:
        raise OwnWork()


def recipient_of(actor: Actor | None, action: str) -> Recipient | None:
    """Which program is told of residents by an action that it may do; none for people, and where nothing is told."""
    data = ACTIONS[action].tells
    if actor is None or actor.kind != "vendor" or actor.purpose is None or not data:
        return None
    return Recipient(actor.actor_id, actor.purpose, data)


def _entitled(actor: Actor, action: str, policy: Policy) -> bool:
    """Kind, scope and role, before any object is looked at. A device or vendor needs the scope by name."""
    if actor.kind not in policy.kinds:
        return False
    if actor.scopes is not None and action not in actor.scopes:
        return False
    if actor.kind in ("device", "vendor"):
        return actor.scopes is not None
    return policy.role is None or policy.role in actor.roles or policy.also in actor.roles


def _related(actor: Actor, policy: Policy, target: Target) -> bool:
    match policy.whose:
        case "holder":
            return target.holder_id in (None, actor.holder_id)
        case "household":
            return target.member_ids is None or actor.holder_id in target.member_ids or "official" in actor.roles
        case "points":
            return _may_see_points(actor, target)
        case "organisation":
            return target.organisation_id is None or target.organisation_id in actor.organisations()
        case "event":
            ran = target.organisation_id is None or target.organisation_id in actor.organisations()
            return ran or "official" in actor.roles
        case "merchant":
            return target.merchant_id is None or target.merchant_id in actor.merchants()
        case None:
            return True


def _may_see_points(actor: Actor, target: Target) -> bool:
    """One's own, those of the household one belongs to, those of one's organisation; auditors and officials all."""
    if target == _NOTHING or actor.roles & {"auditor", "official"}:
        return True
    own = actor.holder_id is not None and actor.holder_id == target.holder_id
    shared = actor.holder_id in (target.member_ids or ())
    return own or shared or target.organisation_id in actor.organisations()
