"""What clients asked and heard, held against what the ledger wrote down and a sequential model of a few lines. Pure.

Each holder's recorded order is the witness: in that order every effect must be possible, every answer explained,
nothing acknowledged may be missing or stand twice, and nobody may read what was already past when they asked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

Answer = dict[str, int]
Key = tuple[str, str]
"""An `award` and its business key, a `hold` and its purpose, the `end` of a hold, the `reversal` of an award."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a client: when it was asked, when answered (none: the client never heard), and with what.

    An answer of `refused` says what was available instead, one of `before` that somebody had done it already,
    one of `busy` that nothing was done.
    """

    holder_id: UUID
    act: str
    key: str
    asked_at: float
    answered_at: float | None = None
    answer: Answer | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether the client was told that it is done."""
        return self.answer is not None and not self.turned_down

    @property
    def turned_down(self) -> bool:
        """Whether the client was told that it did nothing."""
        return self.answer is not None and not {"refused", "before", "busy"}.isdisjoint(self.answer)


@dataclass(frozen=True, slots=True)
class Effect:
    """One row that the ledger wrote down. `amount`: given, held, captured, or taken back. `after`: the balance then."""

    holder_id: UUID
    act: str
    key: str
    recorded_at: datetime
    amount: int
    after: int | None = None

    @property
    def named(self) -> Key:
        return self.act, self.key


@dataclass(slots=True)
class Model:
    """One holder, one thing after the other."""

    posted: int = 0
    owed: int = 0
    holds: dict[str, int] = field(default_factory=dict)
    awards: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def seen(self) -> Answer:
        return {"posted": self.posted, "held": sum(self.holds.values())}

    @property
    def available(self) -> int:
        return self.posted - sum(self.holds.values())

    def apply(self, effect: Effect) -> str | None:
        """Let it happen; says why it could not."""
        amount, key = effect.amount, effect.key
        if effect.act == "award":
            told, paid = self.posted + amount, min(self.owed, amount)
            self.awards[key] = amount, paid
            self.posted, self.owed = told - paid, self.owed - paid
            return None if effect.after == told else "the balance after it is another"
        if effect.act == "hold":
            enough = self.available >= amount
            self.holds[key] = amount
            return None if enough else "more is held than is there"
        if effect.act == "end":
            if key not in self.holds:
                return "the hold had ended"
            held = self.holds.pop(key)
            self.posted -= amount
            return None if amount <= held else "more is captured than was held"
        # What the award had paid back is owed again, and its points are there to be taken.
        given, paid = self.awards.pop(key, (0, 0))
        taken = min(given, self.available + paid)
        self.posted, self.owed = self.posted + paid - taken, self.owed + paid + given - taken
        return None if taken == amount else "it took another amount"


def check(history: Sequence[Asked], effects: Sequence[Effect], ends: dict[UUID, Answer]) -> list[str]:
    """Everything that the history does not explain; `ends`: what each account says in the end."""
    faults = _once(history, effects)
    for holder_id in {one.holder_id for one in history}:
        mine = [one for one in history if one.holder_id == holder_id]
        rows = sorted((one for one in effects if one.holder_id == holder_id), key=lambda one: one.recorded_at)
        faults += _one_holder(mine, rows, ends.get(holder_id, {"posted": 0, "held": 0}))
    return faults


def _once(history: Iterable[Asked], effects: Iterable[Effect]) -> list[str]:
    stand = Counter(one.named for one in effects)
    asked = {(one.act, one.key) for one in history if not one.turned_down}
    faults = [f"{key} stands {count} times" for key, count in stand.items() if count > 1]
    faults += [f"{key} was never asked" for key in stand if key not in asked]
    done = {(one.act, one.key) for one in history if one.acknowledged and one.act != "read"}
    return faults + [f"{key} was acknowledged and is not there" for key in done if key not in stand]


def _one_holder(history: Sequence[Asked], effects: Sequence[Effect], end: Answer) -> list[str]:
    model, faults = Model(), []
    seen, available = [model.seen], [model.available]
    for effect in effects:
        if fault := model.apply(effect):
            faults.append(f"{effect.named}: {fault}")
        seen.append(model.seen)
        available.append(model.available)
    if model.seen != end:
        faults.append(f"the account says {end}, its history {model.seen}")
    did = [one for one in history if one.act != "read" and not one.turned_down]
    by_key = {(one.act, one.key): one for one in did}
    requests = [by_key.get(effect.named) for effect in effects]
    for place, one in enumerate(requests):
        if one and any(later and _before(later, one) for later in requests[place + 1 :]):
            faults.append(f"{(one.act, one.key)} was recorded before what had been answered when it was asked")
    for one in history:
        first, last = _between(one, requests)
        if one.act == "read" and one.answer is not None and one.answer not in seen[first : last + 1]:
            faults.append(f"nothing explains the reading {one.answer}")
        if one.answer and "refused" in one.answer and one.answer["refused"] not in available[first : last + 1]:
            faults.append(f"nothing explains the refusal {one.answer} of {one.key}")
        if one.answer and "before" in one.answer and (one.act, one.key) not in {e.named for e in effects[:last]}:
            faults.append(f"nobody had done {(one.act, one.key)} before")
    return faults


def _before(one: Asked, other: Asked) -> bool:
    """Whether one was answered before the other was asked."""
    return one.answered_at is not None and one.answered_at < other.asked_at


def _between(one: Asked, requests: Sequence[Asked | None]) -> tuple[int, int]:
    """After how many effects, at least and at most, this may have been answered."""
    first = max((place + 1 for place, other in enumerate(requests) if other and _before(other, one)), default=0)
    last = min((place for place, other in enumerate(requests) if other and _before(one, other)), default=len(requests))
    return first, last


Seeded = Callable[[list[Asked], list[Effect], dict[UUID, Answer]], None]
"""A fault put into what was recorded, in place, as the ledger would have written it."""
