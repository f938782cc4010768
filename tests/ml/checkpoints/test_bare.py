"""Weights without a network: read once somebody says which it is, and compared with it to the last key."""

import io
import json
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import save
from ultralytics.nn.tasks import DetectionModel

from fixtures.benign.bare_files import notes_of, safetensors_file, state_dict_file, tiny_state
from fixtures.benign.tiny import NAMES, tiny_checkpoint, tiny_configuration, tiny_network
from fixtures.benign.yolov5_file import save_yolov5
from fixtures.hostile.safetensors_files import NAMED
from ml import zoo
from ml.checkpoints import Checkpoint, read_bytes, rebuild
from ml.checkpoints.architecture import name_of
from ml.checkpoints.published import NAMES as PUBLISHED
from ml.checkpoints.published import configuration_of
from ml.errors import Refused


def read_weights(file: bytes, configuration: str = "", classes: tuple[str, ...] = ()) -> Checkpoint:
    found = read_bytes(file, configuration=configuration, classes=classes)
    assert isinstance(found, Checkpoint)
    return found


def picture(side: int = 128) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(3))


def require_same_outputs(saved: torch.nn.Module, checkpoint: Checkpoint) -> None:
    rebuilt = rebuild(checkpoint)
    with torch.no_grad():
        assert torch.equal(rebuilt(picture())[0], saved.eval()(picture())[0])
    assert checkpoint.parameters == sum(parameter.numel() for parameter in rebuilt.parameters())
    assert rebuilt.names == checkpoint.names


@pytest.fixture(scope="module")
def small() -> torch.nn.Module:
    return zoo.build("yolov5n", classes=3)


@pytest.mark.parametrize(
    ("inside", "prefix"),
    [
        ("", ""),
        ("model", "module."),
        ("state_dict", "module.model."),
        ("model_state_dict", "model.model."),
        ("ema", ""),
        ("net", "module."),
    ],
)
def test_a_state_dict_opens_under_every_usual_wrapper(small: torch.nn.Module, inside: str, prefix: str) -> None:
    file = state_dict_file(small.state_dict(), inside=inside, prefix=prefix)
    checkpoint = read_weights(file, "yolov5n", NAMES)
    assert (checkpoint.format, checkpoint.family, checkpoint.architecture) == ("pt", "yolov5", "yolov5n")
    assert checkpoint.names == NAMES
    assert checkpoint.state.keys() == small.state_dict().keys()


def test_layers_saved_without_their_container_are_found_again(small: torch.nn.Module) -> None:
    file = state_dict_file(small.get_submodule("model").state_dict())
    require_same_outputs(small, read_weights(file, "yolov5n", NAMES))


def test_a_name_may_be_typed_as_people_do(small: torch.nn.Module) -> None:
    file = state_dict_file(small.state_dict())
    for typed in ("YOLOv5n", " yolov5n ", "yolov5n.yaml", "yolov5n.pt"):
        assert read_weights(file, typed, NAMES).architecture == "yolov5n"


@pytest.mark.parametrize("name", ["yolov5n-v5.0", "yolov5n-v3.1", "yolov5n6"])
def test_older_and_larger_yolov5_open_by_their_own_names(name: str) -> None:
    family, config = configuration_of(name, 3)
    from ml.zoo.yolov5 import build_network

    saved = build_network(config)
    state = dict(saved.state_dict())
    if "v" in name.removeprefix("yolov5"):  # up to v5.0 the anchors in pixels were a buffer too
        state["model.24.anchor_grid"] = torch.ones(3, 1, 3, 1, 1, 2)
    checkpoint = read_weights(state_dict_file(state), name, NAMES)
    assert family == "yolov5"
    require_same_outputs(saved, checkpoint)


@pytest.mark.parametrize("name", ["yolov8n", "yolo26n", "yolov5nu"])
@pytest.mark.slow
def test_ultralytics_weights_open_by_name_and_by_their_notes(name: str) -> None:
    saved: Any = DetectionModel("yolov5n.yaml" if name == "yolov5nu" else f"{name}.yaml", nc=3, verbose=False)
    weights = {key: value.clone() for key, value in saved.state_dict().items()}
    require_same_outputs(saved, read_weights(state_dict_file(weights), name, NAMES))
    file = save(weights, metadata={"yaml": json.dumps(saved.yaml), "names": json.dumps(dict(enumerate(NAMES)))})
    checkpoint = read_weights(file)
    require_same_outputs(saved, checkpoint)
    assert (checkpoint.format, checkpoint.architecture) == ("safetensors", name)


