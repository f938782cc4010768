"""THE DOOR: the few names by which the site, a script or a test uses the grader.

Importing it costs milliseconds: torch and the models are imported inside the functions that run them, in the
worker. ``check_answer`` never imports them, so the web process may call it.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.contract import METRIC_VERSION, Job, Progress
from grader.errors import Cancelled, GraderError, SubmissionError
from grader.outcomes import Outcome
from grader.videos.facts import ExtractedFrames, PreparedVideo, VideoFacts, VideoLimits

if TYPE_CHECKING:
    from challenges.key import AnswerKey
    from challenges.report import Report
    from challenges.verdict import Verdict
    from grader.likeness import Likeness
    from grader.videos.detections import DETECTION_LIMITS, DetectionSettings, VideoDetections

__all__ = [
    "DETECTION_LIMITS",
    "METRIC_VERSION",
    "AnswerKey",
    "Cancelled",
    "DetectionSettings",
    "ExtractedFrames",
    "GraderError",
    "Job",
    "Likeness",
    "Outcome",
    "PreparedVideo",
    "Progress",
    "Report",
    "SubmissionError",
    "Verdict",
    "VideoDetections",
    "VideoFacts",
    "VideoLimits",
    "check_answer",
    "check_hand_in",
    "detect_video",
    "extract_frames",
    "fingerprint",
    "frozen_layers",
    "make_answer_key",
    "model_digest",
    "prepare_video",
    "probe_video",
    "run_job",
    "same_weights",
    "seal_report",
    "sketch_of",
    "sweep_abandoned",
    "why_no_film",
    "why_not_ready",
]


def make_answer_key(
    question: Mapping[str, Any], *, weights: Path | None = None, materials: Path | None = None
) -> "AnswerKey":
    """Run the real model: the truth of a question, and what each classic mistake would give.

    ``weights`` is the file behind ``"model": "course"``; a file that is made for the question (``AnswerKey.material``)
    is written below ``materials``. For the worker only: it imports torch.
    Raises SubmissionError when the question or the file cannot be used.
    """
    from grader import keys

    return keys.make_answer_key(question, weights=weights, materials=materials)


def model_digest(question: Mapping[str, Any], *, weights: Path | None = None) -> str:
    """What identifies the model behind a question: keys of another digest are stale. Cheap, no torch."""
    from grader import keys

    return keys.model_digest(question, weights=weights)


def check_answer(question: Mapping[str, Any], key: "AnswerKey", text: str) -> "Verdict":
    """Compare what a student typed with a key: pure, no torch, under a millisecond."""
    from challenges.verdict import check_answer

    return check_answer(question, key, text)


def check_hand_in(
    question: Mapping[str, Any],
    key: "AnswerKey",
    files: Mapping[str, Path],
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> "Report":
    """Judge the parts that a machine checks, in a sealed child; ``files`` is part → path. For the worker only.

    What the pair sent is a ``Report`` however bad it is (``malformed`` costs nothing); GraderError is ours: walls that
    are missing, a file that is not there. ``cancelled`` is asked several times a second: then Cancelled is raised.
    """
    from grader.hand_ins import checking

    return checking.check_hand_in(question, key, files, cancelled=cancelled)


def run_job(
    job: Job,
    *,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Score one checkpoint: predict in a sealed child that never sees a label, measure here.

    Every ending is an Outcome: ``done``, ``refused`` (theirs: reason and advice) or ``failed`` (ours: an id;
    the details are logged by the logger ``grader``). ``cancelled`` is asked several times a second; when it
    says yes the child is killed and Cancelled is raised, the only exception this function lets out.
    """
    from grader import conductor

    return conductor.run_job(job, on_progress=on_progress, cancelled=cancelled)


