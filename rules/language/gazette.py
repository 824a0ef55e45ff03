"""A pack as anybody may read it: paragraphs in Chinese or English, written from the pack itself.

Pure. Must never say what the engine does not do: every paragraph is made from the very nodes that it runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kernel.locale import Language, translate
from rules.engine.model import Pack
from rules.engine.words import titled
from rules.language.chapters import basis_words, chapters
from rules.language.edit import describe_changes

STATUS = {
    "live": "These rules count.",
    "record": "A record of the past: it is read and compared, and never published.",
    "example": "An example with invented numbers: it is never published.",
}
HOLDERS = {
    "resident": "They are about residents.",
    "household": "They are about households.",
    "organisation": "They are about organisations.",
    "unit": "They are about towns and offices.",
}
PURPOSES = {
    "incentive": "Purpose: an incentive.",
    "benefit": "Purpose: a benefit.",
    "basic-public-service": "Purpose: a basic public service. Points order scarce places; nobody is left without one.",
    "risk-warning": "Purpose: a warning of risks.",
    "internal-management": "Purpose: management within an organisation.",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: the title, a heading, a sentence, or a point of a list."""

    kind: Literal["title", "heading", "text", "point"]
    text: str


def heading(text: str) -> Paragraph:
    return Paragraph("heading", text)


def point(text: str) -> Paragraph:
    return Paragraph("point", text)


def paragraphs(pack: Pack, language: Language, *, before: Pack | None = None) -> list[Paragraph]:
    """The whole pack; with `before`, what is different from that version stands at its end."""
    told = [Paragraph("title", titled(pack.title, language)), *_about(pack, language)]
    for title, points in chapters(pack, language):
        said = [point(text) for text in points]
        told += [heading(title), *said] if said else []
    if before is not None:
        changes = describe_changes(before, pack, language)
        title = translate(language, "What is different from version {version}", version=before.version)
        told += [heading(title), *(point(text) for text in changes)]
    return told


def markdown(told: list[Paragraph]) -> str:
    """The same as a text with marks that any program reads; what people wrote can not become a mark."""
    marks = {"title": "# ", "heading": "\n## ", "text": "", "point": "- "}
    return (
        "\n".join(f"{marks[one.kind]}{_plain(one.text)}" + ("\n" if one.kind == "title" else "") for one in told) + "\n"
    )


def _plain(text: str) -> str:
    """One line, with everything that Markdown or HTML would take for a mark made plain."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]#<>|" else letter for letter in " ".join(text.split()))


def _about(pack: Pack, language: Language) -> Iterator[Paragraph]:
    since = pack.effective_from.isoformat()
    if pack.sunset_on is None:
        dates = translate(language, "Version {version}, in force from {since}.", version=pack.version, since=since)
    else:
        message = "Version {version}, in force from {since} to {until}."
        until = pack.sunset_on.isoformat()
        dates = translate(language, message, version=pack.version, since=since, until=until)
    said = [
        dates,
        *(
            translate(language, message)
            for message in (STATUS[pack.status], HOLDERS[pack.holder], PURPOSES[pack.purpose])
        ),
    ]
    yield Paragraph("text", (" " if language == "en" else "").join(said))
    if pack.reaches_back_to is not None:
        message = (
            "This version also counts for what happened since {day}, before it was in force. Nobody loses by it: "
            "what it gives more is posted once, what was given stays."
        )
        if pack.mode == "assessment":
            message = (
                "This version also counts for scores as of a day since {day}, before it was in force. Nobody loses by "
                "it: where the rules of that day are better for somebody, they count."
            )
        yield Paragraph("text", translate(language, message, day=pack.reaches_back_to.isoformat()))
    if pack.basis:
        yield Paragraph("text", basis_words(pack, pack.basis, language))
