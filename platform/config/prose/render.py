"""Markdown to HTML. Course archives bring texts from elsewhere: tags are shown as text, pictures are not made."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.token import Token

from config.prose.code import highlight
from config.prose.dollars import add_formulas
from config.typography import typeset

#: A statement is a page at most; whatever is longer is not one, and is not worth parsing.
LONGEST_TEXT: Final = 20_000


def to_html(text: str, language: str) -> str:
    """The HTML of a text in Markdown, safe to show whoever wrote it, with the spaces of print of its ``language``."""
    html: str = _parser(language).render(text[:LONGEST_TEXT])
    return html


@cache
def _parser(language: str) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": highlight}).enable("table").disable("image")

    def text(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
        return escape(typeset(tokens[index].content, language))

    parser.add_render_rule("text", text)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    add_formulas(parser)
    return parser


def _table_open(*_: Any) -> str:
    """On a phone a wide table scrolls in a place of its own, which the keyboard reaches."""
    return '<div class="prose__table" tabindex="0">\n<table>\n'


def _table_close(*_: Any) -> str:
    return "</table>\n</div>\n"
