"""What a test about detections needs: a clip that is ready, a checkpoint that was evaluated, a worker's ending."""

import itertools
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from courses.models import Pair
from datasets.models import Clip
from grading import services as grading
from grading.endings import Ending
from grading.models import GradingJob
from inference.models import Run
from inference.services import Choices, start_run
from submissions.models import Submission, Task
from submissions.services import submit_checkpoint
from tests import clips
from tests.builders import member_of
from tests.hand_in import evaluate_whole, make_task, upload
from uploads import services as uploads
from uploads.models import StoredFile

FILM = b"\0\0\0\x18ftypisom a film with boxes"
CHOICES = Choices(320)
_texts = itertools.count()
ROW: dict[str, Any] = {
    "name": "charlie", "color": "#e69f00", "detections": 9, "frames": 6, "most": 2, "first_seconds": 0.1,
    "last_seconds": 0.8, "confidence": 0.61, "bins": [0.0, 1.0, 1.5, None, 2.0, 1.0, 1.0, 1.0, 1.0, 0.0],
}  # fmt: skip
TIMELINE: dict[str, Any] = {
    "version": 1, "frames": 10, "seconds": 1.0, "bin_seconds": 0.1, "bins": 10, "classes": [ROW], "others": 0,
    "per_frame": None,
}  # fmt: skip
FACTS: dict[str, Any] = {
    "width": 64, "height": 48, "frames": 10, "seconds": 1.0,
    "checkpoint": {"architecture": "yolov5n", "classes": ["charlie"], "parameters": 10, "engine": "onnxruntime 1"},
    "spent_seconds": {"detect": 0.5, "cpu": 0.6},
}  # fmt: skip


def a_clip(pair: Pair, name: str = "IMG_0001.MOV", **facts: Any) -> Clip:
    return clips.prepare(clips.send(pair, f"film {next(_texts)}", name=name), **facts)


def a_checkpoint(pair: Pair, task: Task | None = None, *, name: str = "best.pt", score: float = 0.5) -> Submission:
    """Handed in and evaluated."""
    task = task or Task.objects.filter(course=pair.course).first() or make_task(pair.course)
    file = upload(f"weights {next(_texts)}", name=name)
    submission = submit_checkpoint(task=task, pair=pair, author=member_of(pair), upload=file)
    evaluate_whole(submission, score)
    return submission


def start(pair: Pair, *, author: User | None = None, choices: Choices = CHOICES, name: str = "IMG_0001.MOV") -> Run:
    return start_run(
        clip=a_clip(pair, name), submission_pk=a_checkpoint(pair).pk, author=author or member_of(pair), choices=choices
    )


def made(pair: Pair, content: bytes, name: str, content_type: str) -> StoredFile:
    """A file as the worker leaves it: nobody has claimed it."""
    path = Path(settings.UPLOADS_DIR) / "made" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return uploads.keep_path(
        path, pair=pair, owner=None, purpose="detection", name=name, content_type=content_type, is_claimed=False
    )


def outcome(pair: Pair, **more: Any) -> dict[str, Any]:
    files = {
        "video": made(pair, FILM, "detections.mp4", "video/mp4").pk,
        "poster": made(pair, clips.JPEG, "detections.jpg", "image/jpeg").pk,
    }
    said = {"version": 1, "status": "done", "files": files, "timeline": TIMELINE, "frames": 10, "seconds": 1.0}
    return {**said, "facts": FACTS, **more}


def end(run: Run, status: Any = "done", said: dict[str, Any] | None = None) -> Run:
    """Let a worker take the run's job and end it so; the run as it is then."""
    lease = grading.claim(worker="test", kinds=[GradingJob.Kind.DETECTION])
    assert lease is not None
    assert lease.job.pk == run.job_id
    assert grading.finish(lease, Ending(status, outcome(run.pair) if said is None else said))
    return Run.objects.select_related("job", "pair", "clip").get(pk=run.pk)
