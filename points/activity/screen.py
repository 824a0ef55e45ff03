"""What the organiser's screen shows during the coming steps: signed ahead, so that it goes on without network.

Pure. Must never sign further ahead than asked for, nor past the time in which a scan could still count.
"""

from datetime import datetime

from kernel.sealed import KeyFile
from points.activity.gate import CLOSES_AFTER
from points.activity.model import Activity
from points.activity.tokens import Gate, SignedStep, activity_key, sign, step_of

MOST_STEPS = 60
"""Ten minutes in one go."""

AHEAD_STEPS = 360
"""An hour: how far ahead a screen may hold codes."""


def last_step(activity: Activity, now: datetime) -> int:
    """The last step that may be signed now: an hour ahead, or two hours after the end."""
    return min(step_of(now) + AHEAD_STEPS, step_of(activity.ends_at + CLOSES_AFTER))


def signed_steps(
    activity: Activity, keys: KeyFile, *, base_url: str, gate: Gate, first: int, count: int, now: datetime
) -> list[SignedStep]:
    """Up to 60 steps from `first` on (never before the current one); none when the activity is over."""
    key = activity_key(keys, activity.activity_id, activity.key_epoch)
    first = max(first, step_of(now))
    most = min(first + min(count, MOST_STEPS) - 1, last_step(activity, now))
    return [
        sign(
            key,
            base_url=base_url,
            activity_id=activity.activity_id,
            activity_code=activity.code,
            gate=gate,
            step=step,
        )
        for step in range(first, most + 1)
    ]
