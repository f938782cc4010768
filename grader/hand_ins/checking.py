"""One hand-in from start to end: opened here, read in the sealed child, put into words here."""

import logging
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from challenges.advice import advice_for, mistakes
from challenges.key import AnswerKey
from challenges.kinds import KINDS, MEBIBYTE
from challenges.questions import QuestionError, checked
from challenges.report import Finding, Report
from grader import refusals, report, strict
from grader.contract import read_json
from grader.endings import TOO_MUCH_MEMORY, TOO_SLOW, ending_of
from grader.errors import GraderError
from grader.frames import HEADER_BYTES, Frame, FrameReader
from grader.hand_ins.inspection import Inspection, Unreadable, malformed
from grader.hand_ins.inspectors import budget_of
from grader.hand_ins.sentences import placed, sentence
from grader.sandbox import Child, ChildLost

PROGRAM: Final = "grader.hand_ins.child"
INSPECTION_BYTES: Final = 512 * 1024
WALL_PER_CPU: Final = 1.5
START_SECONDS: Final = 20.0

LOG: Final = logging.getLogger("grader")
SECURITY: Final = logging.getLogger("grader.security")


def check_hand_in(
    question: Mapping[str, Any], key: AnswerKey, files: Mapping[str, Path], *, cancelled: Callable[[], bool]
) -> Report:
    """See ``grader.check_hand_in``."""
    fields = _fields(question)
    walls = report.require_seal()
    try:
        with ExitStack() as opened:
            descriptors = _opened(opened, fields["kind"], files)
            inspection = _inspect_sealed(fields, key, descriptors, weak=walls["weak"], cancelled=cancelled)
    except Unreadable as unreadable:
        inspection = malformed(unreadable.note)
    return report_of(fields["kind"], inspection)


def report_of(kind: str, inspection: Inspection) -> Report:
    """The inspection in words. Raises ValueError where it speaks of mistakes or sentences that are not ours."""
    if inspection.problem is not None:
        advice = placed(inspection.problem)
    elif inspection.mistake is None:
        advice = advice_for("correct", kind)
    elif inspection.mistake in mistakes():
        advice = advice_for(inspection.mistake, kind)
    else:
        raise ValueError("an unknown mistake")
    return Report(
        verdict=inspection.verdict,
        mistake=inspection.mistake,
        advice=advice,
        understood=inspection.understood,
        findings=tuple(Finding(found.where, sentence(found)) for found in inspection.notes),
        figures=inspection.figures,
    )


def _fields(question: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return checked(question)
    except QuestionError as error:
        raise GraderError("a question that cannot be asked", private=str(error)) from error


def _opened(opened: ExitStack, kind: str, files: Mapping[str, Path]) -> dict[str, int]:
    """A descriptor for each part. Raises Unreadable for one that is too large, or when nothing is there."""
    parts = {part.name: part for part in KINDS[kind].parts}
    if not files:
        raise Unreadable("nothing_handed_in")
    descriptors = {}
    for name, path in files.items():
        descriptors[name] = opened.enter_context(_descriptor(path))
        if os.fstat(descriptors[name]).st_size > parts[name].most_bytes:
            raise Unreadable("file_too_big", name, limit=f"{parts[name].most_bytes / MEBIBYTE:g}")
    return descriptors


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise GraderError("a file that was handed in cannot be opened", private=str(error)) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise GraderError("what was handed in is not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def _inspect_sealed(
    question: Mapping[str, Any],
    key: AnswerKey,
    files: Mapping[str, int],
    *,
    weak: bool,
    cancelled: Callable[[], bool],
) -> Inspection:
    """Run the child. What the file did to it is a malformed hand-in; what we did is a GraderError."""
    budget = budget_of(files)
    instructions = {
        "question": question,
        "key": key.to_json(),
        "memory_bytes": budget.memory_bytes,
        "cpu_seconds": budget.cpu_seconds,
        "weak": weak,
    }
    reader = FrameReader(payload_bytes=INSPECTION_BYTES, total_bytes=INSPECTION_BYTES + 2 * HEADER_BYTES)
    listener = _Listener(question["kind"])
    with Child(PROGRAM, files=files, instructions=instructions) as child:
        try:
            wall_seconds = START_SECONDS + budget.cpu_seconds * WALL_PER_CPU
            for frame in child.frames(reader, wall_seconds=wall_seconds, cancelled=cancelled):
                listener.hear(frame)
            if listener.heard is None:
                raise child.lost("it ended before its last word")
        except ValueError as lie:
            return _blamed(ChildLost("protocol", str(lie)), listener, child, budget.cpu_seconds)
        except ChildLost as lost:
            return _blamed(lost, listener, child, budget.cpu_seconds)
    return listener.heard


class _Listener:
    """``sealed``, then one ``inspection``; or ``broken`` on the way. Believes nothing: raises ValueError for a lie."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.is_sealed = False
        self.heard: Inspection | None = None

    def hear(self, frame: Frame) -> None:
        if frame.type == "broken":
            stage, error = (refusals.printable(str(frame.header.get(name)))[:300] for name in ("stage", "error"))
            raise GraderError(f"the sealed child failed while {stage}", private=error)
        if frame.type == "sealed" and not self.is_sealed:
            self.is_sealed = True
        elif frame.type == "inspection" and self.is_sealed and self.heard is None:
            strict.keys(frame.header, "inspection", required=())
            self.heard = Inspection.from_json(read_json(frame.payload))
            report_of(self.kind, self.heard)  # every code and fact must be ours
        else:
            raise ValueError("a frame out of place")


def _blamed(lost: ChildLost, listener: _Listener, child: Child, cpu_seconds: float) -> Inspection:
    """Raises GraderError where the end was our doing."""
    ending, is_suspicious = ending_of(lost, child, is_sealed=listener.is_sealed, cpu_seconds=cpu_seconds)
    (SECURITY if is_suspicious else LOG).warning("a hand-in's sealed child: %s", lost)
    return malformed(Unreadable(ending if ending in (TOO_SLOW, TOO_MUCH_MEMORY) else "stopped").note)
