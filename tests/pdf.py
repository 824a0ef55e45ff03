"""Read back what our own PDFs say: how many pages, and their text. Only for what reportlab wrote with a CID font."""

import base64
import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_SHOWN = re.compile(rb"\((.*?)(?<!\\)\) Tj", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def read_pdf(content: bytes) -> tuple[int, str]:
    """How many pages there are, and all that is written on them, in the order in which it was drawn."""
    pages = len(re.findall(rb"/Type /Page\b", content))
    said = ""
    for stream in _STREAM.findall(content):
        body = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        said += "".join(_ESCAPED.sub(_plain, shown).decode("utf-16-be") for shown in _SHOWN.findall(body))
    return pages, said


def _plain(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _NAMED.get(code, code)
