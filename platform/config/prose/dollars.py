"""Where formulas are in Markdown: ``$…$`` in a sentence; ``$$…$$`` in a line of its own, or in several."""

import re
from collections.abc import Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from config.prose.formulas import formula

#: As in Pandoc: no space just inside, no digit just after, so that "$5 and $6" stay dollars.
_INLINE: Final = re.compile(r"(\$\$?)(?!\$)((?:\\[^\n]|[^\\$])+)\1(?![\d$])")
_MOST_LINES: Final = 40
_INTERRUPTS: Final = ["paragraph", "reference", "blockquote", "list"]


def add_formulas(parser: MarkdownIt) -> None:
    parser.inline.ruler.before("escape", "formula", _in_a_sentence)
    parser.block.ruler.before("fence", "formula", _on_its_own, {"alt": _INTERRUPTS})
    parser.add_render_rule("formula", _render)


def _in_a_sentence(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$":
        return False
    found = _INLINE.match(state.src, state.pos, state.posMax)
    if found is None or (found[1] == "$" and found[2] != found[2].strip()):
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = found[2].strip(), found[1]
    state.pos = found.end()
    return True


def _on_its_own(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read as blocks are, so that a line of a formula may begin with + or - without becoming a list."""
    if state.is_code_block(start):
        return False
    lines = _lines_of_a_formula(state, start, end)
    if lines is None:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.block, token.markup, token.map = True, "$$", [start, start + len(lines)]
        token.content = "\n".join(lines).strip()[2:-2].strip()
        state.line = start + len(lines)
    return True


def _lines_of_a_formula(state: StateBlock, start: int, end: int) -> list[str] | None:
    """From the line that begins with ``$$`` to the one that ends with them; None where that is not so."""
    lines: list[str] = []
    for number in range(start, min(end, start + _MOST_LINES)):
        line = state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].strip()
        if not line or state.sCount[number] < state.blkIndent or (not lines and not line.startswith("$$")):
            return None
        inside = line[2:] if not lines else line
        lines.append(line)
        if "$$" in inside:
            return lines if inside.index("$$") == len(inside) - 2 else None
    return None


def _render(_: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    token = tokens[index]
    if token.markup == "$":
        return formula(token.content, own_line=False)
    tag = "div" if token.block else "span"
    return f'<{tag} class="formula" tabindex="0">{formula(token.content, own_line=True)}</{tag}>'
