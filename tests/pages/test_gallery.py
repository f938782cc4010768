"""The error gallery: a pair explores what went wrong on pictures it holds; of the hidden split it shows none."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from accounts.models import User
from courses.models import Pair
from submissions.gallery import KINDS, Wanted, counts, marks_of, picture_file, pictures
from submissions.models import Submission, Task
from tests.builders import make_course, make_pair, make_person, member_of
from tests.hand_in import SECRET, evaluate, hand_in, make_task
from tests.pages.browsing import browser_of
from tests.reports import CLASSES, a_gallery

PICTURE = b"\xff\xd8\xff\xe0 a picture"
HIDDEN = b"\xff\xd8\xff\xe0 of the hidden split"


@pytest.fixture
def task(pair: Pair) -> Task:
    return make_task(pair.course)


@pytest.fixture
def dataset(folders: Path) -> Path:
    root = folders / "datasets" / SECRET
    for split, content in (("val", PICTURE), ("test", HIDDEN)):
        (root / "images" / split).mkdir(parents=True)
        for number in range(3):
            (root / "images" / split / f"{number}.jpg").write_bytes(content)
    (root / "data.yaml").write_text("names: [charlie]")
    return root


@pytest.fixture
def explored(task: Task, pair: Pair, dataset: Path) -> Submission:
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    Submission.objects.filter(pk=submission.pk).update(gallery=a_gallery())
    submission.refresh_from_db()
    return submission


def get(submission: Submission, rest: str = "", person: User | None = None, language: str = "en") -> Any:
    return browser_of(person or member_of(submission.pair), language).get(f"/submissions/{submission.pk}/errors/{rest}")


def body(answer: Any) -> bytes:
    assert answer.status_code == 200
    return async_to_sync(_whole)(answer.streaming_content)


async def _whole(blocks: Any) -> bytes:
    return b"".join([block async for block in blocks])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


# --- what there is to see --------------------------------------------------------------------------------------------


def test_every_box_says_what_is_wrong_with_it() -> None:
    marks = list(marks_of(a_gallery()["images"][0]))
    assert [(mark.kind, mark.name) for mark in marks[:4]] == [
        ("truth", "mug"),
        ("missed", "key"),
        ("truth", "charlie"),  # confused with a mug: explained, so not missed
        ("truth", "glasses"),
    ]
    assert [(mark.kind, mark.name, mark.other, mark.size) for mark in marks[4:]] == [
        ("false_alarms", "charlie", "", "small"),
        ("confused", "mug", "charlie", "large"),
        ("duplicates", "mug", "", "medium"),
        ("badly_placed", "glasses", "", "medium"),
        ("right", "mug", "", "medium"),
    ]


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (Wanted(), {"missed", "false_alarms", "confused", "badly_placed", "duplicates"}),
        (Wanted(kind="missed"), {"missed"}),
        (Wanted(name="charlie"), {"false_alarms", "confused"}),  # what is really there counts too
        (Wanted(size="small"), {"missed", "false_alarms"}),
        (Wanted(kind="missed", name="charlie"), set()),
        (Wanted(name="key", size="large"), set()),
    ],
)
def test_pictures_are_those_that_hold_what_is_looked_for(wanted: Wanted, kinds: set[str]) -> None:
    shown = pictures(a_gallery(), wanted)
    assert len(shown) == (3 if kinds else 0)
    assert all({mark.kind for mark in one.wanted} == kinds for one in shown)


def test_counts_are_of_the_class_and_size_looked_for_whatever_the_kind() -> None:
    assert counts(a_gallery(), Wanted()) == dict.fromkeys(KINDS, 3)
    assert counts(a_gallery(), Wanted(kind="missed", name="mug"))["duplicates"] == 3
    assert counts(a_gallery(), Wanted(name="mug"))["missed"] == 0
    assert counts(a_gallery() | {"images": []}, Wanted()) == dict.fromkeys(KINDS, 0)


def test_what_is_none_of_the_choices_is_anything() -> None:
    asked = {"kind": "right", "class": "<script>", "size": "huge"}
    assert Wanted.of(asked, list(CLASSES)) == Wanted()
    assert Wanted.of({"kind": "missed", "class": "mug"}, list(CLASSES)) == Wanted("missed", "mug")


# --- which files leave -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "image",
    [
        "images/test/0.jpg",
        "images/val/../test/0.jpg",
        "images/val/sub/../../test/0.jpg",
        "../secret/images/val/0.jpg",
        "/etc/passwd",
        "labels/val/0.txt",
        "images/val/notes.txt",
        "images/val",
        "images/val/absent.jpg",
        "data.yaml",
        "images/val/link.jpg",
        "images/val/folder/0.jpg",
    ],
)
def test_nothing_but_a_plain_picture_of_the_public_split_is_found(dataset: Path, image: str) -> None:
    (dataset / "images/val/notes.txt").write_text("private")
    (dataset / "images/val/link.jpg").symlink_to(dataset / "images/test/0.jpg")
    (dataset / "images/val/folder").symlink_to(dataset / "images/test")
    gallery = a_gallery()
    gallery["images"][0]["image"] = image
    assert picture_file(dataset, gallery, 0) is None
    assert picture_file(dataset, gallery, 1) == dataset / "images/val/1.jpg"


def test_a_folder_that_is_a_link_into_the_hidden_split_is_not_followed(dataset: Path) -> None:
    folder = dataset / "images/val"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.symlink_to(dataset / "images/test")
    assert picture_file(dataset, a_gallery(), 0) is None


@pytest.mark.parametrize("index", [-1, 3, 10**9])
def test_a_place_that_the_gallery_has_not_is_no_file(dataset: Path, index: int) -> None:
    assert picture_file(dataset, a_gallery(), index) is None


def test_a_gallery_of_another_split_shows_no_picture(dataset: Path) -> None:
    assert pictures(a_gallery(split="test"), Wanted()) == []
    assert sum(counts(a_gallery(split="test"), Wanted()).values()) == 0
    assert picture_file(dataset, a_gallery(split="test"), 0) is None
    lying = a_gallery(split="test") | {"split": "val"}
    assert picture_file(dataset, lying, 0) is None


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_pair_walks_through_its_errors(explored: Submission) -> None:
    page = get(explored)
    text = text_of(page)
    assert "3 pictures" in text
    for words in ("key missed", "charlie, where there is none"):
        assert words in text
    assert page.content.decode().count('loading="lazy"') == 3
    one = get(explored, "1/?kind=confused")
    assert "charlie taken for mug" in text_of(one)
    markup = one.content.decode()
    assert re.search(r'rel="prev" href="/submissions/\d+/errors/0/\?kind=confused"', markup)
    assert re.search(r'rel="next" href="/submissions/\d+/errors/2/\?kind=confused"', markup)
    assert '<text x="198' in markup
    assert body(get(explored, "1/picture/")) == PICTURE
    assert get(explored, "1/picture/").headers["Content-Type"] == "image/jpeg"


@pytest.mark.django_db
def test_the_submission_s_page_leads_there(explored: Submission) -> None:
    errors = dict.fromkeys(("missed", "false_alarms", "confused", "badly_placed", "duplicates"), 6)
    Submission.objects.update(metrics={**(explored.metrics or {}), "errors": errors})
    where = f'href="/submissions/{explored.pk}/errors/"'
    browser = browser_of(member_of(explored.pair))
    assert where in browser.get(f"/submissions/{explored.pk}/").content.decode()
    Task.objects.update(shows_gallery=False)
    assert where not in browser.get(f"/submissions/{explored.pk}/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("rest", ["", "1/", "1/picture/"])
def test_only_the_pair_and_its_instructor_see_it(explored: Submission, rest: str) -> None:
    other = make_course("other", instructor="other-prof")
    strangers = [member_of(make_pair(explored.pair.course, "2")), member_of(make_pair(other, "9")), make_person("x")]
    for person in (*strangers, other.instructors.get()):
        assert get(explored, rest, person).status_code == 404
    assert browser_of(None).get(f"/submissions/{explored.pk}/errors/{rest}").status_code == 302
    assert get(explored, rest, explored.task.course.instructors.get()).status_code == 200


@pytest.mark.django_db
def test_a_browser_keeps_the_picture_and_never_that_it_was_refused(explored: Submission) -> None:
    stranger = member_of(make_pair(explored.pair.course, "2"))
    signed_out = browser_of(None).get(f"/submissions/{explored.pk}/errors/1/picture/")
    for refused in (signed_out, get(explored, "1/picture/", stranger)):
        assert "max-age" not in refused.headers.get("Cache-Control", "")
    assert get(explored, "1/picture/")["Cache-Control"] == "private, max-age=3600"


@pytest.mark.django_db
@pytest.mark.parametrize("rest", ["", "1/", "1/picture/"])
def test_a_task_without_gallery_shows_it_to_instructors_alone(explored: Submission, rest: str) -> None:
    Task.objects.update(shows_gallery=False)
    assert get(explored, rest).status_code == 404
    assert get(explored, rest, explored.task.course.instructors.get()).status_code == 200


@pytest.mark.django_db
def test_what_the_ladder_holds_back_shows_no_errors_either(explored: Submission) -> None:
    Task.objects.update(uses_ladder=True)
    Submission.objects.update(ladder_score=0.1)
    assert get(explored).status_code == 404


@pytest.mark.django_db
def test_a_picture_that_is_not_looked_for_is_not_there(explored: Submission) -> None:
    assert get(explored, "7/").status_code == 404
    assert get(explored, "7/picture/").status_code == 404
    assert get(explored, "0/?kind=missed&class=charlie").status_code == 404
    assert "nothing to see, and that is good" in text_of(get(explored, "?kind=missed&class=charlie"))


@pytest.mark.django_db
def test_names_of_files_and_classes_do_no_harm(explored: Submission, dataset: Path) -> None:
    gallery = a_gallery(images=1)
    attack = '"><script>alert(1)</script>'
    gallery["names"][0] = attack
    gallery["images"][0]["found"][4]["class"] = attack
    gallery["images"][0]["image"] = f"images/val/{attack.replace('/', '_')}.jpg"
    Submission.objects.update(gallery=gallery)
    for rest in ("", "0/"):
        assert "<script>alert" not in get(explored, rest).content.decode()


@pytest.mark.django_db
def test_the_gallery_is_french_for_the_french(explored: Submission) -> None:
    text = text_of(get(explored, language="fr"))
    assert "key manqué" in text
    assert "3 images" in text
