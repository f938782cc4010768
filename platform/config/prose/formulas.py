"""LaTeX to MathML, which browsers draw and screen readers speak.

latex2mathml passes on what it is given, ``<script>`` and ``href`` included: only its tree is used, never its text, and
what may stand in a page is listed here.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import Final
from xml.etree.ElementTree import Element

from django.utils.html import escape
from latex2mathml.commands import CONVERSION_MAP
from latex2mathml.converter import convert_to_element

LONGEST_FORMULA: Final = 2_000

_DEEPEST: Final = 60

_ELEMENTS: Final = frozenset((
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd", "mstyle", "mphantom",
))  # fmt: skip
_ATTRIBUTES: Final = frozenset((
    "display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence", "form", "separator", "accent",
    "accentunder", "movablelimits", "largeop", "minsize", "maxsize", "linethickness", "columnalign", "width",
    "lspace", "rspace",
))  # fmt: skip
_VALUE: Final = re.compile(r"[a-z-]{1,20}|-?\d?(\.\d{1,4})?(em|ex|pt|px)?")  # a word, or a length under ten

#: Macros can double themselves until the memory is full.
_DEFINITION: Final = re.compile(r"\\(def|newcommand|newenvironment|DeclareMathOperator)")
_ENVIRONMENT: Final = re.compile(r"\\begin\s*\{([^}]*)\}")
_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_UNKNOWN_COMMAND: Final = re.compile(r"\\[A-Za-z]+")
#: What latex2mathml does not know or forgets, and what it takes for the same.
_REWRITTEN: Final = (
    (re.compile(r"\\(begin|end)\{aligned\}"), r"\\\1{align*}"),
    (re.compile(r"\\mathrm\{([A-Za-z])\}"), r"\\text{\1}"),
)


class UnreadableFormula(ValueError):
    """Not LaTeX as we know it."""


@lru_cache(maxsize=256)
def formula(latex: str, *, own_line: bool) -> str:
    """MathML of ``latex``; the source as code where it cannot be read, so that its author sees what to correct."""
    try:
        return "".join(_written(_tree(latex, "block" if own_line else "inline")))
    except Exception:  # latex2mathml raises what it runs into: StopIteration, IndexError, RecursionError …
        return f'<code class="formula-source">{escape(latex[:LONGEST_FORMULA])}</code>'


def _tree(latex: str, display: str) -> Element:
    if len(latex) > LONGEST_FORMULA:
        raise UnreadableFormula("too long")
    for pattern, better in _REWRITTEN:
        latex = pattern.sub(better, latex)
    plain = _ESCAPED.sub("", latex)
    if plain.count("{") != plain.count("}"):
        raise UnreadableFormula("a brace without the other")
    environments = {f"\\{name.strip()}" for name in _ENVIRONMENT.findall(latex)}
    if _DEFINITION.search(latex) or not environments <= CONVERSION_MAP.keys():
        raise UnreadableFormula("a macro or an unknown environment")
    return convert_to_element(latex, display=display)


def _written(element: Element, depth: int = 0) -> Iterator[str]:
    """The element as HTML, piece by piece: listed names and harmless values only, every text escaped."""
    tag = element.tag if element.tag in _ELEMENTS else "mrow"
    kept = [(name, value) for name, value in element.attrib.items() if name in _ATTRIBUTES and _VALUE.fullmatch(value)]
    yield f"<{tag}" + "".join(f' {name}="{value}"' for name, value in kept) + ">"
    text = unescape(element.text or "")
    if depth > _DEEPEST or _UNKNOWN_COMMAND.fullmatch(text):
        raise UnreadableFormula(text)
    yield escape(text)
    for child in element:
        yield from _written(child, depth + 1)
    yield f"</{tag}>"
