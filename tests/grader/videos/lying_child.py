"""In the place of the child that reads films: what a captured one would say. The film's bytes name the act."""

import os
import time
from collections.abc import Callable
from typing import Any

from grader.frames import write_frame
from grader.sandbox import read_instructions
from grader.seal import Plan, die_with_parent, seal
from grader.videos.pictures import jpeg
from grader.videos.rehearsing import rehearse

FACTS: dict[str, Any] = {
    "version": 1, "duration_seconds": 1.0, "width": 4, "height": 4, "rotation": 0, "frame_rate": 30.0,
    "is_variable_rate": False, "frames": 30, "video_codec": "h264", "audio_codec": None, "container": "mp4",
    "size_bytes": 1, "notes": [],
}  # fmt: skip


def picture(width: int = 4, height: int = 4) -> bytes:
    import numpy as np

    return jpeg(np.zeros((height, width, 3), np.uint8))


def with_exif(content: bytes) -> bytes:
    note = b"Exif\0\0GPS"
    return content[:2] + b"\xff\xe1" + (len(note) + 2).to_bytes(2, "big") + note + content[2:]


Say = Callable[..., None]


def act(name: str, say: Say) -> None:
    """Sealed already; each act is a lie or worse."""
    if name == "garbage":
        say(None)
    elif name == "endless":
        while True:
            pass
    elif name == "forbidden":
        os.fork()
        time.sleep(60)
    elif name == "facts_invented":
        say("facts", picture(), facts={**FACTS, "video_codec": "<script>"})
    elif name == "note_invented":
        say("facts", picture(), facts={**FACTS, "notes": ["you_won"]})
    elif name == "poster_with_exif":
        say("facts", with_exif(picture()), facts=FACTS)
    elif name == "poster_is_html":
        say("facts", b"<script>alert(1)</script>", facts=FACTS)
    elif name == "refusal_invented":
        say("refused", code="you_won", facts={}, detail="")
    elif name == "refusal_with_words":
        say("refused", code="damaged", facts={"text": "<b>"}, detail="")
    elif name == "unknown_frame":
        say("shell", command="id")
    else:
        say("facts", picture(), facts=FACTS)
        _after_facts(name, say)
    say("done")


def _after_facts(name: str, say: Say) -> None:
    if name == "piece_too_far":
        say("piece", b"x", at=1 << 50)
    elif name == "copy_is_html":
        say("piece", b"<script>alert(1)</script>", at=0)
        say("copied", facts=FACTS)
    elif name == "picture_of_another_size":
        say("picture", picture(8, 4), seconds=0.0, width=4, height=4)
    elif name == "picture_with_exif":
        say("picture", with_exif(picture()), seconds=0.0, width=4, height=4)
    elif name == "time_goes_back":
        say("picture", picture(), seconds=1.0, width=4, height=4)
        say("picture", picture(), seconds=0.5, width=4, height=4)
    elif name == "sheet_without_pictures":
        say("sheet", picture(), duplicates=0)
    elif name == "twice":
        say("facts", picture(), facts=FACTS)


def main() -> None:
    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    result = int(instructions["files"]["result"])
    name = os.pread(instructions["files"]["film"], 100, 0).decode()
    rehearse()
    if name == "unsealed":
        os._exit(1)
    report = seal(Plan(keep=(result,), memory_bytes=1 << 28, cpu_seconds=0.5, weak=instructions["weak"]))
    write_frame(result, "sealed", **report, start_seconds=0.0)

    def say(kind: str | None, payload: bytes = b"", **header: object) -> None:
        if kind is None:
            os.write(result, b"\xff" * 5_000)
        else:
            write_frame(result, kind, payload, **header)

    act(name, say)
    os._exit(0)
