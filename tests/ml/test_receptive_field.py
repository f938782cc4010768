"""Receptive fields: hand-computed ones, and those that gradients really reach."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from ml import zoo
from ml.receptive_field import Field, Reckoning, receptive_fields


def reached(network: nn.Module, path: str, image_size: tuple[int, int]) -> int:
    """How many rows of the image the middle output of a module depends on: measured by the gradient.

    Positive weights, no activation and means for maxima: nothing cancels, and every pixel of a window counts.
    """
    outputs: list[torch.Tensor] = []
    _make_positive(network)
    network.get_submodule(path).register_forward_hook(lambda _module, _inputs, output: outputs.append(output))
    image = torch.zeros(1, 3, *image_size, dtype=torch.double, requires_grad=True)
    network(image)
    _, _, rows, columns = outputs[-1].shape
    outputs[-1][0, :, rows // 2, columns // 2].sum().backward()
    assert image.grad is not None
    seen = (image.grad[0].abs().sum((0, 2)) > 0).nonzero().flatten()
    return int(seen[-1] - seen[0]) + 1


def _make_positive(network: nn.Module) -> None:
    for module in list(network.modules()):
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
        for name, child in list(module.named_children()):
            if isinstance(child, nn.SiLU | nn.ReLU | nn.LeakyReLU):
                setattr(module, name, nn.Identity())
            elif isinstance(child, nn.MaxPool2d):
                setattr(module, name, nn.AvgPool2d(child.kernel_size, child.stride, child.padding))
    network.double()


@pytest.mark.parametrize(
    ("layer", "rows"), [(0, 256), (2, 256), (4, 256), (6, 512), (8, 640), (13, 1536), (17, 1536), (20, 1664)]
)
def test_a_field_is_what_the_gradient_reaches(layer: int, rows: int) -> None:
    path = f"model.{layer}"
    field = receptive_fields(zoo.build("yolov5n"), (640, 640))[path]
    assert field.size == reached(zoo.build("yolov5n"), path, (rows, 32))


def test_the_fields_of_a_chain_add_up_as_in_the_textbook() -> None:
    fields = receptive_fields(zoo.build("cifar-net"), (32, 32))
    assert [fields[name].size for name in ("conv1", "pool1", "conv2", "pool2")] == [5, 6, 14, 16]
    assert [fields[name].jump for name in ("conv1", "pool1", "conv2", "pool2")] == [1, 2, 2, 4]
    assert "fc1" not in fields  # it sees everything


def test_behind_two_upsamplings_neighbours_may_see_differently_much() -> None:
    fields = receptive_fields(zoo.build("yolov5n"), (640, 640))
    assert not fields["model.13"].varies
    assert fields["model.17"].varies


@pytest.mark.parametrize(
    ("network", "size"),
    [
        (lambda: nn.Sequential(nn.Conv2d(3, 1, 3, dilation=2)), 5),
        (lambda: nn.Sequential(nn.Conv2d(3, 1, 3, stride=2), nn.Conv2d(1, 1, 3)), 7),
        (lambda: nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(3, 1, 3)), 6),
        (lambda: nn.Sequential(nn.AvgPool2d(4, 2), nn.ReLU()), 4),
    ],
)
def test_windows_widen_by_what_they_reach_beyond_their_first_pixel(network: Callable[[], nn.Module], size: int) -> None:
    built = network()
    assert receptive_fields(built, (64, 64))[str(len(built._modules) - 1)].size == size


def test_whoever_forgets_something_reckons_another_field() -> None:
    def at(reckoning: Reckoning) -> Field:
        return receptive_fields(zoo.build("yolov5n"), (640, 640), reckoning)["model.4"]

    right = at(Reckoning()).size
    assert at(Reckoning(strides=False)).size < right < at(Reckoning(whole_kernels=True)).size
    assert at(Reckoning(shortest_path=True)).size < right
    assert at(Reckoning(early_strides=True)).size > right == at(Reckoning(poolings=False)).size  # no pooling before it
    assert at(Reckoning(strides=False)).jump == 1
