"""A kept comparison on one sheet of A4, as PDF: what changes in words, who gains and loses, what it costs, groups.

Pure: the same comparison gives the same sheet. Must never show a figure that the comparison does not hold, nor a name.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, SimpleDocTemplate, Spacer, Table

from admin_ui.officials.shape import kinds_of, reach_of
from admin_ui.officials.whatif_shape import Groups
from kernel.calendar import day_of
from kernel.locale import Language, translate
from rules.catalogue.register import PointKind
from rules.governance.drafts import Draft
from rules.governance.figures import WhatIfRun

FONT: Final = "STSong-Light"
"""The Chinese font that every PDF reader knows by name: nothing has to be embedded."""
GROUPS_MOST: Final = 4
_RULE: Final = colors.HexColor("#9aa5b1")
_BODY: Final = ParagraphStyle("body", fontName=FONT, fontSize=9.5, leading=14)
_CELL: Final = ParagraphStyle("cell", parent=_BODY, fontSize=8.5, leading=11)
_SMALL: Final = ParagraphStyle("small", parent=_BODY, fontSize=8, leading=11, textColor=colors.HexColor("#52606d"))
_HEAD: Final = ParagraphStyle("head", parent=_BODY, fontSize=11.5, leading=16, spaceBefore=6)
_TITLE: Final = ParagraphStyle("title", parent=_BODY, fontSize=17, leading=24)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one sheet tells: a draft, one comparison of it, and both as the desk's pages show them."""

    draft: Draft
    run: WhatIfRun
    changes: list[str]
    groups: list[Groups]
    levels: list[dict[str, Any]]
    flag_reason: str = ""


