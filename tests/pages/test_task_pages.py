"""A task's page, a submission's page, and the data that goes out: for the pair, its instructor, and nobody else."""

import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from config.templatetags import figures_and_measures as measures
from courses.models import Pair, TrainingConfiguration
from grader import Outcome
from grading.models import GradingJob, Worker
from grading.services import seen
from submissions import figures
from submissions.models import Submission, Task
from submissions.public_data import archive_of
from submissions.waiting import seconds_left
from tests.builders import make_course, make_pair, make_person, member_of
from tests.hand_in import (
    SECRET,
    checkpoint_bytes,
    end,
    evaluate,
    files_in,
    hand_in,
    make_task,
    metrics,
    outcome,
    refuse,
)
from tests.pages.browsing import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]

TASK = "/tasks/charlie/"
HAND_IN = "/tasks/charlie/hand-in/"
DATA = "/tasks/charlie/data/"
ATTACK = "<script>alert(1)</script>"
WEB_PAGE = b"<!doctype html><html>Sign in</html>" * 100
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:5e\nsize 5\n"


@pytest.fixture(autouse=True)
def data_folder(folders: Path, settings: Settings) -> Path:
    settings.DATA_DIR = folders
    return folders


@pytest.fixture
def task(pair: Pair) -> Task:
    return make_task(pair.course)


@pytest.fixture
def dataset(task: Task, folders: Path) -> Path:
    """Three splits; a picture and its label in each."""
    root = folders / "datasets" / SECRET
    for split in ("train", "val", "test"):
        for kind, name in (("images", f"{split}_1.jpg"), ("labels", f"{split}_1.txt")):
            (root / kind / split).mkdir(parents=True)
            (root / kind / split / name).write_bytes(split.encode())
    (root / "data.yaml").write_text(
        f"path: {root}\ntrain: images/train\nval: images/val\ntest: images/test\nnames: [charlie, mug]\n"
    )
    return root


def mate_of(pair: Pair) -> User:
    return pair.members.order_by("-username").first() or pytest.fail("no mate")


def strangers(pair: Pair) -> Iterator[User]:
    """Real people who have no business here: of another course, and nowhere at all."""
    other = make_course("other", instructor="other-prof")
    yield other.instructors.get()
    yield member_of(make_pair(other, "9"))
    yield make_person("nowhere")


