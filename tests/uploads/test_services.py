"""What becomes of a file that arrived: taken by its sender, kept for the pair, claimed, removed, swept."""

import hashlib
import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.errors import Refusal
from accounts.models import User
from courses.arrivals import FORGET_AFTER_SECONDS
from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import files_in
from uploads import making_room, part_files, pieces, quotas, resumable, services
from uploads.forms_receiving import FileHandler, receives_file
from uploads.models import ResumableUpload, StoredFile
from uploads.sweeping import sweep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("film")]
DATA = b"film" * 1_000
Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


def begin(user: User, *, data: bytes = DATA, purpose: str = "film", **more: str) -> ResumableUpload:
    return resumable.create(owner=user, name="mug.mp4", size_bytes=len(data), purpose=purpose, **more)


def send(user: User, *, data: bytes = DATA, **more: str) -> ResumableUpload:
    upload = begin(user, data=data, **more)
    pieces.append(upload, offset=0, piece=io.BytesIO(data))
    return upload


def take(user: User, upload: ResumableUpload, purpose: str = "film") -> services.Arrived:
    return services.take(user=user, upload_id=upload.pk.hex, purpose=purpose)


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    assert set(refused.value.reason) == set(refused.value.advice) == {"en", "fr"}
    return refused.value.code


def test_what_its_sender_takes_is_kept_for_the_pair_and_gone_from_where_it_arrived(
    pair: Pair, folders: Path, django_capture_on_commit_callbacks: Commit
) -> None:
    sender = member_of(pair)
    before = timezone.now()
    arrived = take(sender, send(sender))
    assert before < arrived.begun_at < arrived.arrived_at < timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        stored = services.keep(arrived, pair=pair, owner=sender, content_type="video/mp4")
    assert (stored.pair, stored.owner, stored.purpose, stored.name) == (pair, sender, "film", "mug.mp4")
    assert (stored.sha256, stored.size_bytes) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    assert files_in(folders / "uploads") == [stored.key]
    assert (folders / "uploads" / stored.key).stat().st_mode & 0o077 == 0
    assert not ResumableUpload.objects.exists()


def test_nobody_else_takes_it_not_even_the_team_mate(pair: Pair) -> None:
    upload = send(member_of(pair))
    mate = pair.members.order_by("-username").first()
    stranger = member_of(make_pair(pair.course, "2"))
    prof = pair.course.instructors.get()
    for person in (mate, stranger, prof):
        assert person is not None
        with pytest.raises(Refusal) as refused:
            take(person, upload)
        assert (refused.value.status, code_of(refused)) == (404, "upload_unknown")
    assert ResumableUpload.objects.exists()


def test_a_file_is_taken_for_what_it_was_sent_for_and_as_what_was_announced(pair: Pair) -> None:
    sender = member_of(pair)
    with pytest.raises(Refusal) as refused:
        take(sender, send(sender), "checkpoint")
    assert code_of(refused) == "another_purpose"
    with pytest.raises(Refusal) as refused:
        take(sender, send(sender, announced_sha256="5e" * 32))
    assert code_of(refused) == "upload_damaged"
    half = begin(sender)
    pieces.append(half, offset=0, piece=io.BytesIO(DATA[:100]))
    with pytest.raises(Refusal) as refused:
        take(sender, half)
    assert code_of(refused) == "upload_incomplete"
    right = send(sender, announced_sha256=hashlib.sha256(DATA).hexdigest())
    assert take(sender, right).sha256 == hashlib.sha256(DATA).hexdigest()


