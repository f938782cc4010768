"""A network without its numbers: a forward on it gives every shape and costs milliseconds at any image size."""

import copy
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
    for module in skeleton.modules():
        if "shape" in vars(module):  # ultralytics' heads keep the grid of the last image size, numbers and all
            vars(module)["shape"] = None
    return skeleton


def _empty(tensor: Tensor) -> Tensor:
    return torch.empty_like(tensor, device="meta", requires_grad=False)
