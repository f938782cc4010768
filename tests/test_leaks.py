"""Every address of the site, asked for by those who have no business there, and by those who have: what must stay
inside stays inside."""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as site_settings
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings
from rest_framework.authtoken.models import Token

from accounts.models import User
from capsules.models import Capsule, CapsuleVersion, Comment
from courses.models import CourseWeights, ObjectClass, Pair
from datasets.models import Clip
from datasets.object_classes import add_class, choose_class
from inference.models import Run
from inference.services import start_run
from leaderboard.services import reveal
from marking import moderation
from marking.models import Marking
from quests import services as quests
from quests.models import HandIn
from submissions.models import Submission
from submissions.services import submit_checkpoint
from tests import capsule_films, clips, detections, handing_in
from tests.builders import find_quest, give_key, make_course, make_pair, member_of
from tests.hand_in import SECRET, end, evaluate_whole, folders, hand_in, make_task, outcome, upload
from tests.handing_in import handed_in_quests
from tests.marking import making as marks
from tests.pages.browsing import browser_of
from tests.reports import a_gallery
from uploads import part_files, resumable

__all__ = ["folders", "handed_in_quests"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders", "handed_in_quests")]

KIND = "parameter_count"
TRUTH = 918_273_645_546
OWN = "ours-alone.pt"
HIDDEN = "never-seen-0007"
LOG = "a line for instructors"
#: What the private part says, and how its pictures were drawn: nobody's before the reveal but the instructors'.
PRIVATE = 0.271828
PARTS_SEED = "c0ffee5e" * 8
#: The face that the site shows to the whole world.
PUBLIC = {
    "accounts:sign-in",
    "healthz",
    "schema",
    "api-docs",
    "set_language",
    "api-token",
    "submissions:client",
}
#: Parameters of addresses that name what one pair alone has.
NAMES_A_PAIRS = {"pk", "submission_id", "upload_id", "hand_in_id", "clip_id", "run_id", "detection_id"}
PARAMETER = re.compile(r"<\w+:(\w+)>")
#: Refusals. 405 comes before the question of who asks; 412 and 415 are tus's, after it.
CLOSED_TO_STRANGERS = {302, 401, 404, 405, 412}
CLOSED = {302, 401, 403, 404, 405}


class Address(NamedTuple):
    """``is_pairs``: it names something that one pair alone (and its instructors) may see."""

    name: str
    path: str
    is_pairs: bool


@dataclass(frozen=True)
class House:
    """Two pairs of one course; the first has handed in, the second is curious."""

    owners: Pair
    curious: Pair
    submission: Submission
    weights: CourseWeights
    upload: str
    handed_in: HandIn
    clip: Clip
    detection: Run
    capsule: CapsuleVersion
    comment: Comment
    object_class: ObjectClass
    folder: Path

    def argument(self, route: str, name: str) -> Any:
        card, quest = find_quest(KIND)
        if name == "pk":
            known = {
                "submissions": self.submission.pk,
                "pairs": self.owners.pk,
                "weights": self.weights.pk,
                "people": member_of(self.owners).pk,
                "hand-ins": self.handed_in.pk,
                "reviews": self.handed_in.pk,
                "classes": self.object_class.pk,
                "clips": self.clip.pk,
                "versions": self.capsule.pk,
                "comments": self.comment.pk,
                "extensions": self.owners.pk,
                "teach/capsules": self.capsule.capsule_id,
                "capsules": self.capsule.pk,
                "appeals": 1,
                "assign": self.owners.pk,
            }
            return next(found for kind, found in known.items() if f"{kind}/<" in route)
        return {
            "card": card.slug,
            "quest": quest.slug,
            "task": "charlie",
            "session": 1,
            "submission_id": self.submission.pk,
            "upload_id": self.upload,
            "hand_in_id": self.handed_in.pk,
            "clip_id": self.clip.pk,
            "run_id": self.detection.pk,
            "detection_id": self.detection.pk,
            "language": "fr",
            "phrase": 1,
            "member": member_of(self.owners).pk,
            "axis": "themes",
            "part": "picture",
            "index": 0,
        }[name]


@pytest.fixture
def house(folders: Path, handed_in_quests: Path, settings: Settings) -> House:
    settings.DATA_DIR = folders
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    course = make_course()
    owners, curious = make_pair(course, "1"), make_pair(course, "2")
    task = make_task(course, public_percent=50, parts_seed=PARTS_SEED)
    submission = submit_checkpoint(task=task, pair=owners, author=member_of(owners), upload=upload(name=OWN))
    evaluate_whole(submission, 0.5, public=0.5, private=PRIVATE)
    make_dataset(folders / "datasets" / SECRET)
    give_gallery(submission)
    card, quest = find_quest(KIND)
    for pair in (owners, curious):
        variant = quests.deal(pair=pair, card=card, quest=quest)
        assert variant is not None
        give_key(variant, truth=TRUTH)
    weights = CourseWeights.objects.create(
        course=course, name="w.pt", path="w.pt", digest="sha256:5e", size_bytes=3, architecture="yolov5n", parameters=1
    )
    begun = resumable.create(owner=member_of(owners), name=OWN, size_bytes=100)
    handed_in = handing_in.give(owners, handing_in.BOTH)
    handed_in.files.update(name=OWN)
    clip = clips.prepare(clips.send(owners, name=OWN))
    mug = add_class(course=course, instructor=course.instructors.get(), name="mug")
    choose_class(pair=owners, person=member_of(owners), object_class=mug.pk)
    capsule = capsule_films.prepare(capsule_films.hand_in(owners, OWN))
    comment = Comment.objects.create(
        version=capsule, author=course.instructors.get(), by_instructor=True, at_seconds=1, text=LOG
    )
    mark_secretly(capsule.capsule, course.instructors.get())
    begun_id = begun.pk.hex
    run = start_run(clip=clip, submission_pk=submission.pk, author=member_of(owners), choices=detections.CHOICES)
    run = detections.end(run)
    return House(owners, curious, submission, weights, begun_id, handed_in, clip, run, capsule, comment, mug, folders)


def mark_secretly(capsule: Capsule, instructor: User) -> None:
    """Marked, and not published: every word of it is the instructors'."""
    marks.mark_it(capsule, instructor, 3, note=LOG)
    mark = marks.mark_of(capsule)
    moderation.override(instructor=instructor, mark=mark, revision=mark.revision, value=Decimal("13.37"), reason=LOG)
    Marking.objects.update(comment=LOG)


def give_gallery(submission: Submission) -> None:
    """Its second picture is of the hidden split, as no grader of ours would say."""
    gallery = a_gallery(images=2)
    gallery["images"][0]["image"] = "images/val/seen.jpg"
    gallery["images"][1]["image"] = f"images/test/{HIDDEN}.jpg"
    Submission.objects.filter(pk=submission.pk).update(gallery=gallery)


def make_dataset(root: Path) -> None:
    for split, name in (("train", "seen"), ("val", "seen"), ("test", HIDDEN)):
        for kind, suffix in (("images", "jpg"), ("labels", "txt")):
            (root / kind / split).mkdir(parents=True)
            (root / kind / split / f"{name}.{suffix}").write_text(HIDDEN if split == "test" else "seen")
    for kind, suffix in (("images", "jpg"), ("labels", "txt")):
        (root / kind / "train" / f"link.{suffix}").symlink_to(root / kind / "test" / f"{HIDDEN}.{suffix}")
    (root / "data.yaml").write_text(
        f"path: {root}\ntrain: images/train\nval: images/val\ntest: images/test\nnames: [charlie]\n"
    )


def addresses(house: House) -> list[Address]:
    """Every pattern of the site but the administrators' own, with what belongs to the first pair in it."""
    return list(_walk(get_resolver(), house, "", ""))


def _walk(resolver: URLResolver, house: House, prefix: str, space: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            values = {name: house.argument(route, name) for name in entry.pattern.converters}
            path = PARAMETER.sub(lambda found, known=values: str(known[found[1]]), f"/{route}")  # type: ignore[misc]
            is_pairs = bool(NAMES_A_PAIRS & set(values)) and not route.startswith("weights/")
            yield Address(f"{space}{entry.name}", path, is_pairs)
        elif route != "admin/":
            yield from _walk(entry, house, route, f"{space}{entry.namespace}:" if entry.namespace else space)


def body_of(response: Any) -> bytes:
    if not response.streaming:
        return bytes(response.content)
    return bytes(async_to_sync(_streamed)(response))


async def _streamed(response: Any) -> bytes:
    return b"".join([block async for block in response.streaming_content])


def secrets_of(house: House) -> list[str]:
    spaced = [f"{TRUTH:,}".replace(",", space) for space in (",", " ", "\u202f", "\xa0", "&nbsp;", "_", "’")]
    places = [site_settings.BASE_DIR, house.folder, site_settings.UPLOADS_DIR, site_settings.DATASETS_DIR]
    kept = [house.submission.checkpoint.path, *house.handed_in.files.values_list("path", flat=True)]
    kept += [file.key for file in house.clip.stored().values()]
    kept += [file.key for file in (house.detection.video, house.detection.poster) if file]
    private = [f"{score:.6f}".replace(".", point) for score in (PRIVATE, PRIVATE + 0.1) for point in ".,"]
    private += ["13.37", "13,37", PARTS_SEED, f"{100 * PRIVATE:.4f}", f"{100 * PRIVATE:.2f}"]
    return [str(TRUTH), *spaced, handing_in.TRUTH, HIDDEN, SECRET, LOG, *kept, *private, *map(str, places)]


def ask(browser: Client, method: str, path: str) -> tuple[int, str]:
    """The status, and all that the answer says: headers, and a body that is a zip member by member."""
    form = {"action": "show", "language": "en", "answer": "7", "username": "x", "password": "x"}
    response = browser.post(path, form) if method == "post" else browser.get(path)
    body = body_of(response)
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(name.encode() + b"\n" + archive.read(name) for name in archive.namelist())
    return response.status_code, f"{dict(response.headers)}\n{body.decode('utf-8', 'replace')}"


#: A moment with its fraction holds any four digits sooner or later: 19:12:13.374 is no mark of 13.37.
CLOCK = re.compile(r"\d\d:\d\d:\d\d\.\d+")


def assert_says_no_secret(house: House, said: str, where: str) -> None:
    said = CLOCK.sub("", said)
    for secret in secrets_of(house):
        assert secret not in said, f"{where} says {secret}"


def script_of(person: User) -> Client:
    token, _ = Token.objects.get_or_create(user=person)
    return Client(headers={"Authorization": f"Token {token.key}", "Tus-Resumable": "1.0.0"})


def clients_of(person: User) -> list[Client]:
    """One person in every way there is: page, piece of a page, the other language, script."""
    return [browser_of(person), browser_of(person, "fr", htmx=True), script_of(person)]


# --- who gets in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_finds_every_door_closed_but_the_front_door(house: House, method: str) -> None:
    found = addresses(house)
    assert {address.name for address in found} > PUBLIC
    for name, path, _ in found:
        status, said = ask(browser_of(None), method, path)
        assert name in PUBLIC or status in CLOSED, f"{method} {path}: {status}"
        assert status != 302 or "'Location': '/sign-in/" in said or name == "set_language", path
        assert_says_no_secret(house, said, path)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_student_finds_no_page_of_the_instructors(house: House, method: str) -> None:
    theirs = [path for name, path, _ in addresses(house) if name.startswith("teach:") or name == "status"]
    assert len(theirs) > 7
    for path in theirs:
        for client in [*clients_of(member_of(house.owners))[:2], *clients_of(member_of(house.curious))[:2]]:
            status, said = ask(client, method, path)
            assert status in (404, 405), f"{method} {path}: {status}"
            assert_says_no_secret(house, said, path)
    assert house.submission.job_id == Submission.objects.get().job_id


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_pair_reaches_nothing_of_a_pair(house: House, method: str) -> None:
    person = member_of(house.curious)
    for _, path, is_pairs in addresses(house):
        for client in clients_of(person):
            status, said = ask(client, method, path)
            assert status < 500, f"{method} {path}: {status}"
            assert_says_no_secret(house, said, path)
            assert OWN not in said, f"{path} names another pair's file"
            if is_pairs:
                assert status in CLOSED_TO_STRANGERS, f"{method} {path}: {status}"


@pytest.mark.parametrize("verb", ["head", "patch", "delete", "post", "get"])
def test_another_pair_neither_reads_adds_to_nor_removes_an_upload(house: House, verb: str) -> None:
    client = script_of(member_of(house.curious))
    answer = getattr(client, verb)(f"/uploads/{house.upload}", headers={"Upload-Offset": "0"})
    assert answer.status_code in (404, 405)
    assert part_files.offset_of(resumable.access_upload(member_of(house.owners), house.upload)) == 0
    taken = client.post("/api/tasks/charlie/submissions/", {"upload": house.upload}, content_type="application/json")
    assert taken.status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_instructor_of_another_course_reaches_nothing_of_this_one(house: House, method: str) -> None:
    other = make_course("other", instructor="other-prof").instructors.get()
    for _, path, is_pairs in addresses(house):
        for client in clients_of(other):
            status, said = ask(client, method, path)
            assert status < 500, f"{method} {path}: {status}"
            assert_says_no_secret(house, said, path)
            assert OWN not in said, f"{path} names another course's file"
            if is_pairs:
                assert status in CLOSED_TO_STRANGERS, f"{method} {path}: {status}"


def test_nobody_but_staff_sees_an_administrators_page(house: House) -> None:
    prof = house.owners.course.instructors.get()
    models = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]
    assert len(models) > 8
    for client in (browser_of(None), browser_of(member_of(house.curious)), browser_of(prof)):
        for path in ["/admin/", *models, *(f"{path}1/change/" for path in models), *(f"{path}add/" for path in models)]:
            assert client.get(path)["Location"].startswith("/admin/login/"), path
            assert client.post(path)["Location"].startswith("/admin/login/"), path


# --- what those who are let in do not read ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_pair_reads_its_own_pages_without_the_truth_or_what_is_hidden(house: House, method: str) -> None:
    statuses = set()
    for _, path, _ in addresses(house):
        for client in clients_of(member_of(house.owners)):
            status, said = ask(client, method, path)
            statuses.add(status)
            assert status < 500, f"{method} {path}: {status}"
            assert_says_no_secret(house, said, path)
    assert 200 in statuses


def test_the_instructor_does_read_the_truth_so_that_these_tests_could_see_it(house: House) -> None:
    prof = browser_of(house.owners.course.instructors.get())
    said = ask(prof, "get", f"/teach/pairs/{house.owners.pk}/")[1]
    assert any(secret in said for secret in secrets_of(house)[:8])


def test_the_archive_holds_the_public_splits_and_follows_no_link_into_the_hidden_one(house: House) -> None:
    status, said = ask(browser_of(member_of(house.owners)), "get", "/tasks/charlie/data/")
    assert status == 200
    assert "charlie/images/train/seen.jpg" in said
    assert "link" not in said
    assert HIDDEN not in said


def test_the_instructor_reads_the_private_part_and_the_whole_log_so_that_these_tests_could_see_them(
    house: House,
) -> None:
    prof = script_of(house.owners.course.instructors.get())
    assert str(PRIVATE) in ask(prof, "get", f"/api/submissions/{house.submission.pk}/")[1]
    assert "queued" not in ask(prof, "get", f"/api/submissions/{house.submission.pk}/log/")[1]


def test_the_reveal_tells_the_private_part_and_never_how_it_was_drawn(house: House) -> None:
    reveal(task=house.submission.task, instructor=house.owners.course.instructors.get())
    for person in (house.owners, house.curious):
        said = ask(script_of(member_of(person)), "get", "/api/tasks/charlie/leaderboard/")[1]
        assert str(PRIVATE) in said
        assert PARTS_SEED not in said
    own = ask(script_of(member_of(house.owners)), "get", f"/api/submissions/{house.submission.pk}/")[1]
    assert str(PRIVATE) in own
    assert PARTS_SEED not in own


@pytest.mark.parametrize("failing", ["done", "failed", "refused"])
def test_a_log_line_of_an_evaluation_is_for_instructors(house: House, failing: str) -> None:
    submission = hand_in(house.submission.task, house.owners, "another")
    sentence = {"en": "It holds a NaN.", "fr": "Il contient un NaN."}
    said = outcome(0.1) | {"status": failing, "reason": sentence, "advice": sentence}
    end(submission, failing, said, log=(f"{LOG} {house.folder}/{HIDDEN}.jpg",))
    for path in (f"/submissions/{submission.pk}/", f"/submissions/{submission.pk}/status/", "/tasks/charlie/"):
        assert_says_no_secret(house, ask(browser_of(member_of(house.owners)), "get", path)[1], path)
    path = f"/api/submissions/{submission.pk}/"
    assert_says_no_secret(house, ask(script_of(member_of(house.owners)), "get", path)[1], path)
    prof = browser_of(house.owners.course.instructors.get())
    assert LOG in ask(prof, "get", f"/teach/submissions/{submission.pk}/")[1]


@pytest.mark.parametrize(
    "path",
    ["/static/../db.sqlite3", "/static/%2e%2e/db.sqlite3", "/static/..%2fdb.sqlite3", "/db.sqlite3", "/media/",
     "/datasets/charlie/data.yaml", "/tasks/charlie/data/../../datasets/", "/tasks/charlie/data/images/test/",
     "/tasks/..%2f..%2fdatasets/", "/uploads/..%2f..%2fdb.sqlite3", "/uploads/%00", "/weights/..%2f1/"],
)  # fmt: skip
def test_no_trick_with_a_path_leads_to_a_file(house: House, path: str) -> None:
    (house.folder / "db.sqlite3").write_text(HIDDEN)
    for client in clients_of(member_of(house.owners)):
        status, said = ask(client, "get", path)
        assert status in (404, 405, 412)
        assert_says_no_secret(house, said, path)


@pytest.mark.parametrize(
    ("path", "broken"),
    [("/tasks/charlie/", "submissions.views.describe_task"), ("/api/tasks/", "submissions.api.describe_task")],
)
def test_an_error_of_ours_says_a_number_that_stands_in_the_log_and_nothing_else(
    house: House, path: str, broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fall(*_: object) -> None:
        raise RuntimeError(f"{TRUTH} in {house.folder}/{HIDDEN}")

    monkeypatch.setattr(broken, fall)
    browser = browser_of(member_of(house.owners))
    browser.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        status, said = ask(browser, "get", path)
    assert status == 500
    assert_says_no_secret(house, said, path)
    record = next(record for record in caplog.records if record.getMessage().startswith("error "))
    assert record.exc_info
    assert record.getMessage().split()[1].rstrip(":") in said
