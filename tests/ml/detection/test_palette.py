"""One color per class: by its name, whatever the numbering, and a label that can be read on it."""

import itertools

import pytest

from ml.detection.palette import FIRST, colors_of, hexadecimal, ink_on, luminance

NAMES = ["Charlie", "glasses", "mug", "key"]


def test_a_class_has_its_color_whatever_its_number() -> None:
    usual = dict(zip(NAMES, colors_of(NAMES), strict=True))
    for order in itertools.permutations(NAMES):
        assert dict(zip(order, colors_of(order), strict=True)) == usual


def test_colors_do_not_change_from_release_to_release() -> None:
    """Videos are compared over weeks: these are promises."""
    assert [hexadecimal(color) for color in colors_of(NAMES)] == ["#e69f00", "#56b4e9", "#d55e00", "#009e73"]


def test_every_class_of_a_large_set_has_a_color_of_its_own() -> None:
    colors = colors_of([f"class {number:03}" for number in range(80)])
    assert len(set(colors)) == 80
    assert set(FIRST) < set(colors)


@pytest.mark.parametrize("rank", range(40))
def test_words_can_be_read_on_every_color(rank: int) -> None:
    color = colors_of([f"class {number:03}" for number in range(40)])[rank]
    shades = sorted((luminance(color), luminance(ink_on(color))))
    assert (shades[1] + 0.05) / (shades[0] + 0.05) >= 4.5


def test_no_class_has_no_color() -> None:
    assert colors_of([]) == []
