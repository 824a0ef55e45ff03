"""The trace of an assessment -> sentences beside its items': groups, the total, whose facts, what was left out.

Nothing is worked out here: the sentences say what the trace keeps. Pure.
"""

from fractions import Fraction
from typing import Any

from kernel.locale import Language, translate
from rules.engine.lines import Line, bounded
from rules.engine.model import Entitlement, Item, Pack, Trace
from rules.engine.outcome import Extra, Group, Result
from rules.engine.points_in_words import signed
from rules.engine.words import number, titled

LEFT_OUT = {
    "no_decision": "a decision with its number and who made it is missing ({count} ×)",
    "evidence": "not shown as these rules ask ({count} ×)",
    "no_reason": "whoever decided gave no reason ({count} ×)",
    "before_rules": "from before these rules began ({count} ×)",
    "age_unknown": "not counted while the age is not known ({count} ×)",
    "child": "not counted for anybody under 14 ({count} ×)",
    "not_told": "the person has not been told yet ({count} ×)",
    "too_old": "told too long after it happened ({count} ×)",
    "notice": "still within the notice period ({count} ×)",
    "disputed": "objected to, and so without effect for now ({count} ×)",
    "over": "over by now ({count} ×)",
    "repaired": "made good ({count} ×)",
}
CHOSEN = {
    "higher": "The facts of the {whose} count, whose total is the higher.",
    "equal": "The facts of the {whose} count: the totals are equal, and these rules name the {whose} first.",
    "eligible": "The facts of the {whose} count: whose total is higher is not eligible.",
    "only": "The facts of the {whose} count: nobody else meets what these rules ask of whose facts count.",
    "nobody": "Nobody meets what these rules ask of whose facts count, so the applicant's own do.",
}
COMBINED = {
    "highest": "the best of: {parts}",
    "lowest": "the least of: {parts}",
    "first": "the first of: {parts}",
    "only": "only one of: {parts}",
}


def group_sentences(pack: Pack, trace: Trace, language: Language) -> list[tuple[str, str, int]]:
    """Each group's code, sentence and points, the inner ones first."""
    points = {line["code"]: line["points"] for line in (*trace["items"], *trace.get("groups", ()))}
    return [
        (line["code"], _group(pack, pack.groups[line["code"]], line, points, language), line["points"])
        for line in trace.get("groups", ())
    ]


def _group(pack: Pack, group: Group, line: dict[str, Any], points: dict[str, int], language: Language) -> str:
    """`Personal quality: Education +80 + Skill +60 · at most 120 in all = +120`."""
    parts = [f"{titled_of(pack, code, language)} {signed(points[code], pack.decimals)}" for code in group.of]
    if group.combine == "sum":
        words = [" + ".join(parts)]
    else:
        listed = ("、" if language == "zh" else ", ").join(parts)
        words = [translate(language, COMBINED[group.combine], parts=listed)]
    if group.percent is not None:
        words.append(translate(language, "{percent} of it counts", percent=f"{number(group.percent.value)}%"))
    words += _extras(group.extras, line, pack, language)
    words += _bounds(group, line, pack, language)
    said = signed(line["points"], pack.decimals)
    title = titled(group.title, language)
    return translate(language, "{title}: {words} = {points}", title=title, words=" · ".join(words), points=said)


def titled_of(pack: Pack, code: str, language: Language) -> str:
    """What an item or a group is called."""
    return titled(pack.groups[code].title if code in pack.groups else pack.item(code).title, language)


def _extras(extras: tuple[Extra, ...], line: dict[str, Any], pack: Pack, language: Language) -> list[str]:
    by_code = {extra.code: extra for extra in extras}
    return [
        translate(
            language,
            "{title} (+{percent}%) {points}",
            title=titled(by_code[one["code"]].title, language),
            percent=number(by_code[one["code"]].percent.value),
            points=signed(one["points"], pack.decimals),
        )
        for one in line.get("multiplied", ())
    ]


def _bounds(node: Item | Group | Result, line: dict[str, Any], pack: Pack, language: Language) -> list[str]:
    """The cap or floor, where it changed the number."""
    before = line.get("raw", line["points"]) + sum(one["points"] for one in line.get("multiplied", ()))
    if node.cap is not None and bounded(before, node.cap, None, pack.decimals) == line["points"] < before:
        return [translate(language, "at most {limit} in all", limit=number(node.cap.value))]
    if node.floor is not None and bounded(before, None, node.floor, pack.decimals) == line["points"] > before:
        return [translate(language, "no less than {limit} in all", limit=number(node.floor.value))]
    return []


