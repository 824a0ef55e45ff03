"""A whole pack around one item, for the conformance cases and the documentation's fragments."""

import re
from textwrap import indent

from rules.engine.model import Pack
from rules.language.loader import load

HEAD = """\
programme: sample
version: "1"
status: example
effective_from: 2026-01-01
title: {{zh: 示例, en: Sample}}
holder: resident
mode: {mode}
purpose: incentive
catalogue: 2026-11
basis: [city-default-2026]
"""
PAST = (
    r"fact|count|sum|number|since|balance|members|greatest|least|values|lasting|streak|total_of|greatest_of|least_of|"
    r"first_of|agreed|difference|product|ratio|deduction"
)
ACCRUAL = "on: service\ninto: volunteer-points\n"


def pack_text(item: str, more: str = "", others: str = "") -> str:
    """The text of a pack with one item `x`; it is on `service` unless the item says more, or reads what is past.

    What `more` says of the head stands in place of it; `others` are further items.
    """
    assesses = re.search(rf"(?<![\w])({PAST}):", item) is not None
    common = "title: {zh: 项, en: Item}\n"
    for line in () if assesses else ACCRUAL.splitlines(keepends=True):
        if not any(written.startswith(line.split(":")[0] + ":") for written in item.splitlines()):
            common += line
    mode = "assessment" if assesses else "accrual"
    said = {line.split(":")[0] for line in more.splitlines()}
    head = "".join(line for line in HEAD.format(mode=mode).splitlines(keepends=True) if line.split(":")[0] not in said)
    return head + more + "items:\n  - code: x\n" + indent(common + item, "    ") + indent(others, "  ")


def pack_of(item: str, more: str = "", others: str = "") -> Pack:
    """That pack, read; raises PackInvalid with its findings."""
    return load(pack_text(item, more, others))
