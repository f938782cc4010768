"""Files in a bucket of a real S3 server: kept, evaluated, served in parts, removed; nothing of them stays here."""

import hashlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from django.test import RequestFactory
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

import grader
from accounts.errors import Refusal
from config import bucket
from courses.models import Pair
from grading.models import GradingJob
from grading.worker import Worker
from submissions.models import Checkpoint, Submission, Task
from submissions.services import submit_checkpoint
from submissions.storage import keep_file
from submissions.sweeping import sweep as sweep_checkpoints
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import checkpoint_bytes, files_in, make_task
from tests.uploads.s3_server import BUCKET, KEY, SECRET, S3Server
from uploads import cache, pieces, resumable, services, storage
from uploads.models import StoredFile
from uploads.serving import serve
from uploads.sweeping import sweep

pytestmark = pytest.mark.django_db
#: Larger than one part of a multipart upload.
DATA = checkpoint_bytes() + bytes(range(256)) * (9 * 2**12)
Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3") / "kept")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def distant(server: S3Server, settings: Settings, folders: Path, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The storage of a site with a bucket."""
    server.empty()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    kept = bucket.storage(BUCKET, endpoint=server.url, region="eu-west-3", key_id=KEY, secret=SECRET)
    settings.STORAGES = {**settings.STORAGES, "default": kept}
    return server


@pytest.fixture
def pair() -> Pair:
    pair = make_pair(make_course())
    make_task(pair.course)
    return pair


def arrived(pair: Pair, data: bytes = DATA) -> services.Arrived:
    """By tus, as a browser sends it; taken."""
    upload = resumable.create(owner=member_of(pair), name="mug.mp4", size_bytes=len(data), purpose="film")
    pieces.append(upload, offset=0, piece=io.BytesIO(data))
    return services.take(user=member_of(pair), upload_id=upload.pk, purpose="film")


def body_of(response: Any) -> bytes:
    async def read() -> bytes:
        return b"".join([block async for block in response.streaming_content])

    return bytes(async_to_sync(read)())


