"""Boxes and labels: where they should be, in the color they should have, nothing off the picture."""

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from ml.detection.detections import Detections, no_detections
from ml.detection.drawing import draw, draw_on
from ml.detection.footage import Shot, blank_shot, planes_of
from ml.detection.palette import colors_of

NAMES = ["tasse", "clé à molette"]


def found(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))


def test_an_outline_has_the_color_of_its_class_and_leaves_the_inside_alone() -> None:
    image = np.full((240, 320, 3), 90, np.uint8)
    drawn = draw(image, found((40, 80, 160, 200, 0.9, 1)), NAMES)
    color = colors_of(NAMES)[1]
    for row, column in ((140, 40), (140, 159), (80, 100), (199, 100)):
        assert tuple(drawn[row, column]) == color
    assert (drawn[84:196, 44:156] == 90).all()
    assert (drawn[:, 250:] == 90).all()
    assert (image == 90).all()


@pytest.mark.parametrize(
    "box",
    [
        (-50, -50, 30, 30),
        (300, 0, 340, 20),
        (0, 230, 320, 260),
        (310, 230, 330, 250),
        (-10, -10, 400, 300),
        (5, 5, 5, 5),
    ],
)
def test_a_box_at_the_edge_keeps_its_label_on_the_picture(box: tuple[float, ...]) -> None:
    """The ink of the letters is there, whole: as many dark pixels as in the middle of the picture."""

    def ink(*corners: float) -> int:
        drawn = draw(np.full((240, 320, 3), 200, np.uint8), found((*corners, 0.5, 0)), NAMES)  # type: ignore[arg-type]
        return int((drawn.max(axis=2) < 60).sum())

    assert abs(ink(*box) - ink(100, 100, 200, 200)) <= 2


def test_labels_of_neighbors_do_not_hide_each_other() -> None:
    one, other = (100, 100, 160, 160, 0.9, 0), (104, 100, 164, 160, 0.8, 0)

    def ink(*rows: tuple[float, float, float, float, float, int]) -> int:
        drawn = draw(np.full((240, 320, 3), 200, np.uint8), found(*rows), NAMES)
        return int((drawn.max(axis=2) < 60).sum())

    assert ink(one, other) == pytest.approx(ink(one) + ink(other), abs=4)


def test_letters_grow_with_the_picture() -> None:
    def height(side: int) -> int:
        drawn = draw(np.full((side, side, 3), 200, np.uint8), found((8, side / 2, side / 2, side - 9, 0.5, 0)), NAMES)
        rows = np.flatnonzero((drawn.max(axis=2) < 60).any(axis=1))
        return int(rows[-1] - rows[0])

    assert height(2_000) > 2.5 * height(400)


def test_a_picture_without_boxes_stays_as_it_is() -> None:
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert (draw(image, no_detections(), []) == image).all()


def test_a_frame_of_a_film_gets_the_same_drawing_as_a_picture() -> None:
    """Drawn on brightness and colors apart, it shows what drawing on red, green and blue shows."""
    shot = blank_shot(0, width=320, height=240)
    rows = found((40, 80, 160, 200, 0.9, 1), (200, 20, 300, 120, 0.4, 0))
    expected = draw(rgb(shot), rows, NAMES)
    draw_on(shot.surface(), rows, NAMES)
    difference = np.abs(rgb(shot).astype(int) - expected.astype(int)).max(axis=2)
    assert (difference > 40).mean() < 0.004  # colors have half the resolution: the edges of letters
    assert difference.mean() < 2


def test_a_long_name_and_letters_that_nobody_can_draw_do_no_harm() -> None:
    drawn = draw(np.zeros((60, 80, 3), np.uint8), found((10, 10, 60, 50, 0.9, 0)), ["\x00\n<b>" + "名" * 200])
    assert drawn.any()
    assert drawn.shape == (60, 80, 3)


def rgb(shot: Shot) -> np.ndarray:
    assert isinstance(shot.frame, av.VideoFrame)
    assert planes_of(shot.frame)[0].shape == (shot.frame.height, shot.frame.width)
    matrix = Colorspace.ITU709
    return shot.frame.reformat(format="rgb24", src_colorspace=matrix, dst_colorspace=matrix).to_ndarray()
