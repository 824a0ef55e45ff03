"""What the engine keeps on the day that is asked about: a decision counts only where every right has been given."""

from collections import Counter
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from kernel.calendar import SHANGHAI
from rules.catalogue.data_file import read_data
from rules.engine.assess import assess
from rules.engine.model import EventView
from rules.language.loader import load
from tests.rules.charter.changing import HOME

CONDUCT = load((HOME / "packs" / "conduct.yaml").read_bytes())
SAID = read_data(Path(__file__).parent / "moments" / "moments.yaml")
MOMENTS: list[dict[str, Any]] = SAID["moments"]


def event_of(moment: dict[str, Any]) -> EventView:
    """The decision of a moment."""
    data = {name: _plain(value) for name, value in {**SAID["common"]["data"], **moment.get("data", {})}.items()}
    data = {name: value for name, value in data.items() if name not in moment.get("without", ())}
    at = datetime.combine(moment.get("occurred_on", SAID["common"]["occurred_on"]), time(9), SHANGHAI)
    evidence = moment.get("evidence", SAID["common"]["evidence"])
    return EventView("lawful_decision", at, at, evidence, data, moment.get("whose", ""))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda one: f"{one['rule']} {one['name']}")
def test_a_decision_counts_only_where_every_right_was_given(moment: dict[str, Any]) -> None:
    age = moment.get("age", SAID["common"]["age"])
    day = moment.get("as_of", SAID["common"]["as_of"])
    score = assess(CONDUCT, {} if age is None else {"age": age}, [event_of(moment)], day)
    wanted = 0 if "left" in moment else moment.get("points", -5)
    assert score.items["grave"] + score.items["slight"] == wanted
    told: Counter[str] = Counter()
    for line in score.trace["items"]:
        if line["code"] == ("slight" if event_of(moment).data["gravity"] < 10 else "grave"):
            told.update(line.get("left_out", {}))
    assert told == ({moment["left"]: 1} if "left" in moment else {})


def test_however_many_decisions_there_are_an_item_stops_at_its_floor() -> None:
    many = [event_of({"data": {"document_no": str(number)}}) for number in range(30)]
    score = assess(CONDUCT, {"age": 30}, many, date(2026, 8, 20))
    assert (score.items["grave"], score.total) == (-10, 90)