@pytest.mark.parametrize("as_text", [json.dumps, yaml.safe_dump])
@pytest.mark.parametrize("key", ["yaml", "config"])
def test_safetensors_notes_may_be_json_or_yaml(key: str, as_text: Any) -> None:
    saved = tiny_network(tiny_configuration())
    metadata = {key: as_text(tiny_configuration()), "names": json.dumps(NAMES), "imgsz": "416"}
    checkpoint = read_weights(save(tiny_state(), metadata=metadata))
    assert (checkpoint.names, checkpoint.image_size, checkpoint.format) == (NAMES, 416, "safetensors")
    require_same_outputs(saved, checkpoint)


def test_our_writer_of_safetensors_writes_what_the_library_does() -> None:
    ours = read_weights(safetensors_file(tiny_state(), notes_of()))
    theirs = read_weights(save(tiny_state(), metadata=notes_of()))
    assert ours.state.keys() == theirs.state.keys()
    assert all(np.array_equal(ours.state[key], theirs.state[key]) for key in ours.state)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_numbers_of_every_width_come_back_as_they_were(dtype: torch.dtype) -> None:
    state = {key: value.to(dtype) if value.is_floating_point() else value for key, value in tiny_state().items()}
    checkpoint = read_weights(save(state, metadata=notes_of()))
    for key, tensor in state.items():
        expected = tensor.float() if tensor.is_floating_point() else tensor
        assert np.array_equal(checkpoint.state[key], expected.numpy()), key
    assert checkpoint.dtypes["model.0.conv.weight"] == str(dtype).removeprefix("torch.")


def test_the_same_network_in_three_files_is_the_same_network(small: torch.nn.Module) -> None:
    config = configuration_of("yolov5n", 3)[1]
    whole = io.BytesIO()
    save_yolov5(small, whole, config=config, names=NAMES, half=False)
    alone = read_weights(state_dict_file(small.state_dict(), prefix="module."), "yolov5n", NAMES)
    noted = read_weights(safetensors_file(small.state_dict(), notes_of(config)))
    expected = read_weights(whole.getvalue())
    for found in (alone, noted):
        assert found.state.keys() == expected.state.keys()
        assert all(np.array_equal(found.state[key], expected.state[key]) for key in expected.state)
        assert (found.parameters, found.names, found.architecture) == (
            expected.parameters,
            expected.names,
            expected.architecture,
        )


def test_the_named_configuration_is_believed_before_the_notes() -> None:
    file = safetensors_file(tiny_state(), notes_of())
    with pytest.raises(Refused) as refused:
        rebuild(read_weights(file, "yolov5s"))
    assert refused.value.code == "configuration_differs"
    assert "yolov5s" in refused.value.reason["fr"]


def test_a_whole_checkpoint_needs_no_name_and_keeps_its_own() -> None:
    assert read_weights(tiny_checkpoint(), "yolov8x", ("a", "b")).names == NAMES


def test_weights_alone_without_a_name_say_what_to_do() -> None:
    with pytest.raises(Refused) as refused:
        read_weights(state_dict_file(tiny_state()), classes=NAMES)
    assert refused.value.code == "plain_state_dict"
    assert "yolov8n" in refused.value.advice["fr"]


def test_weights_alone_need_classes() -> None:
    with pytest.raises(Refused) as refused:
        read_weights(state_dict_file(tiny_state()), "yolov5n")
    assert refused.value.code == "classes_needed"


@pytest.mark.parametrize("case", NAMED)
def test_weights_that_are_not_of_the_network_named_are_refused(case: str) -> None:
    build, name, code = NAMED[case]
    with pytest.raises(Refused) as refused:
        rebuild(read_weights(build(), name, NAMES))
    assert refused.value.code == code
    assert "\x1b" not in refused.value.reason["en"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_name_is_called_so_again(name: str) -> None:
    family, config = configuration_of(name, 3)
    from ml.checkpoints import configuration, ultralytics
    from ml.checkpoints.limits import LIMITS

    checked = configuration.checked(config, LIMITS)
    if family == "ultralytics":
        checked = ultralytics.checked_configuration(checked, LIMITS)
    told = name_of(checked, family)
    assert told.replace(" (", "-").replace(")", "") == name


def test_a_last_checkpoint_of_lightning_is_not_taken_for_weights() -> None:
    file = io.BytesIO()
    torch.save({"state_dict": {"a": torch.ones(1), "b": 3}, "epoch": 1}, file)
    with pytest.raises(Refused) as refused:
        read_weights(file.getvalue(), "yolov5n", NAMES)
    assert refused.value.code == "no_model"
