"""The bytes of a leaf never change: pinned by a file, equal to canonical JSON, and to what SQL builds of the row."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from kernel.calendar import rfc3339
from kernel.canonical import MOST, canonical_json
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.ids import slice_of
from kernel.sealed import KeyFile
from points.ledger.leaf import leaf, leaf_hash
from points.ledger.model import PostingDraft
from points.ledger.reconcile import Span, reconcile_one
from tests.builders import residents

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "leaf.json").read_text("utf-8"))
INSTANTS, DAYS = ("effective_at", "recorded_at", "lot_expires_at"), ("about_on",)
IDS = ("holder_id", "transaction_id", "event_id", "hold_id", "case_id", "decided_by")

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
AMOUNTS = st.integers(-MOST, MOST)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ROWS = st.fixed_dictionaries(
    {
        "point_kind": WORDS,
        "transaction_id": st.uuids(),
        "contra": WORDS,
        "amount": AMOUNTS.filter(bool),
        "effective_at": TIMES,
        "recorded_at": TIMES,
        "reason": WORDS,
        "title": st.fixed_dictionaries({"zh": WORDS, "en": WORDS}),
        "about_on": st.none() | st.dates(date(1990, 1, 1), date(2200, 1, 1)),
        "lot_expires_at": st.none() | TIMES,
        "event_id": st.none() | st.uuids(),
        "hold_id": st.none() | st.uuids(),
        "case_id": st.none() | st.uuids(),
        "decided_by": st.none() | st.uuids(),
    }
)
NUMBERED = st.tuples(ROWS, st.integers(1, MOST), AMOUNTS, st.binary(min_size=16, max_size=16))


def draft_of(row: dict[str, Any]) -> PostingDraft:
    """A posting of the golden file."""
    read = dict.fromkeys(INSTANTS, datetime.fromisoformat) | dict.fromkeys(DAYS, date.fromisoformat)
    read |= dict.fromkeys(IDS, UUID)
    return PostingDraft(**{name: read[name](value) if value and name in read else value for name, value in row.items()})


@pytest.mark.parametrize("one", GOLDEN, ids=[one["what"] for one in GOLDEN])
def test_a_leaf_has_just_the_bytes_and_the_hash_of_the_golden_file(one: dict[str, Any]) -> None:
    found = leaf(
        draft_of(one["posting"]),
        seq=one["seq"],
        balance_after=one["balance_after"],
        subject_handle=bytes.fromhex(one["subject_handle"]),
        nonce=bytes.fromhex(one["nonce"]),
    )
    assert found.decode() == one["leaf"]
    assert (leaf_hash(found).hex(), len(leaf_hash(found))) == (one["hash"], 32)


def test_what_a_reader_of_json_could_not_hold_is_refused() -> None:
    draft = draft_of(GOLDEN[0]["posting"])
    for balance_after in (MOST + 1, -MOST - 1):
        with pytest.raises(ValueError):
            leaf(draft, seq=1, balance_after=balance_after, subject_handle=b"", nonce=b"")
    for title in ({"zh": "一"}, {"zh": "一", "en": "one", "fr": "un"}):
        with pytest.raises(ValueError):
            leaf(
                draft_of(GOLDEN[0]["posting"] | {"title": title}), seq=1, balance_after=1, subject_handle=b"", nonce=b""
            )


@pytest.mark.thorough
@given(NUMBERED)
def test_a_leaf_is_the_canonical_json_of_its_posting(one: tuple[dict[str, Any], int, int, bytes]) -> None:
    row, seq, balance_after, nonce = one
    instants = {name: rfc3339(row[name]) if row[name] else None for name in INSTANTS}
    ids = {name: str(row[name]) if row[name] else None for name in IDS[1:]}
    content = {
        "v": 1,
        "subject": nonce.hex(),
        "nonce": nonce.hex(),
        "seq": seq,
        "balance_after": balance_after,
        "about_on": row["about_on"].isoformat() if row["about_on"] else None,
        **{name: row[name] for name in ("contra", "amount", "reason", "title")},
        "kind": row["point_kind"],
        "transaction": ids["transaction_id"],
        "event": ids["event_id"],
        "hold": ids["hold_id"],
        "case": ids["case_id"],
        "decided_by": ids["decided_by"],
        **instants,
    }
    draft = PostingDraft(UUID(int=0), **row)
    assert leaf(draft, seq=seq, balance_after=balance_after, subject_handle=nonce, nonce=nonce) == canonical_json(
        content
    )


_WRITE = text("""
    insert into postings (
        slice, holder_id, point_kind, seq, transaction_id, contra, amount, balance_after, effective_at, about_on,
        recorded_at, lot_expires_at, reason, event_id, hold_id, case_id, decided_by, title, leaf_nonce, leaf_hash)
    values (
        :slice, :holder_id, :point_kind, :seq, :transaction_id, :contra, :amount, :balance_after, :effective_at,
        :about_on, :recorded_at, :lot_expires_at, :reason, :event_id, :hold_id, :case_id, :decided_by,
        cast(:title as jsonb), :nonce, :hash)
    on conflict do nothing
""")


async def test_sql_finds_the_same_hash_from_the_row_alone_whatever_a_posting_says(
    database: Database, owner_database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    drawn: list[tuple[dict[str, Any], int, int, bytes]] = []

    @settings(max_examples=max(1, settings().max_examples * 2))
    @given(NUMBERED)
    def draw(one: tuple[dict[str, Any], int, int, bytes]) -> None:
        drawn.append(one)

    draw()
    [resident] = await residents(database, clock, keys)
    own = {"slice": slice_of(resident.holder_id), "holder_id": resident.holder_id}
    async with owner_database.transaction(Scope()) as session:
        await session.execute(text("alter table postings drop constraint postings_account"))
        handle = await session.scalar(text("select subject_handle from holders"))
        for row, seq, balance_after, nonce in drawn:
            draft = PostingDraft(resident.holder_id, **row)
            hashed = leaf_hash(
                leaf(draft, seq=seq, balance_after=balance_after, subject_handle=bytes(handle), nonce=nonce)
            )
            titled = row | {"title": json.dumps(row["title"]), "seq": seq, "balance_after": balance_after}
            await session.execute(_WRITE, own | titled | {"nonce": nonce, "hash": hashed})
    async with owner_database.transaction(Scope()) as session:
        assert await reconcile_one(session, "leaves", Span.one(resident.holder_id)) == []
        await session.execute(text("update postings set reason = reason || ' '"))
        damaged = await reconcile_one(session, "leaves")
        assert len(damaged) == await session.scalar(text("select count(*) from postings"))
