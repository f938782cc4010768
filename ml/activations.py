"""What a module of a trained network gives for one picture: feature visualization without the drawing."""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from ml.detection.letterbox import place, read_image_rgb, resize_for_detection


@dataclass(frozen=True)
class Preparation:
    """How a picture becomes the network's input: the right way, or as somebody does who forgets something."""

    rgb: bool = True  # else BGR, as OpenCV reads it
    scaled: bool = True  # to 0…1, else 0…255
    letterboxed: bool = True  # on gray, else stretched to the square


RIGHT = Preparation()
_LAYER: Final = re.compile(r"model\.(\d+)(?:\.|$)")


def prepared(path: Path, side: int, preparation: Preparation = RIGHT) -> Tensor:
    """(1, 3, side, side): the picture's longest side to ``side``, centred on gray, RGB, 0…1 (YOLOv5's ``detect.py``).

    Raises ``Refused`` (``unreadable_image``).
    """
    image = read_image_rgb(path)  # (H, W, 3)
    if preparation.letterboxed:
        canvas = np.empty((side, side, 3), np.uint8)
        place(resize_for_detection(image, side), canvas)
    else:
        canvas = np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    if not preparation.rgb:
        canvas = canvas[..., ::-1]
    pixels = torch.from_numpy(np.ascontiguousarray(canvas.transpose(2, 0, 1))).float()[None]
    return pixels / 255 if preparation.scaled else pixels


def activations(network: nn.Module, image: Tensor, paths: tuple[str, ...]) -> dict[str, Tensor]:
    """The maps (C, H, W) that these modules give for ``image``, by path; a module that gives no map is left out.

    The network is run in evaluation mode, no further than the layer that holds the last of these modules; of a module
    that is called several times, the last call.
    """
    found: dict[str, Tensor] = {}

    def keep(path: str) -> torch.utils.hooks.RemovableHandle:
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            if isinstance(output, Tensor) and output.ndim == 4:
                found[path] = output[0].detach().clone()  # an activation in place would change it

        return network.get_submodule(path).register_forward_hook(hook)

    handles = [keep(path) for path in paths]
    last = _last_layer(network, paths)
    if last is not None:
        handles.append(last.register_forward_hook(_stop))
    try:
        with torch.no_grad(), contextlib.suppress(_Enough):
            network.eval()(image)
    finally:
        for handle in handles:
            handle.remove()
    return found


class _Enough(Exception):
    """Everything that was asked for has been seen."""


def _stop(_module: nn.Module, _inputs: object, _output: object) -> None:
    raise _Enough


def _last_layer(network: nn.Module, paths: tuple[str, ...]) -> nn.Module | None:
    """The layer (``model.17``) after which nothing of these paths is called; None where they are named otherwise."""
    layers = [_LAYER.match(path) for path in paths]
    numbers = [int(layer[1]) for layer in layers if layer]
    return network.get_submodule(f"model.{max(numbers)}") if numbers and len(numbers) == len(paths) else None
