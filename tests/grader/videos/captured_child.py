"""In the place of the child that detects on a film: what a captured one would say. The weights file names the act."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.frames import write_frame
from grader.sandbox import read_instructions
from grader.seal import die_with_parent
from grader.videos.pictures import jpeg
from tests.grader.videos.lying_child import with_exif

POSTER = jpeg(np.zeros((4, 4, 3), np.uint8))


class Line:
    def __init__(self, instructions: dict[str, Any]) -> None:
        self.instructions, self.fd = instructions, int(instructions["files"]["result"])

    def say(self, kind: str, payload: bytes = b"", **header: object) -> None:
        write_frame(self.fd, kind, payload, **header)

    def begin(self) -> None:
        self.say("sealed", landlock=7, seccomp=True, user=65534, base_bytes=0)
        self.say("checkpoint", architecture="yolov5n", classes=["charlie", "mug"], parameters=10, engine="torch 2")

    def boxes(self, *rows: tuple[float, ...], **changed: object) -> None:
        usual: dict[str, Any] = {"frame": 0, "seconds": 0.0, "expected": 1}
        self.say("boxes", np.array(rows, "<f4").tobytes(), **{**usual, **changed})

    def finish(self, film: bytes | None = None, poster: bytes = POSTER, **changed: object) -> None:
        content = MP4 if film is None else film
        self.say("piece", content, at=0)
        self.say("poster", poster)
        usual: dict[str, Any] = {"width": 64, "height": 64, "seconds": 0.04, "stopped": False, "detect_seconds": 0.1}
        self.say("done", **{**usual, **changed})


def box(kind: bytes, size: int = 8) -> bytes:
    return size.to_bytes(4, "big") + kind + b"\0" * (size - 8)


MP4 = box(b"ftyp", 24) + box(b"moov", 40) + box(b"free") + box(b"mdat", 100)
ROW = (1.0, 1.0, 9.0, 9.0, 0.5, 1.0)


def polite(line: Line) -> None:
    line.begin()
    line.boxes(ROW)
    line.finish()


def garbage(line: Line) -> None:
    line.begin()
    os.write(line.fd, b"\0\xff" * 5_000)


def silence(line: Line) -> None:
    line.begin()
    time.sleep(600)


def leaves(line: Line) -> None:
    line.begin()


def never_sealed(line: Line) -> None:
    line.boxes(ROW)


def _wrong(act: Callable[[Line], None]) -> Callable[[Line], None]:
    def played(line: Line) -> None:
        line.begin()
        act(line)
        time.sleep(600)

    return played


def _one_frame(**ending: Any) -> Callable[[Line], None]:
    def act(line: Line) -> None:
        line.boxes(ROW)
        line.finish(**ending)

    return act


def _frames(*each: Mapping[str, object]) -> Callable[[Line], None]:
    def act(line: Line) -> None:
        for changed in each:
            line.boxes(ROW, **changed)

    return act


LIES: dict[str, Callable[[Line], None]] = {
    "a web page for a film": _one_frame(film=b"<html><script>alert(1)</script>"),
    "a film without its index": _one_frame(film=box(b"ftyp") + box(b"mdat")),
    "an index after the pictures": _one_frame(film=box(b"ftyp") + box(b"mdat") + box(b"moov")),
    "a film that is cut": _one_frame(film=MP4[:-1]),
    "a picture that is none": _one_frame(poster=b"<svg onload=alert(1)>"),
    "a picture with notes in it": _one_frame(poster=with_exif(POSTER)),
    "a class that the network does not have": lambda line: line.boxes((1, 1, 9, 9, 0.5, 2)),
    "a confidence beyond one": lambda line: line.boxes((1, 1, 9, 9, 1.5, 1)),
    "numbers that are none": lambda line: line.boxes((1, 1, float("nan"), 9, 0.5, 1)),
    "a frame that is not the next": _frames({"frame": 3}),
    "a moment before the last": _frames({"seconds": 1.0}, {"frame": 1}),
    "a moment that is no number": _frames({"seconds": "soon"}),
    "more frames than it may read": _frames(*({"frame": number, "expected": number + 1} for number in range(99))),
    "a piece before the beginning": lambda line: line.say("piece", b"x", at=-1),
    "an end without a frame": lambda line: line.finish(),
    "an end of an absurd size": _one_frame(width=10**9),
    "a second beginning": lambda line: line.begin(),
    "a word of its own": lambda line: line.say("please"),
    "asks for torch after the checkpoint": lambda line: line.say("needs_torch"),
}


def huge_film(line: Line) -> None:
    line.begin()
    line.boxes(ROW)
    line.say("piece", b"x" * 1000, at=10**12)
    time.sleep(600)


def goes_on(line: Line) -> None:
    polite(line)
    line.boxes(ROW, frame=1, expected=2)


def forged_refusal(line: Line) -> None:
    line.begin()
    line.say("refused", stage="detecting", code="<b>you won</b>", facts={"a": "\u202e" * 100})


ACTS: dict[str, Callable[[Line], None]] = {
    "polite": polite, "garbage": garbage, "silence": silence, "leaves": leaves, "never_sealed": never_sealed,
    "huge_film": huge_film, "goes_on": goes_on, "forged_refusal": forged_refusal,
    **{name: _wrong(act) for name, act in LIES.items()},
}  # fmt: skip


def main() -> None:
    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    name = os.read(instructions["files"]["weights"], 1_000).decode()
    ACTS[name](Line(instructions))
    sys.stdout.flush()
    os._exit(0)
