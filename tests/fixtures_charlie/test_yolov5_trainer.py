"""Our YOLOv5 trainer: the loss against independent code and hand-made cases, the pictures against their boxes."""

import numpy as np
import torch
from torchvision.ops import box_convert, complete_box_iou_loss

from fixtures.training.yolov5_loss import complete_iou, loss, match
from fixtures.training.yolov5_pictures import Picture, letterboxed, mirrored, mosaic

ANCHORS = torch.tensor([[2.0, 2.0], [4.0, 4.0], [30.0, 30.0]])  # cells


def one_box(x: float, y: float, side: float) -> torch.Tensor:
    """A target of class 1 in picture 0 of 10 × 10 cells; all in cells."""
    return torch.tensor([[0, 1, x / 10, y / 10, side / 10, side / 10]])


def test_complete_iou_agrees_with_torchvision() -> None:
    generator = torch.Generator().manual_seed(0)
    first, second = (torch.rand(200, 4, generator=generator) * 6 + 0.2 for _ in range(2))
    theirs = complete_box_iou_loss(box_convert(first, "cxcywh", "xyxy"), box_convert(second, "cxcywh", "xyxy"))
    torch.testing.assert_close(1 - complete_iou(first, second), theirs, atol=1e-5, rtol=0)


def test_only_anchors_within_a_factor_of_four_answer() -> None:
    found = match(one_box(5.5, 5.5, 3.0), ANCHORS, 10, 10)
    assert set(found.anchor.tolist()) == {0, 1}
    assert set(found.label.tolist()) == {1}


def test_the_cell_of_the_center_answers_with_its_two_nearest_neighbors() -> None:
    found = match(one_box(5.2, 5.8, 3.0), ANCHORS[:1], 10, 10)
    assert set(zip(found.column.tolist(), found.row.tolist(), strict=True)) == {(5, 5), (4, 5), (5, 6)}
    torch.testing.assert_close(found.box[:, 0] + found.column, torch.full((3,), 5.2))
    torch.testing.assert_close(found.box[:, 1] + found.row, torch.full((3,), 5.8))


def test_no_cell_outside_the_picture_answers() -> None:
    for x, y in ((0.1, 0.1), (9.9, 9.9), (0.1, 9.9)):
        found = match(one_box(x, y, 1.0), ANCHORS[:1], 10, 10)
        assert list(zip(found.column.tolist(), found.row.tolist(), strict=True)) == [(int(x), int(y))]


def test_a_right_answer_costs_less_than_a_wrong_one_and_an_empty_picture_is_allowed() -> None:
    target = one_box(5.5, 5.5, 2.0)
    anchors = ANCHORS[None, :1]
    right = torch.zeros(1, 1, 10, 10, 7)
    right[..., 4] = -8
    right[0, 0, 5, 5, 4:] = torch.tensor([8.0, -8.0, 8.0])
    wrong = right.flip(2) + 0.5
    assert loss([right], target, anchors, 320) < loss([wrong], target, anchors, 320)
    assert torch.isfinite(loss([right], torch.zeros(0, 6), anchors, 320))


def marked(x: int, y: int, side: int = 24) -> Picture:
    """A black picture with one white square, and the box around it."""
    pixels = np.zeros((120, 160, 3), np.uint8)
    pixels[y : y + side, x : x + side] = 255
    return Picture(pixels, np.array([[3, x, y, x + side, y + side]], np.float64))


def bright(picture: Picture, box: np.ndarray) -> float:
    left, top, right, bottom = box[1:].round().astype(int)
    return float(picture.pixels[top:bottom, left:right].mean())


def test_boxes_follow_their_pictures_through_every_change() -> None:
    rng = np.random.default_rng(3)
    pictures = [marked(20, 30), marked(100, 80), marked(60, 10), marked(120, 50)]
    changed = [letterboxed(pictures[0], 160), mirrored(pictures[1])]
    changed += [mosaic(rng, pictures, index % 4, 160) for index in range(20)]
    assert sum(len(picture.boxes) for picture in changed) > 20
    for picture in changed:
        for box in picture.boxes:
            assert box[0] == 3
            assert bright(picture, box) > 200
