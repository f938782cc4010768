"""Counts against recorded rows, against upstream's totals, and against a scalar program that increments counters."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ml import zoo
from ml.operations import Operations, count, gflops

SIZES = ("yolov5n", "yolov5s", "yolov5m", "yolov5l", "yolov5x")
CELLS = 3 * (80 * 80 + 40 * 40 + 20 * 20)  # boxes of a 640 × 640 image


@pytest.fixture(scope="session")
def recorded(reference_data: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((reference_data / "op_counts.json").read_text())
    return content


def test_every_layer_of_the_cifar_network_costs_what_was_recorded(recorded: dict[str, Any]) -> None:
    found = count(zoo.build("cifar-net"), (32, 32))
    net = recorded["nets"]["cifar10_tutorial"]
    for row in net["rows"]:
        expected = Operations(row["mults"], row["adds_exact"], row["maxima"], row.get("macs", 0))
        assert found.modules[row["name"]] == expected
    brute = net["brute_force_scalar_python"]["counts"]
    assert (found.total.multiplications, found.total.additions, found.total.maxima) == (
        brute["mul"],
        brute["add"],
        brute["max"],
    )
    assert found.uncounted == {}


@pytest.mark.parametrize("fused", [False, True], ids=["unfused", "fused"])
@pytest.mark.parametrize("name", SIZES)
def test_yolov5_costs_what_upstreams_layers_cost_one_by_one(name: str, fused: bool, recorded: dict[str, Any]) -> None:
    golden = recorded["readme_flops_check"]["counts_640"][name]["fused" if fused else "unfused"]
    with torch.device("meta"):
        network = zoo.build(name)
    if fused:
        network.fuse()  # type: ignore[operator]
    found = count(network, (640, 640))
    assert found.total.macs == golden["mac"]
    assert gflops(found.total) == golden["GFLOPs_pure_conv_mac_x2"]
    # Decoding a box: 2 multiplications and 1 addition for x and y, 3 multiplications for width and height.
    assert found.total.multiplications == golden["mac"] + golden["bn"] + golden["silu"] + CELLS * (4 + 6)
    residuals = sum(
        elements(module, found.modules[name])
        for name, module in network.named_modules()
        if type(module).__name__ == "Bottleneck" and module.add
    )
    dot_products = golden["mac"] - golden["conv_out"] + golden["conv_out_bias"]
    assert found.total.additions == dot_products + golden["bn"] + residuals + CELLS * 2
    assert found.total.maxima == golden["mp"] * 24
    assert found.uncounted == {"sigmoid": golden["silu"] + CELLS * 85}


def elements(bottleneck: nn.Module, cost: Operations) -> int:
    """The outputs of a bottleneck, from its second convolution's MACs."""
    kernels = [bottleneck.get_parameter(f"{name}.conv.weight") for name in ("cv1", "cv2")]
    pixels = cost.macs // sum(kernel.numel() for kernel in kernels)
    return pixels * kernels[1].shape[0]


