"""Rules tried on somebody made up: the form as it was filled in, and what each of two packs makes of it.

For every face, beside what two packs make of somebody's own record. Nothing is kept. Must never score by anything but
the engine that scores everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from starlette.requests import Request

from api.web.door import Door
from api.web.entries import amount, kind_title
from kernel.calendar import day_of
from points.what_if.one import Comparison
from rules.catalogue.register import catalogue
from rules.engine.explain import Line, explain
from rules.engine.model import Pack
from rules.engine.outcome import Title
from rules.language.score import Result, score
from rules.language.trying import Asks, answered, asks_of

LONGEST = 200
"""Letters of an answer; longer ones are cut, since none that fits is longer."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What one pack says: the result, and the sums of each event, or of the whole assessment."""

    pack: Pack
    result: Result
    told: list[list[Line]]

    @property
    def level(self) -> Title | None:
        """The level reached, where the pack has levels of its total."""
        levels = {level.code: level.title for scale in self.pack.scales.values() for level in scale.levels}
        return levels.get(self.result.level or "")


@dataclass(frozen=True, slots=True)
class Trial:
    """A form that was filled in, or not yet: by field what was answered, what does not fit, and what came of it."""

    groups: Sequence[Asks]
    answers: Mapping[str, str]
    errors: list[tuple[str, str]]
    tried: list[Tried]

    @property
    def wrong(self) -> dict[str, str]:
        """By field, what does not fit."""
        return dict(self.errors)

    def filled(self, group: Asks) -> bool:
        """Whether anything was answered under a heading."""
        return any(self.answers.get(ask.name) for ask in group.fields)


async def answers_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent, as texts."""
    return {name: text[:LONGEST].strip() for name, text in (await request.form()).items() if isinstance(text, str)}


def try_on(door: Door, packs: Sequence[Pack], answers: Mapping[str, str]) -> Trial:
    """The form of what any of these packs reads, and what each makes of it; nothing while nothing is answered."""
    day = day_of(door.now)
    groups = asks_of(packs)
    names = {ask.name for group in groups for ask in group.fields}
    if not any(answers.get(name) for name in names):
        return Trial(groups, answers, [], [])
    findings = (one for pack in packs for one in answered(pack, answers, day)[1])
    if errors := dict.fromkeys((one.path, door.say(one.message_id, **one.values)) for one in findings):
        return Trial(groups, answers, list(errors), [])
    return Trial(groups, answers, [], [_tried(pack, answers, day, door) for pack in packs])


def _tried(pack: Pack, answers: Mapping[str, str], day: date, door: Door) -> Tried:
    known, _ = answered(pack, answers, day)
    result = score(pack, known, max([day, *(day_of(event.occurred_at) for event in known.events)]))
    return Tried(pack, result, [explain(pack, trace, door.language) for trace in result.traces])


def beside(door: Door, found: Comparison) -> dict[str, Any]:
    """What `web/ui/side_by_side.html` tells of one holder under two packs."""
    kinds = catalogue(found.draft.catalogue).event_kinds
    return {
        "found": found,
        "told": [(one, *found.sentences(one, door.language)) for one in found.told],
        "events": {code: kind.title for code, kind in kinds.items()},
        "counted": partial(amount, door.language),
        "kind_title": partial(kind_title, door.language),
    }
