"""What the official's pages show, as plain values: numbers with their legal range, figures ready for a table.

Pure. Must never round: what a page shows is what was computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from admin_ui.officials.whatif_shape import kind_of
from kernel.locale import Language
from rules.catalogue.register import PointKind, catalogue
from rules.engine.model import Item, Pack, Parameter
from rules.engine.outcome import Title
from rules.engine.terms_in_words import cap_words, expiry_words, extra_words, limit_words, maturing_words
from rules.governance.reach import REACH


@dataclass(frozen=True, slots=True)
class Number:
    """One parameter as a box with two step buttons between its legal limits. Decimal texts."""

    name: str
    title: Title
    unit: str
    basis: Title
    document: str
    value: str
    least: str
    most: str
    asked: str

    @property
    def changed(self) -> bool:
        """Whether another value is asked for than the one in force."""
        return self.asked != self.value


@dataclass(frozen=True, slots=True)
class KindFigures:
    """The figures of one point kind, with everything that a page needs to tell them."""

    kind: PointKind
    figures: dict[str, Any]
    bars: list[dict[str, Any]]
    top: list[dict[str, Any]]


def plain(value: Fraction) -> str:
    """A fraction as a decimal text; parameters are decimals, so nothing is rounded."""
    if value.denominator == 1:
        return str(value.numerator)
    return str(Decimal(value.numerator) / Decimal(value.denominator))


def number_of(pack: Pack, parameter: Parameter, asked: int | None) -> Number:
    """A parameter for the page; `asked` is what somebody typed, if anything."""
    basis = catalogue(pack.catalogue).bases[parameter.basis]
    return Number(
        name=parameter.name,
        title=parameter.title,
        unit=parameter.unit,
        basis=basis.title,
        document=basis.document,
        value=plain(parameter.value),
        least=plain(parameter.least),
        most=plain(parameter.most),
        asked=plain(parameter.value) if asked is None else str(asked),
    )


def kinds_of(pack: Pack, figures: dict[str, Any], names: dict[UUID, str]) -> list[KindFigures]:
    """Each point kind that the comparison touches; holders become their masked names."""
    changed_first = sorted(figures["kinds"], key=lambda one: not (one["gain"] or one["lose"]))
    return [
        KindFigures(
            kind=kind_of(pack, one["point_kind"]),
            figures=one,
            bars=_bars(one["distribution"]),
            top=[{**row, "name": names.get(UUID(row["holder_id"]), "*")} for row in one["top"]],
        )
        for one in changed_first
    ]


def holders_in(figures: dict[str, Any]) -> list[UUID]:
    """Whose masked names a page of these figures needs."""
    return sorted({UUID(row["holder_id"]) for kind in figures["kinds"] for row in kind["top"]})


def levels_of(pack: Pack, figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The levels with their titles, where anybody comes or leaves."""
    titles = {(code, level.code): level.title for code, scale in pack.scales.items() for level in scale.levels}
    rows = [{**row, "title": titles[row["scale"], row["level"]]} for row in figures["levels"]]
    return rows if any(row[name] != 0 for row in rows for name in ("come", "leave")) else []


def items_of(pack: Pack, language: Language) -> list[dict[str, Any]]:
    """Each item in the order in which it was written: title, and its caps, extras and expiry in words."""
    return [{"title": item.title, "detail": _details(pack, item, language)} for item in map(pack.item, pack.shown)]


def _details(pack: Pack, item: Item, language: Language) -> list[str]:
    said = [cap_words(cap, language) for cap in item.caps]
    said += [extra_words(part, language) for part in item.multiply]
    said += expiry_words(pack, item.expires, language)
    said += [maturing_words(item.matures, language)] if item.matures else []
    said += [limit_words(pack, pack.limits[code], item, language) for code in item.limits]
    return said


def _bars(distribution: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bars with a length in percent of the longest; a count that is kept back has none."""
    longest = max([1, *(bar[side] or 0 for bar in distribution for side in ("before", "after"))])
    lengths = [{side: 100 * (bar[side] or 0) // longest for side in ("before", "after")} for bar in distribution]
    return [{**bar, "lengths": length} for bar, length in zip(distribution, lengths, strict=True)]


def rated(pack: Pack, kinds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A re-rate's figures by point kind, each with its title and unit, amounts as numbers."""
    return [
        {**one, "kind": kind_of(pack, one["point_kind"]), "given": int(one["given"]), "taken": int(one["taken"])}
        for one in kinds
    ]


def reach_of(pack: Pack, figures: dict[str, Any]) -> dict[str, Any] | None:
    """What the figures tell of reaching back, its days as days; None where they tell nothing of it."""
    told = figures.get(REACH)
    if told is None:
        return None
    days = [{**one, "as_of": date.fromisoformat(one["as_of"])} for one in told["days"]]
    return {**told, "until": date.fromisoformat(told["until"]), "kinds": rated(pack, told["kinds"]), "days": days}
