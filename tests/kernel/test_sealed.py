"""The key file: made once, and never used when it is not whole."""

from pathlib import Path

import pytest

from kernel.sealed import KeyFile, KeyFileDamaged


def test_a_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = KeyFile.open(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyFile.open(path).master == first.master


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_key_file_that_is_not_whole_seals_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(KeyFileDamaged):
        KeyFile.open(path)
