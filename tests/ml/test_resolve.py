"""From what people call a model to a network and its digest."""

import subprocess
import sys
from pathlib import Path

import pytest
from torch import nn

from ml.errors import Refused
from ml.resolve import digest_of, resolve


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_a_zoo_name_gives_an_untrained_network_with_its_usual_image_size() -> None:
    resolved = resolve("cifar-net")
    assert (resolved.name, resolved.image_size, resolved.trained) == ("cifar-net", (32, 32), False)
    assert not resolved.network.training
    assert resolved.digest.startswith("sha256:")
    assert len(resolved.digest) == 7 + 64


def test_the_digest_is_the_same_in_another_process_and_without_the_weights() -> None:
    program = "from ml.resolve import resolve; print(resolve('yolov5n', classes=2).digest)"
    other = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert digest_of("yolov5n", classes=2) == other.strip()


def test_the_digest_tells_sizes_and_numbers_of_classes_apart_and_ignores_folding() -> None:
    digests = [digest_of("yolov5n"), digest_of("yolov5s"), digest_of("yolov5n", classes=3), digest_of("tiny-yolo-v1")]
    assert len(set(digests)) == 4
    assert digest_of("yolov5n", classes=80) == digests[0]
    folded = resolve("yolov5n", fused=True)
    assert folded.digest == digests[0]
    assert count(folded.network) == 1_867_405


def test_neither_a_name_nor_a_file_is_refused(tmp_path: Path) -> None:
    for model in ("yolov5z", str(tmp_path / "absent.pt"), str(tmp_path), "", "x\0y"):
        with pytest.raises(Refused, match="unknown_model"):
            resolve(model)


def test_a_checkpoint_brings_its_own_classes(reference_data: Path) -> None:
    path = str(reference_data / "weights" / "v62_random_n_nc3_stripped.pt")
    resolved = resolve(path, classes=3)
    assert resolved.trained
    assert resolved.network.names == ("bague", "lentilles", "lunettes")
    assert digest_of(path) == resolved.digest
    with pytest.raises(Refused, match="classes_of_checkpoint"):
        resolve(path, classes=80)
