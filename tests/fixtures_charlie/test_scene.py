"""What is labeled is what can be seen: tight boxes, and nothing hunted that is not labeled."""

import numpy as np

from fixtures.charlie.figures import charlie, draw_person, lookalike, passer_by
from fixtures.charlie.palette import TEAL, YELLOW
from fixtures.charlie.pen import Image, Sprite, lay
from fixtures.charlie.scene import Box, Placed, visible


def block(width: int, height: int, color: int = 200) -> Sprite:
    """An opaque rectangle whose anchor is its top left corner."""
    pixels: Image = np.full((height, width, 4), 255, np.uint8)
    pixels[:, :, :3] = color
    return Sprite(pixels, (0, 0))


def seen(*cast: Placed) -> tuple[list[Placed], list[Box]]:
    return visible(sorted(cast, key=lambda placed: placed.depth), 0, 1.0, (100, 100))


def test_a_thing_in_plain_sight_has_its_whole_box() -> None:
    thing = Placed(block(20, 10), 30, 40, 1, label=2)
    assert seen(thing)[1] == [Box(2, 30, 40, 50, 50)]


def test_a_thing_half_hidden_has_the_box_of_its_visible_half() -> None:
    thing = Placed(block(20, 10), 30, 40, 1, label=2)
    passer = Placed(block(10, 30), 30, 30, 2)
    assert seen(thing, passer)[1] == [Box(2, 40, 40, 50, 50)]


def test_somebody_behind_hides_nothing() -> None:
    thing = Placed(block(20, 10), 30, 40, 2, label=2)
    passer = Placed(block(10, 30), 30, 30, 1)
    assert seen(thing, passer)[1] == [Box(2, 30, 40, 50, 50)]


def test_a_thing_hidden_by_more_than_65_percent_is_neither_drawn_nor_labeled() -> None:
    thing = Placed(block(20, 10), 30, 40, 1, label=2)
    passer = Placed(block(14, 30), 30, 30, 2)  # leaves 30 %
    kept, boxes = seen(thing, passer)
    assert boxes == []
    assert kept == [passer]


def test_a_thing_that_left_the_picture_is_not_labeled() -> None:
    assert seen(Placed(block(20, 10), 120, 40, 1, label=2)) == ([], [])


def test_a_thing_across_the_edge_is_cut_there() -> None:
    assert seen(Placed(block(20, 10), 90, 40, 1, label=1))[1] == [Box(1, 90, 40, 100, 50)]


def test_an_opaque_figure_replaces_the_ground_and_a_clear_one_leaves_it() -> None:
    ground = np.full((10, 10, 3), 90, np.uint8)
    lay(ground, block(4, 4, color=17), 3, 3)
    assert (ground[3:7, 3:7] == 17).all()
    before = ground.copy()
    lay(ground, Sprite(np.zeros((5, 5, 4), np.uint8), (0, 0)), 1, 1)
    assert (ground == before).all()


def test_a_figure_outside_the_picture_changes_nothing() -> None:
    ground = np.full((10, 10, 3), 90, np.uint8)
    lay(ground, block(4, 4), 50, -30)
    assert (ground == 90).all()


def test_charlie_always_has_the_scarf_and_the_lens() -> None:
    for seed in range(50):
        look = charlie(np.random.default_rng(seed))
        assert look.scarf == (TEAL, YELLOW)
        assert look.held == "lens"


def test_nobody_else_has_charlies_scarf_or_lens() -> None:
    rng = np.random.default_rng(0)
    for _ in range(500):
        for look in (passer_by(rng), lookalike(rng)):
            assert look.held != "lens"
            assert not {TEAL, YELLOW} <= set(look.scarf)


def test_a_person_fills_the_height_that_was_asked_for() -> None:
    look = charlie(np.random.default_rng(0))
    mask = draw_person(look, 100).mask
    rows = np.flatnonzero(mask.any(axis=1))
    assert 95 <= rows[-1] - rows[0] <= 125  # the lens may be held above the head
