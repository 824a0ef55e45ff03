"""What we draw is what a reader reads."""

import re

import pytest
import zxingcpp

from api.web.qr import svg

SCAN = "HTTPS://JF.EXAMPLE/C/1.7Q2K9XAB.IN.178034220.ABCDEFGHJKMNPQRS"


def pixels(drawing: str, scale: int = 4) -> zxingcpp.Barcode | None:
    """Paint the squares of the SVG's path and read them back."""
    side = int(re.search(r'viewBox="0 0 (\d+) ', drawing)[1])  # type: ignore[index]
    rows = [[255] * (side * scale) for _ in range(side * scale)]
    for left, top in re.findall(r"M(\d+),(\d+)H", drawing):
        for y in range(int(top) * scale, (int(top) + 1) * scale):
            for x in range(int(left) * scale, (int(left) + 1) * scale):
                rows[y][x] = 0
    flat = bytes(value for row in rows for value in row)
    image = memoryview(flat).cast("B", (side * scale, side * scale))
    return zxingcpp.read_barcode(image)


@pytest.mark.parametrize("text", [SCAN, "http://127.0.0.1:8321/V/7Q2K9XAB", "同城积分", "A"])
def test_a_drawn_code_is_read_back_exactly(text: str) -> None:
    found = pixels(svg(text))
    assert found is not None
    assert found.text == text


def test_the_drawing_holds_nothing_of_the_text() -> None:
    assert "script" not in svg("<script>alert(1)</script>")


def test_an_upper_case_address_fits_a_small_code() -> None:
    side = int(re.search(r'viewBox="0 0 (\d+) ', svg(SCAN))[1])  # type: ignore[index]
    assert side <= 33 + 8
