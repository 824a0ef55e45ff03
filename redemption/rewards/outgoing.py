"""What other systems are to learn of a redemption: put into the outbox in the transaction that made it true.

Nobody reads the outbox yet; webhooks will. Must never carry what names the holder, nor a voucher's code.
"""

from typing import Literal

from kernel.db import Session
from kernel.outbox import put
from redemption.rewards.redemptions import Redemption


async def tell(session: Session, found: Redemption, ending: Literal["captured", "expired"], *, version: int) -> None:
    """One message of one redemption; `version` is the holder's as this transaction claimed it first."""
    data = {
        "redemption_id": str(found.redemption_id),
        "offer_id": str(found.offer_id),
        "merchant_id": str(found.merchant.merchant_id),
        "quantity": found.quantity,
    }
    await put(session, holder_id=found.holder_id, version=version, no=0, kind=f"redemption.{ending}", data=data)
