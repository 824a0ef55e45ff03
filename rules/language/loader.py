"""Text -> Pack. Every fault is a finding with its path and line; a text with any is refused as a whole.

Reading never runs anything and never raises for what the text holds, except `PackInvalid` with all its findings.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from kernel.canonical import canonical_json, sha256
from kernel.errors import DomainError, Finding, Kind
from rules.catalogue.register import catalogue, versions
from rules.engine.model import (
    TOTAL,
    Cap,
    Entitlement,
    Item,
    Level,
    Moves,
    Multiply,
    Pack,
    Parameter,
    Per,
    Scale,
)
from rules.engine.outcome import Lawful
from rules.engine.terms import Expiry, Limit
from rules.language import outcome, schema
from rules.language.build import condition, quantity
from rules.language.build_prices import price
from rules.language.names import Names
from rules.language.terms import expiry, limit, maturing, under
from rules.language.text import Path, Text, as_json, read_text

MOST_ITEM_BYTES = 4096
MOST_ITEM_NODES = 200


class PackInvalid(DomainError):
    """This rule pack cannot be read: {count} findings. Nothing was saved.

    Correct what the findings name, then check the pack again.
    """

    kind, code = Kind.INVALID, "PACK_INVALID"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(count=len(findings))
        self.findings = findings


def load(text: str | bytes) -> Pack:
    """The pack that a text says; raises PackInvalid with every finding. `checker.check` asks whether it makes sense."""
    read = read_text(text)
    shape = None if read.findings else _shape(read)
    pack = _pack(read, shape) if shape else None
    if pack is None or read.findings:
        raise PackInvalid(read.findings)
    return pack


def pack_sha256(text: str | bytes) -> bytes:
    """SHA-256 of what a pack says, not of how it is laid out: comments and spacing change nothing."""
    read = read_text(text)
    if read.findings:
        raise PackInvalid(read.findings)
    return sha256(as_json(read.tree))


def _shape(read: Text) -> schema.PackShape | None:
    items = read.tree.get("items") if isinstance(read.tree, dict) else None
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if len(canonical_json(as_json(item))) > MOST_ITEM_BYTES:
            read.fault("ITEM_TOO_LARGE", ("items", number), "An item is at most {most} bytes.", most=MOST_ITEM_BYTES)
        if _nodes(item) > MOST_ITEM_NODES:
            read.fault("ITEM_TOO_LARGE", ("items", number), "An item has at most {most} nodes.", most=MOST_ITEM_NODES)
    try:
        return schema.PackShape.model_validate(read.tree)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            _told(read, fault)
        return None


def _nodes(tree: Any) -> int:
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + sum(_nodes(part) for part in parts)


def _told(read: Text, fault: Any) -> None:
    """A pydantic fault in our words, its path without the names of the node kinds."""
    path = _real_path(fault["loc"])
    name = str(path[-1]) if path else "pack"
    match fault["type"]:
        case "extra_forbidden":
            read.fault("UNKNOWN_KEY", path, "{name} is not a key here.", name=name)
        case "missing":
            read.fault("MISSING_KEY", path, "{name} is missing.", name=str(fault["loc"][-1]))
        case "node":
            read.fault("UNKNOWN_NODE", path, "This needs one of: {names}.", names=fault["msg"])
        case "sign":
            read.fault("SIGN", path, "{name} must not be negative: write take instead of give.", name=name)
        case _:
            read.fault("WRONG_SHAPE", path, "{name} has the wrong form: {problem}.", name=name, problem=fault["msg"])


def _real_path(loc: tuple[str | int, ...]) -> Path:
    """Pydantic puts the tag of a node into its path; people do not write it."""
    return tuple(part for part in loc if not str(part).startswith("~"))


def _pack(read: Text, shape: schema.PackShape) -> Pack | None:
    if shape.catalogue not in versions():
        message = "There is no catalogue {name}; there is {versions}."
        read.fault("UNKNOWN_NAME", ("catalogue",), message, name=shape.catalogue, versions=", ".join(versions()))
        return None
    names = Names(read, catalogue(shape.catalogue), mode=shape.mode)
    names.parameters = {name: _parameter(names, name, entry) for name, entry in shape.parameters.items()}
    for number, basis in enumerate(shape.basis):
        names.known(basis, names.catalogue.bases, ("basis", number))
    shared = _shared(names, shape)
    names.items = tuple(item.code for item in shape.items)
    names.scored = (*names.items, *shape.groups)
    items = [_item(names, entry, shared, ("items", number)) for number, entry in enumerate(shape.items)]
    for number, item in enumerate(items):
        if any(item.code == other.code for other in items[:number]):
            read.fault("TWICE", ("items", number, "code"), "There are two items {name}.", name=item.code)
    ordered = tuple(sorted(items, key=lambda item: item.code))
    return Pack(
        **shape.model_dump(include={"programme", "version", "status", "effective_from", "sunset_on", "holder", "mode"}),
        reaches_back_to=shape.reaches_back_to,
        purpose=shape.purpose,
        decimals=shape.decimals,
        catalogue=shape.catalogue,
        title=shape.title.model_dump(),
        basis=tuple(shape.basis),
        parameters=names.parameters,
        requires=outcome.requirements(names, shape.requires, ("requires",)),
        items=ordered,
        shown=tuple(item.code for item in items),
        scales=shared.scales,
        limits=shared.limits,
        by_kind={
            kind: tuple(item for item in ordered if item.on == kind) for kind in sorted({i.on for i in items if i.on})
        },
        **_outcome(names, shape, shared.scales),
    )


def _outcome(names: Names, shape: schema.PackShape, scales: dict[str, Scale]) -> dict[str, Any]:
    """What an assessment comes to. One `result` is the use called `total`."""
    if shape.result is not None and shape.results:
        names.one_of(("results",), result=shape.result, results=shape.results)
    for key in ASSESSMENT_ONLY if names.mode == "accrual" else ():
        if getattr(shape, key):
            names.text.fault("WRONG_MODE", (key,), "{key} belongs to assessments; this pack pays for events.", key=key)
    uses = {"total": shape.result} if shape.result else shape.results
    place: dict[str, Path] = {code: ("result",) if shape.result else ("results", code) for code in uses}
    levels = [level.code for scale in scales.values() for level in scale.levels]
    return {
        "groups": outcome.groups(names, shape.groups, names.items),
        "results": tuple(outcome.result(names, code, use, scales, place[code]) for code, use in uses.items()),
        "vetoes": tuple(outcome.veto(names, one, levels, ("vetoes", n)) for n, one in enumerate(shape.vetoes)),
        "bars": tuple(outcome.bar(names, one, ("bars", n)) for n, one in enumerate(shape.bars)),
        "choosing": outcome.choosing(names, shape.choosing) if shape.choosing else None,
        "procedure": outcome.stages(names, shape.procedure),
        "stage_titles": {stage.code: stage.title.model_dump() for stage in shape.procedure},
        "lawful": outcome.lawful(names, shape.lawful) if shape.lawful else Lawful(),
    }


def _parameter(names: Names, name: str, shape: schema.ParameterShape) -> Parameter:
    if shape.basis is not None:
        names.known(shape.basis, names.catalogue.bases, ("parameters", name, "basis"))
    title = shape.title.model_dump()
    return Parameter(name, shape.value, shape.min, shape.max, shape.basis or "", title, shape.unit)


def _scale(names: Names, code: str, shape: schema.ScaleShape, decimals: int) -> Scale:
    """Where a level of the total begins is written in points; of a point kind, in its smallest unit."""
    of = (*names.catalogue.point_kinds, *((TOTAL,) if names.mode == "assessment" else ()))
    names.known(shape.of, of, ("levels", code, "of"))
    for number, step in enumerate(shape.steps):
        for beside in step.beside:
            names.known(beside, names.catalogue.point_kinds, ("levels", code, "steps", number, "beside", beside))
    unit = 10**decimals if shape.of == TOTAL else 1
    for number, step in enumerate(shape.steps):
        if step.at_least < 0 or (step.at_least * unit).denominator != 1:
            message = "A level begins at a whole number of the smallest unit of its points, at 0 or above."
            names.text.fault("LEVEL_NOT_WHOLE", ("levels", code, "steps", number, "at_least"), message)
    levels = tuple(
        Level(
            step.code,
            int(step.at_least * unit),
            step.title.model_dump(),
            dict(step.beside),
            step.tenure_months,
            tuple(Entitlement(**gives.model_dump()) for gives in step.gives),
        )
        for step in shape.steps
    )
    return Scale(code, shape.of, levels, Moves(**shape.moves.model_dump()) if shape.moves else None)


ASSESSMENT_ONLY = ("groups", "result", "results", "vetoes", "bars", "choosing")
ASSESSMENT_ITEM = ("combine", "cap", "floor", "rounding", "on_top_of", "deduction")
ACCRUAL_ONLY = ("on", "into", "expires", "matures", "limits", "multiply", "caps", "cooldown")


@dataclass(frozen=True, slots=True)
class Shared:
    """What stands once in a pack and is read by its items: levels, limits, and how long points last by default."""

    scales: dict[str, Scale]
    limits: dict[str, Limit]
    expires: Expiry | None


def _shared(names: Names, shape: schema.PackShape) -> Shared:
    for key in ("expires", "limits") if shape.mode == "assessment" else ():
        if getattr(shape, key):
            names.text.fault("WRONG_MODE", (key,), "{key} belongs to accrual; this pack assesses.", key=key)
    scales = {code: _scale(names, code, entry, shape.decimals) for code, entry in shape.levels.items()}
    limits = {code: limit(names, code, entry) for code, entry in shape.limits.items()}
    return Shared(scales, limits, expiry(names, shape.expires, scales, ("expires",)) if shape.expires else None)


def _item(names: Names, shape: schema.ItemShape, shared: Shared, path: Path) -> Item:
    names.on = shape.on
    _keys_of_mode(names, shape, path)
    for number, basis in enumerate(shape.basis):
        names.known(basis, names.catalogue.bases, (*path, "basis", number))
    for number, kind in enumerate(shape.evidence):
        names.known(kind, names.catalogue.evidence_kinds, (*path, "evidence", number))
    cooldown = shape.cooldown
    return Item(
        code=shape.code,
        title=shape.title.model_dump(),
        quantity=quantity(names, shape.quantity, (*path, "quantity")),
        price=price(names, shape.price, (*path, "price")),
        on=shape.on,
        into=shape.into,
        when=condition(names, shape.when, (*path, "when")) if shape.when else None,
        multiply=tuple(_multiply(names, part, (*path, "multiply", n)) for n, part in enumerate(shape.multiply)),
        caps=tuple(_cap(names, cap, (*path, "caps", number)) for number, cap in enumerate(shape.caps)),
        cooldown_minutes=(cooldown.minutes or (cooldown.hours or (cooldown.days or 0) * 24) * 60) if cooldown else 0,
        limits=under(names, shape.limits, shared.limits, path),
        expires=expiry(names, shape.expires, shared.scales, (*path, "expires")) if shape.expires else shared.expires,
        matures=maturing(names, shape.matures, (*path, "matures")) if shape.matures else None,
        basis=tuple(shape.basis),
        combine=shape.combine or "sum",
        cap=None if shape.cap is None else names.amount(shape.cap, (*path, "cap")),
        floor=None if shape.floor is None else names.amount(shape.floor, (*path, "floor")),
        rounding=shape.rounding or "half_up",
        on_top_of=shape.on_top_of,
        evidence=tuple(shape.evidence),
        domain=shape.domain or "",
        deduction=outcome.deduction(names, shape.deduction) if shape.deduction else None,
    )


def _keys_of_mode(names: Names, shape: schema.ItemShape, path: Path) -> None:
    """An accrual item is on an event and goes into a point kind; an assessment posts nothing."""
    if names.mode == "assessment":
        for key in ACCRUAL_ONLY:
            if getattr(shape, key):
                names.text.fault("WRONG_MODE", (*path, key), "{key} belongs to accrual; this pack assesses.", key=key)
        return
    for key in ASSESSMENT_ITEM:
        if getattr(shape, key) is not None:
            message = "{key} belongs to assessments; this pack pays for events."
            names.text.fault("WRONG_MODE", (*path, key), message, key=key)
    for key, known in (("on", names.catalogue.event_kinds), ("into", names.catalogue.point_kinds)):
        value = getattr(shape, key)
        if value is None:
            names.text.fault("MISSING_KEY", (*path, key), "{name} is missing.", name=key)
        else:
            names.known(value, known, (*path, key))


def _multiply(names: Names, shape: schema.MultiplyShape, path: Path) -> Multiply:
    return Multiply(
        code=shape.code,
        title=shape.title.model_dump(),
        percent=names.amount(shape.percent, (*path, "percent")),
        quantity=quantity(names, shape.quantity, (*path, "quantity")) if shape.quantity else None,
        when=condition(names, shape.when, (*path, "when")) if shape.when else None,
    )


def _cap(names: Names, shape: schema.CapShape, path: Path) -> Cap:
    names.one_of(path, most=shape.most, times=shape.times)
    most = None if shape.most is None else names.amount(shape.most, (*path, "most"))
    return Cap(Per(shape.per), most, shape.times)
