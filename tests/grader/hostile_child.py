"""Small programs in the sealed child's place that do what a captured child would: lie, flood, hang, break out.

Which one is told by the weights file, as it would be in life: the file holds the program's name.
"""

import contextlib
import ctypes
import json
import math
import os
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.frames import write_frame
from grader.sandbox import read_instructions
from grader.seal import Plan, die_with_parent, seal

CHECKPOINT: dict[str, Any] = {
    "format": "YOLOv5",
    "architecture": "yolov5n",
    "classes": ["charlie", "mug"],
    "parameters": 1000,
    "image_size": 64,
    "read_seconds": 0.1,
    "gflops": 4.2,
    "engine": "torch 2",
    "device": "cpu",
}


class Line:
    """The pipe to the grader, with the polite beginning that every captured child would play."""

    def __init__(self, instructions: dict[str, Any]) -> None:
        self.instructions = instructions
        self.fd = int(instructions["files"]["result"])

    def raw(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.fd, data) :]

    def sealed(self) -> None:
        write_frame(self.fd, "sealed", landlock=7, seccomp=True, user=65534, base_bytes=0, start_seconds=1.0)

    def checkpoint(self, **changed: object) -> None:
        write_frame(self.fd, "checkpoint", b"", **{**CHECKPOINT, **changed})

    def boxes(self, image: int, rows: list[tuple[float, ...]], **changed: object) -> None:
        payload = b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)
        write_frame(self.fd, "boxes", payload, **{"image": image, **changed})

    def begin(self) -> None:
        self.sealed()
        self.checkpoint()

    @property
    def images(self) -> int:
        return int(self.instructions["images"])

    def finish(self) -> None:
        for image in range(self.images):
            self.boxes(image, [])
        write_frame(self.fd, "done", predict_seconds=0.1, ms_per_image=1.5)


def garbage(line: Line) -> None:
    line.raw(b"\x00\xff" * 5_000)


def flood(line: Line) -> None:
    line.begin()
    while True:
        line.raw(struct.pack("<I", 29) + b'{"type":"progress","bytes":0}')


def huge_frame(line: Line) -> None:
    line.begin()
    text = json.dumps({"type": "boxes", "bytes": 1 << 40, "image": 0}).encode()
    line.raw(struct.pack("<I", len(text)) + text)
    time.sleep(60)


def too_many_boxes(line: Line) -> None:
    line.begin()
    line.boxes(0, [(0, 0, 1, 1, 0.5, 0)] * 301)


def nan_boxes(line: Line) -> None:
    line.begin()
    line.boxes(0, [(0, 0, math.nan, 1, 0.5, 0)])


def infinite_score(line: Line) -> None:
    line.begin()
    line.boxes(0, [(0, 0, 1, 1, math.inf, 0)])


def score_above_one(line: Line) -> None:
    line.begin()
    line.boxes(0, [(0, 0, 1, 1, 7.0, 0)])


def unknown_class(line: Line) -> None:
    line.begin()
    line.boxes(0, [(0, 0, 1, 1, 0.5, 2)])


def half_class(line: Line) -> None:
    line.begin()
    line.boxes(0, [(0, 0, 1, 1, 0.5, 0.5)])


def torn_row(line: Line) -> None:
    line.begin()
    line.boxes(0, [(0, 0, 1, 1, 0.5)])


def wrong_order(line: Line) -> None:
    line.begin()
    line.boxes(1, [])


def same_image_twice(line: Line) -> None:
    line.begin()
    line.boxes(0, [])
    line.boxes(0, [])


def one_image_too_many(line: Line) -> None:
    line.begin()
    for image in range(line.images + 1):
        line.boxes(image, [])


def done_too_early(line: Line) -> None:
    line.begin()
    line.boxes(0, [])
    write_frame(line.fd, "done", predict_seconds=0.1, ms_per_image=1.5)


def boxes_before_checkpoint(line: Line) -> None:
    line.sealed()
    line.boxes(0, [])


def done_and_more(line: Line) -> None:
    line.begin()
    line.finish()
    write_frame(line.fd, "done", predict_seconds=0.1, ms_per_image=1.5)


def unknown_frame(line: Line) -> None:
    line.begin()
    write_frame(line.fd, "metrics", map50=1.0)


def endless_names(line: Line) -> None:
    line.sealed()
    line.checkpoint(classes=["x" * 5_000] * 20)


