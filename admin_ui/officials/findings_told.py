"""Findings of a draft as a page shows them: the line, the place, the sentence, whether it must be mended. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.web.door import Door
from kernel.errors import Finding
from rules.language.places import lines_of


@dataclass(frozen=True, slots=True)
class FindingTold:
    """One finding, ready for a table."""

    line: int
    path: str
    words: str
    blocking: bool


def findings_told(door: Door, text: str, findings: Sequence[Finding]) -> list[FindingTold]:
    """Findings in the reader's language, in the order of their lines; one on a cell of a workbook has none (0)."""
    found = list(findings)
    told = [
        FindingTold(0 if "!" in one.path else line, one.path, door.say(one.message_id, **one.values), one.blocking)
        for one, line in zip(found, lines_of(text, found), strict=True)
    ]
    return sorted(told, key=lambda one: one.line)