def test_a_file_travels_to_the_bucket_in_parts_and_leaves_this_machine(
    pair: Pair, distant: S3Server, folders: Path, film: None, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        stored = services.keep(arrived(pair), pair=pair, owner=member_of(pair), content_type="video/mp4")
    assert distant.kept() == {stored.key: len(DATA)}
    assert stored.sha256 == hashlib.sha256(DATA).hexdigest()
    assert files_in(folders) == []
    assert default_storage.size(stored.key) == len(DATA)
    assert len(DATA) > 8 * 2**20


@pytest.mark.parametrize(
    ("header", "status", "start", "end"),
    [("", 200, 0, len(DATA)), ("bytes=9000000-9000009", 206, 9_000_000, 9_000_010), ("bytes=-5", 206, -5, None)],
)
def test_it_is_served_from_there_whole_and_in_parts(
    pair: Pair, film: None, header: str, status: int, start: int, end: int | None
) -> None:
    stored = services.keep(arrived(pair), pair=pair, owner=None, content_type="video/mp4")
    request = RequestFactory().get("/", headers={"Range": header} if header else {})
    answer = serve(request, stored, inline=True)
    assert (answer.status_code, answer["ETag"]) == (status, f'"{stored.sha256}"')
    assert body_of(answer) == DATA[start:end]
    past = RequestFactory().get("/", headers={"Range": f"bytes={len(DATA)}-"})
    assert serve(past, stored, inline=True).status_code == 416


def test_what_is_removed_is_gone_from_the_bucket(
    pair: Pair, distant: S3Server, film: None, django_capture_on_commit_callbacks: Commit
) -> None:
    stored = services.keep(arrived(pair, DATA[:5_000]), pair=pair, owner=None)
    with django_capture_on_commit_callbacks(execute=True):
        services.remove(stored)
        assert distant.kept() == {stored.key: 5_000}  # until the transaction is committed
    assert distant.kept() == {}


def test_what_a_pair_is_refused_is_swept_from_the_bucket_after_a_day(
    pair: Pair, distant: S3Server, film: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = arrived(pair, DATA[:5_000])
    settings.PAIR_QUOTA_BYTES = 10
    with pytest.raises(Refusal):
        services.keep(sent, pair=pair, owner=None)
    assert list(distant.kept()) == [sent.key]
    assert sweep() == 0
    monkeypatch.setattr(storage.timezone, "now", lambda: datetime(2100, 1, 1, tzinfo=UTC))
    sweep()
    assert distant.kept() == {}


def test_the_worker_reads_a_copy_that_makes_room_for_the_next(
    pair: Pair, film: None, settings: Settings, folders: Path
) -> None:
    settings.STORAGE_CACHE_BYTES = 9_000
    first, second = (services.keep(arrived(pair, DATA[:size]), pair=pair, owner=None) for size in (5_000, 6_000))
    copies = folders / "uploads" / "cache"
    with services.local_copy(first) as path:
        assert path.read_bytes() == DATA[:5_000]
        with services.local_copy(second) as other:  # the first one is held: nobody takes it away
            assert other.read_bytes() == DATA[:6_000]
        assert len(files_in(copies)) == 2
    with services.local_copy(second):
        assert len(files_in(copies)) == 2
    third = services.keep(arrived(pair, DATA[:7_000]), pair=pair, owner=None)
    with services.local_copy(third):
        assert len(files_in(copies)) == 1
    with pytest.raises(FileNotFoundError), services.local_copy("film/00/nothing"):
        pass
    assert len(files_in(copies)) == 1
    assert cache.folder("cache") == copies


def test_what_is_removed_leaves_no_copy_on_this_machine(
    pair: Pair, film: None, folders: Path, django_capture_on_commit_callbacks: Commit
) -> None:
    gone, kept = (services.keep(arrived(pair, DATA[:size]), pair=pair, owner=None) for size in (5_000, 6_000))
    for stored in (gone, kept):
        with services.local_copy(stored):
            pass
    with django_capture_on_commit_callbacks(execute=True):
        services.remove(gone)
    (copy,) = files_in(folders / "uploads" / "cache")
    assert (folders / "uploads" / "cache" / copy).stat().st_size == 6_000


def test_elsewhere_a_copy_goes_once_nobody_has_read_it_for_a_day(pair: Pair, film: None, folders: Path) -> None:
    old, new = (services.keep(arrived(pair, DATA[:size]), pair=pair, owner=None) for size in (5_000, 6_000))
    with services.local_copy(old) as copy, services.local_copy(new) as other:
        os.utime(copy, (0, 0))
        assert cache.forget_unused() == 0  # somebody reads it
    os.utime(copy, (0, 0))
    Worker(until_empty=True)._attend()
    assert files_in(folders / "uploads" / "cache") == [other.name]


@pytest.mark.slow
def test_a_checkpoint_of_the_bucket_is_evaluated(pair: Pair, distant: S3Server, folders: Path) -> None:
    if not grader.seal_report()["accepts_jobs"]:
        pytest.skip("this machine cannot seal a child")
    from fixtures.benign.yolov5_file import save_yolov5
    from ml.zoo import yolov5
    from tests.grader.small_task import lively_network
    from tests.resilience.site import CLASSES, write_dataset

    task = Task.objects.get()
    write_dataset(folders / "datasets" / Path(task.data).parent, pictures=2)
    file = io.BytesIO()
    config = yolov5.configuration("yolov5n", len(CLASSES))
    save_yolov5(lively_network(len(CLASSES)), file, config=config, names=CLASSES, era="v7.0")  # type: ignore[arg-type]
    file.seek(0)
    submit_checkpoint(task=task, pair=pair, author=member_of(pair), upload=keep_file(file, name="best.pt"))
    assert list(distant.kept()) == [Checkpoint.objects.get().path]
    Worker(until_empty=True)._run_lane((GradingJob.Kind.EVALUATION,))
    assert 0 <= Submission.objects.get().score <= 1  # type: ignore[operator]
    assert sweep_checkpoints() == 0
    assert not StoredFile.objects.exists()
