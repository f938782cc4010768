"""Formulas and code in statements: drawn well, and harmless whoever wrote them."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from config.prose import LONGEST_TEXT, to_html
from config.prose.code import LANGUAGES
from config.prose.formulas import LONGEST_FORMULA, formula

CSS = Path(__file__).resolve().parents[2] / "platform/config/static/css/base.css"

GOOD = {
    "the size after a convolution": r"\left\lfloor \frac{W - K + 2P}{S} \right\rfloor + 1",
    "a sum": r"\sum_{c=1}^{C} w_{k,c}\, x_{c} + b_k",
    "a matrix": r"\begin{pmatrix} 1 & 0 \\ 0 & -1 \end{pmatrix}",
    "cases": r"f(x)=\begin{cases} x & \text{si } x>0 \\ 0 & \text{sinon}\end{cases}",
    "aligned lines": r"\begin{aligned} a &= b \\ &= c \end{aligned}",
    "an overlap": r"\frac{|A\cap B|}{|A\cup B|} \leq \sqrt[3]{x'} \in \mathbb{R}^n",
    "a French number": r"3{,}14 \times 10^{6}",
    "an integral": r"\mathrm{AP} = \int_0^1 p(r)\,\mathrm{d}r",
    "a brace": r"\underbrace{3 \cdot 3 \cdot 64}_{\text{poids}}",
    "an hat": r"\hat{y}, \overline{x}, \mathbf{W}^\top",
}
BAD = {
    "a missing brace": r"\frac{a}{b",
    "a missing argument": r"\frac",
    "an unknown command": r"\integrale x",
    "an unknown environment": r"\begin{tikzpicture} x \end{tikzpicture}",
    "a missing end": r"\begin{matrix} x",
    "two indexes": "x_1_2",
    "a right without left": r"\right)",
    "deep braces": "{" * 900 + "x" + "}" * 900,
    "a macro": r"\def\a{xx}\a",
    "macros that double themselves": r"\newcommand{\a}{xx}\newcommand{\b}{\a\a}\b",
    "too long": "x" * (LONGEST_FORMULA + 1),
}
HOSTILE = [
    "<script>alert(1)</script>",
    r"\text{<script>alert(1)</script>}",
    r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
    r"\text{&#60;img src=x onerror=alert(1)&#62;}",
    r"\unicode{x3C}script\unicode{x3E}",
    r"\href{javascript:alert(1)}{x}",
    r"\style{position:fixed;inset:0}{x}",
    r"\class{button}{x}",
    r"\color{red;background:url(//x)}{x}",
    r"\colorbox{red}{x}\fcolorbox{a}{b}{c}",
    r"\hspace{99999em}x\rule{900em}{900em}",
    r'\mathrm{"><img src=x onerror=alert(1)>}',
    r"\verb|<img src=x onerror=alert(1)>|",
    r"\operatorname{<b>}",
    r"\tag{<b>}\llap{<b>}\hbox{<b>$<i>$}\mbox{<u>}\fbox{<s>}",
    r"\begin{array}{<b>} x \end{array}",
    r"\raise 99em {x}\lower{-99em}{x}\skew{99999}{x}",
    r"\genfrac{<}{>}{99em}{0}{a}{b}",
    r"x \above 99em y",
]


@pytest.mark.parametrize("latex", GOOD.values(), ids=GOOD.keys())
@pytest.mark.parametrize("own_line", [False, True])
def test_a_formula_becomes_well_formed_mathml(latex: str, own_line: bool) -> None:
    root = ElementTree.fromstring(formula(latex, own_line=own_line))
    assert root.tag == "math"
    assert root.get("display") == ("block" if own_line else "inline")
    assert "\\" not in "".join(root.itertext())
    assert "&" not in "".join(root.itertext())


@pytest.mark.parametrize("latex", BAD.values(), ids=BAD.keys())
def test_a_formula_that_cannot_be_read_is_shown_as_it_was_typed(latex: str) -> None:
    made = formula(latex, own_line=False)
    assert made.startswith('<code class="formula-source">')
    assert "<math" not in made
    assert latex[:20].replace("&", "&amp;") in made


@pytest.mark.parametrize("latex", HOSTILE)
@pytest.mark.parametrize("around", ["${}$", "$${}$$", "$$\n{}\n$$", "- a\n\n  $${}$$", "| a |\n|---|\n| ${}$ |\n"])
def test_no_formula_smuggles_a_tag_or_an_attribute_in(latex: str, around: str) -> None:
    made = to_html(around.replace("{}", latex), "en")
    tags = re.findall(r"<(/?[a-z]+)([^<>]*)>", made)
    written = {name.strip("/") for name, _ in tags}
    assert written <= {
        *("p", "div", "span", "code", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"),
        *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "mstyle", "mtable", "mtr", "mtd", "mover"),
    }
    assert made.count("<") == len(tags)
    for _, attributes in tags:
        for name, value in re.findall(r'([a-z]+)="([^"]*)"', attributes):
            assert name not in ("href", "style", "src", "id", "height", "mathcolor", "mathbackground")
            assert not name.startswith("on")
            assert name != "class" or value in ("formula", "formula-source", "prose__table")
            assert not re.search(r"\d\d", value)


def test_a_wide_table_scrolls_where_the_keyboard_reaches_it() -> None:
    made = to_html("| index | class |\n|---|---|\n| 0 | mug |\n", "en")
    assert made.startswith('<div class="prose__table" tabindex="0">\n<table>')
    assert made.endswith("</table>\n</div>\n")
    assert "<td>mug</td>" in made


def test_what_a_formula_says_is_still_said() -> None:
    assert "&lt;b&gt;" in formula(r"\text{<b>}", own_line=False)
    assert "".join(ElementTree.fromstring(formula("a < b", own_line=False)).itertext()) == "a<b"


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("Let $x$ and $y_1$.", 2),
        ("It costs 5$ and 6$.", 0),
        ("From $5 to $6, and $ x $.", 0),
        (r"Only \$x\$ dollars.", 0),
        ("`$x$` is code.", 0),
        ("```\n$x$\n```", 0),
        ("    $$x$$", 0),
        ("In a line: $$x$$.", 1),
        ("$$x$$", 1),
        ("$$\na\n+ b\n- c\n$$", 1),
        ("A sentence:\n$$\nx\n$$\ngoes on.", 1),
        ("> $$\n> x\n> $$", 1),
        ("- $$\n  x\n  $$\n- b", 1),
        ("- $$a\n- b$$", 0),
        ("$$\nx\n\ny\n$$", 0),
        ("$$x", 0),
        ("$", 0),
        ("$$", 0),
        ("$$$$", 0),
        ("**$x$** and [$y$](/quests/)", 2),
        ("| $a$ | $b$ |\n|---|---|\n| $c$ | d |", 3),
    ],
)
def test_where_formulas_begin_and_end(text: str, formulas: int) -> None:
    assert to_html(text, "en").count("<math") == formulas


def test_a_list_keeps_its_items_around_a_formula_that_never_ends() -> None:
    assert to_html("- $$a\n- b\n- c$$", "en").count("<li>") == 3


def test_a_formula_on_its_own_can_be_scrolled_by_keyboard() -> None:
    assert '<div class="formula" tabindex="0"><math display="block">' in to_html("$$x$$", "fr")


def test_the_typography_of_french_leaves_formulas_alone() -> None:
    made = to_html("Donc : $f'(x) = a ? b : c$ !", "fr")
    assert made.startswith("<p>Donc\u00a0: ")
    assert made.endswith("</math>\u00a0!</p>\n")
    assert "\u00a0" not in made[made.index("<math") : made.index("</math>")]


def test_code_is_coloured_by_classes_and_html_in_it_is_text() -> None:
    made = to_html("```python\nimport torch  # <b>\nx = '<script>'\n```", "en")
    assert '<pre class="code" tabindex="0"><code><span class="code-kn">import</span>' in made
    assert "style=" not in made
    assert "<b>" not in made
    assert "<script>" not in made
    assert "&lt;script&gt;" in made


@pytest.mark.parametrize("language", ["", "brainfuck", "html", "../../x", "python onload=alert(1)", "PYTHON"])
def test_an_unknown_language_is_shown_plain(language: str) -> None:
    made = to_html(f"```{language}\nx = <1>\n```", "en")
    assert "&lt;" in made
    assert "onload" not in made
    assert ("<span" in made) == (language.lower().split(" ")[0] == "python")


def test_every_language_that_is_promised_is_known() -> None:
    for name in LANGUAGES:
        assert "<code>" in to_html(f"```{name}\na = 1\n```", "en")


@pytest.mark.parametrize(
    "piece",
    ["$", "$$", "$$a\n", "$$a\n\n", "- $$a\n", "> $$a\n", r"$\$", "$ a", "\\$", "$a$", "$$a$$ ", "$\\frac", "${",
     "$a$1", "```\n$", "```python\n'''", "[$](", "*$_", "$\\left(", "1. $$x\n   ", "$x_{"],
)  # fmt: skip
def test_twenty_thousand_characters_of_anything_are_shown(piece: str) -> None:
    """Each of these once took seconds somewhere: rules that look for an end must not look twice."""
    assert to_html(piece * (LONGEST_TEXT // len(piece)), "fr")


def test_colours_of_code_are_pens_that_can_be_read_everywhere() -> None:
    rules = re.findall(r"(\.code [^{]*)\{([^}]*)\}", CSS.read_text("utf-8"))
    coloured = [body for selector, body in rules if "color" in body and "code-" in selector]
    assert len(coloured) >= 5
    for body in coloured:
        assert re.search(r"color: var\(--(pen-(blue|green|amber|red)|ink-soft)\);", body)
