"""An ONNX export is read as data: what it says, what it is, and that what is left of it computes the same."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from fixtures.benign.onnx_files import (
    NAMES,
    SIDE,
    Input,
    Kind,
    metadata_of_ultralytics,
    metadata_of_yolov5,
    onnx_file,
    onnx_model,
)
from ml.checkpoints import OnnxInput, OnnxModel, read_bytes, read_checkpoint_bytes
from ml.checkpoints.limits import LIMITS
from ml.checkpoints.names_text import names_from
from ml.checkpoints.onnx_outputs import Reading, reading_of
from ml.errors import Refused

KINDS: tuple[Kind, ...] = ("yolov5", "ultralytics", "end_to_end")


def read_onnx(file: bytes, classes: tuple[str, ...] = ()) -> OnnxModel:
    found = read_bytes(file, classes=classes)
    assert isinstance(found, OnnxModel)
    return found


def code_of(file: bytes, classes: tuple[str, ...] = ()) -> str:
    with pytest.raises(Refused) as refused:
        read_bytes(file, classes=classes)
    return refused.value.code


def outputs(graph: bytes, picture: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    found: np.ndarray = session.run(None, {session.get_inputs()[0].name: picture})[0]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_output_is_told_from_its_shape(kind: Kind) -> None:
    found = read_onnx(onnx_file(kind))
    assert (found.format, found.family, found.output) == ("onnx", "onnx", kind)
    assert (found.names, found.names_assumed) == (NAMES, False)
    assert found.input == OnnxInput("images", "float32", SIDE, SIDE, 1)
    assert found.image_size == SIDE
    assert found.digest.startswith("sha256:")


@pytest.mark.parametrize("takes", ["float32", "float16", "uint8"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_canonical_graph_computes_what_the_file_does(kind: Kind, takes: Input) -> None:
    file = onnx_file(kind, takes=takes)
    found = read_onnx(file)
    picture = np.random.default_rng(3).random((1, 3, SIDE, SIDE))
    given = (picture * 255).astype(np.uint8) if takes == "uint8" else picture.astype(takes)
    assert found.input.dtype == takes
    assert np.array_equal(outputs(found.graph, given), outputs(file, given))


def test_sizes_that_are_free_stay_free() -> None:
    found = read_onnx(onnx_file("yolov5", sizes=("batch", 3, "height", "width")))
    assert found.input == OnnxInput("images", "float32", None, None, None)
    assert found.image_size is None
    picture = np.zeros((2, 3, 96, 128), np.float32)
    assert outputs(found.graph, picture).shape == (2, 3 * (12 * 16 + 6 * 8 + 3 * 4), 8)


def test_the_metadata_tells_the_size_of_a_graph_that_takes_any() -> None:
    found = read_onnx(onnx_file("ultralytics", sizes=("batch", 3, "height", "width")))
    assert (found.image_size, found.input.height) == (SIDE, None)


def test_parameters_are_the_numbers_that_are_neither_shapes_nor_indexes() -> None:
    found = read_onnx(onnx_file("ultralytics"))
    assert found.parameters == sum(7 * 3 * stride**2 + 7 for stride in (8, 16, 32))


def test_operations_are_counted_as_published_figures_are() -> None:
    """Two for each multiplication and addition, and the bias added: 7 channels of 3 × s × s at (64 / s)² places."""
    found = read_onnx(onnx_file("ultralytics"))
    expected = sum(2 * 7 * (SIDE // stride) ** 2 * (3 * stride**2 + 1) for stride in (8, 16, 32))
    assert found.gflops == pytest.approx(expected / 1e9, abs=5e-4)


def test_no_word_of_the_file_is_left_in_its_canonical_bytes() -> None:
    model = onnx_model("ultralytics")
    model.doc_string = model.graph.doc_string = "SECRET WORDS"
    for node in model.graph.node:
        node.doc_string = node.name = "SECRET WORDS"
    model.graph.initializer[0].doc_string = "SECRET WORDS"
    model.graph.input[0].doc_string = "SECRET WORDS"
    model.graph.input[0].type.denotation = "SECRET WORDS"
    unknown = b"\xfa\x3f\x0cSECRET WORDS"  # field 1023, of no version of ONNX
    found = read_onnx(model.SerializeToString() + unknown)
    assert b"SECRET" not in found.graph
    assert b"charlie" not in found.graph
    assert b"/home" not in found.graph


def test_the_same_file_gives_the_same_bytes() -> None:
    assert read_onnx(onnx_file()).graph == read_onnx(onnx_file()).graph
    assert read_onnx(read_onnx(onnx_file()).graph, NAMES).graph == read_onnx(onnx_file()).graph


def test_older_exports_have_three_raw_levels_beside_the_output() -> None:
    model = onnx_model("yolov5")
    model.graph.output.extend(helper.make_tensor_value_info(f"map_{s}", 1, [1, None, None, None]) for s in (8, 16, 32))
    found = read_onnx(model.SerializeToString())
    session = onnxruntime.InferenceSession(found.graph, providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == ["output0"]


def test_initializers_that_are_inputs_too_are_no_second_input() -> None:
    """Up to IR 3, that is PyTorch 1.4, weights had to be inputs."""
    model = onnx_model("yolov5")
    model.ir_version = 3
    model.graph.input.extend(
        helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in model.graph.initializer
    )
    file = model.SerializeToString()
    picture = np.zeros((1, 3, SIDE, SIDE), np.float32)
    assert np.array_equal(outputs(read_onnx(file).graph, picture), outputs(file, picture))


def test_a_large_constant_counts_as_the_weights_that_it_is() -> None:
    """Exporters write the grids of a fixed size as constants inside nodes."""
    model = onnx_model("ultralytics")
    grid = numpy_helper.from_array(np.ones((1, 7, 84 * 100), np.float32), "value")
    model.graph.node.insert(0, helper.make_node("Constant", [], ["grid"], value=grid))
    model.graph.node.append(helper.make_node("Concat", ["output0", "grid"], ["more"], axis=2))
    plain = read_onnx(onnx_file("ultralytics"))
    found = read_onnx(model.SerializeToString())
    assert found.parameters == plain.parameters + 7 * 84 * 100
    assert found.gflops == plain.gflops


def test_a_domain_that_no_node_uses_is_dropped() -> None:
    model = onnx_model("yolov5")
    model.opset_import.add(domain="com.microsoft", version=1)
    assert b"com.microsoft" not in read_onnx(model.SerializeToString()).graph


def test_the_tasks_classes_stand_in_where_their_number_fits() -> None:
    for kind in KINDS:
        nameless = onnx_file(kind, metadata={})
        found = read_onnx(nameless, NAMES)
        assert (found.names, found.names_assumed) == (NAMES, True)
        assert code_of(nameless) == "classes_needed"
    assert code_of(onnx_file("yolov5", metadata={}), ("charlie", "mug")) == "names_count"
    assert read_onnx(onnx_file("yolov5"), ("a", "b")).names == NAMES


def test_names_are_read_as_every_release_wrote_them() -> None:
    for text in (
        "{0: 'charlie', 1: 'glasses', 2: 'mug'}",
        "['charlie', 'glasses', \"mug\"]",
        '["charlie","glasses","mug"]',
        '{"0": "charlie", "1": "glasses", "2": "mug"}',
    ):
        assert read_onnx(onnx_file(metadata={"names": text})).names == NAMES
    quoted = ("it's", 'a "mug"', "clé à molette", "back\\slash")
    assert read_onnx(onnx_file(classes=4, metadata=metadata_of_yolov5(quoted))).names == quoted


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "{0: __import__('os')}",
        "{0: 'a', 0: 'b'}",
        "{0: 'a'",
        "{0: 'a'} ",
        "{0: 'a'}}",
        "{-1: 'a'}",
        "{0.0: 'a'}",
        "{0: b'a'}",
        "{0: 'a' 'b'}",
        "{0: f'a'}",
        "['a',, 'b']",
        "[['a']]",
        "[" * 5000,
        "('a', 'b')",
        "'a'",
        "",
        "['\\ud800']",
        "['\\q']",
        "[1_0]",
        "{0: 'a\nb'}",
    ],
)
def test_text_that_is_no_plain_list_of_names_is_refused(text: str) -> None:
    if text == "{0: 'a'} ":
        assert names_from(text, LIMITS) == {0: "a"}
        return
    with pytest.raises(Refused) as refused:
        names_from(text, LIMITS)
    assert refused.value.code == "names_invalid"


@pytest.mark.parametrize(
    ("task", "code"),
    [("segment", "segmentation_weights"), ("classify", "classification_weights"), ("pose", "other_task_weights")],
)
def test_an_export_of_another_task_is_called_what_it_is(task: str, code: str) -> None:
    assert code_of(onnx_file("ultralytics", metadata=metadata_of_ultralytics(task=task))) == code


def test_outputs_of_no_detector_name_those_that_are_known() -> None:
    with pytest.raises(Refused) as refused:
        read_bytes(onnx_file("yolov5", classes=9))
    assert refused.value.code == "onnx_output"
    assert "(1, 252, 14)" in refused.value.reason["en"]
    assert "(1, N, 6)" in refused.value.advice["fr"]


@pytest.mark.parametrize(
    ("shape", "classes", "expected"),
    [
        ((1, 25200, 85), 80, Reading("yolov5", 80)),
        ((1, 25200, 85), None, Reading("yolov5", 80)),
        ((1, 84, 8400), 80, Reading("ultralytics", 80)),
        ((1, 84, 8400), None, Reading("ultralytics", 80)),
        ((1, 300, 6), 80, Reading("end_to_end", None)),
        ((1, 300, 6), None, Reading("end_to_end", None)),
        ((1, 300, 6), 1, Reading("end_to_end", None)),
        ((1, 25200, 6), 1, Reading("yolov5", 1)),  # 3 × (80² + 40² + 20²) rows are no suppressed ones
        ((1, 25500, 6), None, Reading("yolov5", 1)),
        ((1, 5, 8400), 1, Reading("ultralytics", 1)),
        ((1, 300, 6), 296, Reading("end_to_end", None)),
        ((1, None, 6), 4, Reading("end_to_end", None)),
        ((1, None, 6), 1, Reading("yolov5", 1)),
        ((1, 25200, 85), 4, None),
        ((1, 3, 80, 80, 85), 80, None),
        ((1, 4), None, None),
        ((), None, None),
        ((1, 25200, 117), 80, None),  # a segmentation's
        ((1, None, None), 80, None),
    ],
)
def test_shapes_of_a_picture_of_640_pixels(shape: Any, classes: int | None, expected: Reading | None) -> None:
    assert reading_of(shape, picture=(640, 640), classes=classes, suppresses=None) == expected


def test_a_very_small_picture_has_fewer_cells_than_classes() -> None:
    assert reading_of((1, 84, 21), picture=(32, 32), classes=80, suppresses=None) == Reading("ultralytics", 80)
    assert reading_of((1, 63, 85), picture=(32, 32), classes=80, suppresses=None) == Reading("yolov5", 80)


def test_what_the_file_says_of_its_suppression_decides_between_two_readings() -> None:
    shape = (1, 252, 6)  # 3 × (8² + 4² + 2²)
    for said, output in ((None, "yolov5"), (True, "end_to_end"), (False, "yolov5")):
        found = reading_of(shape, picture=(64, 64), classes=1, suppresses=said)
        assert found is not None
        assert found.output == output


def test_weights_asked_for_by_name_are_not_in_an_export() -> None:
    with pytest.raises(Refused) as refused:
        read_checkpoint_bytes(onnx_file())
    assert refused.value.code == "onnx_file"


def test_reading_onnx_needs_no_torch(tmp_path: Path) -> None:
    path = tmp_path / "best.onnx"
    path.write_bytes(onnx_file())
    program = (
        "import sys; from ml.checkpoints import read; print(read(sys.argv[1]).names);"
        " assert not {'torch', 'ultralytics', 'pickle', 'onnxruntime'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert done.stdout == f"{NAMES}\n", done.stderr


def test_onnx_itself_finds_nothing_to_object_to_in_the_canonical_bytes() -> None:
    for kind in KINDS:
        onnx.checker.check_model(read_onnx(onnx_file(kind)).graph, full_check=True)
