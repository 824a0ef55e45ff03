"""What an assessment comes to, as sentences: groups, results with their line and order, vetoes and bars.

Pure. Must never say what the engine does not do.
"""

from collections.abc import Iterator, Sequence

from kernel.locale import Language, translate
from rules.catalogue.register import catalogue
from rules.engine.model import Pack
from rules.engine.outcome import Bar, Extra, Group, OrderKey, Result, Veto
from rules.engine.price_sentences import points_words
from rules.engine.sentences import condition_words, listed
from rules.engine.words import number, titled

TOGETHER = {
    "sum": "the sum of {parts}",
    "highest": "the best of: {parts}",
    "lowest": "the lowest of: {parts}",
    "first": "the first that is not zero of: {parts}",
    "only": "at most one of: {parts}",
}
TIES = {
    "strict": "a tie at the line stays outside it",
    "inclusive": "a tie at the line is inside it",
    "lottery": "a tie at the line is decided by a public draw",
}
EFFECTS = {
    "blocks": "{condition}: not eligible, whatever the points",
    "zeroes": "{condition}: all points are lost",
    "level": "{condition}: the level is {level}, whatever the points",
}


def called(pack: Pack, code: str, language: Language) -> str:
    """What an item or a group is called."""
    if code in pack.groups:
        return titled(pack.groups[code].title, language)
    return titled(pack.item(code).title, language) if code in pack.shown else code


def group_words(pack: Pack, group: Group, language: Language) -> str:
    """`Contributions: the sum of blood donation, donation, at most 20 points`."""
    parts = listed([called(pack, code, language) for code in group.of], language)
    said = [translate(language, TOGETHER[group.combine], parts=parts)]
    if group.percent is not None:
        said.append(translate(language, "of which {percent} % counts", percent=number(group.percent.value)))
    said += _extras(pack, group.extras, language)
    if group.cap is not None:
        said.append(translate(language, "at most {points} in all", points=points_words(group.cap, language)))
    if group.floor is not None:
        said.append(translate(language, "at least {points} in all", points=points_words(group.floor, language)))
    words = listed(said, language, ";")
    return translate(language, "{title}: {words}", title=titled(group.title, language), words=words)


def result_words(pack: Pack, result: Result, language: Language) -> str:
    """What counts for one use of the score, the line, the order of those above it."""
    words = listed(list(_result(pack, result, language)), language, ";")
    title = titled(result.title, language)
    return translate(language, "{title}: {words}", title=title, words=words) if title else words


def _result(pack: Pack, result: Result, language: Language) -> Iterator[str]:
    known = catalogue(pack.catalogue)
    if result.of:
        parts = listed([called(pack, code, language) for code in result.of], language)
        yield translate(language, "what counts: {parts}", parts=parts)
    for one in result.requires:
        condition = condition_words(one.when, None, known, language)
        yield translate(language, "needed: {condition}", condition=condition)
    yield from _extras(pack, result.extras, language)
    if result.cap is not None:
        yield translate(language, "at most {points} in all", points=points_words(result.cap, language))
    if result.floor is not None:
        yield translate(language, "at least {points} in all", points=points_words(result.floor, language))
    if result.threshold is not None:
        yield translate(language, "eligible from {points} on", points=points_words(result.threshold, language))
    if result.decided is not None:
        yield translate(language, "the line is decided and made public each year")
    if result.order:
        keys = [_key(pack, key, language) for key in result.order]
        yield translate(language, "in the order of: {keys}", keys=listed(keys, language))
        yield translate(language, TIES[result.ties])
    for share in result.shares:
        message = "at most {percent} % of everybody reach {level}"
        level = _level(pack, result.scale, share.level, language)
        yield translate(language, message, percent=number(share.most_percent), level=level)
    if result.valid_months is not None:
        yield translate(language, "it holds for {months} months", months=result.valid_months)


def veto_words(pack: Pack, veto: Veto, language: Language) -> str:
    """`Forged documents: not eligible, whatever the points`."""
    condition = condition_words(veto.when, None, catalogue(pack.catalogue), language)
    level = next((_level(pack, code, veto.level, language) for code in pack.scales), "") if veto.level else ""
    words = translate(language, EFFECTS[veto.effect], condition=condition, level=level)
    return translate(language, "{title}: {words}", title=titled(veto.title, language), words=words)


def bar_words(pack: Pack, bar: Bar, language: Language) -> str:
    """`Forged documents: not eligible for 36 months after it`."""
    known = catalogue(pack.catalogue)
    event = titled(known.event_kinds[bar.kind].title, language)
    if bar.where is not None:
        where = condition_words(bar.where, bar.kind, known, language)
        event = translate(language, "{event} where {condition}", event=event, condition=where)
    if bar.months is None:
        words = translate(language, "not eligible ever after: {event}", event=event)
    else:
        message = "not eligible for {months} months after: {event}"
        words = translate(language, message, months=bar.months, event=event)
    return translate(language, "{title}: {words}", title=titled(bar.title, language), words=words)


def _extras(pack: Pack, extras: Sequence[Extra], language: Language) -> list[str]:
    known = catalogue(pack.catalogue)
    said = []
    for one in extras:
        title, percent = titled(one.title, language), number(one.percent.value)
        words = translate(language, "{title}: {percent} % more", title=title, percent=percent)
        if one.when is not None:
            condition = condition_words(one.when, None, known, language)
            words = translate(language, "{words} if {condition}", words=words, condition=condition)
        said.append(words)
    return said


def _key(pack: Pack, key: OrderKey, language: Language) -> str:
    match key.by:
        case "total":
            name = translate(language, "the total")
        case "fact":
            name = titled(catalogue(pack.catalogue).facts[key.name].value.title, language)
        case _:
            name = called(pack, key.name, language)
    message = "{name}, the greater first" if key.descending else "{name}, the smaller first"
    return translate(language, message, name=name)


def _level(pack: Pack, scale: str | None, code: str | None, language: Language) -> str:
    levels = pack.scales[scale].levels if scale is not None and scale in pack.scales else ()
    return next((titled(level.title, language) for level in levels if level.code == code), code or "")
