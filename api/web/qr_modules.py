"""A QR image as rows of bits, for a screen that draws many of them by itself.

The mask is fixed: choosing the best one costs five times as much and readers take any.
"""

import qrcode
from qrcode.constants import ERROR_CORRECT_M

_MASK = 3


def modules(text: str) -> list[str]:
    """The dark and light squares (level M, no quiet zone), one hexadecimal number a row, leftmost bit first."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(text)
    code.make(fit=True)
    width = (code.modules_count + 3) // 4 * 4
    rows = ("".join("1" if dark else "0" for dark in row).ljust(width, "0") for row in code.get_matrix())
    return [f"{int(row, 2):0{width // 4}x}" for row in rows]
