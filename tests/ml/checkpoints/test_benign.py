"""What students really send is accepted, and gives the network that was saved."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from ultralytics.cfg import get_cfg
from ultralytics.data.augment import classify_transforms
from ultralytics.nn.tasks import ClassificationModel, DetectionModel, OBBModel, PoseModel, SegmentationModel

from fixtures.benign.tiny import NAMES, tiny_checkpoint, tiny_configuration, tiny_network
from fixtures.benign.variants import VARIANTS
from fixtures.benign.yolov5_file import Era, save_yolov5
from fixtures.hostile.networks import FIRST_WEIGHT, Draft, lie
from ml import zoo
from ml.checkpoints import read_bytes, rebuild
from ml.errors import Refused
from ml.zoo.yolov5 import Yolov5, configuration

ERAS: tuple[Era, ...] = ("v3.1", "v5.0", "v6.1", "v6.2", "v7.0")


def picture() -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.rand(1, 3, 256, 256, generator=generator)  # the size of the stale grids


@pytest.mark.parametrize("make", VARIANTS.values(), ids=VARIANTS.keys())
def test_an_odd_but_innocent_file_opens(make: Callable[[], bytes]) -> None:
    checkpoint = read_bytes(make())
    network = rebuild(checkpoint)
    assert checkpoint.family == "yolov5"
    assert checkpoint.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert network.stride == [8, 16, 32]
    assert network.names == checkpoint.names
    assert not network.training
    assert all(parameter.dtype == torch.float32 for parameter in network.parameters())


@pytest.mark.parametrize("era", ERAS)
def test_the_network_of_each_release_gives_the_outputs_that_it_had_when_saved(era: Era) -> None:
    saved = tiny_network(tiny_configuration(era), era)
    rebuilt = rebuild(read_bytes(tiny_checkpoint(era=era, half=False)))
    with torch.no_grad():
        assert torch.equal(rebuilt(picture())[0], saved(picture())[0])


def test_half_precision_weights_come_back_rounded_and_not_otherwise() -> None:
    saved = tiny_network(tiny_configuration()).half().float()
    rebuilt = rebuild(read_bytes(tiny_checkpoint(half=True)))
    for key, tensor in rebuilt.state_dict().items():
        assert torch.equal(tensor, saved.state_dict()[key]), key


def test_the_average_of_the_weights_is_preferred_to_the_last_step() -> None:
    average = tiny_network(tiny_configuration())

    def last_step_zeroed(changed: Draft) -> None:
        changed.top["ema"] = changed.top["model"]
        changed.top["model"] = 0

    checkpoint = read_bytes(lie(last_step_zeroed))
    expected = average.state_dict()[FIRST_WEIGHT].half().float()
    assert np.array_equal(checkpoint.state[FIRST_WEIGHT], expected.numpy())


def test_bfloat16_weights_are_widened_exactly() -> None:
    config = tiny_configuration()
    network = tiny_network(config)
    file = io.BytesIO()
    save_yolov5(network.bfloat16(), file, config=config, names=NAMES, half=False)
    weight = read_bytes(file.getvalue()).state[FIRST_WEIGHT]
    assert np.array_equal(weight, network.state_dict()[FIRST_WEIGHT].float().numpy())


def test_a_published_size_is_called_by_its_name() -> None:
    network = zoo.build("yolov5n", classes=4)
    assert isinstance(network, Yolov5)
    file = io.BytesIO()
    save_yolov5(network, file, config=configuration("yolov5n", 4), names=["a", "b", "c", "d"], image_size=320)
    checkpoint = read_bytes(file.getvalue())
    assert checkpoint.architecture == "yolov5n"
    assert checkpoint.image_size == 320
    assert checkpoint.parameters == 1_769_329
    assert len(read_bytes(tiny_checkpoint()).digest) == len("sha256:") + 64


def test_markup_in_class_names_stays_the_text_that_it_is() -> None:
    checkpoint = read_bytes(VARIANTS["names with markup"]())
    assert checkpoint.names[0] == "<script>alert(1)</script>"


def test_writing_a_file_leaves_no_module_called_models_behind() -> None:
    import sys

    tiny_checkpoint()
    assert not {name for name in sys.modules if name.partition(".")[0] == "models"}


@pytest.mark.parametrize(
    ("name", "architecture"),
    [
        ("yolov5n", "yolov5nu"),
        ("yolov6n", "yolov6n"),
        ("yolov8n-p2", "yolov8n-p2"),
        ("yolov8n-ghost", "yolov8n-ghost"),
        ("yolov9t", "yolov9t"),
        ("yolov10n", "yolov10n"),
        ("yolo11n", "yolo11n"),
        ("yolo12n", "yolo12n"),
        ("yolo26n", "yolo26n"),
    ],
)
@pytest.mark.slow
def test_an_ultralytics_network_is_rebuilt_to_the_last_bit(name: str, architecture: str) -> None:
    saved, file = ultralytics_file(name)
    checkpoint = read_bytes(file)
    rebuilt: Any = rebuild(checkpoint)
    assert checkpoint.family == "ultralytics"
    assert checkpoint.architecture == architecture
    assert checkpoint.image_size == 416
    assert rebuilt.names == ("charlie", "glasses")
    assert rebuilt.stride == [int(pixels) for pixels in saved.stride]
    with torch.no_grad():
        assert torch.equal(rebuilt(picture())[0], saved(picture())[0])


@pytest.mark.slow
def test_an_unfinished_ultralytics_training_opens() -> None:
    """``last.pt``: the loss, the settings and the optimizer hang on the network; they are read inert and dropped."""
    network: Any = DetectionModel("yolov8n.yaml", nc=2, verbose=False)
    network.names, network.args = {0: "charlie", 1: "glasses"}, get_cfg()
    network.criterion = network.init_criterion()
    optimizer = torch.optim.AdamW(network.parameters())
    torch.cat([parameter.flatten() for parameter in network.parameters()]).sum().backward()
    optimizer.step()
    file = io.BytesIO()
    state = {"ema": network.half(), "model": None, "epoch": 3, "best_fitness": np.float64(0.3), "updates": 10}
    torch.save({**state, "optimizer": optimizer.state_dict(), "train_args": {**vars(network.args)}}, file)
    checkpoint = read_bytes(file.getvalue())
    assert (checkpoint.architecture, checkpoint.image_size) == ("yolov8n", 640)
    assert rebuild(checkpoint).names == ("charlie", "glasses")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("yolov8n-cls", "classification_weights"),
        ("yolo11n-seg", "segmentation_weights"),
        ("yolo11n-pose", "other_task_weights"),
        ("yolo11n-obb", "other_task_weights"),
    ],
)
def test_weights_of_another_task_are_called_what_they_are(name: str, code: str) -> None:
    network: Any = network_of_task(name)
    if code == "classification_weights":
        network.transforms = classify_transforms(224)
    file = io.BytesIO()
    torch.save({"model": network.half()}, file)
    with pytest.raises(Refused) as refused:
        read_bytes(file.getvalue())
    assert refused.value.code == code


def network_of_task(name: str) -> torch.nn.Module:
    kinds = {"cls": ClassificationModel, "seg": SegmentationModel, "pose": PoseModel, "obb": OBBModel}
    network: torch.nn.Module = kinds[name.rpartition("-")[2]](f"{name}.yaml", nc=2, verbose=False)
    return network


def ultralytics_file(name: str) -> tuple[Any, bytes]:
    """A network of ultralytics with seeded weights, and the bytes in which its trainer would save it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        network = DetectionModel(f"{name}.yaml", nc=2, verbose=False)
    network.names = {0: "charlie", 1: "glasses"}
    network.half()
    file = io.BytesIO()
    torch.save({"model": network.eval(), "ema": None, "train_args": {"imgsz": 416, "model": name}}, file)
    return network.float(), file.getvalue()
