"""A network without its numbers: a forward on it gives every shape and costs milliseconds at any image size."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


def skeleton_of(network: nn.Module) -> nn.Module:
    """Copy a network with every parameter and buffer replaced by an empty one on the meta device.

    The copy keeps the mode (training or evaluation) and nothing done to it reaches the original: hooks, heads that
    remember the last image size.
    """
    twins: dict[int, Any] = {}
    for parameter in network.parameters():
        twins[id(parameter)] = nn.Parameter(_empty(parameter), requires_grad=False)
    for buffer in network.buffers():
        twins[id(buffer)] = _empty(buffer)
    skeleton = copy.deepcopy(network, twins)
    _forget_image_size(skeleton)
    return skeleton


@contextmanager
def borrowed_skeleton(network: nn.Module) -> Iterator[nn.Module]:
    """A skeleton to run: ``network`` itself where it has no numbers, else a copy, which costs more than a pass.

    A network lent so gets its modes back afterwards; it serves one borrower at a time.
    """
    if not _is_skeleton(network):
        yield skeleton_of(network)
        return
    modes = {module: module.training for module in network.modules()}
    _forget_image_size(network)
    try:
        yield network
    finally:
        for module, training in modes.items():
            module.training = training


def _is_skeleton(network: nn.Module) -> bool:
    return all(tensor.is_meta for tensor in (*network.parameters(), *network.buffers()))


def _forget_image_size(skeleton: nn.Module) -> None:
    for module in skeleton.modules():
        if "shape" in vars(module):  # ultralytics' heads keep the grid of the last image size, numbers and all
            vars(module)["shape"] = None


def _empty(tensor: Tensor) -> Tensor:
    return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")
