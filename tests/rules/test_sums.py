"""The sums of an explanation, as a person would do them."""

from datetime import date
from typing import Any

import pytest

from rules.engine.assess import assess
from rules.engine.explain import explain
from tests.conformance.skeleton import pack_of

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("price", "years", "zh", "en"),
    [
        (
            "{every: 1, give: 2, cap: 20}",
            12,
            "12 年 × 每 1 年 2 分 = 24 · 合计最多 20 分",
            "12 years × 2 points every 1 year = 24 · at most 20 in all",
        ),
        ("{every: 1, give: 2, cap: 20}", 9, "9 年 × 每 1 年 2 分 = 18", "9 years × 2 points every 1 year = 18"),
        (
            "{bands: [{from: 1, give: 4}, {from: 5, give: 6}], reading: whole}",
            7,
            "7 年 × 每 1 年 6 分 = 42",
            "7 years × 6 points every 1 year = 42",
        ),
        (
            "{bands: [{from: 1, give: 4}, {from: 5, give: 6}], reading: marginal}",
            7,
            "4 年 × 4 + 3 年 × 6 = 34",
            "4 years × 4 + 3 years × 6 = 34",
        ),
        (
            "{bands: [{from: 1, give: 4}, {from: 5, give: 6}], reading: step}",
            7,
            "7 年,按所在档 = 6",
            "7 years, by its band = 6",
        ),
        (
            "{every: 1, beyond: 5, give: 3}",
            7,
            "7 年,超出 5 年 的 2 年 × 每 1 年 3 分 = 6",
            "7 years, 2 years beyond 5 years × 3 points every 1 year = 6",
        ),
        (
            "{every: 1, short_of: 10, give: 3}",
            7,
            "7 年,距 10 年 差 3 年 × 每 1 年 3 分 = 9",
            "7 years, 3 years short of 10 years × 3 points every 1 year = 9",
        ),
    ],
)
def test_a_sum_is_told_as_a_person_would_do_it(price: str, years: int, zh: str, en: str) -> None:
    pack = pack_of(f"quantity: {{fact: employed_years}}\nprice: {price}\n")
    assert told(pack, {"employed_years": years}, "zh").startswith(f"项:{zh} →")
    assert told(pack, {"employed_years": years}, "en").startswith(f"Item: {en} →")


def test_a_yes_that_is_needed_is_named_and_not_compared() -> None:
    pack = pack_of("quantity: {number: 1}\nprice: {give: 20}\nwhen: {fact: owns_home, is: true}\n")
    assert told(pack, {}, "zh") == "项:需要满足:在本市有自有住房;目前没有证明"
    assert told(pack, {"owns_home": False}, "zh") == "项:需要满足:在本市有自有住房;实际为:否"
    assert told(pack, {"owns_home": True}, "zh") == "项:在本市有自有住房 = 20 → +20"


def told(pack: Any, facts: dict[str, Any], language: Any) -> str:
    return explain(pack, assess(pack, facts, (), TODAY).trace, language)[0].text
