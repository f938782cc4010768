"""The zoo as a whole: names, options, and the two networks that are plain sequences."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from ml import zoo
from ml.errors import Refused


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_zoo_holds_the_networks_of_the_contract() -> None:
    assert zoo.names() == ("yolov5n", "yolov5s", "yolov5m", "yolov5l", "yolov5x", "tiny-yolo-v1", "cifar-net")


def test_asking_what_the_zoo_is_does_not_wait_for_torch() -> None:
    program = "import sys, ml.zoo; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_unknown_name_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(Refused) as refusal:
        zoo.build("yolov9")
    assert refusal.value.code == "unknown_model"
    assert "yolov5s" in refusal.value.advice["en"]
    assert "yolov5s" in refusal.value.advice["fr"]


@pytest.mark.parametrize("classes", [0, -1, 10_001])
def test_an_impossible_number_of_classes_is_refused(classes: int) -> None:
    with pytest.raises(Refused, match="invalid_classes"):
        zoo.build("cifar-net", classes=classes)


def test_every_family_states_an_image_size_that_its_networks_take() -> None:
    for name in ("yolov5n", "cifar-net"):
        height, width = zoo.family_of(name).image_size
        network = zoo.build(name, classes=2)
        assert not network.training
        with torch.no_grad():
            network(torch.zeros(1, 3, height, width))


def test_tiny_yolo_has_exactly_the_45_089_374_parameters_of_the_course() -> None:
    network = zoo.build("tiny-yolo-v1")
    assert parameters(network) == 45_089_374
    channels = [layer.out_channels for layer in network.children() if isinstance(layer, nn.Conv2d)]
    assert channels == [16, 32, 64, 128, 256, 512, 1024, 1024, 1024]
    assert [layer.out_features for layer in network.children() if isinstance(layer, nn.Linear)] == [256, 4096, 1470]
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 448, 448)).shape == (1, 1470)


def test_tiny_yolo_answers_for_another_number_of_classes() -> None:
    with torch.device("meta"):
        network = zoo.family_of("tiny-yolo-v1").build("tiny-yolo-v1", 3)
        assert network(torch.empty(2, 3, 448, 448)).shape == (2, 7 * 7 * (2 * 5 + 3))


def test_the_cifar_network_has_the_tutorials_62_006_parameters_and_layer_names() -> None:
    network = zoo.build("cifar-net")
    assert parameters(network) == 62_006
    names = "conv1 relu1 pool1 conv2 relu2 pool2 flatten fc1 relu3 fc2 relu4 fc3"
    assert " ".join(name for name, _ in network.named_children()) == names
    with torch.no_grad():
        assert network(torch.zeros(4, 3, 32, 32)).shape == (4, 10)


def test_a_network_without_batch_normalization_is_the_same_when_folded() -> None:
    plain, folded = zoo.build("cifar-net"), zoo.build("cifar-net", fused=True)
    assert all(torch.equal(a, b) for a, b in zip(plain.parameters(), folded.parameters(), strict=True))
