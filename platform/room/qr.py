"""An address as a square that a phone reads."""

import segno
from django.utils.safestring import SafeString, mark_safe


def square(address: str) -> SafeString:
    """Inline SVG, black on white in both themes: phones expect it so. Without a size: the style sheet gives one."""
    code = segno.make(address, error="m", micro=False)
    drawn: str = code.svg_inline(
        omitsize=True, border=2, dark="#20242e", light="#ffffff", svgclass="qr", lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308 (modules only: the address is not in it as text)
