"""The mistakes that only a detection head allows: its other form, one of its grids, its numbers for each box."""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.keys.growth import OTHER_CLASSES, USUAL_CLASSES
from grader.keys.predictions import ANCHORS, cells_of
from grader.keys.subject import Subject
from ml.trace import ModuleTrace, Trace
from ml.zoo.yolov5 import Yolov5

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Slip:
    """What somebody gives for a head's output by mistake."""

    code: str
    shape: Shape
    detail: str
    is_rare: bool = False


def slips(subject: Subject, traced: Trace, head: ModuleTrace, *, is_raw: bool) -> Iterator[Slip]:
    """Of the head of YOLOv5, (1, N, 5 + classes), and of later ones, (1, 4 + classes, N)."""
    has_anchors = isinstance(subject.network, Yolov5)
    decoded, *raw = head.output_shapes
    shape = raw[0] if is_raw else decoded
    for other in (decoded,) if is_raw else (*raw, *_joined(traced, head)):
        yield Slip("training_head", other, "the head's other form")
    for other in _before_reordering(traced, head):
        yield Slip("training_head", other, "before the reordering")
    if is_raw and has_anchors:
        yield from (Slip("other_scale", other, "another grid") for other in raw[1:])
        yield from _orders(shape)
    axis = len(shape) - 1 if has_anchors else 1
    if subject.own_classes is not None and (has_anchors or not is_raw):
        yield from _other_numbers(shape, axis, subject.own_classes, has_anchors=has_anchors)
    if not is_raw:
        yield from _other_grids(decoded, 3 - axis, cells_of(subject, traced), has_anchors=has_anchors)


def _before_reordering(traced: Trace, head: ModuleTrace) -> list[Shape]:
    """(1, 3 × (5 + classes), ny, nx): what the convolutions of YOLOv5's head give."""
    prefix = f"{head.name}.m."
    return [module.output_shapes[0] for module in traced.modules if module.name.startswith(prefix) and module.calls]


def _joined(traced: Trace, head: ModuleTrace) -> Iterator[Shape]:
    """(1, 64 + classes, ny, nx): the two branches of a later head, joined as in training."""
    shapes = {module.name: module.output_shapes[0] for module in traced.modules if module.output_shapes}
    for level in range(8):
        places, scores = (shapes.get(f"{head.name}.{branch}.{level}") for branch in ("cv2", "cv3"))
        if places is None or scores is None:
            return
        yield (1, places[1] + scores[1], *places[2:])


def _orders(shape: Shape) -> Iterator[Slip]:
    """Raw maps (1, 3, ny, nx, numbers) in other orders."""
    one, anchors, height, width, numbers = shape
    yield Slip("channels_last", (one, anchors, numbers, height, width), "before the permutation")
    yield Slip("channels_last", (one, height, width, anchors, numbers), "anchors after the cells")
    yield Slip("channels_last", (one, height, width, anchors * numbers), "anchors and numbers together", is_rare=True)


def _other_numbers(shape: Shape, axis: int, own: int, *, has_anchors: bool) -> Iterator[Slip]:
    """Other numbers of classes, and what each box carries besides."""
    extra = 5 if has_anchors else 4
    for others, name in ((own, "classes alone"), (own + 9 - extra, "with or without a confidence")):
        yield Slip("box_numbers_miscounted", _with(shape, axis, others), name)
    usual = {*USUAL_CLASSES, own - 1, own + 1} - {own, 0}
    for classes in (*sorted(usual), *OTHER_CLASSES):
        if classes != own:
            other = _with(shape, axis, classes + extra)
            yield Slip("per_class_count", other, f"{classes} classes", is_rare=classes not in usual)


def _other_grids(shape: Shape, axis: int, cells: list[int], *, has_anchors: bool) -> Iterator[Slip]:
    anchors = ANCHORS if has_anchors else 1
    for count in cells:
        yield Slip("one_scale_only", _with(shape, axis, anchors * count), f"{count} cells")
    if has_anchors:
        yield Slip("anchors_forgotten", _with(shape, axis, sum(cells)), "one box per cell")
    else:
        yield Slip("anchors_miscounted", _with(shape, axis, ANCHORS * sum(cells)), "boxes for anchors")


def _with(shape: Shape, axis: int, size: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])
