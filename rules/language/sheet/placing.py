"""Which cell a finding is about: from where it stands in the pack to where it stands in a workbook. Pure.

A finding that already names a cell keeps it. Must never lose a finding: one without a cell stays as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kernel.errors import Finding
from rules.language.sheet.cells import Place, address, place_of
from rules.language.text import Path

Places = Mapping[Path, Place]


def path_of(tree: Any, said: str) -> Path:
    """The keys and numbers of a spoken path; entries are named by number or code, a level right after its scale."""
    path: list[str | int] = []
    for part in () if said == "pack" else said.split("."):
        if isinstance(tree, dict) and part not in tree and isinstance(tree.get("steps"), list):
            path.append("steps")
            tree = tree["steps"]
        if isinstance(tree, list):
            codes = [entry.get("code") if isinstance(entry, dict) else None for entry in tree]
            number = codes.index(part) if part in codes else int(part) if part.isascii() and part.isdigit() else -1
            path.append(number)
            tree = tree[number] if 0 <= number < len(tree) else None
        else:
            path.append(part)
            tree = tree.get(part) if isinstance(tree, dict) else None
    return tuple(path)


def place_in(finding: Finding, tree: Any, places: Places) -> Place | None:
    """The cell of a finding: of what it names in the pack, or of the nearest thing around it."""
    spoken = finding.values.get("pack_path", None if place_of(finding.path) else finding.path)
    if not isinstance(spoken, str):
        return place_of(finding.path)
    path = path_of(tree, spoken)
    while path not in places and path:
        path = path[:-1]
    return places.get(path)


def placed(findings: Iterable[Finding], tree: Any, places: Places) -> list[Finding]:
    """The findings with their cells as paths; what they name in the pack is kept beside it, the line is not."""
    found: list[Finding] = []
    for finding in findings:
        place = None if place_of(finding.path) else place_in(finding, tree, places)
        values = {key: value for key, value in finding.values.items() if key != "line"}
        if place is not None:
            values["pack_path"] = finding.path
            finding = replace(finding, path=address(place))
        found.append(replace(finding, values=values))
    return found
