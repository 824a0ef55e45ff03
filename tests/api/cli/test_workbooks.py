"""`tongcheng rules export|import|diff`: a pack goes out as a workbook and comes back; findings have their cells."""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from rules.language.loader import load, pack_sha256
from rules.language.sheet import read_sheet_pack
from tests.rules.sheets import PACKS, RECORD, VOLUNTEERING, book_of, bytes_of, put

pytestmark = pytest.mark.thorough


def run(*arguments: str | Path) -> Result:
    """One call in this process."""
    return CliRunner().invoke(app, ["rules", *map(str, arguments)])


@pytest.mark.feature("A6")
@pytest.mark.parametrize("name", ["volunteering", "household-service", "household-registration-2016"])
def test_a_pack_goes_out_and_comes_back_with_the_same_digest(name: str, tmp_path: Path) -> None:
    book, back = tmp_path / "pack.xlsx", tmp_path / "back.yaml"
    assert run("export", name, book).exit_code == 0
    assert run("import", back, book).exit_code == 0
    assert pack_sha256(back.read_bytes()) == pack_sha256(PACKS[name])
    assert not (tmp_path / "pack.findings.xlsx").exists()


def test_without_a_file_to_write_the_pack_is_printed(tmp_path: Path) -> None:
    book = tmp_path / "pack.xlsx"
    run("export", "volunteering", book)
    assert pack_sha256(run("import", "-", book).stdout) == pack_sha256(VOLUNTEERING)
    assert run("import", "volunteering", book).stdout == VOLUNTEERING


def test_a_change_in_a_cell_is_a_change_in_the_pack(tmp_path: Path) -> None:
    book = book_of(VOLUNTEERING)
    put(book, "参数", 3, "数值", 12)
    (tmp_path / "pack.xlsx").write_bytes(bytes_of(book))
    target = tmp_path / "pack.yaml"
    target.write_text(VOLUNTEERING, "utf-8")
    assert run("import", target, tmp_path / "pack.xlsx").exit_code == 0
    assert load(target.read_bytes()).parameters["points_per_hour"].value == 12
    assert run("diff", "volunteering", target, "--lang", "en").stdout.splitlines() == ["Points an hour: 10 → 12"]


def test_findings_are_told_with_their_cells_and_nothing_is_written(tmp_path: Path) -> None:
    book = book_of(VOLUNTEERING)
    price, title = put(book, "计分项", 3, "分值", "十分"), put(book, "参数", 4, "数值", 999)
    (tmp_path / "pack.xlsx").write_bytes(bytes_of(book))
    target = tmp_path / "pack.yaml"
    target.write_text("kept", "utf-8")
    result = run("import", target, tmp_path / "pack.xlsx", "--lang", "en")
    assert result.exit_code == 3
    assert f"{price}: “十分” is neither a number nor the name of a parameter. [CELL]" in result.stdout
    assert target.read_text("utf-8") == "kept"
    commented = tmp_path / "pack.findings.xlsx"
    with zipfile.ZipFile(commented) as archive:
        assert any("十分" in archive.read(name).decode() for name in archive.namelist() if "comments" in name)
    put(book, "计分项", 3, "分值", "points_per_hour")
    (tmp_path / "pack.xlsx").write_bytes(bytes_of(book))
    again = run("import", target, tmp_path / "pack.xlsx", "--json")
    found = [json.loads(line) for line in again.stdout.splitlines()]
    assert [(one["code"], one["path"]) for one in found] == [("OUT_OF_RANGE", title)]
    assert "999" in found[0]["zh"]


def test_what_only_asks_for_attention_does_not_keep_the_pack_from_being_written(tmp_path: Path) -> None:
    book = book_of(VOLUNTEERING)
    book["计分项"].rows[0].append("备注")
    (tmp_path / "pack.xlsx").write_bytes(bytes_of(book))
    target = tmp_path / "pack.yaml"
    assert run("import", target, tmp_path / "pack.xlsx").exit_code == 3
    assert pack_sha256(target.read_bytes()) == pack_sha256(VOLUNTEERING)


def test_a_pack_with_findings_goes_out_with_them_and_can_be_mended_in_its_cells(tmp_path: Path) -> None:
    faulty = tmp_path / "pack.yaml"
    faulty.write_text(VOLUNTEERING.replace("value: 80", "value: 8000"), "utf-8")
    result = run("export", faulty, tmp_path / "pack.xlsx", "--lang", "en")
    assert result.exit_code == 0
    assert "1 findings" in result.stdout
    assert pack_sha256(read_sheet_pack((tmp_path / "pack.xlsx").read_bytes())[0]) == pack_sha256(faulty.read_bytes())
    assert run("import", "-", tmp_path / "pack.xlsx").exit_code == 3


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.xlsx").write_bytes(b"no workbook")
    assert run("import", "-", tmp_path / "pack.xlsx").exit_code == 4
    assert run("import", "-", tmp_path / "none.xlsx").exit_code == 2
    (tmp_path / "large.xlsx").write_bytes(b"PK\x03\x04" + b"0" * (11 << 20))
    assert run("import", "-", tmp_path / "large.xlsx").exit_code == 4
    (tmp_path / "pack.yaml").write_text("- a", "utf-8")
    assert run("export", tmp_path / "pack.yaml", tmp_path / "out.xlsx").exit_code == 3
    assert run("export", "volunteering", tmp_path / "no-such-folder" / "out.xlsx").exit_code == 4


def test_two_packs_are_compared_in_words(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        RECORD.replace("threshold: 100", "threshold: 90").replace('version: "2016"', 'version: "2017"'), "utf-8"
    )
    result = run("diff", "household-registration-2016", other, "--lang", "en")
    assert result.exit_code == 0
    assert "Version: 2016 → 2017" in result.stdout.splitlines()
    assert any("the points needed" in line for line in result.stdout.splitlines())
    assert run("diff", other, other).stdout == "两份规则内容相同。\n"
    other.write_text("- a", "utf-8")
    assert run("diff", "volunteering", other).exit_code == 3
