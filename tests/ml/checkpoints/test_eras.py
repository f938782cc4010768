"""Every generation that students bring: the names that its files ask for, its rarer layers, its own spellings."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from fixtures.benign.tiny import NAMES, tiny_checkpoint, tiny_configuration, tiny_network
from fixtures.benign.yolov5_file import save_yolov5
from fixtures.hostile.archives import entries_of, torch_zip
from fixtures.hostile.networks import lie
from fixtures.hostile.pickler import text_opcode
from ml.checkpoints import Checkpoint, read, read_bytes, rebuild
from ml.checkpoints.allowlist import ALLOWED, qualified
from ml.errors import Refused


def picture(side: int = 128) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(3))


def checkpoint_of(file: bytes) -> Checkpoint:
    found = read_bytes(file)
    assert isinstance(found, Checkpoint)
    return found


def test_every_name_that_a_stock_file_asks_for_is_known(reference_data: Path) -> None:
    eras = json.loads((reference_data / "globals_by_era.json").read_text("utf-8"))
    for era, names in eras.items():
        unknown = {name for name in names if qualified(*name.rpartition(".")[::2]) not in ALLOWED}
        if "modified" in era or "custom" in era:
            assert unknown
            continue
        # Official weights of classifiers are among those of ultralytics.
        assert not {name for name in unknown if "Classif" not in name and "transforms" not in name} - {
            "__builtin__.getattr"
        }, era


#: A line of the backbone, and what stands in its place.
RARE: dict[str, tuple[int, list[Any]]] = {
    "BottleneckCSP": (2, [-1, 3, "BottleneckCSP", [128]]),
    "C3TR": (8, [-1, 3, "C3TR", [1024]]),
    "C3Ghost": (4, [-1, 6, "C3Ghost", [256]]),
    "C3x": (4, [-1, 6, "C3x", [256]]),
    "C3SPP": (8, [-1, 1, "C3SPP", [1024, [3, 5]]]),
    "CrossConv": (2, [-1, 2, "CrossConv", [128, 3, 1]]),
    "MixConv2d": (2, [-1, 1, "MixConv2d", [128, [1, 3]]]),
    "DWConv": (2, [-1, 1, "DWConv", [128, 3]]),
    "GhostConv": (1, [-1, 1, "GhostConv", [128, 3, 2]]),
    "GhostBottleneck": (2, [-1, 1, "GhostBottleneck", [128]]),
    "SPP": (9, [-1, 1, "SPP", [1024, [5, 9, 13]]]),
    "Bottleneck": (2, [-1, 3, "Bottleneck", [128]]),
    "DWConvTranspose2d": (11, [-1, 1, "DWConvTranspose2d", [512, 2, 2]]),
    "nn.ConvTranspose2d": (11, [-1, 1, "nn.ConvTranspose2d", [512, 2, 2]]),
    "Expand": (11, [-1, 1, "Expand", [2]]),
    "Contract": (1, [-1, 1, "Contract", [2]]),
}


@pytest.mark.parametrize("name", RARE)
def test_a_network_with_a_rarer_layer_is_rebuilt_to_the_last_bit(name: str) -> None:
    place, row = RARE[name]
    config = tiny_configuration()
    config["backbone"], config["head"] = copy.deepcopy(config["backbone"]), copy.deepcopy(config["head"])
    part = config["backbone"] if place < 10 else config["head"]
    part[place if place < 10 else place - 10] = row
    saved = tiny_network(config)
    file = io.BytesIO()
    save_yolov5(saved, file, config=config, names=NAMES, half=False)
    checkpoint = checkpoint_of(file.getvalue())
    rebuilt = rebuild(checkpoint)
    assert checkpoint.architecture == "yolov5 (custom)"
    assert any(module.name.endswith(name.removeprefix("nn.")) for module in checkpoint.modules)
    with torch.no_grad():
        assert torch.equal(rebuilt(picture())[0], saved(picture())[0])


@pytest.mark.parametrize(
    "name", ["yolov3-tiny", "yolov8n-p6", "yolov8n-ghost-p2", "yolov9s", "yolov10s", "yolo26n-p2", "yolo26n-p6"]
)
@pytest.mark.slow
def test_more_of_ultralytics_networks_are_rebuilt_to_the_last_bit(name: str) -> None:
    saved = detection_model(name)
    checkpoint = checkpoint_of(saved_as(saved))
    rebuilt = rebuild(checkpoint)
    assert checkpoint.architecture == name
    with torch.no_grad():
        assert torch.equal(rebuilt(picture())[0], saved.float()(picture())[0])


def test_the_spellings_of_ultralytics_first_releases_open() -> None:
    """Up to 8.0.90 all layers were in one file, and the settings in ``ultralytics.yolo``."""
    saved = detection_model("yolov8n")
    entries = entries_of(saved_as(saved))
    program = entries["data.pkl"]
    for module in ("conv", "block", "head"):
        program = program.replace(f"cultralytics.nn.modules.{module}\n".encode(), b"cultralytics.nn.modules\n")
    assert program != entries["data.pkl"]
    rebuilt = rebuild(checkpoint_of(torch_zip({**entries, "data.pkl": program})))
    with torch.no_grad():
        assert torch.equal(rebuilt(picture())[0], saved.float()(picture())[0])


def test_a_transformer_of_ultralytics_opens() -> None:
    from ultralytics.nn.tasks import DetectionModel

    network: Any = DetectionModel("yolov8n.yaml", nc=2, verbose=False)
    config = copy.deepcopy(network.yaml)
    config["backbone"][8] = [-1, 3, "C3TR", [1024]]
    config.pop("yaml_file", None)
    network = DetectionModel(config, nc=2, verbose=False)
    network.names = {0: "charlie", 1: "glasses"}
    rebuilt = rebuild(checkpoint_of(saved_as(network.eval())))
    with torch.no_grad():
        assert torch.equal(rebuilt(picture())[0], network.float()(picture())[0])


@pytest.mark.parametrize(
    ("root", "code"),
    [
        ("ultralytics.nn.tasks.RTDETRDetectionModel", "other_task_weights"),
        ("ultralytics.nn.tasks.WorldModel", "other_task_weights"),
        ("ultralytics.nn.tasks.YOLOEModel", "other_task_weights"),
        ("ultralytics.nn.tasks.SegmentationModel", "segmentation_weights"),
        ("ultralytics.nn.tasks.SemanticModel", "segmentation_weights"),
        ("ultralytics.nn.tasks.OBBModel", "other_task_weights"),
        ("ultralytics.nn.tasks.PoseModel", "other_task_weights"),
        ("models.yolo.SegmentationModel", "segmentation_weights"),
        ("models.yolo.ClassificationModel", "classification_weights"),
        ("models.yolo.IDetect", "unknown_layers"),  # YOLOv7
        ("models.common.RepConv", "unknown_layers"),  # YOLOv7
        ("yolox.models.yolox.YOLOX", "unknown_layers"),
        ("mmdet.models.detectors.yolo.YOLOV3", "unknown_layers"),
        ("torchvision.models.detection.faster_rcnn.FasterRCNN", "unknown_layers"),
    ],
)
def test_networks_of_other_kinds_are_called_what_they_are(root: str, code: str) -> None:
    def other(changed: Any) -> None:
        changed.top["model"].name = root

    with pytest.raises(Refused) as refused:
        read_bytes(lie(other))
    assert refused.value.code == code
    assert root.rpartition(".")[2] in refused.value.reason["fr"] or code.endswith("_weights")


def test_what_torch_itself_writes_in_other_formats_is_called_what_it_is() -> None:
    layer = torch.nn.Conv2d(3, 4, 1)
    legacy, script = io.BytesIO(), io.BytesIO()
    torch.save({"model": layer}, legacy, _use_new_zipfile_serialization=False)
    torch.jit.save(torch.jit.trace(layer, torch.zeros(1, 3, 4, 4)), script)
    for file, code in ((legacy, "legacy_format"), (script, "torchscript")):
        with pytest.raises(Refused) as refused:
            read_bytes(file.getvalue())
        assert refused.value.code == code


def test_a_file_cut_after_its_pickle_is_cut_all_the_same() -> None:
    whole = tiny_checkpoint()
    pickle_ends = whole.index(b"/byteorder") if b"/byteorder" in whole else len(whole) // 2
    with pytest.raises(Refused) as refused:
        read_bytes(whole[: pickle_ends + 200])
    assert refused.value.code == "truncated"


def test_every_file_of_the_reference_opens_or_says_why(reference_data: Path) -> None:
    told = {}
    for path in sorted((reference_data / "weights").rglob("*.pt")):
        try:
            told[path.name] = checkpoint_family(path)
        except Refused as refused:
            told[path.name] = refused.code
    refusals = {name: code for name, code in told.items() if code not in ("yolov5", "ultralytics")}
    assert refusals == {
        "empty.pt": "empty",
        "git_lfs_pointer.pt": "lfs_pointer",
        "html_page_404.pt": "html_page",
        "truncated_yolov10n.pt": "truncated",
        "plain_state_dict.pt": "plain_state_dict",
    }
    assert len(told) >= 13


def checkpoint_family(path: Path) -> str:
    found = read(path)
    assert isinstance(found, Checkpoint)
    rebuild(found)
    return found.family


def detection_model(name: str) -> Any:
    from ultralytics.nn.tasks import DetectionModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        network: Any = DetectionModel(f"{name}.yaml", nc=2, verbose=False)
    network.names = {0: "charlie", 1: "glasses"}
    return network.eval().half()


def saved_as(network: Any) -> bytes:
    file = io.BytesIO()
    torch.save({"model": network, "ema": None, "train_args": {"imgsz": 416}}, file)
    return file.getvalue()


def test_the_pickle_of_an_old_storage_key_of_twenty_digits_opens() -> None:
    """PyTorch up to 1.7 numbered storages by their address in memory."""
    entries = entries_of(tiny_checkpoint())
    address = "94501234567890123456"
    program = entries["data.pkl"].replace(text_opcode("57"), text_opcode(address))
    assert program != entries["data.pkl"]
    entries[f"data/{address}"] = entries.pop("data/57")
    assert rebuild(checkpoint_of(torch_zip({**entries, "data.pkl": program}))).names == NAMES
