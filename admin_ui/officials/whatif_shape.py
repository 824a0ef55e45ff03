"""What the pages of a what-if show, as plain values: groups with their titles, one amount in its unit, two runs beside
each other. Pure.

Must never round and never work out what was kept back.
"""

from dataclasses import dataclass
from typing import Any

from kernel.locale import Language, translate
from rules.catalogue.register import Catalogue, PointKind, catalogue
from rules.engine.model import Pack


@dataclass(frozen=True, slots=True)
class Groups:
    """One way of grouping people, for one point kind: rows as a page shows them."""

    title: str
    heading: str
    kind: PointKind
    rows: list[dict[str, Any]]

    @property
    def unfair(self) -> bool:
        """Whether a group gains too little beside everybody."""
        return any(row.get("unfair") for row in self.rows)


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of two runs."""

    title: str
    kind: PointKind | None
    first: int | None
    second: int | None


def kind_of(pack: Pack, code: str) -> PointKind:
    """What a figure counts: a point kind, or the total of an assessment."""
    found = catalogue(pack.catalogue).point_kinds.get(code)
    return found or PointKind(code, "merit", pack.decimals, "point", {"zh": "总分", "en": "Total"})


def groups_of(pack: Pack, figures: dict[str, Any], language: Language) -> list[Groups]:
    """Each grouping of the point kinds that change; nothing of those that stay as they are."""
    known = catalogue(pack.catalogue)
    changed = {kind["point_kind"] for kind in figures["kinds"] if kind["gain"] or kind["lose"]}
    found = []
    for one in figures.get("dimensions", ()):
        for kind in one["kinds"]:
            if kind["point_kind"] in changed:
                paid = kind_of(pack, kind["point_kind"])
                heading = _dimension(known, one["by"], language)
                title = translate(language, "{points} by {group}", points=paid.title[language], group=heading)
                rows = [
                    {**row, "title": _group(known, figures, one["by"], row["group"], language)}
                    for row in kind["groups"]
                ]
                found.append(Groups(title, heading, paid, rows))
    return found


def _dimension(known: Catalogue, by: str, language: Language) -> str:
    if by == "unit":
        return translate(language, "home unit")
    return known.facts[by].value.title[language] if by in known.facts else by


def _group(known: Catalogue, figures: dict[str, Any], by: str, group: str, language: Language) -> str:
    if not group:
        return translate(language, "not known")
    if by == "unit":
        title = figures["units"][group]
        return str(title.get(language) or next(iter(title.values())))
    labels = known.facts[by].value.labels if by in known.facts else {}
    return str(labels[group][language]) if group in labels else group


def beside(pack: Pack, first: dict[str, Any], second: dict[str, Any], language: Language) -> list[Beside]:
    """The figures of two runs, one a line; what one of them does not have is none."""
    sides = [{kind["point_kind"]: kind for kind in figures["kinds"]} for figures in (first, second)]
    said = {
        "gain": translate(language, "gain"),
        "lose": translate(language, "lose"),
        "same": translate(language, "stay the same"),
        "before": translate(language, "Total before"),
        "after": translate(language, "Total after"),
        "cost": translate(language, "More in the year"),
    }
    lines = [
        Beside(translate(language, "People"), None, first["holders"], second["holders"]),
        Beside(translate(language, "Events"), None, first["events"], second["events"]),
    ]
    for code in sorted(sides[0].keys() | sides[1].keys()):
        paid = kind_of(pack, code)
        for name, words in said.items():
            values = [side[code][name] if code in side else None for side in sides]
            kind = paid if name in ("before", "after", "cost") else None
            lines.append(Beside(f"{paid.title[language]} · {words}", kind, values[0], values[1]))
    return lines
