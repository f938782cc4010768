"""Anybody's ONNX export: every kind of output, size and type of input gives the boxes that its graph computes."""

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from fixtures.benign.onnx_files import SIDE, Input, Kind, metadata_of_ultralytics, metadata_of_yolov5, onnx_model
from ml.checkpoints import OnnxModel, read_bytes
from ml.checkpoints.sketch import sketch
from ml.detection.predictor import predict
from ml.detection.settings import EvaluationSettings
from ml.engines.onnx_engine import OnnxEngine, weights_of
from ml.errors import Refused

KINDS: tuple[Kind, ...] = ("yolov5", "ultralytics", "end_to_end")


def read_model(
    kind: Kind = "yolov5", *, sizes: tuple[int | str, ...] = (1, 3, SIDE, SIDE), takes: Input = "float32"
) -> OnnxModel:
    metadata = metadata_of_yolov5() if kind == "yolov5" else metadata_of_ultralytics()
    found = read_bytes(onnx_model(kind, sizes=sizes, takes=takes, metadata=metadata).SerializeToString())
    assert isinstance(found, OnnxModel)
    return found


def pictures(count: int, side: int = SIDE) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(2).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("takes", ["float32", "float16", "uint8"])
def test_it_gives_what_the_graph_computes_picture_by_picture(kind: Kind, takes: Input) -> None:
    """Against onnx's own slow reference."""
    model = read_model(kind, takes=takes)
    batch = pictures(3)
    found = OnnxEngine(model)(batch, 0.001)
    reference = ReferenceEvaluator(onnx.ModelProto.FromString(model.graph))
    for picture, one in zip(batch, found, strict=True):
        planes = picture.transpose(2, 0, 1)[None]
        fed = planes if takes == "uint8" else (planes / np.float32(255)).astype(takes)
        (rows,) = np.asarray(reference.run(None, {model.input.name: fed})[0], np.float32)
        rows = rows.T if kind == "ultralytics" else rows
        tolerance = 0.05 if takes == "float16" else 1e-3
        np.testing.assert_allclose(one.boxes, rows[:, :4], atol=tolerance, rtol=1e-3)
        assert one.end_to_end == (kind == "end_to_end")
        assert one.class_scores.shape == (len(rows), 3)


@pytest.mark.parametrize("sizes", [(1, 3, SIDE, SIDE), (4, 3, SIDE, SIDE), ("b", 3, SIDE, SIDE), ("b", 3, "h", "w")])
def test_fixed_and_free_batches_give_the_same_boxes(sizes: tuple[int | str, ...]) -> None:
    batch = pictures(5)
    first, expected = OnnxEngine(read_model(sizes=sizes))(batch, 0.001), OnnxEngine(read_model())(batch, 0.001)
    for one, other in zip(first, expected, strict=True):
        np.testing.assert_allclose(one.boxes, other.boxes, atol=1e-4)


def test_a_fixed_size_is_the_only_canvas() -> None:
    engine = OnnxEngine(read_model())
    assert engine.canvas == SIDE
    for settings in (
        EvaluationSettings(image_size=2 * SIDE),
        EvaluationSettings(image_size=SIDE, letterbox="rectangular"),
    ):
        with pytest.raises(Refused) as refused:
            list(predict(engine, [pictures(1)], settings, threads=1))
        assert refused.value.code == "onnx_canvas"
    (found,) = predict(engine, [pictures(2)], EvaluationSettings(image_size=SIDE), threads=1)
    assert len(found) == 2


def test_a_free_size_takes_the_tasks() -> None:
    engine = OnnxEngine(read_model(sizes=("b", 3, "h", "w")))
    assert engine.canvas is None
    assert len(engine(pictures(1, 2 * SIDE), 0.001)[0].boxes) == 4 * len(engine(pictures(1), 0.001)[0].boxes)


