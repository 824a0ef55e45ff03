"""Each check of the house finds a seeded fault, and lets the proper form pass."""

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import checks, words
from tests.architecture.tree import Source

FAULTS = [
    (checks.long_bodies, "def long() -> None:\n" + "    pass\n" * 50),
    (checks.long_bodies, "class Long:\n" + "    a = 1\n" * 150),
    (checks.missing_docstring, "a = 1\n"),
    (checks.unfinished, "# " + "TO" + "DO later\n"),
    (checks.prints, "print('here')\n"),
    (checks.hidden_imports, "def f() -> None:\n    import json\n"),
    (checks.hidden_imports, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\n"),
    (checks.somebodys_machine, "path = '" + "/ho" + "me/li/city'\n"),
    (checks.floats, "half = 0.5\n"),
    (checks.floats, "half = float('0.5')\n"),
    (checks.floats, "def f(x: float) -> None: ...\n"),
    (checks.commits, "async def f(session): await session.commit()\n"),
    (checks.queries, "from sqlalchemy import select\n"),
    (checks.queries, "import sqlmodel\n"),
    (checks.queries, "from kernel.sql import named\n"),
    (checks.queries, "async def f(session): await session.execute(1)\n"),
    (checks.time_asked, "from datetime import datetime\nnow = datetime.now()\n"),
]

FINE = [
    (checks.long_bodies, "def short() -> None:\n" + "    pass\n" * 49),
    (checks.floats, "exact = isinstance(1, float)\nhalf = Decimal('0.5')\n"),
    (checks.queries, "from sqlalchemy.exc import OperationalError\n"),
    (checks.hidden_imports, "import json\n"),
]


@pytest.mark.parametrize(("check", "text"), FAULTS)
def test_a_seeded_fault_is_found(check: Callable[[Source], Iterator[str]], text: str) -> None:
    assert list(check(Source("points/seeded.py", text)))


@pytest.mark.parametrize(("check", "text"), FINE)
def test_the_proper_form_passes(check: Callable[[Source], Iterator[str]], text: str) -> None:
    assert not list(check(Source("points/seeded.py", text)))


def test_a_module_named_for_nothing_is_found() -> None:
    assert list(checks.empty_name(Source("points/utils.py", "")))
    assert not list(checks.empty_name(Source("points/award.py", "")))


HIDDEN = ["cancel_hold", "Wallet", "bonuses", "CancelledHold", "rule_set_id", "/coupons/{id}", "user_id"]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_banned_word_is_found_inside_a_name(name: str) -> None:
    assert words.banned_in(name)


@pytest.mark.parametrize("name", ["release_hold", "actor_id", "rules", "settings", "used", "uses", "lot_uses"])
def test_a_word_of_ours_passes(name: str) -> None:
    assert not words.banned_in(name)


def _banned(names: Iterator[tuple[int, str]]) -> list[str]:
    return [name for _, name in names if words.banned_in(name)]


def test_names_are_found_where_they_are_defined() -> None:
    text = "@router.get('/wallets')\nasync def show(user):\n    bonus = 1\n    task.cancel()\n"
    assert sorted(_banned(words.names_in_python(Source("api/v1/seeded.py", text)))) == ["/wallets", "bonus", "user"]
    sql = "-- a coupon in a comment\nselect 'wallet' as bonus, current_user from holders\n"
    assert _banned(words.names_in_sql(Source("points/sql/seeded.sql", sql))) == ["bonus"]
    page = '<input name="coupon"><label for="code">user</label>'
    assert _banned(words.names_in_page(Source("a.html", page))) == ["coupon"]
