"""What a test about capsules needs: a film that arrives, what its worker says of it, rules with a deadline."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import User
from capsules import publication
from capsules.handing_in import hand_in_file
from capsules.models import CapsuleRules, CapsuleVersion
from courses.models import Course, Pair
from grading import services as grading
from grading.endings import Ending
from grading.models import GradingJob
from tests.builders import member_of
from uploads.arrived import Arrived
from uploads.folders import folder
from uploads.services import keep_path

FACTS = {
    "version": 1, "duration_seconds": 590.0, "width": 1280, "height": 720, "rotation": 0, "frame_rate": 25.0,
    "is_variable_rate": False, "frames": 14750, "video_codec": "h264", "audio_codec": "aac", "container": "mp4",
    "size_bytes": 4096, "notes": [],
}  # fmt: skip


@contextmanager
def published(pair: Pair) -> Iterator[None]:
    """As if this pair's marks were out, whoever decides that."""
    others = publication.checks[:]
    publication.checks[:] = [lambda asked: asked == pair]
    try:
        yield
    finally:
        publication.checks[:] = others


def film_bytes(text: str = "a film") -> bytes:
    """It begins as an mp4 does; no test here looks further."""
    return b"\x00\x00\x00\x18ftypmp42" + text.encode() * 40


def arrive(text: str = "a film", *, begun_at: datetime | None = None, at: datetime | None = None) -> Arrived:
    """A film that has just come, whole."""
    path: Path = folder("incoming") / uuid.uuid4().hex
    content = film_bytes(text)
    path.write_bytes(content)
    at = at or timezone.now()
    digest = hashlib.sha256(content).hexdigest()
    return Arrived(path, digest, len(content), f"{text}.mp4", "capsule", begun_at=begun_at or at, arrived_at=at)


def hand_in(pair: Pair, text: str = "a film", *, author: User | None = None, **moments: Any) -> CapsuleVersion:
    return hand_in_file(pair=pair, author=author or member_of(pair), arrived=arrive(text, **moments))


def set_due(course: Course, due_at: datetime | None = None, **rules: Any) -> CapsuleRules:
    """A deadline in a week, unless another one is named."""
    due_at = due_at or timezone.now() + timedelta(days=7)
    return CapsuleRules.objects.update_or_create(course=course, defaults={"due_at": due_at, **rules})[0]


def prepare(version: CapsuleVersion, **facts: Any) -> CapsuleVersion:
    """As the worker does, with files that are no films."""
    files = {
        name: keep_path(
            _written(f"{name} of {version.pk}"),
            pair=version.capsule.pair,
            owner=None,
            purpose="capsule",
            name=name,
            content_type=kind,
            is_claimed=False,
        ).pk
        for name, kind in (("copy", "video/mp4"), ("poster", "image/jpeg"))
    }
    return end(version, "done", {"version": 1, "status": "done", "facts": FACTS | facts, "files": files})


def refuse(version: CapsuleVersion) -> CapsuleVersion:
    said = {"en": "This is no film.", "fr": "Ce n’est pas un film."}
    return end(
        version, "refused", {"version": 1, "status": "refused", "code": "not_a_video", "reason": said, "advice": said}
    )


def end(version: CapsuleVersion, status: str, outcome: dict[str, Any]) -> CapsuleVersion:
    """The job of a version ends so."""
    assert version.job is not None
    GradingJob.objects.filter(pk=version.job.pk).update(priority=99)
    lease = grading.claim(worker="w", kinds=[GradingJob.Kind.VIDEO])
    assert lease is not None
    assert lease.job.pk == version.job.pk
    assert grading.finish(lease, Ending(status, outcome))  # type: ignore[arg-type]
    return CapsuleVersion.objects.select_related("capsule__pair__course", "copy", "poster", "source", "job").get(
        pk=version.pk
    )


def _written(text: str) -> Path:
    path = folder("incoming") / uuid.uuid4().hex
    path.write_text(text)
    return path
