"""Which past a re-rate is about, why, and what it would do: what an approval binds. Pure shapes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

BECAUSE: Final[Mapping[str, Mapping[str, str]]] = {
    "milder": {"zh": "新规更有利,溯及既往", "en": "a rule that is milder for everybody reaches back"},
    "missing": {"zh": "事件发生时尚无规则", "en": "no rule was in force when it happened"},
    "wrong_rule": {"zh": "原版本规则有误", "en": "a version of the rules had an error"},
    "wrong_fact": {"zh": "原依据的事实有误", "en": "a fact it rested on was wrong"},
}
"""Why the past is decided again, by code."""
TAKES_BACK: Final = ("wrong_rule", "wrong_fact")
"""Only an error takes points back; a new rule never reaches back to anybody's loss."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The programme and the days on which its events began, half-open, and why they are decided again."""

    programme: str
    from_on: date
    to_on: date
    because: str

    @classmethod
    def through(cls, programme: str, from_on: date, last_on: date, because: str) -> "Terms":
        """The same with the last day counted; the last one of the calendar has none after it, and is refused later."""
        return cls(programme, from_on, min(last_on, date.max - timedelta(days=1)) + timedelta(days=1), because)

    @property
    def takes_back(self) -> bool:
        """Whether points that were given too many are taken back."""
        return self.because in TAKES_BACK

    def as_json(self) -> dict[str, str]:
        return {
            "programme": self.programme,
            "from_on": self.from_on.isoformat(),
            "to_on": self.to_on.isoformat(),
            "because": self.because,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Terms":
        """Read back what `as_json` gave."""
        days = (date.fromisoformat(stored["from_on"]), date.fromisoformat(stored["to_on"]))
        return cls(stored["programme"], *days, stored["because"])


@dataclass(slots=True)
class Figures:
    """What a re-rate would do, or did: by point kind whom it gives to and takes from, and how much in minor units.

    `events` were looked at, `changed` are worth something else now; `waiting` are left until what they gave counts,
    `merged` because their register was merged away.
    """

    events: int = 0
    changed: int = 0
    waiting: int = 0
    merged: int = 0
    by_holder: dict[str, Counter[UUID]] | None = None

    def add(self, holder_id: UUID, changes: Mapping[str, int]) -> None:
        """One event of a holder that is worth something else now."""
        self.changed += 1
        sums = self.by_holder = self.by_holder if self.by_holder is not None else {}
        for point_kind, change in changes.items():
            sums.setdefault(point_kind, Counter())[holder_id] += change

    def as_json(self) -> dict[str, Any]:
        """As an approval binds it: counts of people, sums of points, nobody's name or id."""
        return {
            "events": self.events,
            "changed": self.changed,
            "waiting": self.waiting,
            "merged": self.merged,
            "kinds": [
                {
                    "point_kind": point_kind,
                    "gain": sum(1 for change in sums.values() if change > 0),
                    "lose": sum(1 for change in sums.values() if change < 0),
                    "given": str(sum(change for change in sums.values() if change > 0)),
                    "taken": str(-sum(change for change in sums.values() if change < 0)),
                }
                for point_kind, sums in sorted((self.by_holder or {}).items())
                if any(sums.values())
            ],
        }


def together(pieces: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of several pieces as one; nobody stands in two pieces."""
    kinds: dict[str, Counter[str]] = {}
    for piece in pieces:
        for kind in piece["kinds"]:
            own = kinds.setdefault(kind["point_kind"], Counter())
            own.update({name: int(kind[name]) for name in ("gain", "lose", "given", "taken")})
    return {
        **{name: sum(piece[name] for piece in pieces) for name in ("events", "changed", "waiting", "merged")},
        "kinds": [
            {
                "point_kind": kind,
                "gain": own["gain"],
                "lose": own["lose"],
                "given": str(own["given"]),
                "taken": str(own["taken"]),
            }
            for kind, own in sorted(kinds.items())
        ],
    }
