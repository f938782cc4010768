"""Fenced code to coloured HTML: Pygments' classes, no inline style; the colours are in ``base.css``."""

from collections.abc import Mapping
from typing import Final

from django.utils.html import escape
from pygments import highlight as paint
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name

#: What a course of deep learning shows, as people write it after the three backticks: Pygments' name.
LANGUAGES: Final[Mapping[str, str]] = {
    "bash": "bash",
    "c++": "cpp",
    "console": "console",
    "cpp": "cpp",
    "diff": "diff",
    "ini": "ini",
    "json": "json",
    "py": "python",
    "pycon": "pycon",
    "python": "python",
    "sh": "bash",
    "shell": "bash",
    "toml": "toml",
    "yaml": "yaml",
    "yml": "yaml",
}

_FORMATTER: Final = HtmlFormatter(nowrap=True, classprefix="code-")


def highlight(source: str, language: str, _attributes: str) -> str:
    """``<pre>`` with the code in it; a language that is not in ``LANGUAGES`` stays black on white."""
    name = LANGUAGES.get(language.lower())
    painted = _painted(source, name) if name else escape(source)
    return f'<pre class="code" tabindex="0"><code>{painted}</code></pre>\n'


def _painted(source: str, name: str) -> str:
    html: str = paint(source, get_lexer_by_name(name, stripnl=False, ensurenl=False), _FORMATTER)
    return html
