"""Who acts: a resident, a member of staff, a device, a firing of the clock, a vendor's program.

Pure data. Must never carry a name: an actor is an id, what it was granted, and whom it stands for.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

ActorKind = Literal["resident", "staff", "device", "firing", "vendor"]
Role = Literal["organiser", "merchant", "official", "auditor", "operator"]


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, and where it counts: at one organisation, one merchant or one unit, or for the whole city."""

    role: Role
    organisation_id: UUID | None = None
    merchant_id: UUID | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever did a thing. `scopes` narrows what a token may do; None is a person's own session.

    `purpose`: what a program of another body said its token is for.

    A resident's `actor_id` is their `holder_id`.
    """

    actor_id: UUID
    kind: ActorKind
    holder_id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[str] | None = None
    purpose: str | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """The staff roles held anywhere."""
        return frozenset(grant.role for grant in self.grants)

    def organisations(self) -> frozenset[UUID]:
        """The organisations for which this actor is an organiser."""
        return frozenset(g.organisation_id for g in self.grants if g.role == "organiser" and g.organisation_id)

    def merchants(self) -> frozenset[UUID]:
        """The merchants for which this actor may verify and capture vouchers."""
        return frozenset(g.merchant_id for g in self.grants if g.role == "merchant" and g.merchant_id)
