"""Any order of redeeming, capturing, giving back and waiting, against a model of ten lines."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.ids import mint
from redemption.jobs import expire_unclaimed
from redemption.rewards.give_back import release
from redemption.rewards.refusals import PointsMissing
from redemption.rewards.vouchers import capture
from tests.redemption.street import Street

KEEP_MINUTES = 10
PRICES = (7, 25, 40)
lots_drawn = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 5)), min_size=1, max_size=5)
steps_drawn = st.lists(
    st.one_of(
        st.tuples(st.just("redeem"), st.integers(0, len(PRICES) - 1)),
        st.tuples(st.sampled_from(["capture", "release"]), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.sampled_from([1, 4, KEEP_MINUTES])),
    ),
    max_size=12,
)


@dataclass
class Model:
    """What should be: points left in each lot, oldest expiry first, and what each open voucher took."""

    left: list[int]
    spent: int = 0
    open: dict[str, tuple[datetime, list[int]]] = field(default_factory=dict)

    def take(self, price: int) -> list[int] | None:
        taken: list[int] = []
        for left in self.left:
            taken.append(min(left, price - sum(taken)))
        if sum(taken) < price:
            return None
        self.left = [left - part for left, part in zip(self.left, taken, strict=True)]
        return taken

    def give_back(self, code: str) -> None:
        self.left = [left + part for left, part in zip(self.left, self.open.pop(code)[1], strict=True)]


@settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lots=lots_drawn, steps=steps_drawn)
async def test_every_way_back_leads_to_the_lots_it_came_from(
    street: Street, lots: list[tuple[int, int]], steps: list[tuple[str, int]]
) -> None:
    lots = sorted(lots, key=lambda lot: lot[1])
    holder_id = await street.resident(*[(amount, timedelta(days=30 * month)) for amount, month in lots])
    offers = [await street.offer(price=price, stock=99, keep_minutes=KEEP_MINUTES) for price in PRICES]
    model = Model([amount for amount, _ in lots])
    codes: list[str] = []
    for act, number in steps:
        if act == "redeem":
            await redeem_both(street, model, holder_id, offers[number], PRICES[number], codes)
        elif act == "wait":
            await wait_both(street, model, number)
        elif codes:
            await end_both(street, model, act, holder_id, codes[number % len(codes)])
        held = sum(sum(taken) for _, taken in model.open.values())
        assert [remaining for _, remaining in await street.lots(holder_id)] == model.left
        assert await street.account(holder_id) == (sum(model.left) + held, held)
    out = {offer: 99 - await street.stock(offer) for offer in offers}
    assert sum(price * out[offer] for offer, price in zip(offers, PRICES, strict=True)) == model.spent + sum(
        sum(taken) for _, taken in model.open.values()
    )


async def redeem_both(street: Street, model: Model, holder_id: UUID, offer: UUID, price: int, codes: list[str]) -> None:
    taken = model.take(price)
    try:
        made = await street.redeem(holder_id, offer)
    except PointsMissing:
        assert taken is None
        return
    assert taken is not None
    model.open[made.code] = (made.expires_at, taken)
    codes.append(made.code)


async def wait_both(street: Street, model: Model, minutes: int) -> None:
    street.clock.advance(timedelta(minutes=minutes))
    await expire_unclaimed(street.database, street.clock)
    for code in [code for code, (expires_at, _) in model.open.items() if expires_at <= street.now]:
        model.give_back(code)


async def end_both(street: Street, model: Model, act: str, holder_id: UUID, code: str) -> None:
    merchant_id, by = street.merchants[0].merchant_id, mint(street.now)
    try:
        async with street.transaction() as session:
            if act == "capture":
                await capture(session, code=code, merchant_id=merchant_id, now=street.now, by=by)
            else:
                await release(session, code=code, holder_id=holder_id, now=street.now)
    except DomainError:
        assert code not in model.open
        return
    if code not in model.open:
        assert act == "release"
    elif act == "capture":
        model.spent += sum(model.open.pop(code)[1])
    else:
        model.give_back(code)
