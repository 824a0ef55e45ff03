"""What a program of another body may be told of a resident, and for what: the register of declared purposes (CH-28).

Pure data. A token names one purpose when it is made; an action that tells a program something says what
(`access.actions`), and a purpose says which actions serve it. A purpose that is not listed here covers nothing. Must
never be edited in what it means: the log of what was told names it for years.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

Title = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Purpose:
    """One declared purpose, as the resident reads it, and the actions that serve it."""

    title: Title
    actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A program that is told something: whose it is, for what, and which kind of data."""

    actor_id: UUID
    purpose: str
    data: str


DATA: dict[str, Title] = {
    "event_points": {
        "zh": "它报送的事件得了多少分,以及入账后的积分余额",
        "en": "the points of an event that it reported, and the balance after it",
    },
    "held_points": {
        "zh": "能否预留或扣除所要的积分",
        "en": "whether the points it asked for could be set aside or taken",
    },
}
"""Kinds of data that a program may be told."""

PURPOSES: dict[str, Purpose] = {
    "service-records": Purpose(
        {"zh": "报送志愿服务记录并核对结果", "en": "To report volunteer service and check what became of it"},
        frozenset({"record_events"}),
    ),
    "public-records": Purpose(
        {
            "zh": "报送献血、捐赠、表彰等记录并核对结果",
            "en": "To report gifts, blood donations or honours and check what became of them",
        },
        frozenset({"record_events"}),
    ),
    "partner-services": Purpose(
        {"zh": "凭积分向您提供服务", "en": "To give you a service for points"},
        frozenset({"record_events", "hold_points"}),
    ),
}


def covers(purpose: str | None, action: str) -> bool:
    """Whether a declared purpose is served by an action."""
    return purpose in PURPOSES and action in PURPOSES[purpose].actions