def bound_words(item: Item, line: dict[str, Any], pack: Pack, language: Language) -> list[str]:
    """What an item's own cap or floor changed, and which events were left out of it."""
    words = _bounds(item, line, pack, language) if "bound" in line else []
    return words + left_out_words(line, language)


def left_out_words(line: dict[str, Any], language: Language) -> list[str]:
    """Why events that might have taken points do not."""
    return [translate(language, LEFT_OUT[why], count=count) for why, count in line.get("left_out", {}).items()]


def total_sentences(pack: Pack, trace: Trace, language: Language) -> list[str]:
    """Whose facts counted, and the total against the line."""
    line, told = trace["total"], []
    result = next((use for use in pack.results if use.code == line["code"]), None)
    if why := trace.get("chosen"):
        told.append(translate(language, CHOSEN[why], whose=translate(language, trace.get("whose", "applicant"))))
    points = signed(line["points"], pack.decimals).lstrip("+")
    if result is not None:
        told += _extras(result.extras, line, pack, language) + _bounds(result, line, pack, language)
    if result is None or result.threshold is None or not result.threshold.value:
        told.append(translate(language, "Total: {points} points.", points=points))
    else:
        short = result.threshold.value - Fraction(line["points"], 10**pack.decimals)
        message = "Total: {points} points; needed: {line}."
        if short > 0:
            message = "Total: {points} points; needed: {line}, so {short} are missing."
        needed, missing = number(result.threshold.value), number(short)
        told.append(translate(language, message, points=points, line=needed, short=missing))
    if "valid_until" in trace:
        told.append(translate(language, "It holds until {day}.", day=trace["valid_until"]))
    return told + _level_sentences(pack, trace, result, language)


def opened_words(one: Entitlement, language: Language) -> str:
    """A right that a level opens: `Park ticket at 80 % of the price for 6 months`."""
    said = titled(one.title, language)
    if one.percent is not None:
        said = translate(language, "{words} at {percent} % of the price", words=said, percent=one.percent)
    if one.months is not None:
        said = translate(language, "{words} for {months} months", words=said, months=one.months)
    return said


def _level_sentences(pack: Pack, trace: Trace, result: Result | None, language: Language) -> list[str]:
    """The level of the points, what lowered it, and what the shares of everybody who was scored left of it."""
    if "level" not in trace or result is None or result.scale is None:
        return []
    reached = trace["level"]
    titles = {level.code: titled(level.title, language) for level in pack.scales[result.scale].levels}
    vetoes = {veto.code: titled(veto.title, language) for veto in pack.vetoes}
    message = "Level: {level}, because of: {veto}." if "by" in reached else "Level: {level}."
    by = vetoes.get(reached.get("by", ""), "")
    told = [translate(language, message, level=titles[reached["code"]], veto=by)]
    percents = {share.level: number(share.most_percent) for share in result.shares}
    for step in trace.get("shares", ()):
        known = {"level": titles[step["level"]], "percent": percents[step["level"]], "places": step["places"]}
        known |= {"everybody": step["everybody"], "place": step["place"], "tied": step["tied"]}
        told.append(translate(language, _share_message(step), **known))
    if "shares" in trace:
        told.append(translate(language, "Level after the shares: {level}.", level=titles[trace["shared_level"]]))
    elif reached["code"] in percents:
        message = "At most {percent} % of everybody are {level}: who, is known once all are scored together."
        told.append(translate(language, message, percent=percents[reached["code"]], level=titles[reached["code"]]))
    final = trace.get("shared_level", reached["code"])
    rights = [right for level in pack.scales[result.scale].levels if level.code == final for right in level.gives]
    if rights:
        words = ("、" if language == "zh" else ", ").join(opened_words(one, language) for one in rights)
        told.append(translate(language, "This level opens: {rights}.", rights=words))
    return told


def _share_message(step: Line) -> str:
    """What became of somebody at one level with a share."""
    if step["place"] is None:
        return "{level} (at most {percent} %, {places} of {everybody}): not eligible, so one level lower."
    if step["stays"]:
        return "{level} (at most {percent} %, {places} of {everybody}): place {place} in order, so it stays."
    if step["place"] <= step["places"]:
        return "{level} (at most {percent} %, {places} of {everybody}): {tied} share place {place}, so one level lower."
    return "{level} (at most {percent} %, {places} of {everybody}): place {place} in order, so one level lower."
