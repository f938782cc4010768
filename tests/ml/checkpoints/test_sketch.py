"""Sketches of weights: small, the same for the same numbers, and enough to tell a copy from a training."""

import base64
import json

import numpy as np
import pytest

import grader
from grader.likeness import read_sketch
from ml.checkpoints.sketch import LARGEST_BYTES, Array, sketch

State = dict[str, Array]


def state(seed: int = 0, layers: int = 12, side: int = 8) -> State:
    generator = np.random.default_rng(seed)
    found: State = {}
    for layer in range(layers):
        found[f"model.{layer}.conv.weight"] = generator.normal(size=(side, 3, 3, 3)).astype(np.float32)
        found[f"model.{layer}.bn.weight"] = np.ones(side, np.float32)
        found[f"model.{layer}.bn.num_batches_tracked"] = np.array(7)
    return found


def text(weights: State) -> str:
    return base64.b64encode(sketch(weights)).decode()


def trained(start: State, seed: int, *, first: int = 0, by: float = 0.1) -> State:
    """Every layer from ``first`` on moved a little, as a training would."""
    generator = np.random.default_rng(seed)
    return {
        key: array + by * generator.normal(size=array.shape).astype(np.float32)
        if array.ndim > 1 and int(key.split(".")[1]) >= first
        else array
        for key, array in start.items()
    }


def test_it_names_every_weight_tensor_and_nothing_else() -> None:
    found = read_sketch(sketch(state()))
    assert list(found) == [f"model.{layer}.conv.weight" for layer in range(12)]
    assert found["model.3.conv.weight"].shape == (8, 3, 3, 3)
    assert len(found["model.3.conv.weight"].values) == 16
    values = state()["model.3.conv.weight"].astype(np.float16).reshape(-1).tolist()
    assert set(found["model.3.conv.weight"].values) <= set(values)


def test_the_same_weights_in_16_and_in_32_bits_have_one_sketch() -> None:
    halves = {key: array.astype(np.float16) if array.dtype.kind == "f" else array for key, array in state().items()}
    stored = {key: array.astype(np.float32) if array.dtype.kind == "f" else array for key, array in halves.items()}
    assert sketch(state()) == sketch(stored)


def test_one_number_changed_changes_the_sketch() -> None:
    changed = state()
    changed["model.4.conv.weight"][7, 2, 2, 2] += 1
    likeness = grader.same_weights(text(state()), text(changed))
    assert not likeness.same
    assert likeness.equal_share == pytest.approx(11 / 12)


@pytest.mark.parametrize("layers", [600, 3_000])
def test_a_network_of_very_many_tensors_still_fits(layers: int) -> None:
    found = sketch(state(layers=layers, side=2))
    assert len(found) <= LARGEST_BYTES
    assert len(read_sketch(found)) >= 600


def test_numbers_beyond_16_bits_are_kept_finite() -> None:
    weights = {"model.0.conv.weight": np.full((2, 2), 1e30, np.float32)}
    assert read_sketch(sketch(weights))["model.0.conv.weight"].values == (65504.0,) * 16


def test_the_same_file_again_is_the_same_and_a_noisy_copy_nearly() -> None:
    mine = trained(state(), seed=1)
    assert grader.same_weights(text(mine), text(mine)).same
    copied = grader.same_weights(text(mine), text(trained(mine, seed=2, by=0.01)))
    assert not copied.same
    assert copied.nearly


def test_two_trainings_from_one_beginning_are_not_copies_of_each_other() -> None:
    mine, theirs = trained(state(), seed=1), trained(state(), seed=2)
    assert grader.same_weights(text(mine), text(theirs)).nearly  # because of where both began
    likeness = grader.same_weights(text(mine), text(theirs), beginning=text(state()))
    assert not likeness.nearly
    assert abs(likeness.cosine or 1) < 0.3


def test_networks_of_other_shapes_cannot_be_compared() -> None:
    likeness = grader.same_weights(text(state(side=8)), text(state(side=16)))
    assert (likeness.comparable, likeness.same, likeness.nearly) == (False, False, False)
    assert grader.frozen_layers(text(state(side=8)), text(state(side=16))) is None


@pytest.mark.parametrize(("first", "expected"), [(0, 0), (10, 10), (12, 12)])
def test_a_frozen_backbone_is_counted_in_layers(first: int, expected: int) -> None:
    assert grader.frozen_layers(text(trained(state(), seed=3, first=first)), text(state())) == expected


def test_layers_without_weights_count_with_those_before() -> None:
    weights = {key: array for key, array in state().items() if not key.startswith("model.5.")}
    assert grader.frozen_layers(text(trained(weights, seed=3, first=6)), text(weights)) == 6


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b'{"version":2,"tensors":[]}',
        b'{"version":1,"tensors":{}}',
        b'{"version":1,"tensors":[["a",[2,2],"0123456789abcdef"]]}',
        b'{"version":1,"tensors":[["a",[2],"0123456789abcdef",""]]}',
        b'{"version":1,"tensors":[["a",[2,-2],"0123456789abcdef",""]]}',
        b'{"version":1,"tensors":[["a",[2,2],"0123456789ABCDEF",""]]}',
        b'{"version":1,"tensors":[["a",[2,2],"0123456789abcdef","AA=="]]}',
        b'{"version":1,"tensors":[["a",[2,2],"0123456789abcdef","AHw="]]}',  # infinity
        b'{"version":1,"tensors":[["a",[2,2],"0123456789abcdef",""],["a",[2,2],"0123456789abcdef",""]]}',
        json.dumps({"version": 1, "tensors": [["a", [2, 2], "0123456789abcdef", "A" * 64]]}).encode(),
        b" " * (LARGEST_BYTES + 1),
    ],
)
def test_what_no_child_of_ours_would_send_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_sketch(document)


def test_a_text_that_is_not_base64_is_refused() -> None:
    with pytest.raises(ValueError, match="base64"):
        grader.same_weights("é", text(state()))
