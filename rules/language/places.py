"""Where in a text a finding stands: its line, found again from its path.

Pure. A path names items and levels by code or by number; what the text does not have leads to the nearest thing around.
"""

from typing import Any

from kernel.errors import Finding
from rules.language.text import Path, read_text


def lines_of(text: str, findings: list[Finding]) -> list[int]:
    """The line of each finding, counted from 1."""
    read = read_text(text)
    return [_told(finding) or read.line_of(_path(read.tree, finding.path)) for finding in findings]


def _told(finding: Finding) -> int:
    """The line that the reader itself has told."""
    line = finding.values.get("line")
    return line if isinstance(line, int) else 0


def _path(tree: Any, spoken: str) -> Path:
    """The keys and numbers of a spoken path, as far as the tree has them: `items.service.caps.0`."""
    path: list[str | int] = []
    for part in spoken.split("."):
        match tree:
            case dict() if part in tree:
                path.append(part)
                tree = tree[part]
            case dict() if isinstance(tree.get("steps"), list):  # a level is named right after its scale
                path += ["steps", number] if (number := _number(tree["steps"], part)) is not None else ["steps"]
                tree = tree["steps"][number] if number is not None else None
            case list() if (number := _number(tree, part)) is not None:
                path.append(number)
                tree = tree[number]
            case _:
                break
    return tuple(path)


def _number(entries: list[Any], part: str) -> int | None:
    """Which entry is meant: by its number, or by the code that it has."""
    if part.isdigit():
        return int(part) if int(part) < len(entries) else None
    codes = [entry.get("code") if isinstance(entry, dict) else None for entry in entries]
    return codes.index(part) if part in codes else None
