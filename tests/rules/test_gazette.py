"""The gazette says all that the engine runs: every node of the tree has a sentence in both languages, no other text."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pytest

from kernel.locale import LANGUAGES, Language, chinese
from rules.catalogue.register import catalogue
from rules.engine import price_sentences, pricing, sentences, tree, windows
from rules.engine.price_sentences import Counted, price_words
from rules.engine.pricing import Band, Price, Reading
from rules.engine.sentences import condition_words, quantity_words, window_words
from rules.engine.tree import Amount, Comparison
from rules.language import chapters, gazette, levels_in_words, results_in_words
from rules.language.gazette import markdown, paragraphs
from rules.language.loader import load

KNOWN = catalogue()
FIVE, LESS = Amount(Fraction(5)), Amount(Fraction(-3))
EVIDENCE = tree.EvidenceIn(("scanned_twice",))
FACT, COUNT = tree.Fact("age"), tree.Count(kind="service", within=windows.LastWindow("years", 5), where=EVIDENCE)
SELECTED: dict[str, Any] = {"kind": "service", "distinct": "place", "whose": "spouse"}
LASTED: Any = (("years", "total"), ("months", "latest"), ("days", "longest"))
QUANTITIES: tuple[tree.Quantity, ...] = (
    tree.Each(),
    tree.Data("minutes"),
    tree.MinutesWithin(1320, 360, "minutes"),
    tree.Number(100),
    FACT,
    tree.Fact("insured_years", by="insurance_kind"),
    tree.Fact("insured_years", kind="pension", whose="mother"),
    tree.Since("age", "months"),
    tree.Balance("volunteer-points"),
    *(tree.Members(how, "volunteer-points", 5) for how in ("total", "average", "share")),
    COUNT,
    tree.Count(**SELECTED, per="quarter"),
    tree.Sum(**SELECTED, name="minutes", per="day", each=60, fades=(tree.Fade(12, 50),)),
    *(tree.Extreme(**SELECTED, name="minutes", which=which) for which in ("greatest", "least")),
    tree.Values(**SELECTED, name="place"),
    *(tree.Lasting(**SELECTED, unit=unit, gap=3, run=run) for unit, run in LASTED),
    *(tree.Streak(**SELECTED, period=period) for period in get_args(windows.Period)),
    *(tree.Combined(how, (FACT, COUNT)) for how in sentences.COMBINED),
)
COMPARE = tree.Compare("fact", "age", Comparison.AT_LEAST, FIVE, whose="child")
CONDITIONS: tuple[tree.Condition, ...] = (
    EVIDENCE,
    COMPARE,
    tree.AllOf((EVIDENCE, COMPARE)),
    tree.AnyOf((EVIDENCE, COMPARE)),
    tree.NoneOf((EVIDENCE, COMPARE)),
    tree.SomeOf(2, (EVIDENCE, COMPARE, EVIDENCE)),
    tree.OnDay(("holiday", "monday")),
    tree.IfThen(EVIDENCE, COMPARE, None),
    tree.IfThen(EVIDENCE, COMPARE, COMPARE),
    tree.Measured(COUNT, Comparison.AT_MOST, FIVE),
    tree.Scored("a1", Comparison.ABOVE, FIVE),
)
WINDOWS: tuple[windows.Window, ...] = (
    windows.LastWindow("years", 5),
    windows.LastWindow("months", 5, "month"),
    windows.LastWindow("days", 5, "year"),
    windows.LastWindow("years", 5, "05-31"),
    windows.DatesWindow(date(2026, 1, 1), date(2026, 12, 31)),
    *(windows.CalendarWindow(unit, count) for unit in ("year", "quarter", "month") for count in (0, 2)),
)
FLAT, ONE = pricing.Flat(FIVE), Amount(Fraction(1))
BANDS = (
    Band(None, False, Fraction(5), False, ONE),
    Band(Fraction(5), True, Fraction(9), True, FIVE),
    Band(Fraction(9), False, None, False, LESS),
)
PRICES: tuple[Price, ...] = (
    FLAT,
    pricing.Flat(LESS),
    pricing.Every(ONE, FIVE, Amount(Fraction(0)), True),
    pricing.Every(ONE, FIVE, Amount(Fraction(45)), False),
    pricing.Every(ONE, FIVE, Amount(Fraction(50)), False, short=True),
    *(pricing.Bands(BANDS, reading) for reading in Reading),
    pricing.Choice({"bachelor": FIVE}),
    pricing.Add((FLAT, FLAT)),
    pricing.Highest((FLAT, FLAT)),
    pricing.Capped(FLAT, FIVE),
    pricing.Floored(FLAT, LESS),
    pricing.Percent(FLAT, FIVE),
    pricing.Share(FIVE, 1),
    pricing.Between(ONE, FIVE, 1),
    pricing.Between(ONE, FIVE, -1),
)
PACKS = sorted((*Path("rules/packs").glob("*.yaml"), *Path("rules/packs/records").glob("*.yaml")))
SOURCES = [path for path in PACKS if not path.name.endswith(".cases.yaml")]


def said(language: Language) -> Iterator[str]:
    """Every sentence of every node in this file."""
    counted = Counted("year", {"bachelor": {"zh": "本科", "en": "bachelor"}})
    for quantity in QUANTITIES:
        yield quantity_words(quantity, "service", KNOWN, language)
    for condition in CONDITIONS:
        yield condition_words(condition, "service", KNOWN, language)
    for window in WINDOWS:
        yield window_words(window, language)
    for price in PRICES:
        yield price_words(price, counted, language)


@pytest.mark.parametrize(
    ("union", "samples"),
    [(tree.Quantity, QUANTITIES), (tree.Condition, CONDITIONS), (windows.Window, WINDOWS), (Price, PRICES)],
    ids=["quantities", "conditions", "windows", "prices"],
)
def test_every_node_of_the_tree_is_among_the_samples(union: Any, samples: tuple[Any, ...]) -> None:
    assert set(get_args(union)) == {type(sample) for sample in samples}


def test_every_node_has_a_sentence_of_its_own_in_both_languages() -> None:
    for language in LANGUAGES:
        told = list(said(language))
        assert all(told)
        assert not [one for one in told if "{" in one or "}" in one]
        assert len(set(told)) == len(told)
    english = re.compile(r"[a-z]{3,}")
    assert not [one for one in said("zh") if english.search(one)]


def test_a_sentence_tells_the_numbers_it_is_about() -> None:
    zh = "、".join(said("zh"))
    for words in (
        "22:00 至 06:00",
        "近 5 年内",
        "每 1 年 5 分,不足部分按比例",
        "超过 45 年 的部分",
        "不满 5 年:1 分",
        "减 3 分",
    ):
        assert words in zh, words


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_pack_is_printed_whole_in_both_languages(path: Path) -> None:
    pack = load(path.read_text("utf-8"))
    for language in LANGUAGES:
        told = paragraphs(pack, language)
        printed = markdown(told)
        assert printed.startswith("# ")
        for item in pack.items:
            assert sum(one.text.startswith(item.title[language]) for one in told) >= 1, item.code
        for parameter in pack.parameters.values():
            assert any(parameter.title[language] in one.text for one in told)
        assert "{" not in printed


def test_a_change_is_printed_against_the_version_before() -> None:
    source = Path("rules/packs/volunteering.yaml").read_text("utf-8")
    after = load(source.replace("value: 80", "value: 90"))
    told = [one.text for one in paragraphs(after, "en", before=load(source))]
    assert told[-1] == "Most points a day: 80 → 90"


def test_what_people_write_can_not_become_a_mark_of_the_file() -> None:
    source = Path("rules/packs/volunteering.yaml").read_text("utf-8")
    pack = load(source.replace("zh: 志愿服务积分", 'zh: "<script>[x](y) # *a*"'))
    first = markdown(paragraphs(pack, "zh")).splitlines()[0]
    assert first == "# \\<script\\>\\[x\\](y) \\# \\*a\\*"


def test_every_table_of_sentences_has_its_chinese() -> None:
    """Sentences that stand in tables, where the test over all calls does not see them."""
    rooms = (sentences, price_sentences, chapters, gazette, results_in_words, levels_in_words)
    tables = [
        table for room in rooms for name, table in vars(room).items() if name.isupper() and isinstance(table, dict)
    ]
    missing = [words for table in tables for words in table.values() if words not in chinese()]
    assert tables
    assert not missing
