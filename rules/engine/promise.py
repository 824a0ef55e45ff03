"""What a pack promises before anything is earned: what each item pays, and until when its points will last.

Pure. The same words as in an explanation, so that what was shown before is what is said afterwards.
"""

from collections.abc import Mapping

from kernel.locale import Language, translate
from rules.catalogue.register import Catalogue, catalogue
from rules.engine.explain import HOURS, Line
from rules.engine.model import Item, Pack
from rules.engine.points_in_words import rate_words
from rules.engine.pricing import Capped, Flat
from rules.engine.terms_in_words import cap_words, extra_words, lasts_for, limit_words, maturing_words
from rules.engine.tree import Number
from rules.engine.words import measured, number, spoken, titled


def promise(pack: Pack, standing: Mapping[str, int], language: Language) -> list[Line]:
    """One sentence an item, in the pack's order, for a holder who has so much of each point kind now."""
    known = catalogue(pack.catalogue)
    items = [pack.item(code) for code in pack.shown]
    return [Line(item.code, _sentence(pack, item, standing, known, language), None) for item in items]


def _sentence(pack: Pack, item: Item, standing: Mapping[str, int], known: Catalogue, language: Language) -> str:
    """`Volunteer service: 10 points an hour · at most 80 a day · valid for 48 months, because of Three stars`."""
    parts = [_pays(item, known, language)]
    if isinstance(item.price, Capped):
        parts.append(translate(language, "at most {most} points", most=number(item.price.most.value)))
    if item.when is not None:
        condition = spoken(item.when, item.on, known, language)
        parts.append(translate(language, "needed: {condition}", condition=condition))
    parts += [extra_words(part, language) for part in item.multiply]
    parts += [cap_words(cap, language) for cap in item.caps]
    parts += [limit_words(pack, pack.limits[code], item, language) for code in item.limits]
    parts += [] if item.matures is None else [maturing_words(item.matures, language)]
    parts += [] if item.expires is None else [lasts_for(pack, item.expires, standing, language)]
    return translate(language, "{title}: {words}", title=titled(item.title, language), words=" · ".join(parts))


def _pays(item: Item, known: Catalogue, language: Language) -> str:
    """The price in a few words; a table is only named."""
    if item.into is not None and known.point_kinds[item.into].family == HOURS:
        return translate(language, "counted as it was")
    price = item.price.price if isinstance(item.price, Capped) else item.price
    if isinstance(price, Flat) and isinstance(item.quantity, Number):
        return measured(price.give.value, "point", language)
    if isinstance(price, Flat):
        return translate(language, "{points} points each time", points=number(price.give.value))
    return rate_words(price, item, known, language) or translate(language, "points by the table of these rules")
