"""The sealed child's program for hand-ins: files in, an inspection out.

What it needs is imported and tried first, because nothing can be opened afterwards; then the walls; only then is a
stranger's byte read. It starts in a fifth of a second: no torch, and no numpy unless a checkpoint is handed in.
"""

import io
import json
import os
import time
import zipfile
from collections.abc import Mapping
from typing import Any, Final

from challenges.key import AnswerKey
from grader.frames import write_frame
from grader.hand_ins.archives import open_zip
from grader.hand_ins.inspection import Inspection, Note, Unreadable, malformed
from grader.hand_ins.inspectors import inspector
from grader.hand_ins.texts import text_of
from grader.sandbox import read_instructions
from grader.seal import Plan, SealError, die_with_parent, seal

READ_BYTES: Final = 1 << 24


def main() -> None:
    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    files: dict[str, int] = instructions["files"]
    result = files.pop("result")
    stage = "starting"
    try:
        started = time.perf_counter()
        question = instructions["question"]
        key = AnswerKey.from_json(instructions["key"])
        rehearse()
        inspect = inspector(question["kind"], files)
        report = seal(
            Plan(
                keep=(*files.values(), result),
                memory_bytes=instructions["memory_bytes"],
                cpu_seconds=instructions["cpu_seconds"],
                weak=instructions["weak"],
            )
        )
        write_frame(result, "sealed", **report, start_seconds=round(time.perf_counter() - started, 3))
        stage = "inspecting"
        _say(result, inspect(question, key, {part: _read(descriptor) for part, descriptor in files.items()}))
    except Unreadable as unreadable:
        _say(result, malformed(unreadable.note))
    except Exception as error:
        _say_what_broke(result, stage, error)
    os._exit(0)  # nothing that Python does at its end is wanted inside the walls


def rehearse() -> None:
    """Read a small zip and some texts, so that whatever Python imports on the way is there."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "0 0.5 0.5 0.1 0.1\n" * 20)
    open_zip(written.getvalue())
    for encoding in ("utf-8-sig", "utf-16", "latin-1", "cp437", "ascii"):
        text_of("é".encode(encoding, "replace"), "")


def _read(descriptor: int) -> bytes:
    parts = []
    while part := os.read(descriptor, READ_BYTES):
        parts.append(part)
    return b"".join(parts)


def _say(result: int, inspection: Inspection) -> None:
    payload: Mapping[str, Any] = inspection.to_json()
    write_frame(result, "inspection", json.dumps(payload, allow_nan=False).encode())


def _say_what_broke(result: int, stage: str, error: Exception) -> None:
    """No memory left is the file's doing; anything else is ours."""
    if isinstance(error, MemoryError | RecursionError) and stage != "starting":
        _say(result, malformed(Note("too_much_memory")))
        return
    kind = "seal" if isinstance(error, SealError) else stage
    write_frame(result, "broken", stage=kind, error=f"{type(error).__name__}: {error}"[:300])