def detect_video(
    weights: Path,
    source: Path,
    output: Path,
    *,
    settings: "DetectionSettings",
    limits: VideoLimits,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> "VideoDetections":
    """Find a checkpoint's objects in every frame of a film, and write the film with their boxes to ``output``: an MP4
    (H.264) that browsers play, upright, at the film's own moments, with its sound. For the worker only.

    A sealed child reads both files, with a low priority. ``on_progress`` hears ``reading`` and ``detecting`` (frames).
    Raises SubmissionError when the weights or the film made it end, GraderError when we did, Cancelled when
    ``cancelled``, asked several times a second, says yes; nothing is left at ``output`` then.
    """
    from grader.videos import detecting

    return detecting.detect_video(
        weights, source, output, settings=settings, limits=limits, on_progress=on_progress, cancelled=cancelled
    )


def why_no_film(head: bytes) -> SubmissionError | None:
    """The refusal of what visibly is no film, by its first bytes (512 will do); None for what may be one.

    Pure and light: for whoever receives files. The sealed child judges the rest.
    """
    from grader.videos import heads, sentences

    found = heads.what_else(head)
    return None if found is None else sentences.refusal(found[0], **found[1])


def probe_video(
    source: Path, *, limits: VideoLimits | None = None, cancelled: Callable[[], bool] = lambda: False
) -> tuple[VideoFacts, bytes]:
    """What a stranger's film is, and its poster (JPEG, upright), looked at in a sealed child.

    Raises SubmissionError for what is no film that can be read, GraderError for what is our fault, Cancelled.
    """
    from grader.videos import preparing

    return preparing.probe_video(source, limits=limits or VideoLimits(), cancelled=cancelled)


def prepare_video(
    source: Path,
    copy: Path,
    *,
    limits: VideoLimits | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PreparedVideo:
    """Read a stranger's film in a sealed child and write ``copy``, which every browser plays: H.264 and AAC in an MP4,
    index first, without its place, its date, its camera, its chapters or any other track.

    Pictures and sound that browsers play are copied bit for bit, turned by the player where the film asks for it; the
    rest is encoded anew, upright. Raises SubmissionError for what is no film that can be read, GraderError for what is
    our fault, Cancelled; then there is no copy.
    """
    from grader.videos import preparing

    usual = limits or VideoLimits()
    return preparing.prepare_video(source, copy, limits=usual, on_progress=on_progress, cancelled=cancelled)


def extract_frames(
    source: Path,
    archive: Path,
    *,
    rate: Fraction | str,
    folder: str,
    limits: VideoLimits | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExtractedFrames:
    """Write a zip of a stranger's film's pictures, made in a sealed child: ``<folder>/images/frame_%06d.jpg`` and
    ``<folder>/frames.csv`` (frame, time_seconds).

    ``rate``: pictures a second by the film's own times ("30", "30000/1001", "all"); a picture that shows what the one
    before shows is left out. They are upright and hold no EXIF. Raises as ``prepare_video``; then there is no archive.
    """
    from grader.videos import cutting

    return cutting.extract_frames(
        source,
        archive,
        rate=rate,
        folder=folder,
        limits=limits or VideoLimits(),
        on_progress=on_progress,
        cancelled=cancelled,
    )


def same_weights(first: str, second: str, *, beginning: str = "") -> "Likeness":
    """How like two files' weights are, from their sketches (``Outcome.sketch``, base64): pure, no torch, no NumPy.

    ``beginning`` is the sketch of the published weights that both were trained from: then only what each training
    added is compared. Raises ValueError for a text that is no sketch.
    """
    from grader import likeness

    return likeness.same_weights(first, second, beginning=beginning)


def frozen_layers(sketch: str, pretrained: str) -> int | None:
    """How many of the first layers hold the pretrained file's very weights; None where nothing can be said.

    Both are sketches (base64). Pure, no torch, no NumPy. Raises ValueError for a text that is no sketch.
    """
    from grader import likeness

    return likeness.frozen_layers(sketch, pretrained)


def sketch_of(file: Path) -> str:
    """The sketch (base64) of a published file, to compare others' with. Reads it as data: for the worker.

    Raises SubmissionError for a file that cannot be read; what no sketch is made of (ONNX) gives an empty text.
    """
    from grader import sketching

    return sketching.sketch_of(file)


def why_not_ready(*, with_reference: bool = True) -> Mapping[str, str] | None:
    """Why no stranger's file may be opened here now, ``{"en", "fr"}``; None when all is well.

    The walls are tried and, ``with_reference``, a network of ours is judged from its file to its score, which must be
    what it always is. Seconds at first, remembered then; after a failure it is tried again. For a worker, before it
    takes a job: one that cannot be judged waits, and loses no attempt.
    """
    from grader import readiness

    return readiness.why_not(with_reference=with_reference)


def sweep_abandoned() -> int:
    """What workers that were killed left of their sealed children: empty folders. For a worker, when it starts."""
    from grader import sandbox

    return sandbox.sweep_abandoned()


def fingerprint(job: Job) -> str:
    """``sha256:…`` of all that decides the job's figures: file, pictures, labels, parts, rules and engines, not the
    machine. Two jobs of equal fingerprint have equal figures. Reads files: for the worker only.

    Raises GraderError when the job's files or data cannot be used.
    """
    from grader import recording

    return recording.fingerprint(job)


def seal_report() -> dict[str, Any]:
    """Which walls this machine gives a sealed child, tried once per process in a real child, then remembered.

    ``{"accepts_jobs": bool, "weak": bool, "why": {"en", "fr"} | None, "machine", "kernel",
    "walls": {name: bool}, "escapes": {probe: held}, "card": {"en", "fr"} | None}``: the last says that an administrator
    lets evaluations use a graphics card behind weaker walls.
    Where a wall is missing, jobs are refused as our failure unless ``DLCV_ALLOW_WEAK_SEAL=1``.
    """
    from grader import report

    return report.seal_report()


def __getattr__(name: str) -> Any:
    if name == "Likeness":
        from grader.likeness import Likeness

        return Likeness
    if name == "AnswerKey":
        from challenges.key import AnswerKey

        return AnswerKey
    if name == "Report":
        from challenges.report import Report

        return Report
    if name == "Verdict":
        from challenges.verdict import Verdict

        return Verdict
    if name in ("DETECTION_LIMITS", "DetectionSettings", "VideoDetections"):
        from grader.videos import detections

        return getattr(detections, name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")
