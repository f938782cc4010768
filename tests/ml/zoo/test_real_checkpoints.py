"""The same pictures through upstream's code (recorded) and through ours, with weights that people really trained."""

import copy
import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ml.resolve import resolve

CHECKPOINTS = (
    "coco_yolov5n.pt",
    "student_cs2_yolov5n_v7_WindowsPath.pt",
    "student_dna_origami_yolov5n_v7.pt",
    "student_robot_yolov5n_v61.pt",
)


@pytest.fixture(scope="session")
def recorded(reference_data: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((reference_data / "reference_eval.json").read_text())
    return content


@pytest.fixture(scope="session")
def networks(reference_data: Path) -> Callable[[str], nn.Module]:
    """A checkpoint's network, each file read once; a test may do to its copy what it likes."""

    @cache
    def read(name: str) -> nn.Module:
        return resolve(str(reference_data / "weights" / name)).network

    return lambda name: copy.deepcopy(read(name))


def bus(reference_data: Path, side: int) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """The picture as upstream's loader gives it: fitted in a square, grey borders, RGB, (3, side, side) bytes."""
    image = cv2.imread(str(reference_data / "dataset" / "bus.jpg"))
    assert image is not None
    scale = side / max(image.shape[:2])
    height, width = (round(length * scale) for length in image.shape[:2])
    image = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    top, left = (side - height) // 2, (side - width) // 2
    canvas = np.full((side, side, 3), 114, dtype=np.uint8)
    canvas[top : top + height, left : left + width] = image
    return np.ascontiguousarray(canvas[..., ::-1].transpose(2, 0, 1))


def batch(picture: "np.ndarray[Any, np.dtype[np.uint8]]") -> Tensor:
    return torch.from_numpy(picture)[None].float() / 255  # (1, 3, H, W) in 0…1


def outputs_by_layer(network: nn.Module, image: Tensor) -> list[Tensor]:
    seen: list[Tensor] = []
    for layer in network.get_submodule("model").children():
        layer.register_forward_hook(lambda _m, _i, out: seen.append(out[0] if isinstance(out, tuple) else out))
    with torch.no_grad():
        network(image)
    return seen


def test_every_layer_of_the_coco_network_gives_upstreams_activations(
    reference_data: Path, recorded: dict[str, Any], networks: Callable[[str], nn.Module]
) -> None:
    golden = recorded["activations_bus_640_square_coco_yolov5n"]
    picture = bus(reference_data, 640)
    if hashlib.sha256(picture.tobytes()).hexdigest() != golden["input_sha256_uint8_rgb_chw"]:
        pytest.skip("this machine's JPEG decoder gives other pixels than the recorded ones")
    network = networks("coco_yolov5n.pt")
    outputs = outputs_by_layer(network, batch(picture))
    assert len(outputs) == len(golden["layers"]) == 25
    for output, layer in zip(outputs, golden["layers"], strict=True):
        assert list(output.shape) == layer["shape"]
        found = [output.mean().item(), output.std().item(), output.abs().max().item()]
        assert found == pytest.approx([layer["mean"], layer["std"], layer["absmax"]], rel=1e-4, abs=1e-5)
        assert output.flatten()[:5].tolist() == pytest.approx(layer["first5"], rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_trained_checkpoint_predicts_what_upstreams_code_predicted(
    name: str, reference_data: Path, recorded: dict[str, Any], networks: Callable[[str], nn.Module]
) -> None:
    golden = recorded["forward_goldens_real_checkpoints"][name]
    image = batch(bus(reference_data, 320))
    network = networks(name)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    with torch.no_grad():
        boxes, heads = network(image)
        folded = network.fuse()  # type: ignore[operator]
        folded_boxes = folded(image)[0]
    assert list(boxes.shape) == golden["out_shape"]
    assert boxes.double().sum().item() == pytest.approx(golden["sum"], rel=1e-6)
    assert [head.double().sum().item() for head in heads] == pytest.approx(golden["heads_sum"], rel=1e-4)
    best = golden["argmax_obj"]
    assert boxes[0, :, 4].argmax().item() == best
    assert boxes[0, best, :8].tolist() == pytest.approx(golden["row_argmax"], rel=1e-4, abs=1e-6)
    assert parameters == golden["params_unfused"]
    assert sum(parameter.numel() for parameter in folded.parameters()) == golden["params_fused"]
    assert (boxes - folded_boxes).abs().max().item() < 0.01  # pixels


def test_the_grid_that_a_release_6_1_file_carries_shifts_no_box(
    recorded: dict[str, Any], networks: Callable[[str], nn.Module]
) -> None:
    """It holds a grid without the half-cell offset for 672 × 448: reusing it moves boxes by 4, 8 and 16 pixels."""
    height, width = recorded["stale_grid_trap"]["input_hw_that_triggers"]
    network = networks("student_robot_yolov5n_v61.pt")
    with torch.no_grad():
        boxes, heads = network(torch.zeros(1, 3, height, width))
    rows, columns = heads[0].shape[2:4]
    assert (rows, columns) == (height // 8, width // 8)
    first = heads[0][0, 0, 0, 0].sigmoid()
    assert boxes[0, 0, :2].tolist() == pytest.approx(((first[:2] * 2 - 0.5) * 8).tolist(), abs=1e-4)
