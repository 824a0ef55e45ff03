"""Changes of the ledger in words: their terms and figures, and what an official types read into terms.

Amounts of hours are typed in minutes, as the ledger counts them. Must never decide: refusals are the use cases'.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel, Field

from api.web.entries import amount, kind_title
from api.web.shapes import Words
from api.web.templates import day, named
from kernel.db import Session
from kernel.locale import Language, translate
from kernel.sealed import KeyFile
from points.changes.model import Figures
from points.changes.refusals import AmountInvalid
from points.changes.terms import (
    MOST_ADJUSTED,
    REASONS,
    Adjustment,
    Merge,
    PeriodClose,
    Reversal,
    Terms,
    Transfer,
    Unmerge,
)
from points.ledger.model import DEBT
from points.ledger.periods import PeriodEmpty
from points.ledger.refusals import TransactionUnknown, UnknownHolder
from points.people.labels import Label, find_holder

Labels = Mapping[UUID, Label]


class Typed(BaseModel):
    """What an official typed or came with, for any sort of change; a form has only its own fields."""

    holder: Words = Field("", max_length=64)
    other: Words = Field("", max_length=64)
    transaction_id: UUID | None = None
    event_id: UUID | None = None
    point_kind: Words = Field("", max_length=64)
    amount: Words = Field("", max_length=16)
    because: Words = Field("", max_length=32)
    last_on: Words = Field("", max_length=10)
    programme: Words = Field("", max_length=64)
    from_on: Words = Field("", max_length=10)


NEEDED: Mapping[str, tuple[str, ...]] = {
    "reversal": ("holder",),
    "adjustment": ("holder", "point_kind", "amount", "because"),
    "transfer": ("holder", "other", "point_kind", "amount"),
    "merge": ("holder", "other"),
    "unmerge": ("holder",),
    "period_close": ("programme", "from_on", "last_on"),
}
"""What a change can't be looked at without."""


def complete(sort: str, typed: Typed) -> bool:
    """Whether there is enough to look at."""
    return all(getattr(typed, name) for name in NEEDED[sort])


async def terms_typed(session: Session, sort: str, typed: Typed, keys: KeyFile) -> Terms:
    """The terms of what was typed. Refuses with UnknownHolder, AmountInvalid, PeriodEmpty, TransactionUnknown."""
    if sort == "period_close":
        from_on, last_on = _day(typed.from_on), _day(typed.last_on)
        if from_on is None or last_on is None or last_on == date.max:  # which no day follows
            raise PeriodEmpty()
        return PeriodClose(typed.programme, from_on, last_on + timedelta(days=1))
    holder_id = await _holder(session, typed.holder, keys)
    if sort == "reversal":
        if typed.transaction_id is None and typed.event_id is None:
            raise TransactionUnknown()
        return Reversal(holder_id, typed.transaction_id, typed.event_id)
    if sort == "adjustment":
        last_on = _day(typed.last_on)
        return Adjustment(holder_id, typed.point_kind, _number(typed.amount), typed.because, last_on)
    if sort == "unmerge":
        return Unmerge(holder_id)
    other_id = await _holder(session, typed.other, keys)
    if sort == "merge":
        return Merge(holder_id, other_id)
    return Transfer(holder_id, other_id, typed.point_kind, _number(typed.amount))


async def _holder(session: Session, number: str, keys: KeyFile) -> UUID:
    found = await find_holder(session, number, keys)
    if found is None:
        raise UnknownHolder()
    return found.holder_id


def _number(text: str) -> int:
    try:
        return int(text.strip().replace("−", "-").replace(",", ""))
    except ValueError as error:
        raise AmountInvalid(most=MOST_ADJUSTED) from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


TITLES: Mapping[str, str] = {
    "reversal": "Reverse an entry",
    "adjustment": "Adjust a balance",
    "transfer": "Transfer points",
    "merge": "Merge two registers",
    "unmerge": "Undo a merge",
    "period_close": "Close a period",
}
"""Message ids of each sort."""


def who(labels: Labels, holder_id: UUID, language: Language) -> str:
    """A holder as a page names them: masked name or title, and number."""
    label = labels.get(holder_id)
    if label is None:
        return str(holder_id)
    name = named(language, label.title)
    return label.number if name == label.number else f"{name} · {label.number}"


def terms_told(terms: Terms, labels: Labels, language: Language) -> str:
    """What is proposed, in one sentence."""

    def told(message: str, **values: object) -> str:
        return translate(language, message, **values)

    def of(holder_id: UUID) -> str:
        return who(labels, holder_id, language)

    match terms:
        case Reversal():
            return told("Undo one entry of {who}, and all that its event gave.", who=of(terms.holder_id))
        case Adjustment():
            message = "Adjust {kind} of {who} by {amount}: {because}."
            until = terms.last_on
            if until is not None:
                message = "Adjust {kind} of {who} by {amount}, to be used until {until}: {because}."
            return told(
                message,
                kind=kind_title(language, terms.point_kind),
                who=of(terms.holder_id),
                amount=amount(language, terms.point_kind, terms.amount, True),
                because=named(language, REASONS.get(terms.because, terms.because)),
                until=day(language, until, year=True) if until else "",
            )
        case Transfer():
            return told(
                "Transfer from {giver} to {taker}: {kind}, {amount}.",
                amount=amount(language, terms.point_kind, terms.amount),
                kind=kind_title(language, terms.point_kind),
                giver=of(terms.holder_id),
                taker=of(terms.taker_id),
            )
        case Merge():
            message = "Merge the register of {gone} into that of {goes_on}, which goes on."
            return told(message, gone=of(terms.holder_id), goes_on=of(terms.into_id))
        case Unmerge():
            return told("Undo the merge of the register of {who}: it comes back.", who=of(terms.holder_id))
        case PeriodClose():
            return told(
                "Close {programme} from {first} to {last}, for good.",
                programme=terms.programme,
                first=day(language, terms.from_on, year=True),
                last=day(language, terms.to_on - timedelta(days=1), year=True),
            )


def figures_told(figures: Figures, labels: Labels, language: Language) -> list[str]:
    """What a change does, a sentence for each thing: taken, given, owed, forgiven, lapsed, no longer awaited."""
    said = []
    for one in figures.moves:
        owed = one.point_kind.startswith(DEBT)
        kind = one.point_kind.removeprefix(DEBT)
        values = {
            "who": who(labels, one.holder_id, language),
            "kind": kind_title(language, kind),
            "amount": amount(language, kind, abs(one.change)),
        }
        if one.change:
            more, less = _OWED if owed else _MOVED
            said.append(translate(language, more if one.change > 0 else less, **values))
        if one.lapsed:
            values["amount"] = amount(language, kind, one.lapsed)
            said.append(translate(language, "Lapsed by date, of {who}: {kind}, {amount}.", **values))
    for message, parts in (
        ("Forgiven to {who}, because nobody owes more than the cap: {kind}, {amount}.", figures.forgiven),
        ("Waiting for {who}, and not given any more: {kind}, {amount}.", figures.waiting),
    ):
        said += [
            translate(
                language,
                message,
                who=who(labels, part.holder_id, language),
                kind=kind_title(language, part.point_kind),
                amount=amount(language, part.point_kind, part.amount),
            )
            for part in parts
        ]
    return said


_MOVED = ("Given to {who}: {kind}, {amount}.", "Taken from {who}: {kind}, {amount}.")
_OWED = ("Owed by {who} from then on: {kind}, {amount} more.", "Owed by {who} from then on: {kind}, {amount} less.")
