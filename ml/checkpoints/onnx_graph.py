"""An ONNX graph looked at node by node: known operators, in order, with nothing inside them but numbers.

Absent on purpose: control flow (``If``, ``Loop``, ``Scan``), chance (``RandomNormal`` …), text, sequences, training,
functions of the file's own, and every domain but ONNX's.
"""

from typing import TYPE_CHECKING, Any, Final

from ml.checkpoints.limits import Limits
from ml.checkpoints.onnx_tensors import counted
from ml.checkpoints.sentences import refusal

if TYPE_CHECKING:
    from onnx import AttributeProto, GraphProto, ModelProto, NodeProto

_DOMAINS: Final = ("", "ai.onnx")
_IR_VERSIONS: Final = range(3, 14)
_OPSETS: Final = range(7, 27)
_OPERATOR_NAMES: Final = (
    "Conv ConvTranspose Gemm MatMul Add Sub Mul Div Pow Sqrt Exp Log Abs Neg Reciprocal Floor Ceil Round Sign Erf"
    " Sin Cos Mod Min Max Sum Mean Sigmoid HardSigmoid HardSwish Relu LeakyRelu PRelu Elu Selu Celu Clip Tanh"
    " Softmax LogSoftmax Softplus Softsign Mish Gelu Swish ThresholdedRelu Concat Split Slice Reshape Transpose"
    " Unsqueeze Squeeze Flatten Gather GatherND GatherElements ScatterND ScatterElements Expand Tile Shape Size"
    " Constant ConstantOfShape Range Cast CastLike Identity Where Pad DepthToSpace SpaceToDepth Resize Upsample"
    " MaxPool AveragePool GlobalAveragePool GlobalMaxPool LpNormalization BatchNormalization InstanceNormalization"
    " LayerNormalization GroupNormalization LRN ReduceMean ReduceMax ReduceMin ReduceSum ReduceProd ReduceL2"
    " ReduceSumSquare ArgMax ArgMin TopK NonMaxSuppression NonZero CumSum GridSample Einsum Trilu OneHot EyeLike"
    " Equal Greater GreaterOrEqual Less LessOrEqual Not And Or Xor IsNaN IsInf QuantizeLinear DequantizeLinear"
    " DynamicQuantizeLinear QLinearConv QLinearMatMul ConvInteger MatMulInteger Dropout"
)
OPERATORS: Final[frozenset[str]] = frozenset(_OPERATOR_NAMES.split())
_FLOAT, _INT, _STRING, _TENSOR, _FLOATS, _INTS = 1, 2, 3, 4, 6, 7
#: Type of an attribute → the one field that it may fill, beside its name.
_ATTRIBUTE_FIELDS: Final = {
    _FLOAT: "f",
    _INT: "i",
    _STRING: "s",
    _TENSOR: "t",
    _FLOATS: "floats",
    _INTS: "ints",
}
_BESIDE: Final = frozenset({"name", "type", "doc_string"})


def require_plain(model: "ModelProto") -> int:
    """The opset of a model that is one graph and nothing more.

    Raises ``Refused``: ``onnx_version``, ``onnx_part``.
    """
    if model.ir_version not in _IR_VERSIONS:
        raise refusal("onnx_version", found=f"IR {model.ir_version}")
    if len(model.functions) or len(model.training_info):
        raise refusal("onnx_part", name="functions, training_info")
    opsets: set[int] = {opset.version for opset in model.opset_import if opset.domain in _DOMAINS}
    if len(opsets) != 1 or not opsets <= set(_OPSETS):
        raise refusal("onnx_version", found=f"opset {', '.join(map(str, sorted(opsets)[:3])) or '—'}")
    graph = model.graph
    if len(graph.sparse_initializer):
        raise refusal("onnx_part", name="sparse_initializer")
    return opsets.pop()


