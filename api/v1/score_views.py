"""A score over the API: what may be asked, and what comes back. Pure shapes; points are decimal strings."""

from datetime import date
from typing import Any, Self

from pydantic import Field

from api.web.shapes import Day, Shape
from kernel.errors import Finding
from kernel.locale import Language
from rules.catalogue.register import catalogue
from rules.engine.explain import explain
from rules.engine.model import Pack
from rules.language.facts import FactsInvalid, read_holder
from rules.language.score import decimal, score

MOST_FACTS = 500


class ScoreRequest(Shape):
    """Facts by name, as the columns of a file of facts; events as in one. `use` names one of the pack's results."""

    facts: dict[str, Any] = Field(default={}, max_length=MOST_FACTS)
    events: list[dict[str, Any]] = Field(default=[], max_length=MOST_FACTS)
    as_of: Day | None = None
    use: str | None = Field(default=None, max_length=64)


class ReasonView(Shape):
    """One reason against, in both languages."""

    code: str
    zh: str
    en: str


class ScoreView(Shape):
    """The result, item by item, with its sums in the caller's language; `eligible` is null where nothing decides it."""

    eligible: bool | None
    total: str
    items: dict[str, str]
    reasons: list[ReasonView]
    level: str | None
    as_of: date
    explanation: list[str]

    @classmethod
    def of(cls, pack: Pack, asked: ScoreRequest, today: date, language: Language) -> Self:
        """Work it out. Refuses with FactsInvalid."""
        row = {**asked.facts, "events": asked.events}
        known, findings = read_holder(row, "facts", catalogue(pack.catalogue))
        if asked.use is not None and asked.use not in {result.code for result in pack.results}:
            findings.append(Finding("UNKNOWN_NAME", "use", "Nothing here is called {name}.", {"name": asked.use}))
        if findings:
            raise FactsInvalid(findings=findings)
        day = asked.as_of or today
        found = score(pack, known, day, use=asked.use)
        return cls(
            eligible=found.eligible,
            total=decimal(found.total, pack.decimals),
            items={code: decimal(points, pack.decimals) for code, points in found.items.items()},
            reasons=[ReasonView(code=one.code, zh=one.title["zh"], en=one.title["en"]) for one in found.reasons],
            level=found.level,
            as_of=day,
            explanation=[line.text for trace in found.traces for line in explain(pack, trace, language)],
        )