class Scalars:
    """A network run one number at a time, counting as it goes: slow, and obviously right."""

    def __init__(self) -> None:
        self.did: Counter[str] = Counter()

    def mul(self, a: float, b: float) -> float:
        self.did["mul"] += 1
        return a * b

    def add(self, a: float, b: float) -> float:
        self.did["add"] += 1
        return a + b

    def max(self, a: float, b: float) -> float:
        self.did["max"] += 1
        return max(a, b)

    def dot(self, a: list[float], b: list[float], bias: float | None) -> float:
        terms = [self.mul(x, y) for x, y in zip(a, b, strict=True)]
        total = terms[0]
        for term in terms[1:]:
            total = self.add(total, term)
        return total if bias is None else self.add(total, bias)

    def convolution(self, x: Tensor, layer: nn.Conv2d) -> Tensor:
        assert isinstance(layer.padding, tuple)
        padded = F.pad(x, [layer.padding[0]] * 4)
        kernel = layer.weight.shape[2:]
        step = layer.stride[0]
        share = layer.weight.shape[1]
        rows, columns = ((padded.shape[i + 1] - kernel[i]) // step + 1 for i in range(2))
        out = torch.empty(layer.out_channels, rows, columns)
        for f, i, j in product(range(layer.out_channels), range(rows), range(columns)):
            first = f // (layer.out_channels // layer.groups) * share
            window = padded[first : first + share, i * step :, j * step :][:, : kernel[0], : kernel[1]]
            bias = None if layer.bias is None else float(layer.bias[f])
            out[f, i, j] = self.dot(window.flatten().tolist(), layer.weight[f].flatten().tolist(), bias)
        return out

    def pool(self, x: Tensor, side: int, padding: int, step: int) -> Tensor:
        padded = F.pad(x, [padding] * 4, value=float("-inf"))
        rows, columns = ((length - side) // step + 1 for length in padded.shape[1:])
        out = torch.empty(x.shape[0], rows, columns)
        for c, i, j in product(range(x.shape[0]), range(rows), range(columns)):
            values = padded[c, i * step : i * step + side, j * step : j * step + side].flatten().tolist()
            best = values[0]
            for value in values[1:]:
                best = self.max(best, value)
            out[c, i, j] = best
        return out

    def affine(self, x: Tensor, scale: float, shift: float) -> Tensor:
        return self.each(x, lambda value: self.add(self.mul(value, scale), shift))

    def each(self, x: Tensor, function: Callable[[float], float]) -> Tensor:
        return torch.tensor([function(value) for value in x.flatten().tolist()]).view(x.shape)


class Small(nn.Module):
    """A little of everything: padding, stride, groups, bias or not, normalization, a shortcut, three activations."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.leaky = nn.LeakyReLU(0.1)
        self.grouped = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.dense = nn.Linear(4 * 3 * 4, 5)

    def forward(self, image: Tensor) -> Tensor:
        x = self.leaky(self.norm(self.stem(image)))
        x = x + self.pool(F.relu(self.grouped(x)))
        return torch.as_tensor(self.dense(x.flatten(1)))


def run_by_hand(network: Small, image: Tensor, scalars: Scalars) -> Tensor:
    norm = network.norm
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    shift = norm.bias - norm.running_mean * scale
    x = scalars.convolution(image, network.stem)
    x = torch.stack([scalars.affine(x[c], float(scale[c]), float(shift[c])) for c in range(4)])
    x = scalars.each(x, lambda v: scalars.max(v, scalars.mul(v, 0.1)))
    y = scalars.each(scalars.convolution(x, network.grouped), lambda v: scalars.max(v, 0.0))
    y = scalars.pool(y, 3, 1, 1)
    x = torch.tensor([scalars.add(a, b) for a, b in zip(x.flatten().tolist(), y.flatten().tolist(), strict=True)])
    dense = network.dense
    rows = [
        scalars.dot(x.tolist(), row.tolist(), float(bias)) for row, bias in zip(dense.weight, dense.bias, strict=True)
    ]
    return torch.tensor(rows)


def test_a_program_that_counts_each_scalar_operation_agrees_and_computes_the_same_numbers() -> None:
    torch.manual_seed(5)
    network = Small().eval()
    nn.init.uniform_(network.norm.weight, 0.5, 2.0)
    nn.init.uniform_(network.norm.running_mean, -0.5, 0.5)  # type: ignore[arg-type]
    image = torch.rand(3, 6, 8)
    scalars = Scalars()
    with torch.no_grad():
        by_hand = run_by_hand(network, image, scalars)
        torch.testing.assert_close(by_hand, network(image[None])[0], rtol=1e-4, atol=1e-5)
    found = count(nn.Sequential(network), (6, 8)).total
    assert (found.multiplications, found.additions, found.maxima) == (
        scalars.did["mul"],
        scalars.did["add"],
        scalars.did["max"],
    )


def cost_of_function(function: Callable[[Tensor], Any], height: int = 4, width: int = 4) -> tuple[Operations, Any]:
    class Layer(nn.Module):
        def forward(self, image: Tensor) -> Any:
            return function(image)

    found = count(nn.Sequential(Layer()), (height, width))
    return found.total, found.uncounted


N = 3 * 4 * 4  # elements of the image below
WEIGHT = torch.empty(8, 3, 2, 2, device="meta")
CASES: dict[str, tuple[Callable[[Tensor], Any], Operations, dict[str, int]]] = {
    "a sum": (lambda x: x + x, Operations(additions=N), {}),
    "a sum in place": (lambda x: x.add_(1), Operations(additions=N), {}),
    "a scaled sum": (lambda x: torch.add(x, x, alpha=2), Operations(N, N), {}),
    "a difference": (lambda x: 1 - x, Operations(additions=N), {}),
    "a product": (lambda x: x * 2, Operations(N), {}),
    "a square": (lambda x: x**2, Operations(N), {}),
    "a root": (lambda x: x**0.5, Operations(), {"power": N}),
    "a division by a number": (lambda x: x / 255, Operations(N), {}),
    "a division by data": (lambda x: x / (x + 1), Operations(additions=N), {"division": N}),
    "SiLU": (F.silu, Operations(N), {"sigmoid": N}),
    "ReLU": (F.relu, Operations(maxima=N), {}),
    "ReLU6": (F.relu6, Operations(maxima=2 * N), {}),
    "leaky ReLU": (lambda x: F.leaky_relu(x, 0.1), Operations(N, 0, N), {}),
    "Hardswish": (F.hardswish, Operations(2 * N, N, 2 * N), {}),
    "a clamp from below": (lambda x: x.clamp(min=0), Operations(maxima=N), {}),
    "a clamp on both sides": (lambda x: x.clamp(0, 1), Operations(maxima=2 * N), {}),
    "softmax": (lambda x: x.softmax(1), Operations(), {"softmax": N}),
    "a mean": (lambda x: x.mean((2, 3)), Operations(3, N - 3), {}),
    "an average pooling": (lambda x: F.avg_pool2d(x, 2), Operations(12, 12 * 3), {}),
    "a global pooling": (lambda x: F.adaptive_avg_pool2d(x, 1), Operations(3, N - 3), {}),
    "the largest": (lambda x: x.amax(1), Operations(maxima=N - 16), {}),
    "a matrix product": (lambda x: x @ x, Operations(N * 4, N * 3, 0, N * 4), {}),
    "views and copies": (lambda x: torch.cat((x, x.permute(0, 1, 3, 2).contiguous()), 1).flatten(), Operations(), {}),
    "nearest upsampling": (lambda x: F.interpolate(x, scale_factor=2), Operations(), {}),
    "a transposed convolution": (
        lambda x: F.conv_transpose2d(x, WEIGHT.transpose(0, 1), stride=2),
        Operations(N * 32, N * 32 - 8 * 64, 0, N * 32),
        {},
    ),
    "what does not depend on the image": (
        lambda x: x + torch.ones(4, device=x.device).cumsum(0).exp(),
        Operations(additions=N),
        {},
    ),
    "data written into an empty tensor": (
        lambda x: torch.empty_like(x).copy_(x) * 2,
        Operations(N),
        {},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_convention_gives_a_cost_to(case: str) -> None:
    function, expected, uncounted = CASES[case]
    assert cost_of_function(function) == (expected, uncounted)


def test_an_operation_that_nobody_foresaw_is_reported_by_name() -> None:
    total, uncounted = cost_of_function(lambda x: torch.erfinv(x))
    assert total == Operations()
    assert uncounted == {"erfinv": N}


def test_the_total_is_the_three_counts_and_never_the_macs() -> None:
    assert Operations(5, 4, 3, 2).total == 12
    assert Operations(1, 2, 3, 4) + Operations(10, 20, 30, 40) == Operations(11, 22, 33, 44)


def test_folding_batch_normalization_saves_its_operations_and_adds_the_biases() -> None:
    with torch.device("meta"):
        network = zoo.build("yolov5n")
    plain = count(network, (64, 64)).total
    network.fuse()  # type: ignore[operator]
    folded = count(network, (64, 64)).total
    norms = 11_827_200 // 100  # normalized elements, a hundredth of those of 640 × 640
    assert plain.macs == folded.macs
    assert plain.multiplications - folded.multiplications == norms
    assert plain.additions == folded.additions  # one shift for each element before, one bias after
