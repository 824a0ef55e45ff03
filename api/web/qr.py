"""QR images, behind one function, so that the library can be exchanged.

Must never be given anything but a text; what the text may carry is for the caller to know.
"""

from io import BytesIO

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage


def svg(text: str) -> Markup:
    """A QR code (level M, quiet zone of four) as inline SVG that scales to its box.

    Black on white always, dark mode or not: readers need it.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, image_factory=SvgPathImage)
    code.add_data(text)
    code.make(fit=True)
    out = BytesIO()
    code.make_image().save(out)
    drawing = out.getvalue().decode()
    start = drawing.index("<svg")
    size = code.modules_count + 8
    path = drawing[drawing.index("<path", start) : drawing.index("/>", start) + 2]
    return Markup(  # digits and path letters only, none of the text itself
        f'<svg class="tc-qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img">'
        f'<rect width="{size}" height="{size}" fill="#fff"/>{path}</svg>'
    )