def walk(graph: "GraphProto", limits: Limits) -> int:
    """Check every tensor and node of a graph; how many parameters it has.

    Raises ``Refused``: ``onnx_damaged``, ``onnx_too_big``, ``onnx_operator``, ``onnx_order``, ``onnx_attribute``,
    ``too_many_parameters`` and those of :func:`ml.checkpoints.onnx_tensors.counted`.
    """
    if not len(graph.node):
        raise refusal("onnx_damaged")
    if len(graph.node) > limits.onnx_nodes or len(graph.initializer) > limits.onnx_initializers:
        raise refusal("onnx_too_big")
    walker = _Walker(limits)
    for tensor in graph.initializer:
        walker.define(tensor.name)
        walker.count(counted(tensor, tensor.name, limits))
    for given in graph.input:
        if given.name not in walker.defined:
            walker.define(given.name)
    for index, node in enumerate(graph.node):
        walker.node(index, node)
    for output in graph.output:
        if output.name not in walker.defined:
            raise refusal("onnx_order", name=output.name)
    return walker.parameters


class _Walker:
    """What was defined so far, and how many parameters there were."""

    def __init__(self, limits: Limits) -> None:
        self.defined: set[str] = set()
        self.parameters = 0
        self._limits = limits

    def define(self, name: str) -> None:
        if type(name) is not str:  # protobuf hands text that is no UTF-8 over as bytes
            raise refusal("onnx_damaged")
        if not name or "\0" in name or len(name) > self._limits.onnx_name or name in self.defined:
            raise refusal("onnx_order", name=name or "—")
        self.defined.add(name)

    def count(self, parameters: int) -> None:
        self.parameters += parameters
        if self.parameters > self._limits.parameters:
            raise refusal("too_many_parameters", limit=self._limits.parameters // 1_000_000)

    def node(self, index: int, node: "NodeProto") -> None:
        if node.domain not in _DOMAINS or node.op_type not in OPERATORS or node.overload:
            raise refusal("onnx_operator", name=f"{node.domain[:30]}:{node.op_type}".removeprefix(":"))
        if max(len(node.input), len(node.output)) > self._limits.onnx_edges:
            raise refusal("onnx_too_big")
        for name in node.input:
            if name and name not in self.defined:
                raise refusal("onnx_order", name=name)
        named = set()
        for attribute in node.attribute:
            if attribute.name in named:
                raise refusal("onnx_attribute", name=f"{node.op_type}.{attribute.name}")
            named.add(attribute.name)
            self._attribute(attribute, f"{node.op_type}.{attribute.name} (#{index})")
        for name in node.output:
            if name:
                self.define(name)

    def _attribute(self, attribute: "AttributeProto", what: str) -> None:
        field = _ATTRIBUTE_FIELDS.get(attribute.type)
        filled = {descriptor.name for descriptor, _ in attribute.ListFields()} - _BESIDE
        if field is None or not filled <= {field}:
            raise refusal("onnx_attribute", name=what)
        if max(len(attribute.ints), len(attribute.floats)) > self._limits.onnx_attribute_list:
            raise refusal("onnx_attribute", name=what)
        if len(attribute.s) > self._limits.onnx_attribute_text:
            raise refusal("onnx_attribute", name=what)
        if field == "t":
            self.count(counted(attribute.t, what, self._limits))


def strip(model: "ModelProto", opset: int) -> None:
    """Leave only what computes: no text, no metadata, no hint about shapes, one domain."""
    model.DiscardUnknownFields()
    for field in ("doc_string", "producer_name", "producer_version", "domain", "model_version", "metadata_props"):
        model.ClearField(field)
    model.ClearField("configuration")
    model.ClearField("opset_import")
    model.opset_import.add(domain="", version=opset)
    graph = model.graph
    graph.name = "graph"
    for field in ("doc_string", "metadata_props", "value_info", "quantization_annotation"):
        graph.ClearField(field)
    for node in graph.node:
        for field in ("name", "doc_string", "metadata_props", "domain", "device_configurations"):
            node.ClearField(field)
        for attribute in node.attribute:
            attribute.ClearField("doc_string")
            if attribute.type == _TENSOR:
                _strip_tensor(attribute.t)
                attribute.t.ClearField("name")
    for tensor in graph.initializer:
        _strip_tensor(tensor)
    for value in (*graph.input, *graph.output):
        for field in ("doc_string", "metadata_props"):
            value.ClearField(field)


def _strip_tensor(tensor: Any) -> None:
    for field in ("doc_string", "metadata_props"):
        tensor.ClearField(field)
