"""A small detection task with a network that really finds something, for whole evaluations."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn
from ultralytics.nn.tasks import DetectionModel

from fixtures.benign.yolov5_file import save_yolov5
from grader import Job
from ml import zoo
from ml.zoo import yolov5

CLASSES = ("charlie", "mug")
SIDE = 96  # pixels


@dataclass(frozen=True)
class Task:
    data: Path
    weights: Path
    classes: tuple[str, ...] = CLASSES

    def job(self, **changed: object) -> Job:
        return Job.from_json(
            {
                "version": 1,
                "id": "job-1",
                "weights": str(self.weights),
                "data": str(self.data),
                "split": "test",
                "image_size": SIDE,
                "classes": list(self.classes),
                **changed,
            }
        )


def lively_network(classes: int = len(CLASSES)) -> yolov5.Yolov5:
    """An untrained YOLOv5n whose head is loud enough to give boxes above the threshold, some of them right."""
    network = zoo.build("yolov5n", classes=classes)
    assert isinstance(network, yolov5.Yolov5)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for convolution in network.head.m:
            assert isinstance(convolution, nn.Conv2d)
            assert convolution.bias is not None
            convolution.bias.copy_(torch.randn(convolution.bias.shape, generator=generator))
    return network


def write_weights(path: Path, names: tuple[str, ...] = CLASSES) -> Path:
    """The network as the checkpoint that YOLOv5's trainer would have left."""
    config = yolov5.configuration("yolov5n", len(names))
    save_yolov5(lively_network(len(names)), path, config=config, names=names)
    return path


def write_ultralytics_weights(path: Path, names: tuple[str, ...]) -> Path:
    """A YOLOv8n as ultralytics saves it, made loud in the same way."""
    network = DetectionModel("yolov8n.yaml", nc=len(names), verbose=False)
    network.names = dict(enumerate(names))
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        layers: Any = network.model
        head = layers[-1]
        for sides, classes in zip(head.cv2, head.cv3, strict=True):
            sides[-1].bias.copy_(-0.7 * torch.arange(16).repeat(4))  # boxes of two or three cells
            classes[-1].bias.copy_(torch.randn(len(names), generator=generator))
    torch.save({"model": network}, path)
    return path


def renumbered(task: Task, folder: Path) -> Path:
    """The same pictures with the classes numbered backwards, names and labels alike."""
    shutil.copytree(task.data.parent, folder)
    for file in (folder / "labels").iterdir():
        lines = file.read_text().splitlines()
        file.write_text("\n".join(f"{len(CLASSES) - 1 - int(line[0])}{line[1:]}" for line in lines))
    data = folder / "data.yaml"
    data.write_text(f"path: .\ntest: images\nnames: {list(reversed(CLASSES))}\n")
    return data


def write_task(folder: Path) -> Task:
    """Six pictures, of three shapes, with colored boxes for objects."""
    generator = np.random.default_rng(1)
    for name in ("images", "labels"):
        (folder / name).mkdir()
    for number, shape in enumerate([(64, 96), (96, 64), (80, 80)] * 2):
        picture = generator.integers(0, 255, (*shape, 3), dtype=np.uint8)
        lines = []
        for index in (0, 1, 1):
            x, y, width, height = generator.uniform([0.3, 0.3, 0.2, 0.2], [0.7, 0.7, 0.5, 0.5])
            lines.append(f"{index} {x:.4f} {y:.4f} {width:.4f} {height:.4f}")
        cv2.imwrite(str(folder / "images" / f"{number}.png"), picture)
        (folder / "labels" / f"{number}.txt").write_text("\n".join(lines))
    data = folder / "data.yaml"
    data.write_text(f"path: .\ntest: images\nnames: {list(CLASSES)}\n")
    return Task(data, write_weights(folder / "best.pt"))
