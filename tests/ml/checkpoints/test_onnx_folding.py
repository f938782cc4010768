"""Sizes computed from sizes: the same as ONNX's own reference gives, and nothing where it is not sure."""

import io
import warnings
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from fixtures.benign.tiny import NAMES, tiny_configuration, tiny_network
from ml.checkpoints import OnnxModel, read_bytes
from ml.checkpoints.onnx_folding import fold

PICTURE = (1, 3, 64, 96)
LISTS = {
    "four": [8, 6, 4, 2],
    "three": [2, 3, 4, 5],
    "one": [1],
    "two": [2],
    "zero": [0],
    "end": [1 << 62],
    "scalar": 3,
}


def graph_of(nodes: list[Any], output: str, kind: int = TensorProto.INT64) -> Any:
    return helper.make_graph(
        [*nodes, helper.make_node("Identity", [output], ["result"])],
        "g",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, PICTURE)],
        [helper.make_tensor_value_info("result", kind, None)],
        [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in LISTS.items()],
    )


def node(kind: str, *inputs: str, **attributes: Any) -> Any:
    return helper.make_node(kind, list(inputs), ["out"], **attributes)


FOLLOWED = {
    "Shape": node("Shape", "images"),
    "part of a Shape": node("Shape", "images", start=2, end=-1),
    "Gather": node("Gather", "four", "two"),
    "Gather of one": node("Gather", "four", "scalar", axis=0),
    "Add": node("Add", "four", "three"),
    "Sub": node("Sub", "four", "three"),
    "Mul": node("Mul", "four", "two"),
    "Div": node("Div", "four", "three"),
    "Min": node("Min", "four", "three"),
    "Max": node("Max", "four", "three"),
    "Concat": node("Concat", "four", "one", "three", axis=0),
    "Slice": node("Slice", "four", "one", "end"),
    "Slice with steps": node("Slice", "four", "zero", "end", "zero", "two"),
    "Unsqueeze": node("Unsqueeze", "scalar", "zero"),
    "Squeeze": node("Squeeze", "one", "zero"),
    "Identity": node("Identity", "four"),
    "Cast": node("Cast", "four", to=TensorProto.FLOAT),
    "Constant": node("Constant", value_ints=[4, 5]),
}


@pytest.mark.parametrize("case", FOLLOWED)
def test_a_list_is_worked_out_as_the_reference_does(case: str) -> None:
    kind = TensorProto.FLOAT if case == "Cast" else TensorProto.INT64
    nodes = [FOLLOWED[case], helper.make_node("Neg", ["out"], ["negative"])]  # which is not followed
    graph = graph_of(nodes, "negative", kind)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    [expected] = ReferenceEvaluator(model).run(None, {"images": np.zeros(PICTURE, np.float32)})
    folded = fold(graph, {"images": PICTURE})
    [after] = ReferenceEvaluator(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])).run(
        None, {"images": np.zeros(PICTURE, np.float32)}
    )
    assert folded == (0 if case == "Constant" else 1)
    assert np.array_equal(after, expected)
    assert after.dtype == expected.dtype


@pytest.mark.parametrize(
    "strange",
    [
        node("Div", "four", "zero"),
        node("Add", "four", "scalar_of_elsewhere"),
        node("Add", "four", "LISTS"),
        node("Gather", "four", "end"),
        node("Slice", "four", "zero", "end", "zero", "zero"),
        node("Concat", "scalar", "scalar", axis=0),
        node("Unsqueeze", "four", "zero"),
        node("Squeeze", "four", "zero"),
        node("Cast", "four", to=999),
        node("Cast", "four"),
        node("Slice", "four"),
        node("Gather", "four"),
        node("Shape"),
        node("Concat"),
        node("Reshape", "four", "two"),
        node("ConstantOfShape", "end"),
    ],
    ids=lambda one: one.op_type,
)
def test_what_is_not_sure_stays_unknown(strange: Any) -> None:
    graph = graph_of([strange, helper.make_node("Neg", ["out"], ["negative"])], "negative")
    assert fold(graph, {"images": PICTURE}) == 0
    assert [one.op_type for one in graph.node][:1] == [strange.op_type]


def test_a_shape_that_is_unknown_is_not_made_up() -> None:
    graph = graph_of([node("Shape", "images"), helper.make_node("Neg", ["out"], ["negative"])], "negative")
    assert fold(graph, {"images": (1, None, 4)}) == 0
    assert fold(graph, {}) == 0


def test_no_more_numbers_are_worked_out_than_wanted() -> None:
    graph = helper.make_graph(
        [helper.make_node("Max", ["x", "x"], ["y1"]), helper.make_node("Max", ["x", "x"], ["y2"])],
        "graph",
        [],
        [helper.make_tensor_value_info("elsewhere", 7, None)],
        [helper.make_tensor("x", 7, [10], range(10))],
    )
    assert fold(graph, {}, 10) == 1
    assert [node.output[0] for node in graph.node] == ["y2"]


def test_lists_of_thousands_are_left_alone() -> None:
    graph = graph_of(
        [node("Concat", *["four"] * 1500, axis=0), helper.make_node("Neg", ["out"], ["negative"])], "negative"
    )
    assert fold(graph, {}) == 0


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.slow
def test_what_pytorch_exports_is_read_whole_and_computes_the_same(free: bool) -> None:
    """The exporter leaves in the graph the arithmetic of its sizes."""
    network = tiny_network(tiny_configuration())

    class Boxes(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            boxes: torch.Tensor = self.network(pictures)[0]
            return boxes

    file = io.BytesIO()
    axes = {"images": {0: "batch", 2: "height", 3: "width"}, "output0": {0: "batch", 1: "anchors"}} if free else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Boxes().eval(),
            (torch.zeros(1, 3, 128, 128),),
            file,
            opset_version=12,
            input_names=["images"],
            output_names=["output0"],
            dynamic_axes=axes,
            dynamo=False,
        )
    found = read_bytes(file.getvalue(), classes=NAMES)
    assert isinstance(found, OnnxModel)
    assert found.output == "yolov5"
    assert found.gflops is not None
    assert found.image_size == (None if free else 128)
    picture = torch.rand(1, 3, 128, 192 if free else 128, generator=torch.Generator().manual_seed(1))
    session = onnxruntime.InferenceSession(found.graph, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = network(picture)[0].numpy()
    assert np.allclose(session.run(None, {"images": picture.numpy()})[0], expected, atol=1e-2, rtol=1e-3)
