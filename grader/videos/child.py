"""The sealed child's program for films: a descriptor in, figures and pictures out through one pipe.

What it needs is imported and tried first on a film of its own, because nothing can be opened afterwards; then the
walls; only then is a stranger's byte read.
"""

import errno
import os
import time
import traceback
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

import av.error

from grader.frames import write_frame
from grader.sandbox import read_instructions
from grader.seal import Plan, SealError, die_with_parent, seal
from grader.videos.copying import copy_film
from grader.videos.extracting import extract
from grader.videos.facts import VideoLimits
from grader.videos.film import Source, open_film
from grader.videos.library import use_threads
from grader.videos.probing import Look, look
from grader.videos.rehearsing import rehearse
from grader.videos.survey import Survey, survey
from grader.videos.unusable import Unusable
from grader.videos.voice import PipedFile, Voice

#: How far below everybody else: an evaluation, for which somebody waits, goes first.
NICENESS: Final = 5
_TRACE: Final = 600  # characters of what broke, for our log


def prepare(source: Source, limits: VideoLimits, instructions: Mapping[str, Any], voice: Voice) -> None:
    """``facts`` with the poster, then the copy in pieces, then ``copied``."""
    found, seen = _probe(source, limits, voice)
    if not instructions["copy"]:
        return
    with open_film(source, limits) as film:
        copied = copy_film(film, found, seen, PipedFile(voice, limits.output_bytes), voice)
        voice.say("copied", facts=copied.to_json())


def frames(source: Source, limits: VideoLimits, instructions: Mapping[str, Any], voice: Voice) -> None:
    """``facts`` with the poster, then one ``picture`` after another, then ``sheet``."""
    found, _ = _probe(source, limits, voice)
    rate = None if instructions["rate"] is None else Fraction(instructions["rate"])
    with open_film(source, limits) as film:
        extract(film, found, rate, voice)


def _probe(source: Source, limits: VideoLimits, voice: Voice) -> tuple[Survey, Look]:
    voice.progress("probing", 0, 1)
    with open_film(source, limits) as film:
        found = survey(film)
    with open_film(source, limits) as film:
        seen = look(film, found)
        notes = (*film.notes, *(("wide_colours",) if seen.has_wide_colours else ()))
        facts = found.facts(film, width=seen.width, height=seen.height, rotation=seen.turn.degrees, notes=notes)
        voice.say("facts", seen.poster, facts=facts.to_json())
    return found, seen


TASKS: Final[dict[str, Callable[[Source, VideoLimits, Mapping[str, Any], Voice], None]]] = {
    "prepare": prepare,
    "frames": frames,
}


def main() -> None:
    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    os.nice(NICENESS)
    result: int = instructions["files"]["result"]
    descriptor: int = instructions["files"]["film"]
    voice = Voice(result)
    stage = "starting"
    try:
        started = time.perf_counter()
        task, limits = TASKS[instructions["task"]], VideoLimits.from_json(instructions["limits"])
        use_threads(limits.threads)
        rehearse()
        report = seal(
            Plan(
                keep=(descriptor, result),
                memory_bytes=limits.memory_bytes,
                cpu_seconds=limits.cpu_seconds,
                threads=limits.threads,
                weak=instructions["weak"],
            )
        )
        write_frame(result, "sealed", **report, start_seconds=round(time.perf_counter() - started, 3))
        stage = "reading"
        task(Source(descriptor), limits, instructions, voice)
        voice.say("done")
    except Unusable as refused:
        voice.refuse(refused)
    except Exception as error:
        say_what_broke(voice, stage, error)
    os._exit(0)  # nothing that Python does at its end is wanted inside the walls


def say_what_broke(voice: Voice, stage: str, error: Exception) -> None:
    """No memory left, or an error inside the film library, is the film's doing; anything else is ours."""
    last = "".join(traceback.format_exception(error))[-_TRACE:]
    # an encoder gets pictures of ours only: it fails for lack of memory, and says no more than that it did
    lacks_memory = isinstance(error, MemoryError | av.error.ExternalError) or getattr(error, "errno", 0) == errno.ENOMEM
    if stage == "reading" and (lacks_memory or is_of_library(error)):
        refused = Unusable("too_much_memory" if lacks_memory else "damaged")
        refused.detail = last
        voice.refuse(refused)
    else:
        voice.say("broken", stage="seal" if isinstance(error, SealError) else stage, error=last)


def is_of_library(error: Exception) -> bool:
    """Whether the film library raised it: one of its own errors, or one that comes from inside its code."""
    if isinstance(error, av.error.FFmpegError):
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] == "av"