def file(data: bytes | None = None, name: str = "best.pt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, checkpoint_bytes() if data is None else data)


def send(browser: Client, data: bytes | None = None, name: str = "best.pt", *, script: bool = False) -> Any:
    return browser.post(HAND_IN, {"file": file(data, name)}, headers={"Accept": "application/json"} if script else None)


def page_of(person: User, path: str, language: str = "en") -> str:
    answer = browser_of(person, language).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_a_pair_and_its_instructor_read_the_task_and_the_submission(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    prof = pair.course.instructors.get()
    for person in (member_of(pair), mate_of(pair), prof):
        assert "Find Charlie" in page_of(person, TASK)
        assert "best.pt" in page_of(person, f"/submissions/{submission.pk}/")
        assert "best.pt" not in page_of(person, f"/submissions/{submission.pk}/status/")
    assert "hand-in" in page_of(member_of(pair), TASK)
    assert 'type="file"' not in page_of(prof, TASK)


@pytest.mark.parametrize("path", [TASK, DATA, HAND_IN, "/submissions/{}/", "/submissions/{}/status/"])
def test_a_stranger_gets_404_and_a_visitor_the_door(task: Task, pair: Pair, path: str, dataset: Path) -> None:
    path = path.format(hand_in(task, pair).pk)
    method = "post" if path == HAND_IN else "get"
    for person in strangers(pair):
        assert getattr(browser_of(person), method)(path).status_code == 404
    assert getattr(browser_of(None), method)(path).headers["Location"].startswith("/sign-in/")


def test_another_pair_of_the_course_sees_the_task_and_not_the_submission(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    other = member_of(make_pair(pair.course, "2"))
    assert "best.pt" not in page_of(other, TASK).split("own-title")[1]
    for path in (f"/submissions/{submission.pk}/", f"/submissions/{submission.pk}/status/"):
        assert browser_of(other).get(path).status_code == 404


def test_a_submission_is_not_handed_in_by_a_link_nor_without_its_token(task: Task, pair: Pair) -> None:
    browser = browser_of(member_of(pair))
    assert browser.get(HAND_IN).status_code == 405
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(member_of(pair), backend="django.contrib.auth.backends.ModelBackend")
    assert send(guarded).status_code == 403
    assert not Submission.objects.exists()


def test_an_instructor_hands_nothing_in(task: Task, pair: Pair, folders: Path) -> None:
    answer = send(browser_of(pair.course.instructors.get()))
    assert answer.status_code == 403
    assert "Only pairs" in answer.content.decode()
    assert files_in(folders) == []


# --- handing in ------------------------------------------------------------------------------------------------------


def test_a_pair_hands_in_and_is_led_to_where_its_score_will_be(task: Task, student: User) -> None:
    answer = send(browser_of(student))
    submission = Submission.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/submissions/{submission.pk}/")
    assert submission.author == student


def test_the_pages_script_is_told_where_to_go(task: Task, student: User) -> None:
    answer = send(browser_of(student), script=True)
    assert answer.json() == {"address": f"/submissions/{Submission.objects.get().pk}/"}


def test_the_same_file_twice_is_recognised_and_says_so(task: Task, pair: Pair) -> None:
    send(browser_of(member_of(pair)))
    mate = browser_of(mate_of(pair))
    answer = send(mate, name="copy.pt")
    assert Submission.objects.count() == GradingJob.objects.count() == 1
    assert "We know this file" in mate.get(answer.headers["Location"]).content.decode()


def test_of_a_file_that_has_no_score_yet_none_is_promised(task: Task, pair: Pair) -> None:
    person = browser_of(member_of(pair))
    send(person)
    page = person.get(send(person).headers["Location"]).content.decode()
    assert "We know this file" in page
    assert "what it scored" not in page
    refuse(Submission.objects.get())
    page = person.get(send(person).headers["Location"]).content.decode()
    assert "it was refused when you handed it in" in page


@pytest.mark.parametrize(
    ("data", "status", "english", "french"),
    [
        (WEB_PAGE, 422, "a web page", "une page web"),
        (LFS_POINTER, 422, "git lfs pull", "git lfs pull"),
        (checkpoint_bytes("x" * 300_000), 413, "larger than", "dépasse"),
        (b"", 422, "empty", "vide"),
    ],
)
@pytest.mark.parametrize("script", [False, True], ids=["form", "script"])
def test_a_file_that_will_not_do_is_declined_in_the_readers_language_and_leaves_nothing(
    task: Task,
    student: User,
    folders: Path,
    settings: Settings,
    data: bytes,
    status: int,
    english: str,
    french: str,
    script: bool,
) -> None:
    settings.CHECKPOINT_LIMIT_BYTES = 200_000
    for language, words in (("en", english), ("fr", french)):
        answer = send(browser_of(student, language), data, script=script)
        assert answer.status_code == status
        if script:
            assert words in " ".join(answer.json()[part][language] for part in ("reason", "advice"))
        else:
            assert words in answer.content.decode().split('role="alert"')[1]
    assert files_in(folders) == []
    assert not Submission.objects.exists()
    assert not GradingJob.objects.exists()


def test_a_form_without_a_file_says_so(task: Task, student: User, folders: Path) -> None:
    answer = browser_of(student, "fr").post(HAND_IN, {})
    assert answer.status_code == 400
    assert "ne contient pas de fichier" in answer.content.decode()
    assert not Submission.objects.exists()


def test_a_closed_task_shows_no_form_and_takes_nothing(task: Task, student: User, folders: Path) -> None:
    Task.objects.update(is_open=False)
    page = page_of(student, TASK)
    assert "This task is closed" in page
    assert 'type="file"' not in page
    answer = send(browser_of(student, "fr"))
    assert answer.status_code == 409
    assert "n’accepte plus de dépôt" in answer.content.decode()
    assert files_in(folders) == []
    assert not Submission.objects.exists()


# --- what a submission's page says -----------------------------------------------------------------------------------


def test_a_submission_that_waits_shows_its_place_and_asks_again(task: Task, pair: Pair) -> None:
    hand_in(task, make_pair(pair.course, "2"), "another")
    submission = hand_in(task, pair)
    page = page_of(member_of(pair), f"/submissions/{submission.pk}/")
    assert "Place 2 in the queue." in page
    assert f'hx-get="/submissions/{submission.pk}/status/"' in page
    assert "grader is not running" in page
    Worker.objects.create(name="w", seen_at=timezone.now())
    assert "grader is not running" not in page_of(member_of(pair), f"/submissions/{submission.pk}/")


def test_a_running_evaluation_shows_how_far_it_is(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    started = timezone.now() - timedelta(seconds=30)
    GradingJob.objects.update(
        status="running", started_at=started, progress_stage="predicting", progress_done=80, progress_total=100
    )
    part = page_of(member_of(pair), f"/submissions/{submission.pk}/status/")
    assert "Image 80 of 100" in part
    assert 'max="100" value="80"' in part
    assert "About 10 s to go" in part.replace("\u202f", " ")
    assert 'hx-trigger="every 1s"' in part


@pytest.mark.parametrize("ending", ["done", "refused", "failed"])
def test_the_page_stops_asking_when_the_evaluation_is_over(task: Task, pair: Pair, ending: str) -> None:
    submission = hand_in(task, pair)
    if ending == "done":
        evaluate(submission, 0.42)
    elif ending == "refused":
        refuse(submission)
    else:
        end(submission, "failed", Outcome("1.1", "failed", error_id="5e5e5e5e").to_json())
    part = browser_of(member_of(pair), htmx=True).get(f"/submissions/{submission.pk}/status/").content.decode()
    assert "hx-" not in part
    expected = {"done": "42.0%", "refused": "It holds a NaN.", "failed": "through our fault"}
    assert expected[ending] in part


def test_a_score_comes_with_its_interval_its_classes_and_its_network(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.42, intervals={"map50_95": [0.35, 0.5], "map50": [0.4, 0.6]})
    page = page_of(member_of(pair), f"/submissions/{submission.pk}/", "fr").replace("\u202f", " ")
    for expected in ("42,0 %", "entre 35,0 % et 50,0 %", "yolov5n", "charlie", "416 px", submission.checkpoint.sha256):
        assert expected in page


def test_the_task_page_marks_the_pairs_best(task: Task, pair: Pair) -> None:
    for score in (0.3, 0.5, 0.1):
        evaluate(hand_in(task, pair, str(score)), score)
    assert page_of(member_of(pair), TASK).split("own-title")[-1].count("your best") == 1


def test_nothing_is_the_best_on_a_page_that_no_longer_lists_it(
    task: Task, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("submissions.views.LIST_LENGTH", 2)
    for name, value in (("oldest", 0.5), ("newer", 0.3), ("newest", 0.4)):
        evaluate(hand_in(task, pair, name), value)
    assert page_of(member_of(pair), TASK).split("own-title")[-1].count("your best") == 0
    evaluate(hand_in(task, pair, "better"), 0.6)
    assert page_of(member_of(pair), TASK).split("own-title")[-1].count("your best") == 1


def test_what_strangers_named_is_text_on_every_page(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    said = outcome(0.4)
    said["checkpoint"] |= {"classes": [ATTACK], "architecture": ATTACK}
    said["metrics"]["per_class"][ATTACK] = said["metrics"]["per_class"]["charlie"]
    end(submission, "done", said, log=(ATTACK,))
    type(submission.checkpoint).objects.update(original_name=f"{ATTACK}.pt")
    prof = pair.course.instructors.get()
    pages = {
        member_of(pair): [TASK, f"/submissions/{submission.pk}/", "/tasks/charlie/leaderboard/"],
        prof: [f"/teach/submissions/{submission.pk}/", "/teach/submissions/", f"/teach/pairs/{pair.pk}/"],
    }
    for person, paths in pages.items():
        for path in paths:
            page = page_of(person, path)
            assert ATTACK not in page, path
            assert "&lt;script&gt;alert" in page or "\\u003Cscript\\u003Ealert" in page, path


def test_no_page_header_or_json_shows_the_hidden_data_or_a_path_of_the_server(
    task: Task, pair: Pair, folders: Path, dataset: Path
) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    other, prof = member_of(make_pair(pair.course, "2")), pair.course.instructors.get()
    board, own = "/tasks/charlie/leaderboard/", f"/submissions/{submission.pk}/"
    for person, paths in (
        (member_of(pair), [TASK, own, f"{own}status/", board]),
        (other, [TASK, board]),
        (prof, [TASK, own, board, "/teach/submissions/", f"/teach/submissions/{submission.pk}/", "/teach/"]),
    ):
        for path in paths:
            answer = browser_of(person).get(path)
            said = answer.content.decode() + str(answer.headers)
            for forbidden in (SECRET, str(folders), submission.checkpoint.path, "images/test", "data.yaml"):
                assert forbidden not in said, path


def test_pages_cost_the_same_few_queries_for_twenty_submissions_as_for_one(
    task: Task, pair: Pair, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        hand_in(task, pair, str(number))
    browser = browser_of(member_of(pair))
    with django_assert_max_num_queries(13):
        assert browser.get(TASK).content.decode().count("best.pt</a>") == 20
    with django_assert_max_num_queries(14):
        browser.get(f"/submissions/{Submission.objects.latest('pk').pk}/")
    with django_assert_max_num_queries(10):
        browser.get(f"/submissions/{Submission.objects.latest('pk').pk}/status/")


# --- the data that goes out ------------------------------------------------------------------------------------------


def names_in(task: Task) -> list[str]:
    with zipfile.ZipFile(archive_of(task)) as archive:
        return archive.namelist()


def test_the_download_holds_train_and_val_and_nothing_else(task: Task, student: User, dataset: Path) -> None:
    answer = browser_of(student).get(DATA)
    assert answer.status_code == 200
    assert 'filename="charlie.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(archive_of(task)) as archive:
        names = archive.namelist()
        assert sorted(names) == [
            "charlie/data.yaml",
            "charlie/images/train/train_1.jpg",
            "charlie/images/val/val_1.jpg",
            "charlie/labels/train/train_1.txt",
            "charlie/labels/val/val_1.txt",
        ]
        assert int(answer.headers["Content-Length"]) == archive_of(task).stat().st_size
        description = archive.read("charlie/data.yaml").decode()
        content = b"".join(archive.read(name) for name in names)
    assert "test" not in description
    assert "path" not in description
    assert str(dataset).encode() not in content


def test_a_link_into_the_hidden_split_is_not_followed(task: Task, dataset: Path) -> None:
    (dataset / "images" / "train" / "sly.jpg").symlink_to(dataset / "images" / "test" / "test_1.jpg")
    (dataset / "labels" / "val" / "sly.txt").symlink_to(dataset / "labels" / "test" / "test_1.txt")
    assert not [name for name in names_in(task) if "sly" in name or "test" in name]
    whole = dataset / "images" / "val"
    for file in whole.iterdir():
        file.unlink()
    whole.rmdir()
    whole.symlink_to(dataset / "images" / "test")
    assert not [name for name in names_in(task) if "images/val" in name or "test_" in name]


def test_other_files_of_the_folders_stay_at_home(task: Task, dataset: Path) -> None:
    for name in ("notes.md", "train_1.jpg.exe", ".env", "labels.cache"):
        (dataset / "images" / "train" / name).write_text("private")
    assert len(names_in(task)) == 5


def test_the_archive_is_made_again_when_the_data_changed_and_the_old_one_goes(
    task: Task, dataset: Path, folders: Path
) -> None:
    first = archive_of(task)
    assert archive_of(task) == first
    (dataset / "images" / "train" / "train_2.jpg").write_bytes(b"one more")
    second = archive_of(task)
    assert second != first
    assert files_in(folders / "public") == [f"charlie/{second.name}"]


def test_without_data_there_is_nothing_to_download(task: Task, student: User, dataset: Path, folders: Path) -> None:
    for file in dataset.rglob("*.*"):
        if file.name != "data.yaml":
            file.unlink()
    with pytest.raises(Http404):
        archive_of(task)
    assert browser_of(student).get(DATA).status_code == 404
    assert not (folders / "public").exists()


# --- measures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "english", "french"),
    [
        (0.7315, "73.2%", "73,2\u202f%"),
        (0.16496, "16.5%", "16,5\u202f%"),
        (0.0, "0.0%", "0,0\u202f%"),
        (1, "100.0%", "100,0\u202f%"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
        (float("inf"), "–", "–"),
    ],
)
def test_percents_are_rounded_and_written_in_the_readers_way(ratio: Any, english: str, french: str) -> None:
    for language, expected in (("en", english), ("fr", french)):
        with translation.override(language):
            assert measures.as_percent(ratio) == expected


@pytest.mark.parametrize(
    ("size", "english", "french"),
    [
        (5_241_801, "5.0\u202fMiB", "5,0\u202fMio"),
        (200 * 2**20, "200\u202fMiB", "200\u202fMio"),
        (3 * 2**30, "3.0\u202fGiB", "3,0\u202fGio"),
        (2048, "2.0\u202fKiB", "2,0\u202fKio"),
    ],
)
def test_sizes_are_written_in_binary_units(size: int, english: str, french: str) -> None:
    for language, expected in (("en", english), ("fr", french)):
        with translation.override(language):
            assert measures.as_size(size) == expected


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.2, "5 s"), (31, "35 s"), (55.1, "60 s"), (61, "2 min"), (179, "3 min")]
)
def test_a_guess_of_time_is_rough_and_never_nothing(seconds: float, written: str) -> None:
    assert measures.as_duration(seconds).replace("\u202f", " ") == written


@pytest.mark.parametrize(
    ("ratios", "end"), [([0.018, 0.02], 0.05), ([0.05], 0.05), ([0.2001], 0.3), ([0.76], 1.0), ([None], 1.0), ([], 1.0)]
)
def test_an_axis_ends_soon_after_the_highest_score(ratios: list[float | None], end: float) -> None:
    assert figures.ceiling(ratios) == end


def test_the_best_and_the_hardest_class_are_named_only_when_they_differ() -> None:
    row = {"ap50_95": 0.1, "precision": 0.5, "recall": 0.5, "instances": 3}
    given = metrics(0.4) | {
        "per_class": {"a": row | {"ap50": 0.2}, "b": row | {"ap50": 0.9}, "c": row | {"ap50": None}}
    }
    assert figures.extremes(given) == ("b", "a")
    assert figures.extremes(metrics(0.4)) is None
    assert [bars["y"] for bars in figures.per_class(given)["data"]] == [[20.0, 90.0, None], [10.0, 10.0, 10.0]]


def test_a_guess_is_made_from_the_last_evaluations(task: Task, pair: Pair) -> None:
    first = hand_in(task, pair, "one")
    assert first.job is not None
    assert seconds_left(first.job) is None
    evaluate(first, 0.4)
    ended = timezone.now()
    GradingJob.objects.update(started_at=ended - timedelta(seconds=20), finished_at=ended)
    waiting = [hand_in(task, pair, text).job for text in ("two", "three")]
    assert [seconds_left(job) for job in waiting if job] == [None, None]  # nobody works
    seen("worker")
    assert [seconds_left(job) for job in waiting if job] == [pytest.approx(20), pytest.approx(40)]
    seen("another")
    assert [seconds_left(job) for job in waiting if job] == [pytest.approx(20), pytest.approx(20)]
    first.job.refresh_from_db()
    assert seconds_left(first.job) is None


def test_an_upload_through_the_page_is_the_file_that_was_sent(task: Task, student: User, folders: Path) -> None:
    data = checkpoint_bytes("w" * 5_000_000)
    send(browser_of(student), data)
    stored = folders / "uploads" / Submission.objects.get().checkpoint.path
    assert zipfile.is_zipfile(BytesIO(stored.read_bytes()))
    assert stored.read_bytes() == data


# --- the rules, the lot, the quota -----------------------------------------------------------------------------------


def test_the_page_says_the_rules_that_the_instructor_set(task: Task, student: User) -> None:
    page = page_of(student, TASK)
    assert "your best submission, by itself" in page
    assert "average precision as YOLOv5 v6.2 computes it" in page
    assert "hidden pictures" not in page
    Task.objects.update(
        convention="coco", public_percent=40, quota_per_day=3, final_rule="chosen", uses_ladder=True, is_open=True
    )
    page = page_of(student, TASK)
    for words in ("as COCO computes it", "The board shows 40% of the hidden pictures", "3 evaluations a pair"):
        assert words in page
    assert "the submission that your pair chooses" in page
    assert "the Ladder rule" in page
    assert "3 evaluations left today" in page


def test_a_pair_that_used_its_day_up_reads_when_it_opens_again(task: Task, pair: Pair) -> None:
    Task.objects.update(quota_per_day=1)
    task.refresh_from_db()
    hand_in(task, pair)
    page = page_of(member_of(pair), TASK)
    assert "No evaluation left today; it opens again at" in page
    answer = send(browser_of(member_of(pair)), checkpoint_bytes("another"), script=True)
    assert answer.status_code == 429
    assert Submission.objects.count() == 1


def test_a_pair_reads_its_own_lot_and_nobody_elses(task: Task, pair: Pair) -> None:
    other = make_pair(pair.course, "2")
    TrainingConfiguration.objects.create(pair=other, size="x", image_size=1280, frozen_backbone=True, batch_size=4)
    assert "Your lot" not in page_of(member_of(pair), TASK)
    page = page_of(member_of(other), TASK)
    assert "Your lot" in page
    assert "1280 px" in page


def test_the_named_network_comes_with_the_file(task: Task, student: User) -> None:
    assert 'name="configuration"' in page_of(student, TASK)
    browser_of(student).post(HAND_IN, {"file": file(), "configuration": " yolov5s "})
    assert Submission.objects.get().configuration == "yolov5s"
    answer = browser_of(student).post(HAND_IN, {"file": file(checkpoint_bytes("b")), "configuration": "../../etc"})
    assert answer.status_code == 422
    assert Submission.objects.count() == 1


def test_the_list_marks_the_final_one(task: Task, pair: Pair) -> None:
    Task.objects.update(final_rule="chosen")
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    final = re.compile(r"</svg>final</span>")
    assert not final.search(page_of(member_of(pair), TASK))
    Submission.objects.update(is_chosen=True)
    assert final.search(page_of(member_of(pair), TASK))
