"""What the auditor's pages call things: point kinds, event kinds and evidence by their titles. Pure."""

from api.web.templates import duration, points, signed
from kernel.locale import Language
from rules.catalogue.register import catalogue


def amount(language: Language, code: str, minor: int, with_sign: bool = False) -> str:
    """An amount as people read it; minutes become hours and minutes. Unknown kinds show their minor units."""
    kind = catalogue().point_kinds.get(code)
    if kind is None or kind.unit != "minute":
        scale = kind.scale if kind else 0
        return signed(minor, scale) if with_sign else points(minor, scale)
    sign = "−" if minor < 0 else "+" if with_sign else ""
    return sign + duration(language, abs(minor))


def kind_title(language: Language, code: str) -> str:
    """The title of a point kind, or its code."""
    kind = catalogue().point_kinds.get(code)
    return kind.title[language] if kind else code


def event_title(language: Language, code: str) -> str:
    """The title of an event kind, or its code."""
    kind = catalogue().event_kinds.get(code)
    return kind.title[language] if kind else code


def evidence_title(language: Language, code: str) -> str:
    """The title of an evidence kind, or its code."""
    kind = catalogue().evidence_kinds.get(code)
    return kind.title[language] if kind else code
