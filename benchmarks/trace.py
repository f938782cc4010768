"""What all shapes, parameters and operations of a network cost, against a bare forward of the same network.

    .venv/bin/python benchmarks/trace.py [--model yolov5s] [--image-size 640]

One forward with the usual hooks is timed too: what a trace would cost if it computed the numbers.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY)]

import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.utils._pytree import tree_leaves  # noqa: E402

from ml import zoo  # noqa: E402
from ml.trace import trace  # noqa: E402

RUNS = 7


def median_seconds(work: Callable[[], object]) -> float:
    """After one call that is not counted: imports and first-time allocations."""
    work()
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def forward(network: nn.Module, image: Tensor) -> None:
    with torch.inference_mode():
        network(image)


def hooked_forward(network: nn.Module, image: Tensor) -> dict[str, list[tuple[int, ...]]]:
    """Every module's output shapes, by running the network for real."""
    shapes: dict[str, list[tuple[int, ...]]] = {}

    def hook(name: str) -> Callable[..., None]:
        return lambda _m, _i, output: shapes.update({name: [tuple(leaf.shape) for leaf in tree_leaves(output)]})

    handles = [module.register_forward_hook(hook(name)) for name, module in network.named_modules()]
    forward(network, image)
    for handle in handles:
        handle.remove()
    return shapes


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a trace against a bare forward.")
    parser.add_argument("--model", default="yolov5s", choices=zoo.names())
    parser.add_argument("--image-size", type=int, default=640)
    options = parser.parse_args()
    torch.set_flush_denormal(True)  # untrained networks are full of denormals, which would flatter the trace
    side = options.image_size
    network = zoo.build(options.model)
    image = torch.rand(1, 3, side, side)  # (1, 3, H, W)
    rows = {
        "bare forward": median_seconds(lambda: forward(network, image)),
        "forward with hooks (shapes only)": median_seconds(lambda: hooked_forward(network, image)),
        "trace (shapes, parameters, operations)": median_seconds(lambda: trace(network, (side, side), name="")),
        "trace at four times the pixels": median_seconds(lambda: trace(network, (2 * side, 2 * side), name="")),
    }
    base = rows["bare forward"]
    print(f"{options.model} at {side} × {side}, {torch.get_num_threads()} threads, median of {RUNS}")
    print(f"{'':40} {'ms':>8} {'ratio':>7}")
    for name, seconds in rows.items():
        print(f"{name:40} {1000 * seconds:8.1f} {seconds / base:7.2f}")


if __name__ == "__main__":
    main()