def torn_sketch(line: Line) -> None:
    line.sealed()
    write_frame(line.fd, "checkpoint", b'{"version":1,"tensors":[["a"]]}', **CHECKPOINT)
    line.finish()


def unknown_device(line: Line) -> None:
    line.sealed()
    line.checkpoint(device="<b>quantum</b>")
    line.finish()


def negative_gflops(line: Line) -> None:
    line.sealed()
    line.checkpoint(gflops=-1)
    line.finish()


def asks_for_torch_twice(line: Line) -> None:
    """Once is honest: another child starts, which has it."""
    line.sealed()
    write_frame(line.fd, "needs_torch")


def asks_for_torch_late(line: Line) -> None:
    line.begin()
    write_frame(line.fd, "needs_torch")


def asks_for_torch_with_words(line: Line) -> None:
    line.sealed()
    write_frame(line.fd, "needs_torch", why="<b>because</b>")


def negative_parameters(line: Line) -> None:
    line.sealed()
    line.checkpoint(parameters=-1)


def forged_refusal(line: Line) -> None:
    line.sealed()
    write_frame(line.fd, "refused", code="forbidden_name", facts={"name": "<script>" + "x" * 5_000 + "\u202e"})


def invented_refusal(line: Line) -> None:
    line.sealed()
    write_frame(line.fd, "refused", code="you_win", facts={"reason": "give them full marks"})


def attribute_refusal(line: Line) -> None:
    """A format string could reach into our objects if facts were anything but texts under our own names."""
    line.sealed()
    write_frame(line.fd, "refused", code="forbidden_name", facts={"nom": "{name.__class__}"})


def silence(line: Line) -> None:
    line.begin()
    time.sleep(60)


def bound_to_its_parent(line: Line) -> None:
    die_with_parent(line.instructions["parent"])
    line.begin()
    time.sleep(60)


def hang_after_closing(line: Line) -> None:
    line.begin()
    os.close(line.fd)
    time.sleep(60)


def leave(line: Line) -> None:
    line.begin()
    os._exit(0)


def never_sealed(line: Line) -> None:
    line.checkpoint()
    line.finish()


def our_own_trouble(line: Line) -> None:
    os.write(2, b"Traceback:\n the disk of the machine /srv/secret is full\n")
    os._exit(1)


def _sealed_for_real(line: Line, *, memory: int = 256 << 20, cpu: float = 30) -> None:
    seal(Plan(keep=(line.fd,), memory_bytes=memory, cpu_seconds=cpu))
    line.begin()


def open_a_socket(line: Line) -> None:
    _sealed_for_real(line)
    ctypes.CDLL(None).socket(2, 1, 0)
    time.sleep(60)


def crash(line: Line) -> None:
    _sealed_for_real(line)
    ctypes.string_at(1)


def spin(line: Line) -> None:
    _sealed_for_real(line, cpu=0.2)
    while True:
        pass


def other_classes(line: Line) -> None:
    line.sealed()
    line.checkpoint(classes=["charlie", "teapot"])
    line.finish()


def nameless(line: Line) -> None:
    line.sealed()
    line.checkpoint(classes=["charlie", ""])
    line.finish()


def three_classes(line: Line) -> None:
    line.sealed()
    line.checkpoint(classes=["charlie", "mug", "<b>key</b>"])
    line.finish()


def spy(line: Line) -> None:
    """Everything a child is given, written to the file that the second line of the weights names."""
    os.lseek(line.instructions["files"]["weights"], 0, os.SEEK_SET)
    target = os.read(line.instructions["files"]["weights"], 1_000).decode().splitlines()[1]
    descriptors = {}
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the one that listed them
            descriptors[number] = os.readlink(f"/proc/self/fd/{number}")
    seen = {
        "instructions": line.instructions,
        "environment": dict(os.environ),
        "arguments": sys.argv,
        "command": Path("/proc/self/cmdline").read_text().split("\0"),
        "folder": str(Path.cwd()),
        "descriptors": descriptors,
    }
    Path(target).write_text(json.dumps(seen))
    line.begin()
    line.finish()


def polite(line: Line) -> None:
    """Not hostile at all: what the others are measured against."""
    line.begin()
    line.finish()


def main() -> None:
    instructions = read_instructions()
    name = os.read(int(instructions["files"]["weights"]), 1_000).decode().partition("\n")[0]
    program: Callable[[Line], None] = globals()[name]
    program(Line(instructions))
    os._exit(0)
