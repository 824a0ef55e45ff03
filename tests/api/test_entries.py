"""The words of a statement: every sentence has its Chinese, and a kind and its debt are told apart."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from admin_ui.auditors.words import _CONTRAS
from api.web.entries import _SIDES, _undoing, amount, counted, kind_title
from kernel.locale import chinese
from points.ledger.statement import Line

AT = datetime(2026, 11, 22, tzinfo=UTC)
LINE = Line("merit", 1, uuid4(), 5, 5, AT, AT, {}, f"reversal:{uuid4()}", None, None, "issuance:x", None)


def test_every_sentence_about_an_entry_has_its_chinese() -> None:
    undoing = {
        _undoing(replace(LINE, point_kind=kind, amount=signed))
        for kind in ("merit", "debt:merit")
        for signed in (1, -1)
    }
    assert len(undoing) == 4
    assert [words for words in (*_SIDES.values(), *_CONTRAS.values(), *undoing) if words not in chinese()] == []


def test_an_amount_is_told_in_its_own_unit_and_a_debt_by_the_kind_it_is_owed_in() -> None:
    assert kind_title("zh", "debt:volunteer-points") == "欠还的志愿积分"
    assert amount("zh", "debt:service-hours", 90) == "1 小时 30 分钟"
    assert [counted("en", "volunteer-points", count) for count in (1, 8)] == ["1 point", "8 points"]
    assert (counted("en", "service-hours", 60), kind_title("en", "unheard-of")) == ("1 h", "unheard-of")
