"""`tongcheng rules export|import|diff`: a rule pack as an official's workbook, and two packs compared in words.

No database. Exit codes: 0 done, 2 usage, 3 findings, 4 refused. Must never overwrite a pack with a workbook that does
not say one, nor the workbook that somebody sent.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from api.cli.findings import Lang, json_line, print_findings, refuse_with, usage
from api.cli.packs import JsonOption, LangOption, PackArgument, pack_file
from api.cli.terminal import FINDINGS
from kernel.errors import DomainError, Finding
from kernel.files.limits import MAX_FILE_BYTES, FileTooLarge
from kernel.locale import translate
from rules.engine.model import Pack
from rules.language.checker import check
from rules.language.edit import describe_changes
from rules.language.loader import PackInvalid, load
from rules.language.sheet import SheetPack, open_sheet_pack, write_workbook

FileArgument = Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook.")]
TargetArgument = Annotated[
    str, typer.Argument(metavar="PACK", help="The .yaml file to write; - or the name of a programme: printed only.")
]


def export(pack: PackArgument, file: FileArgument, lang: LangOption = Lang.ZH) -> None:
    """Write a pack as a workbook: one item a row, its findings as comments on their cells."""
    text = pack_file(pack).read_bytes()
    try:
        findings = _findings(load(text))
    except PackInvalid as invalid:
        findings = invalid.findings
    try:
        _write(file, write_workbook(text.decode("utf-8-sig", "replace"), findings), lang)
    except PackInvalid as invalid:
        print_findings(invalid.findings, False, lang, aside=True)
        raise typer.Exit(FINDINGS) from None
    words = "Written: {file}. {count} findings are comments on their cells."
    typer.echo(translate(lang.value, words, file=str(file), count=len(findings)))


def import_(pack: TargetArgument, file: FileArgument, as_json: JsonOption = False, lang: LangOption = Lang.ZH) -> None:
    """Read a pack from a workbook. What is wrong is told with its cell, and is a comment in FILE.findings.xlsx."""
    if not file.is_file():
        usage(lang, "There is no file {name}.", name=str(file))
    target, base = _target(pack)
    read = _opened(file, base, lang)
    findings = list(read.findings)
    with suppress(PackInvalid):  # its findings are among those of the workbook
        findings += read.placed(_findings(load(read.text)))
    if findings:
        print_findings(findings, as_json, lang, aside=target is None)
        beside = file.with_name(f"{file.stem}.findings.xlsx")
        _write(beside, read.commented(findings), lang)
        typer.echo(translate(lang.value, "The findings are comments in {file}.", file=str(beside)), err=True)
    if any(finding.blocking for finding in findings):
        raise typer.Exit(FINDINGS)
    if target is None:
        typer.echo(read.text, nl=False)
    else:
        _write(target, read.text.encode(), lang)
    if findings:
        raise typer.Exit(FINDINGS)


def diff(
    pack_a: Annotated[str, typer.Argument(metavar="PACK_A", help="A pack's file, or the name of a programme.")],
    pack_b: Annotated[str, typer.Argument(metavar="PACK_B", help="The pack that it is compared with.")],
    as_json: JsonOption = False,
    lang: LangOption = Lang.ZH,
) -> None:
    """What the second pack says differently, one sentence each."""
    before, after = (_loaded(name, lang) for name in (pack_a, pack_b))
    changes = describe_changes(before, after, lang.value)
    for change in changes:
        typer.echo(json_line({"change": change}) if as_json else change)
    if not changes and not as_json:
        typer.echo(translate(lang.value, "The packs say the same."))


def _findings(pack: Pack) -> list[Finding]:
    """What the checker finds; a record is history, and not measured by the charter of today."""
    return [one for one in check(pack) if pack.status != "record" or not one.code.startswith("CH-")]


def _loaded(name: str, lang: Lang) -> Pack:
    try:
        return load(pack_file(name).read_bytes())
    except PackInvalid as invalid:
        print_findings(invalid.findings, False, lang, aside=True)
        raise typer.Exit(FINDINGS) from None


def _target(pack: str) -> tuple[Path | None, str | None]:
    """Where to write (nowhere for - and for a programme's name), and the pack that the workbook is a change of."""
    if pack == "-":
        return None, None
    path = Path(pack)
    if path.suffix.lower() in (".yaml", ".yml"):
        return path, path.read_bytes().decode("utf-8-sig", "replace") if path.is_file() else None
    return None, pack_file(pack).read_bytes().decode("utf-8-sig", "replace")


def _opened(file: Path, base: str | None, lang: Lang) -> SheetPack:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise FileTooLarge()
        return open_sheet_pack(file.read_bytes(), base)
    except DomainError as error:
        values = {key: str(value) for key, value in error.values.items()}
        refuse_with(translate(lang.value, error.message_id(), **values))


def _write(path: Path, data: bytes, lang: Lang) -> None:
    """A file, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        refuse_with(
            translate(lang.value, "{name} cannot be written: {problem}.", name=str(path), problem=error.strerror)
        )
