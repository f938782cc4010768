"""What one tensor operation costs, counted as multiplications, additions and maxima, never as one mixed number.

The convention (the scalar program in the tests increments the same counters):

- *Convolution, dense layer, matrix product*: with K the length of the dot product behind one output element (input
  channels / groups × kernel height × kernel width) and O the number of output elements, O·K multiplications and
  O·(K−1) additions, plus O additions if there is a bias. One MAC is one multiplication and one accumulation: O·K of
  them. Taps that fall on zero padding count as work.
- *Batch normalization* (evaluation): 1 multiplication and 1 addition for each element, its scale and shift being
  computed once. Folded into the convolution: nothing, but the convolution gains a bias.
- *Max pooling k×k*: k²−1 maxima for each output element, padded positions included.
- *ReLU*: 1 maximum. *Leaky ReLU*, max(x, a·x): 1 multiplication and 1 maximum. *ReLU6, clamp*: 1 maximum for each
  bound.
- *SiLU*, x·sigmoid(x): 1 multiplication and 1 sigmoid. *Hardswish*, x·clamp(x+3, 0, 6)/6: 1 addition, 2 maxima and
  2 multiplications.
- *Sums, differences, products* of tensors: 1 for each output element. A division by a number or by something that does
  not depend on the image is a multiplication by its inverse. The power n is n−1 multiplications.
- *Averages*: the additions, then 1 multiplication for each output element.
- Nothing: concatenation, nearest upsampling, views, copies, padding, dropout in evaluation.
- Work that does not depend on the image (a head's grid, anchors × stride, a reciprocal) is done once: not counted.

Sigmoids, exponentials, softmax, divisions by data … are none of the three: they are reported apart, by name and number
of elements, and so is every operation that this file does not know.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

from torch import Tensor


@dataclass(frozen=True)
class Operations:
    """Exact numbers of scalar operations. ``macs`` says how many of them are pairs inside dot products."""

    multiplications: int = 0
    additions: int = 0
    maxima: int = 0
    macs: int = 0

    @property
    def total(self) -> int:
        """Multiplications, additions and maxima together."""
        return self.multiplications + self.additions + self.maxima

    def __add__(self, other: "Operations") -> "Operations":
        return Operations(
            self.multiplications + other.multiplications,
            self.additions + other.additions,
            self.maxima + other.maxima,
            self.macs + other.macs,
        )

    def to_json(self) -> dict[str, int]:
        """The fields of the command-line contract."""
        return {
            "multiplications": self.multiplications,
            "additions": self.additions,
            "maxima": self.maxima,
            "total": self.total,
            "macs": self.macs,
        }


@dataclass(frozen=True)
class Cost:
    """What one call costs: what is counted, and by name what is not."""

    counted: Operations = Operations()
    uncounted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One tensor operation as it happened. ``varies`` says whether a tensor depends on the image."""

    arguments: Sequence[Any]
    options: Mapping[str, Any]
    output: Any
    varies: Callable[[Tensor], bool]

    @property
    def elements(self) -> int:
        """Elements of the (first) output."""
        first = self.output[0] if isinstance(self.output, tuple | list) else self.output
        return first.numel() if isinstance(first, Tensor) else 1

    def argument(self, position: int, name: str, default: Any = None) -> Any:
        """An argument, wherever the caller put it."""
        if position < len(self.arguments):
            return self.arguments[position]
        return self.options.get(name, default)


Rule = Callable[[Call], Cost]


def cost_of(operation: str, call: Call) -> Cost:
    """The cost of one call of ``operation``, an ATen name without overload (``convolution``, ``add_``)."""
    name = operation if operation in RULES or operation in FREE else operation.rstrip("_")
    if name in FREE:
        return Cost()
    rule = RULES.get(name)
    return rule(call) if rule else Cost(uncounted={operation: call.elements})


def _each(multiplications: int = 0, additions: int = 0, maxima: int = 0, uncounted: str = "") -> Rule:
    """A rule that costs the same for each output element."""

    def rule(call: Call) -> Cost:
        n = call.elements
        apart = {uncounted: n} if uncounted else {}
        return Cost(Operations(n * multiplications, n * additions, n * maxima), apart)

    return rule


def _dot_products(outputs: int, length: int, *, bias: bool) -> Cost:
    macs = outputs * length
    return Cost(Operations(macs, macs - outputs + (outputs if bias else 0), 0, macs))


def _convolution(call: Call) -> Cost:
    image, weight, bias = call.arguments[:3]
    if not call.argument(6, "transposed", False):
        return _dot_products(call.elements, prod(weight.shape[1:]), bias=bias is not None)
    # Transposed: every input element is spread over a kernel; outputs that nothing reaches cost no addition.
    macs = image.numel() * prod(weight.shape[1:])
    additions = max(macs - call.elements, 0) + (call.elements if bias is not None else 0)
    return Cost(Operations(macs, additions, 0, macs))


def _product(factor: int, *, bias: bool) -> Rule:
    """A matrix product whose left factor is that argument."""

    def rule(call: Call) -> Cost:
        return _dot_products(call.elements, call.arguments[factor].shape[-1], bias=bias)

    return rule


