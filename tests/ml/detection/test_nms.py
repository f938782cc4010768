"""Suppression against torchvision's, which compares everything with everything."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.ops import nms as compare_all

from ml.detection.nms import Kept, suppress
from ml.detection.outputs import read_output
from ml.engines.proposals import Proposals

CANVAS = 640


def upstream(predictions: Sequence[Proposals], confidence: float, iou: float, max_detections: int) -> list[Kept]:
    """All candidates at once, as YOLOv5 v6.2 does it."""
    kept = []
    for one in predictions:
        boxes, scores = torch.from_numpy(one.boxes_xyxy), torch.from_numpy(one.scores)
        row, index = (scores > confidence).nonzero(as_tuple=True)
        values, order = scores[row, index].sort(descending=True, stable=True)
        order, values = order[:30_000], values[:30_000]
        row, index = row[order], index[order]
        best = compare_all(boxes[row] + index[:, None].float() * 7680, values, iou)[:max_detections]
        kept.append(Kept(boxes[row[best]].numpy(), values[best].numpy(), index[best].numpy()))
    return kept


def found(output: Tensor, classes: int = 1) -> list[Proposals]:
    return read_output(output.numpy(), "yolov5", classes)


def crowd(seed: int, rows: int, classes: int, change: Callable[[Tensor, torch.Generator], None]) -> list[Proposals]:
    generator = torch.Generator().manual_seed(seed)
    output = torch.rand(2, rows, 5 + classes, generator=generator)
    output[..., :2] *= CANVAS
    output[..., 2:4] = output[..., 2:4] * 90 + 4
    change(output, generator)
    return read_output(output.numpy(), "yolov5", classes)


def trained(output: Tensor, _: torch.Generator) -> None:
    output[..., 4] **= 60
    output[..., 5:] **= 8


def untouched(_: Tensor, __: torch.Generator) -> None:
    """Every box is a candidate for every class."""


def one_place(output: Tensor, generator: torch.Generator) -> None:
    output[..., :4] = torch.tensor([320, 320, 100, 100]) + 6 * torch.rand(output[..., :4].shape, generator=generator)


def all_equal(output: Tensor, _: torch.Generator) -> None:
    output[..., 4:] = 0.5


def almost_enough(output: Tensor, generator: torch.Generator) -> None:
    """299 places: one box short of the moment at which everything stops."""
    place = torch.arange(output.shape[1]) % 299
    output[..., 0] = place % 20 * 32 + torch.rand(output.shape[:2], generator=generator)
    output[..., 1] = place.div(20, rounding_mode="floor") * 32
    output[..., 2:4] = 30


@pytest.mark.parametrize("change", [trained, untouched, one_place, all_equal, almost_enough])
@pytest.mark.parametrize(("rows", "classes"), [(3000, 1), (1500, 12)])
def test_what_is_kept_equals_torchvision(
    change: Callable[[Tensor, torch.Generator], None], rows: int, classes: int
) -> None:
    predictions = crowd(7, rows, classes, change)
    kept = suppress(predictions, confidence=0.001, iou=0.6, max_detections=300)
    for ours, theirs in zip(kept, upstream(predictions, 0.001, 0.6, 300), strict=True):
        np.testing.assert_array_equal(ours.xyxy, theirs.xyxy)
        np.testing.assert_array_equal(ours.confidence, theirs.confidence)
        np.testing.assert_array_equal(ours.class_index, theirs.class_index)


@pytest.mark.parametrize(("confidence", "iou", "limit"), [(0.25, 0.45, 1000), (0.5, 0.0, 50), (0.0, 1.0, 7)])
def test_every_setting_counts_as_in_torchvision(confidence: float, iou: float, limit: int) -> None:
    predictions = crowd(3, 800, 3, untouched)
    kept = suppress(predictions, confidence=confidence, iou=iou, max_detections=limit)
    for ours, theirs in zip(kept, upstream(predictions, confidence, iou, limit), strict=True):
        np.testing.assert_array_equal(ours.xyxy, theirs.xyxy)
        np.testing.assert_array_equal(ours.class_index, theirs.class_index)


def test_only_the_best_thirty_thousand_candidates_count() -> None:
    """A box whose 40,000 betters all lie in one place is not looked at any more, as upstream."""
    output = torch.zeros(1, 40_001, 6)
    output[..., :4] = torch.tensor([320, 320, 100, 100])
    output[..., 4:] = 0.9
    output[0, -1] = torch.tensor([100, 100, 20, 20, 0.5, 0.5])
    (kept,) = suppress(found(output), confidence=0.001, iou=0.6, max_detections=300)
    assert len(kept.confidence) == 1
    (kept,) = suppress(
        read_output(output[:, 11_000:].numpy(), "yolov5", 1), confidence=0.001, iou=0.6, max_detections=300
    )
    assert len(kept.confidence) == 2


def test_an_overlap_equal_to_the_threshold_is_kept() -> None:
    """Two boxes of 10 × 4 and 10 × 2, one inside the other: IoU exactly 0.5."""
    output = torch.tensor([[[50.0, 50, 10, 4, 1, 0.9], [50, 49, 10, 2, 1, 0.8]]])
    raw = found(output)
    assert len(suppress(raw, confidence=0.1, iou=0.5, max_detections=9)[0].confidence) == 2
    assert len(suppress(raw, confidence=0.1, iou=0.49, max_detections=9)[0].confidence) == 1


def test_a_score_equal_to_the_confidence_threshold_is_dropped() -> None:
    output = torch.tensor([[[50.0, 50, 10, 4, 1, 0.25]]])
    assert len(suppress(found(output), confidence=0.25, iou=0.5, max_detections=9)[0].xyxy) == 0


def test_nothing_found_keeps_the_shapes() -> None:
    (kept,) = suppress(
        read_output(np.zeros((1, 50, 8), np.float32), "yolov5", 3), confidence=0.001, iou=0.6, max_detections=300
    )
    assert kept.xyxy.shape == (0, 4)
    assert kept.confidence.shape == kept.class_index.shape == (0,)


def test_the_same_box_counts_for_two_classes() -> None:
    output = torch.tensor([[[50.0, 50, 10, 4, 1, 0.9, 0.8]]])
    (kept,) = suppress(found(output, 2), confidence=0.1, iou=0.5, max_detections=9)
    assert kept.class_index.tolist() == [0, 1]


def test_ultralytics_candidates_are_suppressed_alike() -> None:
    predictions = crowd(5, 900, 4, trained)
    swapped = np.stack([np.concatenate((one.boxes, one.scores), axis=1).T.copy() for one in predictions])
    settings = {"confidence": 0.001, "iou": 0.6, "max_detections": 300}
    for ours, theirs in zip(
        suppress(read_output(swapped, "ultralytics", 4), **settings),  # type: ignore[arg-type]
        suppress(predictions, **settings),  # type: ignore[arg-type]
        strict=True,
    ):
        np.testing.assert_array_equal(ours.xyxy, theirs.xyxy)


def test_a_network_that_suppresses_itself_keeps_its_overlapping_boxes() -> None:
    output = torch.tensor([[[0.0, 0, 10, 10, 0.6, 1], [0, 0, 10, 10, 0.9, 1], [0, 0, 10, 10, 0.0005, 0]]])
    (kept,) = suppress(read_output(output.numpy(), "ultralytics", 2), confidence=0.001, iou=0.6, max_detections=300)
    np.testing.assert_allclose(kept.confidence, [0.9, 0.6])
    assert kept.xyxy.tolist() == [[0, 0, 10, 10]] * 2
