"""What happens in the made-up city, drawn from a seed: people, activities, Sundays. Pure.

The same seed and the same last Sunday give the same city, to the byte. Every name is invented; no
identity number is made at all.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kernel.calendar import SHANGHAI
from points.activity.hours import Interval

SURNAMES = "陈林黄张李王吴刘梁郑罗叶钟何邓谢杨朱欧阳"
GIVEN = (
    *("晓明", "美玲", "志强", "秀英", "建国", "丽华", "家豪", "思敏", "伟", "芳"),
    *("子轩", "雨桐", "国栋", "桂兰", "浩然", "诗琪", "永康", "静", "文杰", "彩霞"),
)

ACTIVITIES = (
    ("松山湖护湖", "Songshan Lake clean-up", "松山湖北岸码头", "North pier, Songshan Lake"),
    ("社区长者探访", "Visiting the elderly", "东城街道长者饭堂", "Dongcheng seniors' canteen"),
    ("图书馆导读", "Reading guide at the library", "市图书馆一楼", "City library, ground floor"),
    ("交通文明劝导", "Road-crossing helpers", "鸿福路口", "Hongfu Road crossing"),
    ("湿地公园植树", "Tree planting", "华阳湖湿地公园", "Huayang Lake wetland park"),
    ("夜间巡河", "Evening river watch", "东莞运河西城楼段", "City canal, west gate"),
)
"""Title and place of each, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop and its one offer: price in points, how many there are."""

    code: str
    title: dict[str, str]
    place: dict[str, str]
    goods: dict[str, str]
    price: int
    stock: int


SHOPS = (
    Shop(
        "rice-shop",
        {"zh": "惠民粮油店", "en": "Huimin grain shop"},
        {"zh": "东城市场 12 号", "en": "12 Dongcheng market"},
        {"zh": "大米 5 kg", "en": "Rice, 5 kg"},
        price=60,
        stock=40,
    ),
    Shop(
        "book-cafe",
        {"zh": "半日书屋", "en": "Half-day book café"},
        {"zh": "莞城步行街 3 号", "en": "3 Guancheng walk"},
        {"zh": "咖啡一杯", "en": "A cup of coffee"},
        price=25,
        stock=60,
    ),
    Shop(
        "bus-desk",
        {"zh": "公交服务站", "en": "Bus service desk"},
        {"zh": "鸿福路地铁口", "en": "Hongfu Road station"},
        {"zh": "公交卡充值 10 元", "en": "10 yuan of bus credit"},
        price=90,
        stock=30,
    ),
)

EVENING = 5
"""The activity that goes on into the night."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person at one shift, from when to when."""

    person: int
    came_at: datetime
    left_at: datetime


@dataclass(frozen=True, slots=True)
class Served:
    """One shift of one activity, and who came."""

    activity: int
    span: Interval
    attendances: tuple[Attendance, ...]


@dataclass(frozen=True, slots=True)
class Sunday:
    """One day of the city: shifts, who brought a friend (referrer, referred), who took what."""

    day: date
    shifts: tuple[Served, ...]
    referrals: tuple[tuple[int, int], ...]
    redemptions: tuple[tuple[int, int, bool], ...]
    """Person, offer, and whether it was picked up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole city."""

    names: tuple[str, ...]
    sundays: tuple[Sunday, ...]

    @property
    def guest(self) -> int:
        """Whom a visitor of the trial plays: the keenest of those who stayed at home on the last Sunday."""
        there = {one.person for served in self.sundays[-1].shifts for one in served.attendances}
        return max((person for person in self._came if person not in there), key=lambda person: self._came[person])

    @property
    def neighbour(self) -> int:
        """Somebody who was scanned at the last Sunday's first shift."""
        return self.sundays[-1].shifts[0].attendances[0].person

    @property
    def homes(self) -> tuple[tuple[int, ...], ...]:
        """Who lives together: the two whom a visitor plays, and every other five among the rest in threes and twos."""
        rest = [person for person in range(len(self.names)) if person not in (self.guest, self.neighbour)]
        fives = [rest[start : start + 5] for start in range(0, len(rest), 10)]
        parts = [part for five in fives for part in (tuple(five[:3]), tuple(five[3:])) if len(part) > 1]
        return ((self.guest, self.neighbour), *parts)

    @property
    def _came(self) -> Counter[int]:
        days = [served.attendances for sunday in self.sundays for served in sunday.shifts]
        return Counter(one.person for attendances in days for one in attendances)


def last_sunday(today: date) -> date:
    """The Sunday before `today`; a Sunday gives the one a week earlier."""
    return today - timedelta(days=today.isoweekday() % 7 or 7)


def plan_city(*, seed: int, until: date, people: int = 50, weeks: int = 52) -> Plan:
    """So many people and a year of Sundays, the last of them on or before `until`."""
    chance = random.Random(f"tongcheng|{seed}|{until.isoformat()}|{people}|{weeks}")
    final = until - timedelta(days=until.isoweekday() % 7)
    days = [final - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    keen = [chance.uniform(0.3, 3.0) for _ in range(people)]
    sundays = tuple(_sunday(chance, number, day, keen) for number, day in enumerate(days))
    return Plan(tuple(invented_name(chance) for _ in range(people)), sundays)


def invented_name(chance: random.Random) -> str:
    """A name that nobody bears by intent: a common surname and a common given name."""
    surnames: list[str] = [*SURNAMES[:-2], SURNAMES[-2:]]
    return chance.choice(surnames) + chance.choice(GIVEN)


def _sunday(chance: random.Random, number: int, day: date, keen: list[float]) -> Sunday:
    shifts = (
        _served(chance, number % 3, day, time(9), 150, keen),
        _served(chance, 3 + number % 2, day, time(14), 210, keen),
        *((_served(chance, EVENING, day, time(20, 30), 150, keen),) if number % 4 == 0 else ()),
    )
    came = sorted({attendance.person for served in shifts for attendance in served.attendances})
    referrals = ((came[0], came[-1]),) if number % 5 == 2 and len(came) > 1 else ()
    # The shops open once people have had half a year to save.
    shoppers = chance.sample(came, 2) if number >= 26 and len(came) > 2 else []
    redemptions = tuple((person, chance.randrange(len(SHOPS)), chance.random() < 0.8) for person in shoppers)
    return Sunday(day, shifts, referrals, redemptions)


def _served(chance: random.Random, activity: int, day: date, starts: time, minutes: int, keen: list[float]) -> Served:
    start = datetime.combine(day, starts, SHANGHAI)
    span = Interval(start, start + timedelta(minutes=minutes))
    chosen: dict[int, None] = {}
    for person in chance.choices(range(len(keen)), weights=keen, k=chance.randint(6, 11)):
        chosen.setdefault(person)
    attendances = tuple(
        Attendance(
            person,
            span.starts_at + timedelta(minutes=chance.randint(0, 20)),
            span.ends_at - timedelta(minutes=chance.randint(0, 45)),
        )
        for person in chosen
    )
    return Served(activity, span, attendances)