def one_page(sheet: Sheet, language: Language) -> bytes:
    """The sheet as PDF; what would not fit one page is made smaller, never a second page."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = BytesIO()
    title = translate(language, "What if: {title}", title=sheet.draft.pack.title[language])
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=14 * mm,
        title=title,
        invariant=1,
    )
    parts: list[Flowable] = [Paragraph(escape(title), _TITLE), *_about(sheet, language), *_kinds(sheet, language)]
    parts += [*_reach(sheet, language), *_levels(sheet, language), *_groups(sheet, language), *_seal(sheet, language)]
    document.build([KeepInFrame(document.width, document.height - 12, parts, mode="shrink")])
    return out.getvalue()


def _about(sheet: Sheet, language: Language) -> list[Flowable]:
    run, draft = sheet.run, sheet.draft
    said = translate(
        language,
        "Events from {since} to {until}: {events} of {holders} people.",
        since=day_of(run.since).isoformat(),
        until=day_of(run.until).isoformat(),
        events=run.figures["events"],
        holders=run.figures["holders"],
    )
    return [
        Paragraph(escape(said), _SMALL),
        Paragraph(translate(language, "What changes"), _HEAD),
        *(Paragraph("- " + _plain(line), _BODY) for line in sheet.changes[:12]),
        Paragraph(escape(f"{translate(language, 'Reason')}: {draft.reason}"), _BODY),
        Paragraph(escape(f"{translate(language, 'Legal basis')}: {draft.basis}"), _BODY),
    ]


def _kinds(sheet: Sheet, language: Language) -> list[Flowable]:
    names = ("gain", "lose", "stay the same", "Total before", "Total after", "More in the year")
    rows = [["", *(translate(language, name) for name in names)]]
    for one in kinds_of(sheet.draft.pack, sheet.run.figures, {}):
        figures = one.figures
        rows.append(
            [
                one.kind.title[language],
                *(f"{figures[name]:,}" for name in ("gain", "lose", "same")),
                *(amount(one.kind, figures[name], language) for name in ("before", "after", "cost")),
            ]
        )
    return [Paragraph(translate(language, "Who gains and who loses"), _HEAD), _table(rows)]


def _reach(sheet: Sheet, language: Language) -> list[Flowable]:
    """Where it reaches back: whom that gives to, and how much."""
    reach = reach_of(sheet.draft.pack, sheet.run.figures)
    if reach is None:
        return []
    title = translate(language, "It also counts for what happened since {day}", day=reach["since"])
    names = ("get more", "It would give", "get less") if reach["kinds"] else ("get more", "get less")
    rows = [["", *(translate(language, name) for name in names)]]
    for one in reach["kinds"]:
        given = amount(one["kind"], one["given"], language)
        rows.append([one["kind"].title[language], f"{one['gain']:,}", given, f"{one['lose']:,}"])
    rows += [[one["as_of"].isoformat(), f"{one['gain']:,}", f"{one['lose']:,}"] for one in reach["days"]]
    return [Paragraph(escape(title), _HEAD), *([_table(rows)] if len(rows) > 1 else [])]


def _levels(sheet: Sheet, language: Language) -> list[Flowable]:
    rows = [[level["title"][language], level["come"], level["leave"]] for level in sheet.levels]
    eligible = sheet.run.figures.get("eligible")
    if eligible:
        rows.insert(0, [translate(language, "meet the line"), eligible["come"], eligible["leave"]])
    if not rows:
        return []
    head = [translate(language, name) for name in ("Level", "Come to it", "Leave it")]
    told = [[title, count(come, language), count(leave, language)] for title, come, leave in rows]
    return [Paragraph(translate(language, "Who crosses a threshold"), _HEAD), _table([head, *told])]


def _groups(sheet: Sheet, language: Language) -> list[Flowable]:
    parts: list[Flowable] = []
    names = ("People", "gain", "lose", "Beside everybody")
    for one in sheet.groups[:GROUPS_MOST]:
        rows = [[one.heading, *(translate(language, name) for name in names)]]
        for group in one.rows[:8]:
            held = group["holders"] is None
            told = [count(None if held else group[name], language) for name in ("holders", "gain", "lose")]
            ratio = "–" if held or group["ratio"] is None else group["ratio"] + (" ▼" if group["unfair"] else "")
            rows.append([group["title"], *told, ratio])
        parts += [Paragraph(_plain(one.title), _HEAD), _table(rows)]
    note = translate(language, "Kept back: groups of fewer than five people, and those from which they could be told.")
    parts.append(Paragraph(escape(note), _SMALL))
    if any(one.unfair for one in sheet.groups):
        note = translate(language, "▼ gains less than four fifths of what everybody gains on average.")
        parts.append(Paragraph(escape(note), _SMALL))
        why = translate(language, "Why it is right all the same: {words}", words=sheet.flag_reason or "–")
        parts.append(Paragraph(escape(why), _BODY))
    return parts


def _seal(sheet: Sheet, language: Language) -> list[Flowable]:
    """What this sheet can be checked by: digests and dates."""
    run, draft = sheet.run, sheet.draft
    lines = [
        f"{translate(language, 'Digest of these figures')} SHA-256 {run.figures_sha256.hex()}",
        f"{translate(language, 'Digest of these rules')} SHA-256 {draft.sha256.hex()}",
        f"{translate(language, 'Computed')} {day_of(run.run_at).isoformat()} · "
        f"{translate(language, 'Would count from')} {draft.effective_from.isoformat()}",
    ]
    return [Spacer(1, 4 * mm), *(Paragraph(_plain(line), _SMALL) for line in lines)]


def _plain(text: str) -> str:
    """A text without the dots between words, which some readers have no letter for in a font that is not embedded."""
    return escape(text.replace(" · ", " - ").replace("·", "-"))


def _table(rows: list[list[str]]) -> Table:
    cells = [[Paragraph(_plain(str(cell)), _CELL) for cell in row] for row in rows]
    return Table(
        cells,
        hAlign="LEFT",
        style=[
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, _RULE),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ],
    )


def count(value: int | None, language: Language) -> str:
    """A count of people, or that it is kept back."""
    return translate(language, "kept back") if value is None else f"{value:,}"


def amount(kind: PointKind, minor: int, language: Language) -> str:
    """An amount in whole points, or in hours of true time."""
    if kind.unit == "minute":
        hours, minutes = divmod(abs(minor), 60)
        return ("-" if minor < 0 else "") + translate(language, "{hours} h {minutes} min", hours=hours, minutes=minutes)
    whole, rest = divmod(abs(minor), 10**kind.scale)
    return ("-" if minor < 0 else "") + f"{whole:,}" + (f".{rest:0{kind.scale}d}" if kind.scale else "")