def _linear(call: Call) -> Cost:
    bias = call.argument(2, "bias")
    return _dot_products(call.elements, call.arguments[0].shape[-1], bias=bias is not None)


def _batch_norm(call: Call) -> Cost:
    # Arguments: input, weight, bias, mean, variance, training (absent from the evaluation-only operator).
    if call.argument(5, "training", False) is True:
        return Cost(uncounted={"batch_norm_training": call.elements})
    return _each(multiplications=1, additions=1)(call)


def _max_pool(call: Call) -> Cost:
    kernel = call.argument(1, "kernel_size")
    size = prod(kernel) if len(kernel) > 1 else kernel[0] ** 2
    return Cost(Operations(maxima=call.elements * (size - 1)))


def _addition(call: Call) -> Cost:
    # x + alpha·y: the factor is nearly always 1.
    scaled = call.options.get("alpha", 1) != 1
    return _each(additions=1, multiplications=int(scaled))(call)


def _division(call: Call) -> Cost:
    divisor = call.argument(1, "other")
    if call.options.get("rounding_mode"):
        return Cost(uncounted={"division": call.elements})
    if isinstance(divisor, Tensor) and call.varies(divisor):
        return Cost(uncounted={"division": call.elements})
    return _each(multiplications=1)(call)


def _power(call: Call) -> Cost:
    exponent = call.argument(1, "exponent")
    if isinstance(exponent, int | float) and exponent == int(exponent) and 1 <= exponent <= 8:
        return _each(multiplications=int(exponent) - 1)(call)
    return Cost(uncounted={"power": call.elements})


def _clamp(call: Call) -> Cost:
    bounds = (call.argument(1, "min"), call.argument(2, "max"))
    return _each(maxima=sum(bound is not None for bound in bounds))(call)


def _sum(call: Call) -> Cost:
    return Cost(Operations(additions=call.arguments[0].numel() - call.elements))


def _mean(call: Call) -> Cost:
    additions = call.arguments[0].numel() - call.elements
    return Cost(Operations(multiplications=call.elements, additions=additions))


def _average_pool(call: Call) -> Cost:
    kernel = call.argument(1, "kernel_size")
    size = prod(kernel) if len(kernel) > 1 else kernel[0] ** 2
    return _each(multiplications=1, additions=size - 1)(call)


def _largest(call: Call) -> Cost:
    if len(call.arguments) > 1 and isinstance(call.arguments[1], Tensor):
        return _each(maxima=1)(call)
    return Cost(Operations(maxima=call.arguments[0].numel() - call.elements))


RULES: Final[Mapping[str, Rule]] = {
    "convolution": _convolution,
    "linear": _linear,
    "addmm": _product(1, bias=True),
    "baddbmm": _product(1, bias=True),
    "mm": _product(0, bias=False),
    "bmm": _product(0, bias=False),
    "native_batch_norm": _batch_norm,
    "_native_batch_norm_legit_no_training": _each(multiplications=1, additions=1),
    "cudnn_batch_norm": _batch_norm,
    "max_pool2d_with_indices": _max_pool,
    "max_pool2d": _max_pool,
    "avg_pool2d": _average_pool,
    "_adaptive_avg_pool2d": _mean,  # exact where the output divides the input
    "relu": _each(maxima=1),
    "leaky_relu": _each(multiplications=1, maxima=1),
    "hardtanh": _each(maxima=2),
    "clamp": _clamp,
    "clamp_min": _each(maxima=1),
    "clamp_max": _each(maxima=1),
    "maximum": _each(maxima=1),
    "minimum": _each(maxima=1),
    "amax": _largest,
    "amin": _largest,
    "max": _largest,
    "min": _largest,
    "silu": _each(multiplications=1, uncounted="sigmoid"),
    "hardswish": _each(multiplications=2, additions=1, maxima=2),
    "mul": _each(multiplications=1),
    "square": _each(multiplications=1),
    "add": _addition,
    "sub": _addition,
    "rsub": _addition,
    "div": _division,
    "pow": _power,
    "sum": _sum,
    "mean": _mean,
    "sigmoid": _each(uncounted="sigmoid"),
    "exp": _each(uncounted="exponential"),
    "tanh": _each(uncounted="tanh"),
    "mish": _each(multiplications=1, uncounted="mish"),
    "_softmax": _each(uncounted="softmax"),
    "_log_softmax": _each(uncounted="log_softmax"),
}
# They move numbers, or make new ones out of nothing.
FREE: Final = frozenset(
    """_reshape_alias _to_copy _unsafe_view alias arange as_strided cat clone constant_pad_nd contiguous copy copy_
    detach detach_ empty empty_like expand fill fill_ flatten full full_like index_select lift_fresh narrow new_empty
    new_full new_ones new_zeros ones ones_like permute pixel_shuffle reflection_pad2d repeat replication_pad2d reshape
    roll select slice split split_with_sizes squeeze stack t transpose unbind unsqueeze upsample_nearest2d view zero_
    zeros zeros_like""".split()  # noqa: SIM905
)
