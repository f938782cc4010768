"""Networks of torch's modules: every family, on the processor or on a graphics card."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ml.detection.outputs import read_output
from ml.engines import Engine
from ml.engines.finite import require_all_finite
from ml.engines.proposals import Pixels, Proposals
from ml.errors import Refused
from ml.operations import count, gflops

LABEL = f"torch {torch.__version__}"


class TorchEngine(Engine):
    """A network that has ``names``; it is not changed: a copy with batch normalization folded runs.

    Several threads may call at once: each takes a twin of the network. The weights are shared, what a head remembers
    about its last canvas is not.
    """

    def __init__(self, network: nn.Module, family: str, device: str = "cpu") -> None:
        self.names = tuple(network.names)  # type: ignore[arg-type]
        self.label, self.device = LABEL, device
        self._network, self._family = network, family
        with self.alone():
            self._fast = prepared(network).to(device)
        if device == "cuda":
            torch.backends.cudnn.allow_tf32 = False  # a third digit that nobody else gets
        self._twins: SimpleQueue[nn.Module] = SimpleQueue()
        self.get_ready(1)

    def __call__(self, pictures: Pixels, confidence: float) -> list[Proposals]:
        network = self._twins.get_nowait()
        try:
            with torch.inference_mode():
                output = network(as_input(pictures, self.device))
        finally:
            self._twins.put(network)
        first = output[0] if isinstance(output, tuple | list) and output else output
        found = read_output(first.cpu().numpy() if isinstance(first, Tensor) else first, self._family, len(self.names))
        for one in found:
            require_all_finite((one.boxes, one.class_scores, one.objectness))
        return found

    def gflops(self, side: int) -> float | None:
        try:
            return gflops(count(self._network, (side, side)).total)
        except (Refused, NotImplementedError):
            return None

    def get_ready(self, threads: int) -> None:
        self._twins = _twins(self._fast, threads)

    def enter_thread(self) -> None:
        """This thread's operations take no other thread, and no time over denormals.

        Untrained networks are full of such numbers, too small for normal arithmetic, each a hundred times slower.
        """
        torch.set_num_threads(1)
        torch.set_flush_denormal(True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        threads = torch.get_num_threads()
        self.enter_thread()
        try:
            yield
        finally:
            torch.set_flush_denormal(False)
            torch.set_num_threads(threads)


def prepared(network: nn.Module) -> nn.Module:
    """A copy made for speed: evaluation mode, no gradients, batch normalization folded into the convolutions."""
    network = copy.deepcopy(network).eval().requires_grad_(False)
    for module in network.modules():
        convolution, normalization = getattr(module, "conv", None), getattr(module, "bn", None)
        if isinstance(convolution, nn.Conv2d) and isinstance(normalization, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(convolution, normalization)
            module.bn = nn.Identity()
    return network.to(memory_format=torch.channels_last)


def _twins(network: nn.Module, count: int) -> SimpleQueue[nn.Module]:
    """Copies that share their weights: what a copy writes on itself stays its own."""
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    twins: SimpleQueue[nn.Module] = SimpleQueue()
    for _ in range(count):
        twins.put(copy.deepcopy(network, dict(shared)))
    return twins


def as_input(batch_rgb: Pixels, device: str = "cpu") -> Tensor:
    """(B, H, W, 3) bytes → (B, 3, H, W) float32 in 0…1, channels last in memory."""
    batch = batch_rgb if batch_rgb.flags.writeable else batch_rgb.copy()  # torch warns of memory it may not write
    return torch.from_numpy(batch).to(device).permute(0, 3, 1, 2).float() / 255
