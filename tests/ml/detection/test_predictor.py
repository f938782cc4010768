"""Letterboxed pictures to detections, with networks small enough to know what they say."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ml import zoo
from ml.detection.predictor import predict
from ml.detection.settings import EvaluationSettings
from ml.engines.proposals import Pixels
from ml.engines.torch_engine import TorchEngine, as_input, prepared
from ml.errors import Refused

SETTINGS = EvaluationSettings(image_size=64, max_detections=20)


class Constant(nn.Module):
    """Predicts one box per picture, as sure as the picture is red; YOLOv5's layout."""

    names = ("mug", "key")

    def __init__(self, x: float = 32.0) -> None:
        super().__init__()
        self.register_buffer("x", torch.tensor(x))

    def forward(self, images: Tensor) -> tuple[Tensor]:
        redness = images[:, 0].mean(dim=(1, 2))  # (B,)
        x = self.get_buffer("x").expand_as(redness)
        columns = [x, *torch.tensor([32.0, 10, 20, 1, 0.0]).expand(len(redness), 5).T, redness]
        return (torch.stack(columns, dim=1)[:, None],)


TOGETHER = threading.Barrier(2, timeout=30)


class Forgetful(Constant):
    """Remembers the last canvas on itself, like ultralytics' heads, while another thread does the same."""

    def forward(self, images: Tensor) -> tuple[Tensor]:
        self.canvas = tuple(images.shape[2:])
        TOGETHER.wait()
        assert self.canvas == tuple(images.shape[2:])
        return super().forward(images)


def pictures(count: int, side: int = 64, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def test_pictures_are_fed_in_rgb_between_0_and_1() -> None:
    red = np.zeros((1, 2, 3, 3), np.uint8)
    red[..., 0] = 255
    fed = as_input(red)
    assert fed.shape == (1, 3, 2, 3)
    assert fed.amax(dim=(0, 2, 3)).tolist() == [1, 0, 0]


@pytest.mark.parametrize("threads", [1, 3])
def test_batches_come_back_in_their_order(threads: int) -> None:
    batches = [np.full((count, 64, 64, 3), value, np.uint8) for count, value in ((3, 51), (1, 102), (2, 204))]
    found = list(predict(TorchEngine(Constant(), "yolov5"), batches, SETTINGS, threads=threads))
    assert [len(batch) for batch in found] == [3, 1, 2]
    confidences = [float(one.confidence[0]) for batch in found for one in batch]
    np.testing.assert_allclose(confidences, [0.2] * 3 + [0.4] + [0.8] * 2, rtol=1e-5)
    assert found[0][0].xyxy.tolist() == [[27, 22, 37, 42]]
    assert found[0][0].class_index.tolist() == [1]


def test_the_number_of_threads_does_not_change_a_bit() -> None:
    network = zoo.build("yolov5n", classes=3)
    batch = pictures(6)
    settings = EvaluationSettings(image_size=64, confidence=0.0, max_detections=50)
    alone, together = (
        [one for found in predict(TorchEngine(network, "yolov5"), [batch], settings, threads=threads) for one in found]
        for threads in (1, 3)
    )
    for first, second in zip(alone, together, strict=True):
        np.testing.assert_array_equal(first.xyxy, second.xyxy)
        np.testing.assert_array_equal(first.confidence, second.confidence)


def test_threads_do_not_share_what_a_network_remembers() -> None:
    batches = [pictures(4, side) for side in (32, 64, 96, 32, 96, 64)]
    found = list(predict(TorchEngine(Forgetful(), "yolov5"), batches, SETTINGS, threads=2))
    assert [len(batch) for batch in found] == [4] * 6


def test_the_network_and_the_settings_of_torch_are_left_as_they_were() -> None:
    network = zoo.build("yolov5n", classes=2).train()
    before, threads = {key: value.clone() for key, value in network.state_dict().items()}, torch.get_num_threads()
    list(predict(TorchEngine(network, "yolov5"), [pictures(1)], SETTINGS, threads=1))
    assert network.training
    assert torch.get_num_threads() == threads
    assert set(before) == set(network.state_dict())
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


def test_folding_batch_normalization_keeps_the_answer() -> None:
    network = zoo.build("yolov5n", classes=2)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            nn.init.uniform_(module.running_mean, -0.1, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    images = as_input(pictures(1))
    with torch.inference_mode():
        torch.testing.assert_close(prepared(network)(images)[0], network(images)[0], rtol=1e-3, atol=1e-3)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in prepared(network).modules())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_diverged_network_is_refused(value: float, threads: int) -> None:
    with pytest.raises(Refused) as caught:
        list(predict(TorchEngine(Constant(value), "yolov5"), [pictures(1)], SETTINGS, threads=threads))
    assert caught.value.code == "not_finite"


def test_a_network_of_another_family_is_refused() -> None:
    with pytest.raises(Refused, match="unexpected_output"):
        list(predict(TorchEngine(Constant(), "ultralytics"), [pictures(1)], SETTINGS, threads=1))


@pytest.mark.parametrize(
    "batch",
    [
        np.zeros((1, 64, 64, 3), np.float32),
        np.zeros((64, 64, 3), np.uint8),
        np.zeros((1, 3, 64, 64), np.uint8),
        np.zeros((0, 64, 64, 3), np.uint8),
    ],
)
def test_a_batch_of_another_shape_is_our_mistake(batch: Pixels) -> None:
    with pytest.raises(ValueError, match="batch"):
        list(predict(TorchEngine(Constant(), "yolov5"), [batch], SETTINGS, threads=1))


@pytest.mark.parametrize("threads", [1, 2])
def test_pictures_are_asked_for_as_they_are_needed(threads: int) -> None:
    asked = []

    def batches() -> Iterator[Pixels]:
        for number in range(5):
            asked.append(number)
            yield pictures(1)

    stream = predict(TorchEngine(Constant(), "yolov5"), batches(), SETTINGS, threads=threads)
    next(stream)
    assert len(asked) <= 2
    stream.close()  # type: ignore[attr-defined]
    assert len(asked) <= 2
