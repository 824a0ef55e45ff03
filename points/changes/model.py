"""What a change would do, or did, to each account it touches, and under whose decision. Pure shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from points.ledger.book import Book
from points.ledger.model import DEBT, Minor


@dataclass(frozen=True, slots=True)
class Authority:
    """When a change is carried out, by which approval and decider; both are none while it is only looked at."""

    now: datetime
    approval_id: UUID | None = None
    decided_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One account before and after, minor units; `lapsed` of it fell due by the calendar, not by the change."""

    holder_id: UUID
    point_kind: str
    before: Minor
    after: Minor
    lapsed: Minor

    @property
    def change(self) -> Minor:
        return self.after - self.before + self.lapsed


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one kind of one holder."""

    holder_id: UUID
    point_kind: str
    amount: Minor


@dataclass(frozen=True, slots=True)
class Done:
    """What acting on pages gave beside the pages: what was forgiven, what no longer waits, and its transaction."""

    forgiven: tuple[Part, ...] = ()
    waiting: tuple[Part, ...] = ()
    transaction_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a change does, account by account."""

    moves: tuple[Move, ...] = ()
    forgiven: tuple[Part, ...] = ()
    waiting: tuple[Part, ...] = ()

    @property
    def holder_ids(self) -> set[UUID]:
        return {one.holder_id for group in (self.moves, self.forgiven, self.waiting) for one in group}

    def as_json(self) -> dict[str, Any]:
        """As it is bound by an approval; amounts as decimal texts."""
        return {
            "moves": [
                {
                    "holder_id": str(one.holder_id),
                    "point_kind": one.point_kind,
                    "before": str(one.before),
                    "after": str(one.after),
                    "lapsed": str(one.lapsed),
                }
                for one in self.moves
            ],
            "forgiven": [_part_json(one) for one in self.forgiven],
            "waiting": [_part_json(one) for one in self.waiting],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Figures":
        """Read back what `as_json` gave."""
        return cls(
            tuple(
                Move(
                    UUID(one["holder_id"]),
                    one["point_kind"],
                    int(one["before"]),
                    int(one["after"]),
                    int(one["lapsed"]),
                )
                for one in stored["moves"]
            ),
            tuple(_part(one) for one in stored["forgiven"]),
            tuple(_part(one) for one in stored["waiting"]),
        )


def _part_json(one: Part) -> dict[str, str]:
    return {"holder_id": str(one.holder_id), "point_kind": one.point_kind, "amount": str(one.amount)}


def _part(stored: Mapping[str, str]) -> Part:
    return Part(UUID(stored["holder_id"]), stored["point_kind"], int(stored["amount"]))


def figures_of(book: Book, done: Done) -> Figures:
    """What these pages did, beside what they were when they were opened."""
    moves = []
    for _, page in sorted(book.items()):
        kinds = {posting.draft.point_kind for posting in page.postings}
        for kind in sorted(kinds, key=lambda kind: (kind.startswith(DEBT), kind)):
            lapsed = -sum(
                one.draft.amount
                for one in page.postings
                if one.draft.point_kind == kind and one.draft.contra == "expiry"
            )
            before = page.read.get(kind, (0, 0, 0))[0]
            moves.append(Move(page.holder_id, kind, before, page.accounts[kind].posted, lapsed))
    return Figures(tuple(moves), done.forgiven, done.waiting)
