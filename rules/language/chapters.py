"""The chapters of a gazette: what must hold, each scored line in a sentence, groups, results, levels, limits, numbers.

Pure. Must never say what the engine does not do: every sentence is made from the very nodes that it runs.
"""

from collections.abc import Iterator, Sequence

from kernel.locale import Language, translate
from rules.catalogue.register import catalogue
from rules.engine.explain import HOURS
from rules.engine.model import Item, Pack, Parameter
from rules.engine.outcome import Deduction
from rules.engine.price_sentences import Counted, points_words, price_words
from rules.engine.sentences import condition_words, listed, quantity_words
from rules.engine.terms import Limit
from rules.engine.terms_in_words import cap_words, expiry_words, extra_words, limit_words, maturing_words
from rules.engine.words import field_of, measured, number, titled, unit_words
from rules.language.levels_in_words import procedure_words, promise_words, scale_words
from rules.language.results_in_words import bar_words, group_words, result_words, veto_words

COMBINES = {
    "highest": "of several the best counts",
    "lowest": "of several the lowest counts",
    "first": "of several the first that is not zero counts",
    "only": "only one of them may give points",
}
ROUNDINGS = {"up": "rounded up", "down": "rounded down"}
PER = {
    "day": "at most {most} a day for all together",
    "month": "at most {most} a month for all together",
    "year": "at most {most} a year for all together",
    "total": "at most {most} in all for all together",
}
PER_EACH = {
    "day": "at most {most} a day for each that shares it",
    "month": "at most {most} a month for each that shares it",
    "year": "at most {most} a year for each that shares it",
    "total": "at most {most} in all for each that shares it",
}


def chapters(pack: Pack, language: Language) -> Iterator[tuple[str, list[str]]]:
    """Each chapter's title with its sentences; an empty one has nothing to say."""
    yield translate(language, "What must hold first"), _required(pack, language)
    yield translate(language, "What is scored"), [item_sentence(pack, pack.item(code), language) for code in pack.shown]
    yield (
        translate(language, "What is taken together"),
        [group_words(pack, one, language) for one in pack.groups.values()],
    )
    yield translate(language, "What it comes to"), [result_words(pack, one, language) for one in pack.results]
    alone = [veto_words(pack, one, language) for one in pack.vetoes]
    alone += [bar_words(pack, one, language) for one in pack.bars]
    yield translate(language, "What decides alone"), alone
    yield translate(language, "Levels"), [scale_words(pack, scale, language) for scale in pack.scales.values()]
    yield translate(language, "Limits that everybody shares"), [_limit(one, language) for one in pack.limits.values()]
    yield translate(language, "What is promised"), promise_words(pack, language)
    yield translate(language, "How it goes on"), procedure_words(pack, language)
    yield (
        translate(language, "Numbers that officials may move, each within its legal range"),
        [_parameter(pack, one, language) for one in pack.parameters.values()],
    )


def basis_words(pack: Pack, codes: Sequence[str], language: Language) -> str:
    """`Legal basis: Ordinance on volunteering (State Council order 685)`."""
    bases = [catalogue(pack.catalogue).bases[code] for code in codes]
    message = "{title} ({document})"
    said = [translate(language, message, title=titled(one.title, language), document=one.document) for one in bases]
    return translate(language, "Legal basis: {bases}", bases=listed(said, language))


def item_sentence(pack: Pack, item: Item, language: Language) -> str:
    """One scored line in a sentence: what counts, what it is worth, and everything that bounds it."""
    known = catalogue(pack.catalogue)
    field = field_of(item.quantity, item, known)
    counted = Counted(unit_words(item.quantity, item, known), field.labels if field else {})
    what = quantity_words(item.quantity, item.on, known, language)
    if item.into is not None and known.point_kinds[item.into].family == HOURS:
        worth = translate(language, "counted as it was")
    else:
        worth = price_words(item.price, counted, language)
    first = translate(language, "{what}: {points}", what=what, points=worth)
    words = listed([first, *_bounds(pack, item, language)], language, ";")
    return translate(language, "{title}. {words}.", title=titled(item.title, language), words=words)


def _bounds(pack: Pack, item: Item, language: Language) -> Iterator[str]:
    """What holds beside the price: conditions, extra shares, caps, shared limits, dates, proof, basis."""
    known = catalogue(pack.catalogue)
    if item.combine in COMBINES:
        yield translate(language, COMBINES[item.combine])
    if item.cap is not None:
        yield translate(language, "at most {points} in all", points=points_words(item.cap, language))
    if item.floor is not None:
        yield translate(language, "at least {points} in all", points=points_words(item.floor, language))
    if item.when is not None:
        yield translate(language, "needed: {condition}", condition=condition_words(item.when, item.on, known, language))
    yield from (extra_words(part, language) for part in item.multiply)
    yield from (cap_words(cap, language) for cap in item.caps)
    if item.cooldown_minutes:
        time = measured(item.cooldown_minutes, "minute", language)
        yield translate(language, "at least {time} between two that count", time=time)
    yield from (limit_words(pack, pack.limits[code], item, language) for code in item.limits)
    if item.matures is not None:
        yield maturing_words(item.matures, language)
    yield from expiry_words(pack, item.expires, language)
    if item.rounding in ROUNDINGS:
        yield translate(language, ROUNDINGS[item.rounding])
    if item.evidence:
        kinds = [titled(known.evidence_kinds[kind].title, language) for kind in item.evidence]
        yield translate(language, "shown by: {kinds}", kinds=listed(kinds, language))
    if item.deduction is not None:
        yield from _rights(item.deduction, language)
    if item.basis:
        yield basis_words(pack, item.basis, language)


def _rights(owed: Deduction, language: Language) -> Iterator[str]:
    """What is owed to whom points are taken from."""
    message = (
        "told {notice} working days before it counts, open to objection for {appeal} days, over after {lasts} days"
    )
    yield translate(language, message, notice=owed.notice_days, appeal=owed.appeal_days, lasts=owed.lasts_days)
    if owed.with_reason:
        yield translate(language, "only with the reason of whoever decided")
    for way in owed.repairs:
        message = "can be made good by {title}, which gives {percent} % back"
        yield translate(language, message, title=titled(way.title, language), percent=way.restores_percent)


def _required(pack: Pack, language: Language) -> list[str]:
    known = catalogue(pack.catalogue)
    return [
        translate(
            language,
            "{condition}; otherwise: {words}",
            condition=condition_words(one.when, None, known, language),
            words=titled(one.otherwise, language),
        )
        for one in pack.requires
    ]


def _limit(limit: Limit, language: Language) -> str:
    message = PER_EACH[limit.per] if limit.by else PER[limit.per]
    words = translate(language, message, most=number(limit.most.value))
    return translate(language, "{title}: {words}", title=titled(limit.title, language), words=words)


def _parameter(pack: Pack, one: Parameter, language: Language) -> str:
    value, least, most = (number(value, 6) + one.unit for value in (one.value, one.least, one.most))
    message = "{title}: {value} (legal range {least} to {most})"
    said = translate(language, message, title=titled(one.title, language), value=value, least=least, most=most)
    return listed([said, basis_words(pack, (one.basis,), language)], language, ";") if one.basis else said
