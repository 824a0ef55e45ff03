"""Changes to a pack's text: one parameter at a time, everything else byte for byte; and a change told in words.

Pure. Must never rewrite what it was not asked to: comments and layout of officials stay theirs.
"""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

from kernel.locale import Language, translate
from rules.engine.compare import Change, compare
from rules.engine.model import Pack, Parameter
from rules.engine.words import number, titled
from rules.language.loader import PackInvalid
from rules.language.text import Path, read_text

REACH = "reaches_back_to"
_REACHES = (
    re.compile(rf"^{REACH}:.*(?:\n|\Z)", re.MULTILINE),
    re.compile(rf',\s*"?{REACH}"?\s*:\s*"?[0-9-]+"?'),
)
"""The key on a line of its own, and within braces."""
PARTS = {
    "quantity": "what counts",
    "price": "the price",
    "when": "the condition",
    "caps": "the caps",
    "multiply": "the extra share",
    "expires": "how long the points are valid",
    "matures": "when the points may be spent",
    "limits": "the shared limits",
    "cooldown_minutes": "the time between two that count",
    "into": "the kind of points",
    "on": "the kind of event",
    "title": "the title",
    "basis": "the legal basis",
    "per": "the window of the limit",
    "by": "who shares the limit",
    "least": "the smallest allowed value",
    "most": "the largest allowed value",
    "unit": "the unit",
    "status": "the status",
    "purpose": "the purpose",
    "threshold": "the points needed",
    "of": "what is counted",
    "combine": "how it is put together",
    "cap": "the most it gives",
    "floor": "the least it gives",
    "order": "the order",
    "vetoes": "what decides alone",
    "bars": "who stays out for a time",
    "procedure": "the procedure",
    "deduction": "the rights of the person",
    "gives": "what it opens",
    "requires": "what must hold first",
    "sunset_on": "the last day",
}


def with_parameter(
    text: str, name: str, value: int | Decimal, *, version: str | None = None, effective_from: date | None = None
) -> str:
    """The text of a new version with one parameter changed; KeyError when the pack has no such parameter.

    `version` and `effective_from` are written in where given. Whether the value is legal is the checker's question.
    """
    read = read_text(text)
    if read.findings:
        raise PackInvalid(read.findings)
    written: dict[Path, str] = {("parameters", name, "value"): str(value)}
    if version is not None:
        written[("version",)] = f'"{version}"'
    if effective_from is not None:
        written[("effective_from",)] = effective_from.isoformat()
    for path in sorted(written, key=lambda path: read.spans[path], reverse=True):
        start, end = read.spans[path]
        text = text[:start] + written[path] + text[end:]
    return text


def with_reach(text: str, since: date | None) -> str:
    """The text as a version that reaches back to a day, or to none; everything else byte for byte.

    A text that can't be read, or whose key can't be taken out alone, comes back as it is.
    """
    read = read_text(text)
    if not isinstance(read.tree, dict) or read.findings or read.tree.get(REACH) == since:
        return text
    wanted = {key: value for key, value in read.tree.items() if key != REACH}
    bare = next((one for pattern in _REACHES if read_text(one := pattern.sub("", text)).tree == wanted), text)
    if since is None:
        return bare
    end = read_text(bare).spans.get(("effective_from",), (0, 0))[1]
    line_end = end + len(bare[end:].partition("\n")[0])
    written = f"{REACH}: {since.isoformat()}"
    tried = (f"{bare[:line_end]}\n{written}{bare[line_end:]}", f"{bare[:end]}, {written}{bare[end:]}")
    return next((one for one in tried if read_text(one).tree == wanted | {REACH: since}), text)


def describe_changes(before: Pack, after: Pack, language: Language) -> list[str]:
    """What a change does, one sentence each: `Points an hour: 10 → 12`."""
    return [_sentence(change, before, after, language) for change in compare(before, after)]


def _sentence(change: Change, before: Pack, after: Pack, language: Language) -> str:
    if change.what == "parameter":
        return _parameter(change, after.parameters.get(change.name) or before.parameters[change.name], language)
    if change.part in ("version", "effective_from"):
        message = "Version: {before} → {after}" if change.part == "version" else "In force from: {before} → {after}"
        return translate(language, message, before=str(change.before), after=str(change.after))
    if change.part == "reaches_back_to":
        return _reach(change, language)
    title = change.name
    if change.what == "item":
        pack = after if any(item.code == change.name for item in after.items) else before
        title = titled(pack.item(change.name).title, language)
    elif change.what == "limit":
        title = titled((after.limits.get(change.name) or before.limits[change.name]).title, language)
    elif change.what == "group":
        title = titled((after.groups.get(change.name) or before.groups[change.name]).title, language)
    elif change.what == "result":
        title = next(
            (titled(use.title, language) for use in (*after.results, *before.results) if use.code == change.name), ""
        )
        title = title or titled(after.title, language)
    elif change.what == "pack":
        title = titled(after.title, language)
    if change.part == "":
        return _whole(change, title, language)
    part = translate(language, PARTS.get(change.part, "something else"))
    return translate(language, "{title}: {part} is different", title=title, part=part)


def _reach(change: Change, language: Language) -> str:
    if change.after is None:
        return translate(language, "It reaches back to no earlier day")
    return translate(language, "Counts for what happened since {day}, too", day=change.after.isoformat())


def _parameter(change: Change, parameter: Parameter, language: Language) -> str:
    title = titled(parameter.title, language)
    if change.part == "":
        return _whole(change, title, language)
    if isinstance(change.before, Fraction) and isinstance(change.after, Fraction):
        before, after = number(change.before, 6) + parameter.unit, number(change.after, 6) + parameter.unit
        if change.part == "value":
            return translate(language, "{title}: {before} → {after}", title=title, before=before, after=after)
        part = translate(language, PARTS[change.part])
        message = "{title}, {part}: {before} → {after}"
        return translate(language, message, title=title, part=part, before=before, after=after)
    part = translate(language, PARTS.get(change.part, "something else"))
    return translate(language, "{title}: {part} is different", title=title, part=part)


def _whole(change: Change, title: str, language: Language) -> str:
    if change.before is None:
        return translate(language, "Added: {title}", title=title)
    if change.after is None:
        return translate(language, "Taken away: {title}", title=title)
    return translate(language, "The levels “{title}” are different", title=title)
