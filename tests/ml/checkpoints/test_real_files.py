"""Files that students and upstream's own trainers made, against the outputs of upstream's own code."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from ml.checkpoints import read, rebuild
from ml.errors import Refused

TRAINED = (
    "coco_yolov5n.pt",
    "student_cs2_yolov5n_v7_WindowsPath.pt",
    "student_dna_origami_yolov5n_v7.pt",
    "student_robot_yolov5n_v61.pt",
)


@pytest.fixture(scope="module")
def goldens(reference_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((reference_data / "reference_eval.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def bus(reference_data: Path) -> torch.Tensor:
    """(1, 3, 320, 320) RGB in 0…1: the bus in a square of grey, as upstream's letterbox makes it."""
    image = cv2.imread(str(reference_data / "dataset" / "bus.jpg"))
    assert image is not None
    height, width = image.shape[:2]
    ratio = 320 / max(height, width)
    inside = (round(width * ratio), round(height * ratio))
    resized = cv2.resize(image, inside, interpolation=cv2.INTER_LINEAR)
    left, top = round((320 - inside[0]) / 2 - 0.1), round((320 - inside[1]) / 2 - 0.1)
    square = np.full((320, 320, 3), 114, np.uint8)
    square[top : top + inside[1], left : left + inside[0]] = resized
    return torch.from_numpy(square[..., ::-1].transpose(2, 0, 1).copy()).float()[None] / 255


@pytest.mark.parametrize("name", TRAINED)
def test_a_students_network_gives_upstreams_outputs(
    name: str, reference_data: Path, goldens: dict[str, Any], bus: torch.Tensor
) -> None:
    golden = goldens["forward_goldens_real_checkpoints"][name]
    checkpoint = read(reference_data / "weights" / name)
    network = rebuild(checkpoint)
    with torch.no_grad():
        output = network(bus)[0]
    best = int(output[0, :, 4].argmax())
    row = output[0, best, :8].tolist()
    assert list(output.shape) == golden["out_shape"]
    assert float(output.double().sum()) == pytest.approx(golden["sum"], rel=1e-5)
    assert best == golden["argmax_obj"]
    assert row == pytest.approx(golden["row_argmax"][:8], rel=1e-3, abs=1e-4)
    assert checkpoint.parameters == golden["params_unfused"]
    assert checkpoint.architecture == "yolov5n"
    assert len(checkpoint.state) == golden["state_dict_len"]


def test_the_weights_are_those_that_upstream_reads(reference_data: Path, goldens: dict[str, Any]) -> None:
    golden = goldens["weights_coco_yolov5n"]
    state = read(reference_data / "weights" / "coco_yolov5n.pt").state
    assert list(state["model.0.conv.weight"].shape) == golden["first_conv_shape"]
    assert state["model.0.conv.weight"][0, 0] == pytest.approx(np.array(golden["model.0.conv.weight[0,0]"]), abs=1e-6)
    assert state["model.0.bn.running_var"][:4] == pytest.approx(golden["model.0.bn"]["running_var"], rel=1e-4)
    assert state["model.24.m.0.bias"][:10] == pytest.approx(golden["model.24.m.0.bias[:10]"], rel=1e-5)


def test_names_and_image_size_are_those_of_the_training(reference_data: Path) -> None:
    windows = read(reference_data / "weights" / "student_cs2_yolov5n_v7_WindowsPath.pt")
    robot = read(reference_data / "weights" / "student_robot_yolov5n_v61.pt")
    assert (windows.names, windows.image_size) == (("head",), 640)
    assert (robot.names, robot.image_size) == (("Robot",), None)


@pytest.mark.parametrize(
    ("name", "architecture", "parameters", "names"),
    [
        ("v31_random_w025_nc3.pt", "yolov5n (v3.1)", None, ("bague", "lentilles", "lunettes")),
        ("v62_random_n_nc3_stripped.pt", "yolov5n", 1_767_976, ("bague", "lentilles", "lunettes")),
        ("yolov8n_1epoch_nc4_best.pt", "yolov8n", 3_011_628, None),
        ("yolo11n_1epoch_nc4_best.pt", "yolo11n", 2_590_620, None),
    ],
)
def test_files_of_other_releases_open(
    name: str, architecture: str, parameters: int | None, names: tuple[str, ...] | None, reference_data: Path
) -> None:
    checkpoint = read(reference_data / "weights" / name)
    network = rebuild(checkpoint)
    assert checkpoint.architecture == architecture
    assert parameters in (None, checkpoint.parameters)
    assert names in (None, checkpoint.names)
    assert network.stride == [8, 16, 32]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("broken/empty.pt", "empty"),
        ("broken/git_lfs_pointer.pt", "lfs_pointer"),
        ("broken/html_page_404.pt", "html_page"),
        ("broken/truncated_yolov10n.pt", "truncated"),
        ("plain_state_dict.pt", "plain_state_dict"),
    ],
)
def test_what_people_really_send_by_mistake_is_named(name: str, code: str, reference_data: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(reference_data / "weights" / name)
    assert refused.value.code == code
    assert refused.value.advice["fr"] != refused.value.advice["en"]


def test_a_file_cut_anywhere_is_called_truncated(reference_data: Path) -> None:
    from ml.checkpoints import read_bytes

    whole = (reference_data / "weights" / "student_robot_yolov5n_v61.pt").read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        with pytest.raises(Refused) as refused:
            read_bytes(whole[: int(len(whole) * share)])
        assert refused.value.code == "truncated"