def test_the_cost_grows_with_the_area() -> None:
    engine = OnnxEngine(read_model(sizes=("b", 3, "h", "w")))
    small, large = engine.gflops(320), engine.gflops(640)
    assert small
    assert large == pytest.approx(4 * small)


def test_the_cost_is_that_of_the_only_canvas_whatever_the_file_says_of_its_size() -> None:
    engines = []
    for size in ("[64, 64]", "[1536, 1536]"):
        file = onnx_model("ultralytics", metadata=metadata_of_ultralytics(imgsz=size)).SerializeToString()
        found = read_bytes(file)
        assert isinstance(found, OnnxModel)
        engines.append(OnnxEngine(found))
    honest, boastful = (engine.gflops(SIDE) for engine in engines)
    assert honest
    assert boastful == honest


def steady(kind: Kind, values: Sequence[float]) -> OnnxModel:
    """A network that answers every cell with the same values."""
    model = onnx_model(kind)
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if tensor.name.startswith("weight"):
            tensor.CopyFrom(numpy_helper.from_array(np.zeros_like(array), tensor.name))
        if tensor.name.startswith("bias"):
            tensor.CopyFrom(numpy_helper.from_array(np.array(values, np.float32), tensor.name))
    found = read_bytes(model.SerializeToString())
    assert isinstance(found, OnnxModel)
    return found


def test_suppressed_boxes_of_a_score_above_one_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        OnnxEngine(steady("end_to_end", (4, 4, 30, 30, 87, 1)))(pictures(1), 0.001)
    assert refused.value.code == "onnx_scores"


def test_rows_of_a_score_below_zero_are_nobodys_boxes() -> None:
    engine = OnnxEngine(steady("end_to_end", (0, 0, 0, 0, -1, 0)))
    ((found,),) = predict(engine, [pictures(1)], EvaluationSettings(image_size=SIDE), threads=1)
    assert not len(found)


def test_boxes_of_astronomical_sides_are_boxes_all_the_same() -> None:
    huge = float(np.finfo(np.float32).max)
    engine = OnnxEngine(steady("end_to_end", (-huge, -huge, huge, huge, 0.5, 1)))
    ((found,),) = predict(engine, [pictures(1)], EvaluationSettings(image_size=SIDE), threads=1)
    assert len(found)
    assert np.isfinite(found.xyxy[:, 2:] - found.xyxy[:, :2]).all()


def test_a_graph_that_answers_for_fewer_pictures_than_it_was_given_is_refused() -> None:
    model = onnx_model(sizes=("b", 3, SIDE, SIDE))
    graph = model.graph
    graph.node[-1].output[0] = "all"
    for name, value in (("zero", 0), ("one", 1)):
        graph.initializer.append(numpy_helper.from_array(np.array([value], np.int64), name))
    graph.node.append(onnx.helper.make_node("Slice", ["all", "zero", "one", "zero"], ["output0"]))
    found = read_bytes(model.SerializeToString())
    assert isinstance(found, OnnxModel)
    engine = OnnxEngine(found)
    assert len(engine(pictures(1), 0.001)) == 1
    with pytest.raises(Refused) as refused:
        engine(pictures(2), 0.001)
    assert refused.value.code == "unexpected_output"


def test_its_weights_can_be_sketched() -> None:
    model = read_model()
    assert len(weights_of(model)) == 3
    assert sketch(weights_of(model)) == sketch(weights_of(read_model()))


def test_threads_share_one_session_and_change_nothing() -> None:
    engine, batches = OnnxEngine(read_model(sizes=("b", 3, "h", "w"))), [pictures(6), pictures(3)]
    settings = EvaluationSettings(image_size=SIDE)
    alone, together = (list(predict(engine, batches, settings, threads=threads)) for threads in (1, 3))
    for one, other in zip((f for b in alone for f in b), (f for b in together for f in b), strict=True):
        np.testing.assert_array_equal(one.xyxy, other.xyxy)
        np.testing.assert_array_equal(one.confidence, other.confidence)