def test_a_hash_that_another_process_began_is_taken_from_the_disk(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = member_of(pair)
    upload = begin(sender)
    pieces.append(upload, offset=0, piece=io.BytesIO(DATA[:1_000]))
    monkeypatch.setattr(pieces, "running", type(pieces.running)())  # the site was started again
    pieces.append(upload, offset=1_000, piece=io.BytesIO(DATA[1_000:]))
    upload.refresh_from_db()
    assert upload.sha256 == ""
    assert take(sender, upload).sha256 == hashlib.sha256(DATA).hexdigest()


def test_of_two_who_hand_the_same_upload_in_at_once_one_does(pair: Pair, folders: Path) -> None:
    sender = member_of(pair)
    upload = send(sender)
    first, second = take(sender, upload), take(sender, upload)
    services.keep(first, pair=pair, owner=sender)
    with pytest.raises(Refusal) as refused:
        services.keep(second, pair=pair, owner=sender)
    assert code_of(refused) == "upload_unknown"
    assert StoredFile.objects.count() == 1


def test_what_is_refused_for_its_size_can_be_handed_in_when_there_is_room(
    pair: Pair, folders: Path, settings: Settings
) -> None:
    sender = member_of(pair)
    upload = send(sender)
    settings.PAIR_QUOTA_BYTES = len(DATA) - 1
    with pytest.raises(Refusal) as refused:
        services.keep(take(sender, upload), pair=pair, owner=sender)
    assert (refused.value.status, code_of(refused)) == (413, "quota_is_full")
    assert "3 KiB" in refused.value.reason["en"].replace("\N{NO-BREAK SPACE}", " ")
    assert not StoredFile.objects.exists()
    settings.PAIR_QUOTA_BYTES = len(DATA)
    services.keep(take(sender, upload), pair=pair, owner=sender)
    assert quotas.used_bytes(pair) == len(DATA)


def test_what_is_under_way_counts_before_its_first_byte_and_a_team_mates_too(pair: Pair, settings: Settings) -> None:
    settings.PAIR_QUOTA_BYTES = 3 * len(DATA)
    sender, mate = pair.members.order_by("username")
    services.keep(take(sender, send(sender)), pair=pair, owner=sender)
    begin(mate)
    begin(sender)
    for person in (sender, mate):
        with pytest.raises(Refusal) as refused:
            begin(person, data=b"x")
        assert code_of(refused) == "quota_is_full"
    begin(member_of(make_pair(pair.course, "2")))  # another pair has its own


def test_uploads_that_nobody_goes_on_with_make_room_for_their_senders_next(pair: Pair, settings: Settings) -> None:
    settings.PAIR_QUOTA_BYTES = 2 * len(DATA)
    sender = member_of(pair)
    idle, fresh = begin(sender), begin(sender)
    hour_ago = time.time() - making_room.IDLE_SECONDS - 5
    os.utime(part_files.part_of(idle), (hour_ago, hour_ago))
    with pytest.raises(Refusal):
        begin(sender, data=3 * DATA)  # that would not do: nobody loses what he began
    assert set(ResumableUpload.objects.all()) == {idle, fresh}
    third = begin(sender)
    assert set(ResumableUpload.objects.all()) == {fresh, third}
    with pytest.raises(Refusal):
        begin(sender)


def test_what_a_lost_worker_left_behind_takes_no_room_from_the_pair(pair: Pair, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.write_bytes(DATA)
    stored = services.keep_path(
        made, pair=pair, owner=None, purpose="film", name="f", content_type="video/mp4", is_claimed=False
    )
    assert quotas.used_bytes(pair) == 0
    services.claim(stored.pk)
    assert quotas.used_bytes(pair) == len(DATA)


def test_the_site_as_a_whole_has_a_limit_too(pair: Pair, settings: Settings) -> None:
    settings.DISK_QUOTA_BYTES = 2 * len(DATA)
    sender = member_of(pair)
    services.keep(take(sender, send(sender)), pair=pair, owner=sender)
    other = member_of(make_pair(pair.course, "2"))
    upload = send(other)
    with pytest.raises(Refusal) as refused:
        begin(other)
    assert (refused.value.status, code_of(refused)) == (507, "site_is_full")
    services.keep(take(other, upload), pair=pair, owner=other)


def test_a_disk_without_room_for_all_that_was_begun_takes_no_more(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    from courses.arrivals import RESERVE_BYTES

    free = type("Usage", (), {"free": RESERVE_BYTES + 2 * len(DATA)})
    monkeypatch.setattr("shutil.disk_usage", lambda path: free)
    begin(member_of(pair))
    begin(member_of(pair))
    with pytest.raises(Refusal) as refused:
        begin(member_of(pair), data=b"x")
    assert (refused.value.status, code_of(refused)) == (507, "disk_is_full")


def test_who_has_no_business_with_a_purpose_begins_nothing(pair: Pair) -> None:
    for purpose, person in (("film", pair.course.instructors.get()), ("nothing", member_of(pair))):
        with pytest.raises(Refusal) as refused:
            begin(person, purpose=purpose)
        assert code_of(refused) == "no_such_purpose"
    assert not ResumableUpload.objects.exists()


def test_what_a_worker_made_is_consumed_and_goes_unless_somebody_claims_it(
    pair: Pair, folders: Path, django_capture_on_commit_callbacks: Commit
) -> None:
    made = []
    for name in ("copy.mp4", "poster.jpg"):
        path = folders / name
        path.write_bytes(name.encode())
        made.append(
            services.keep_path(
                path, pair=pair, owner=None, purpose="film", name=name, content_type="video/mp4", is_claimed=False
            )
        )
        assert not path.exists()
    assert services.claim(made[0].pk).is_claimed
    assert sweep() == 0
    long_ago = timezone.now() - timedelta(seconds=FORGET_AFTER_SECONDS + 10)
    StoredFile.objects.update(created_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep() == 1
    assert files_in(folders / "uploads") == [made[0].key]
    with pytest.raises(StoredFile.DoesNotExist):
        services.claim(made[1].pk)


def test_bytes_go_with_the_last_row_that_names_them_and_with_the_pair(
    pair: Pair, folders: Path, django_capture_on_commit_callbacks: Commit
) -> None:
    sender = member_of(pair)
    stored = services.keep(take(sender, send(sender)), pair=pair, owner=sender)
    twin = StoredFile.objects.get()
    twin.pk = None
    twin.save()
    with django_capture_on_commit_callbacks(execute=True):
        services.remove(stored)
    assert files_in(folders / "uploads" / "film") != []
    with django_capture_on_commit_callbacks(execute=True):
        pair.delete()
    assert files_in(folders / "uploads" / "film") == []


def test_a_file_that_no_row_names_for_a_day_is_swept(pair: Pair, folders: Path) -> None:
    sender = member_of(pair)
    kept = services.keep(take(sender, send(sender)), pair=pair, owner=sender)
    orphan = folders / "uploads" / "film" / "5e" / "5e5e"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"somebody died before the row was written")
    assert sweep() == 0
    long_ago = time.time() - FORGET_AFTER_SECONDS - 10
    for path in (orphan, folders / "uploads" / kept.key):
        os.utime(path, (long_ago, long_ago))
    assert sweep() == 1
    assert not orphan.exists()
    assert (folders / "uploads" / kept.key).exists()


@receives_file("film")
def page(request: HttpRequest, handler: FileHandler) -> HttpResponse:
    try:
        arrived = handler.take()
    except Refusal as refusal:
        return HttpResponse(refusal.code, status=refusal.status)
    return HttpResponse(f"{arrived.name} {arrived.size_bytes} {arrived.begun_at.isoformat()}")


def post(person: User, data: bytes = DATA, **more: object) -> HttpResponse:
    form = {"csrfmiddlewaretoken": "a" * 32, "file": SimpleUploadedFile("mug.mp4", data), **more}
    request = RequestFactory(enforce_csrf_checks=True).post("/", form)
    request.COOKIES["csrftoken"] = "a" * 32
    request.user = person
    return page(request)


def test_a_plain_form_brings_a_film_too(pair: Pair, folders: Path) -> None:
    assert post(member_of(pair)).content.startswith(b"mug.mp4 4000 ")
    assert files_in(folders) == []


def test_a_form_is_held_to_the_same_rules(pair: Pair, folders: Path, settings: Settings) -> None:
    assert post(member_of(pair), b"<html>" * 100).content == b"another_purpose"
    settings.UPLOAD_LIMIT_BYTES = 100
    assert post(member_of(pair)).status_code == 413
    settings.PAIR_QUOTA_BYTES = 200
    settings.UPLOAD_LIMIT_BYTES = 10**6
    assert post(member_of(pair)).content == b"quota_is_full"
    assert post(pair.course.instructors.get()).content == b"no_such_purpose"
    assert files_in(folders) == []


def test_a_purpose_that_answers_404_does_so_for_forms_and_pieces(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from uploads import purposes

    def nobody(person: User) -> None:
        raise Http404("not yours")

    monkeypatch.setitem(purposes._known, "film", replace(purposes.find("film"), may_upload=nobody))
    with pytest.raises(Http404):
        begin(member_of(pair))
    with pytest.raises(Http404):
        post(member_of(pair))
    assert not ResumableUpload.objects.exists()
