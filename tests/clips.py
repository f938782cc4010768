"""What a test about clips needs: a file that begins as a film does, and a worker that has prepared it."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from courses.models import Pair
from datasets.models import Clip
from datasets.services import PURPOSE, add_clip
from grading import services as grading
from grading.endings import Ending
from grading.models import GradingJob
from tests.builders import member_of
from uploads import services as uploads
from uploads.arrived import Arrived
from uploads.models import StoredFile

FACTS: dict[str, Any] = {
    "version": 1, "duration_seconds": 9.8, "width": 1080, "height": 1920, "rotation": 90, "frame_rate": 29.97,
    "is_variable_rate": False, "frames": 294, "video_codec": "h264", "audio_codec": "aac", "container": "mp4",
    "size_bytes": 1_000, "notes": [],
}  # fmt: skip
JPEG = b"\xff\xd8\xff\xe0 a frame \xff\xd9"
REFUSED = {
    "reason": {"en": "There is sound in this file and no picture.", "fr": "Du son et pas d'images."},
    "advice": {"en": "Send the film itself.", "fr": "Envoyez le film lui-même."},
}


def film_bytes(text: str = "film") -> bytes:
    """What the site takes for an MP4; another text is another file."""
    return b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + text.encode()


def arrive(text: str = "film", *, name: str = "IMG_0001.MOV") -> Arrived:
    """A file that has come whole, and that nobody has handed in yet."""
    content = film_bytes(text)
    digest = hashlib.sha256(content).hexdigest()
    path = Path(settings.UPLOADS_DIR) / "arriving" / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Arrived(path, sha256=digest, size_bytes=len(content), name=name, purpose=PURPOSE)


def send(
    pair: Pair,
    text: str = "film",
    *,
    name: str = "IMG_0001.MOV",
    sequence: int | None = None,
    author: User | None = None,
) -> Clip:
    return add_clip(pair=pair, author=author or member_of(pair), arrived=arrive(text, name=name), sequence=sequence)


def frames_zip(count: int = 3, folder: str = Clip.FOLDER) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            archive.writestr(f"{folder}/images/frame_{number:06d}.jpg", JPEG + str(number).encode())
        archive.writestr(f"{folder}/frames.csv", "frame,time_seconds\n")
    return out.getvalue()


def made(pair: Pair, content: bytes, name: str, content_type: str) -> StoredFile:
    """A file as the worker leaves it: nobody has claimed it."""
    path = Path(settings.UPLOADS_DIR) / "made" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return uploads.keep_path(
        path, pair=pair, owner=None, purpose=PURPOSE, name=name, content_type=content_type, is_claimed=False
    )


def outcome(job: GradingJob, pair: Pair, *, frames: int = 3, duplicates: int = 1, **facts: Any) -> dict[str, Any]:
    """What the worker says of a film that went well."""
    files = {
        "frames": made(pair, frames_zip(frames), "frames.zip", "application/zip").pk,
        "sheet": made(pair, JPEG, "sheet.jpg", "image/jpeg").pk,
    }
    if "prepare" in job.payload["steps"]:
        files["copy"] = made(pair, b"a clean copy", "copy.mp4", "video/mp4").pk
        files["poster"] = made(pair, JPEG, "poster.jpg", "image/jpeg").pk
    counts = {"count": frames, "duplicates": duplicates, "seconds": 9.8}
    return {"version": 1, "status": "done", "facts": FACTS | facts, "files": files, "frames": counts}


def end(clip: Clip, status: Any, said: dict[str, Any]) -> Clip:
    """Let a worker take the clip's job and end it so; the clip as it is then."""
    lease = grading.claim(worker="test", kinds=[GradingJob.Kind.VIDEO])
    assert lease is not None
    assert lease.job.pk == clip.job_id
    assert grading.finish(lease, Ending(status, said))
    return Clip.objects.select_related("pair", "job").get(pk=clip.pk)


def prepare(clip: Clip, **said: Any) -> Clip:
    assert clip.job is not None
    return end(clip, "done", outcome(clip.job, clip.pair, **said))


def refuse(clip: Clip) -> Clip:
    return end(clip, "refused", {"version": 1, "status": "refused", "code": "no_picture", **REFUSED})
