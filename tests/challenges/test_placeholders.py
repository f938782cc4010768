"""Placeholders of statements, and the braces that belong to formulas and code."""

import pytest

from challenges.placeholders import fill, has_stray_brace, placeholders

VALUES = {"side": 512, "image": {"height": 320}}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{side} px, {image.height} px", "512 px, 320 px"),
        (r"$\frac{a}{b}$ of {side}", r"$\frac{a}{b}$ of 512"),
        (r"$\frac{side}{2}$", r"$\frac{512}{2}$"),
        (r"$x_{image.height} = 2 \times {side}$", r"$x_{320} = 2 \times {512}$"),
        ("$$\n\\sum_{i}^{n} x_{i}\n$$", "$$\n\\sum_{i}^{n} x_{i}\n$$"),
        ("```python\nsizes = {side}\nnames = {a}\n```\n", "```python\nsizes = 512\nnames = {a}\n```\n"),
        ("It costs 5 $ and 6 $ for {side}.", "It costs 5 $ and 6 $ for 512."),
    ],
)
def test_what_was_drawn_is_shown_and_other_braces_stay(text: str, filled: str) -> None:
    assert fill(text, VALUES) == filled
    assert not has_stray_brace(text)


def test_a_name_that_was_not_drawn_is_an_error_outside_of_formulas_and_blocks() -> None:
    for text in ("{sides}", "`{sides}`", "$x$ {sides} $y$", "{image.width}", "$x_{image.width}$"):
        with pytest.raises(KeyError):
            fill(text, VALUES)


def test_only_parameters_are_shown_by_a_formula() -> None:
    assert placeholders(r"{a} $x_{b} + {side} + {image.height}$", VALUES) == {"a", "side", "image.height"}


def test_a_stray_brace_is_found_where_braces_mean_nothing_else() -> None:
    assert has_stray_brace("For {Side} px")
    assert has_stray_brace("$x$ { $y$")
    assert has_stray_brace("`{'a': 1}`")
