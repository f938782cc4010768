"""The instructors' pages: for those who teach the course; to everybody else they do not exist."""

import logging
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

import grader
from accounts.errors import Refusal
from accounts.models import Letter, User
from challenges.advice import mistakes, title_of
from courses import registration
from courses.models import CourseWeights, Pair
from grading.models import GradingJob, Worker
from quests import services as quests
from quests.models import Attempt
from submissions.models import Submission, Task
from tests.builders import find_quest, give_key, make_course, make_pair, member_of
from tests.hand_in import checkpoint_bytes, end, evaluate, files_in, hand_in, make_task, outcome, refuse
from tests.pages.browsing import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
OVERVIEW, PEOPLE, WEIGHTS, STATUS = "/teach/", "/teach/people/", "/teach/weights/", "/status/"
PAGES = (OVERVIEW, "/teach/pairs/{pair}/", "/teach/submissions/", "/teach/submissions/{submission}/", PEOPLE, WEIGHTS)
ATTACK = "<script>alert(1)</script>"
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_folders(folders: Path, settings: Settings) -> None:
    settings.DATA_DIR = folders
    settings.WEIGHTS_DIR = folders / "weights"


@pytest.fixture
def prof(pair: Pair) -> User:
    return pair.course.instructors.get()


@pytest.fixture
def task(pair: Pair) -> Task:
    return make_task(pair.course)


def page_of(person: User, path: str, language: str = "en") -> str:
    answer = browser_of(person, language).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def said(page: str) -> str:
    """What one reads, tags aside."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def file(data: bytes, name: str = "best.pt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def play(pair: Pair, *texts: str) -> None:
    """Answer a real quest, whose truth is 128."""
    card, quest = find_quest("parameter_count")
    variant = quests.deal(pair=pair, card=card, quest=quest)
    assert variant is not None
    give_key(variant, truth=128, mistakes={"bias_forgotten": 96})
    for text in texts:
        quests.answer(pair=pair, author=member_of(pair), card=card, quest=quest, text=text)


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, STATUS])
def test_a_student_gets_404_and_a_visitor_the_door(task: Task, pair: Pair, path: str) -> None:
    path = path.format(pair=pair.pk, submission=hand_in(task, pair).pk)
    for member in pair.members.all():
        assert browser_of(member).get(path).status_code == 404
    assert browser_of(None).get(path).headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", PAGES)
def test_the_courses_instructor_reads_every_page(task: Task, pair: Pair, prof: User, path: str) -> None:
    path = path.format(pair=pair.pk, submission=hand_in(task, pair).pk)
    for language in ("en", "fr"):
        assert 'aria-current="page"' in page_of(prof, path, language)


def test_an_instructor_of_another_course_sees_nothing_of_this_one(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    type(submission.checkpoint).objects.update(original_name="ours.pt")
    other = make_course("other", instructor="other-prof").instructors.get()
    for path in (f"/teach/pairs/{pair.pk}/", f"/teach/submissions/{submission.pk}/", f"/submissions/{submission.pk}/"):
        assert browser_of(other).get(path).status_code == 404
    assert browser_of(other).post(f"/teach/submissions/{submission.pk}/again/").status_code == 404
    for path in (OVERVIEW, "/teach/submissions/", PEOPLE, WEIGHTS):
        page = page_of(other, path)
        assert "ours.pt" not in page
        assert member_of(pair).username not in page
    assert GradingJob.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "sent"), [(PEOPLE, "roster"), (WEIGHTS, "file"), ("/teach/submissions/{submission}/again/", "x")]
)
def test_a_student_writes_nothing_through_an_instructors_form(
    task: Task, pair: Pair, folders: Path, path: str, sent: str
) -> None:
    path = path.format(submission=hand_in(task, pair).pk)
    kept = files_in(folders)
    people = User.objects.count()
    answer = browser_of(member_of(pair)).post(path, {sent: file(checkpoint_bytes("sly"))})
    assert answer.status_code == 404
    assert (User.objects.count(), GradingJob.objects.count()) == (people, 1)
    assert not CourseWeights.objects.exists()
    assert files_in(folders) == kept


# --- where the class stands ------------------------------------------------------------------------------------------


def test_the_overview_shows_each_pairs_cards_points_and_best_score(task: Task, pair: Pair, prof: User) -> None:
    play(pair, "96", "128")
    for score in (0.2, 0.4):
        evaluate(hand_in(task, pair, str(score)), score)
    make_pair(pair.course, "2")
    page = page_of(prof, OVERVIEW)
    first, second = re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page, flags=re.S)
    assert "Pair 1" in said(first)
    assert "1 of 9" in said(first)
    assert "40.0% 2 submissions" in said(first)
    assert first.count('class="is-solved"') == 1
    assert "not yet" in said(second)
    assert "is-solved" not in second
    assert "1 × bias forgotten" in said(page)


def test_the_overview_shows_one_group_and_refreshes_that_one(pair: Pair, prof: User) -> None:
    other = make_pair(pair.course, "2")
    other.group = other.course.groups.create(name="B & 2")
    other.save()
    page = page_of(prof, f"{OVERVIEW}?group=B+%26+2")
    assert "Pair 2" in said(page)
    assert "Pair 1 " not in said(page)
    assert 'hx-get="/teach/?group=B%20%26%202"' in page
    part = browser_of(prof, htmx=True).get(f"{OVERVIEW}?group=B+%26+2").content.decode()
    assert "Pair 2" in part
    assert "<html" not in part


def test_the_overview_of_an_empty_course_says_how_to_begin(prof: User, pair: Pair) -> None:
    Pair.objects.all().delete()
    assert "No pair yet. Bring a roster" in said(page_of(prof, OVERVIEW))


def test_a_pairs_page_shows_the_truth_and_every_answer_with_its_mistake(pair: Pair, prof: User) -> None:
    play(pair, "96", "128")
    page = said(page_of(prof, f"/teach/pairs/{pair.pk}/"))
    assert "The model answers 128" in page
    assert "bias forgotten" in page
    assert "2 answers" in page
    assert "Nothing handed in yet." in page


def test_what_a_student_typed_is_text(pair: Pair, prof: User) -> None:
    play(pair, "96")
    Attempt.objects.update(text=ATTACK, understood=ATTACK)
    page = page_of(prof, f"/teach/pairs/{pair.pk}/")
    assert ATTACK not in page
    assert "&lt;script&gt;" in page


def test_every_mistake_that_a_verdict_names_has_a_short_title_in_both_languages() -> None:
    for code in mistakes():
        title = title_of(code)
        assert title["en"] != title["fr"], code
        assert all(3 < len(text) < 50 for text in title.values()), code


def test_pages_cost_the_same_few_queries_however_large_the_class(
    task: Task, pair: Pair, prof: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(2, 14):
        other = make_pair(pair.course, str(number))
        play(other, "96", "128")
        hand_in(task, other, str(number))
    browser = browser_of(prof)
    submission = Submission.objects.latest("pk")
    for path, most in (
        (OVERVIEW, 15),
        ("/teach/submissions/", 11),
        (f"/teach/submissions/{submission.pk}/", 11),
        (f"/teach/pairs/{submission.pair_id}/", 18),
        (PEOPLE, 11),
        (WEIGHTS, 8),
    ):
        with django_assert_max_num_queries(most):
            assert browser.get(path).status_code == 200


# --- submissions and their logs --------------------------------------------------------------------------------------


def test_submissions_are_listed_by_state_page_by_page(task: Task, pair: Pair, prof: User) -> None:
    evaluate(hand_in(task, pair, "a"), 0.4)
    refuse(hand_in(task, pair, "b"))
    for number in range(51):
        hand_in(task, pair, str(number))
    counted = {state: page_of(prof, f"/teach/submissions/?state={state}").count("best.pt</a>") for state in
               ("done", "refused", "failed", "queued", "", "nonsense")}  # fmt: skip
    assert counted == {"done": 1, "refused": 1, "failed": 0, "queued": 50, "": 50, "nonsense": 50}
    assert page_of(prof, "/teach/submissions/?state=queued&page=2").count("best.pt</a>") == 1
    assert "It holds a NaN." in page_of(prof, "/teach/submissions/?state=refused")
    assert "Nothing here." in page_of(prof, "/teach/submissions/?state=failed")


def test_the_full_log_is_there_as_text_for_the_instructor_and_for_nobody_else(
    task: Task, pair: Pair, prof: User
) -> None:
    submission = hand_in(task, pair)
    end(submission, "done", outcome(0.4), log=("0.1 s  the first line", ATTACK, "9.9 s  the last line"))
    page = page_of(prof, f"/teach/submissions/{submission.pk}/")
    for expected in ("0.1 s  the first line", "&lt;script&gt;alert(1)&lt;/script&gt;", "9.9 s  the last line"):
        assert expected in page
    assert "the first line" not in page_of(member_of(pair), f"/submissions/{submission.pk}/")


def test_evaluate_again_makes_one_job_even_when_clicked_twice(task: Task, pair: Pair, prof: User) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    again = f"/teach/submissions/{submission.pk}/again/"
    browser = browser_of(prof)
    assert browser.get(again).status_code == 405
    for _ in range(2):
        assert browser.post(again).headers["Location"] == f"/teach/submissions/{submission.pk}/"
    assert GradingJob.objects.count() == 2
    page = browser.get(f"/teach/submissions/{submission.pk}/").content.decode()
    assert page.count('class="log"') == 2
    assert 'http-equiv="refresh"' in page
    assert re.search(r"<button class=\"button\" disabled>", page)


# --- people ----------------------------------------------------------------------------------------------------------

ROSTER = b"username,role,group,pair,first_name\nnewa,student,A2,21,Ada\nnewb,student,A2,21,Bob\nnewprof,instructor,,,\n"


def test_a_roster_adds_people_and_shows_their_passwords_once(
    pair: Pair, prof: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = browser_of(prof)
    page = browser.post(PEOPLE, {"roster": file(ROSTER, "roster.csv")}).content.decode()
    assert "3 added, 0 already there." in said(page)
    shown = re.search(r'<pre class="log" id="passwords"[^>]*>(.*?)</pre>', page, flags=re.S)
    assert shown
    passwords = dict(line.split(",") for line in shown[1].split())
    assert set(passwords) == {"newa", "newb", "newprof"}
    for name, password in passwords.items():
        person = User.objects.get(username=name)
        assert person.check_password(password)
        assert password not in str(list(User.objects.values()))
        assert password not in caplog.text
        assert password not in browser.get(PEOPLE).content.decode()
    again = browser.post(PEOPLE, {"roster": file(ROSTER, "roster.csv")}).content.decode()
    assert "0 added, 3 already there." in said(again)
    assert 'id="passwords"' not in again


@pytest.mark.parametrize(
    ("content", "english", "french"),
    [
        (ROSTER + b"with space,student,A2,22,\n", "Line 5", "Ligne 5"),
        (ROSTER + b"newc,boss,A2,22,\n", "Line 5: role", "Ligne 5"),
        (ROSTER + b"NEWA,student,A2,22,\n", "Line 5: NEWA is already on line 2", "est déjà ligne 2"),
        (b"name,surname\nada,l\n", "lacks these columns", "Il manque ces colonnes"),
        (b"", "file is empty", "fichier est vide"),
        (b"\x00\x01\x02", "not a text file", "pas un fichier texte"),
        (b"a" * (2**20 + 1), "larger than 1 MB", "dépasse 1 Mo"),
        (None, "file is empty", "fichier est vide"),
    ],
)
def test_a_roster_with_a_fault_names_its_line_and_adds_nobody(
    pair: Pair, prof: User, content: bytes | None, english: str, french: str
) -> None:
    people, pairs = User.objects.count(), Pair.objects.count()
    for language, words in (("en", english), ("fr", french)):
        form = {} if content is None else {"roster": file(content, "roster.csv")}
        answer = browser_of(prof, language).post(PEOPLE, form)
        assert answer.status_code == 400
        assert words in answer.content.decode().split('role="alert"')[1]
    assert (User.objects.count(), Pair.objects.count()) == (people, pairs)


def test_what_a_roster_calls_people_is_text(pair: Pair, prof: User) -> None:
    roster = f"username,role,group,pair,first_name\nada,student,A1,{ATTACK},{ATTACK}\n".encode()
    page = browser_of(prof).post(PEOPLE, {"roster": file(roster, "roster.csv")}).content.decode()
    assert "1 added" in said(page)
    assert ATTACK not in page
    assert ATTACK not in page_of(prof, OVERVIEW)


# --- the course's weights --------------------------------------------------------------------------------------------


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """In the place of the program that reads: every file is one network. What it was shown is listed."""
    shown: list[Path] = []

    def describe(file: Path) -> dict[str, Any]:
        shown.append(file)
        return {"architecture": "yolov5n", "parameters": 1_767_283}

    monkeypatch.setattr(registration, "describe", describe)
    return shown


def test_a_registered_file_is_the_one_that_counts(pair: Pair, prof: User, folders: Path, reader: list[Path]) -> None:
    browser = browser_of(prof)
    for text in ("first", "second"):
        answer = browser.post(WEIGHTS, {"file": file(checkpoint_bytes(text), f"{text}.pt")})
        assert answer.headers["Location"] == WEIGHTS
    page = browser.get(WEIGHTS).content.decode()
    assert "Questions about a weight are now about second.pt (yolov5n)." in page
    assert re.search(r"second\.pt</strong></a> <span class=\"badge badge--done\">", page)
    newest = CourseWeights.objects.first()
    assert newest is not None
    assert (newest.course, newest.name) == (pair.course, "second.pt")
    assert (folders / "weights" / newest.path).read_bytes() == checkpoint_bytes("second")
    assert files_in(folders / "uploads") == []


def test_the_file_that_counts_already_is_not_registered_twice(pair: Pair, prof: User, reader: list[Path]) -> None:
    for _ in range(2):
        answer = browser_of(prof).post(
            WEIGHTS, {"file": file(checkpoint_bytes())}, headers={"Accept": "application/json"}
        )
        assert answer.json() == {"address": WEIGHTS}
    assert CourseWeights.objects.count() == len(reader) == 1


@pytest.mark.parametrize(
    ("data", "status", "french"),
    [
        (b"<!doctype html><html>Sign in</html>" * 100, 422, "une page web"),
        (checkpoint_bytes("x" * 300_000), 413, "dépasse"),
        (b"", 422, "vide"),
        (None, 400, "ne contient pas de fichier"),
    ],
)
def test_weights_that_will_not_do_are_declined_and_nothing_is_kept(
    pair: Pair, prof: User, folders: Path, settings: Settings, reader: list[Path], data: bytes | None, status: int,
    french: str,
) -> None:  # fmt: skip
    settings.CHECKPOINT_LIMIT_BYTES = 200_000
    answer = browser_of(prof, "fr").post(WEIGHTS, {} if data is None else {"file": file(data)})
    assert answer.status_code == status
    assert french in answer.content.decode().split('role="alert"')[1]
    assert files_in(folders) == []
    assert reader == []
    assert not CourseWeights.objects.exists()


@pytest.mark.slow
def test_a_zip_that_is_no_checkpoint_is_refused_by_the_real_reader_in_the_readers_language(
    pair: Pair, prof: User, folders: Path
) -> None:
    browser = browser_of(prof, "fr")
    answer = browser.post(WEIGHTS, {"file": file(checkpoint_bytes())}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    reason, advice = answer.json()["reason"], answer.json()["advice"]
    assert reason["en"] != reason["fr"]
    assert advice["en"] != advice["fr"]
    assert str(folders) not in answer.content.decode()
    assert files_in(folders) == []
    assert not CourseWeights.objects.exists()


@pytest.mark.slow
def test_the_demos_own_checkpoint_is_read_and_registered(pair: Pair, prof: User, folders: Path) -> None:
    weights = REPOSITORY / "fixtures" / "weights" / "course_yolov5nu.pt"
    browser_of(prof).post(WEIGHTS, {"file": file(weights.read_bytes(), weights.name)})
    registered = CourseWeights.objects.get()
    assert (registered.architecture, registered.parameters) == ("yolov5nu", 2_509_244)
    assert files_in(folders) == [f"weights/{registered.path}"]


def test_a_reader_that_stops_is_our_fault_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Refusal) as refusal:
        registration.describe(tmp_path / "best.pt")
    assert (refusal.value.code, refusal.value.status) == ("reader_stopped", 500)
    assert "ended with status 1" in caplog.text
    monkeypatch.setattr(registration, "TIMEOUT_SECONDS", 0)
    with pytest.raises(Refusal):
        registration.describe(tmp_path / "best.pt")


# --- the machine -----------------------------------------------------------------------------------------------------

WALLS = {"landlock": True, "seccomp": True, "unprivileged": True}
WHY = {"en": "No landlock here.", "fr": "Pas de landlock ici."}


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({"accepts_jobs": True, "weak": False, "why": None, "walls": WALLS}, "Every wall of the seal stands."),
        ({"accepts_jobs": True, "weak": True, "why": WHY, "walls": WALLS | {"landlock": False}}, WHY["en"]),
        ({"accepts_jobs": False, "weak": False, "why": WHY, "walls": {}}, "Evaluations are refused on this machine."),
    ],
)
def test_the_machines_page_says_whether_evaluations_are_safe_here(
    task: Task, pair: Pair, prof: User, monkeypatch: pytest.MonkeyPatch, report: dict[str, Any], expected: str
) -> None:
    monkeypatch.setattr(grader, "seal_report", lambda: {"escapes": {"open a file": True}, **report})
    hand_in(task, pair)
    page = said(page_of(prof, STATUS))
    assert expected in page
    assert "Worker silent" in page
    assert "Evaluations waiting 1" in page
    Worker.objects.create(name="w", seen_at=timezone.now())
    assert "Worker alive" in said(page_of(prof, STATUS))


def test_the_machine_s_page_shows_each_lane_and_misses_the_worker_it_needs(pair: Pair, settings: Settings) -> None:
    prof = browser_of(pair.course.instructors.get())

    def lanes() -> str:
        table = prof.get(STATUS).content.decode().split('id="lanes-title"')[1].split("</table>")[0]
        return " ".join(re.sub(r"<[^>]*>", " ", table).split())

    hand_in(make_task(pair.course), pair)
    assert "evaluations 1 0 none" in lanes()
    assert "GPU" not in lanes()
    Worker.objects.create(name="w", seen_at=timezone.now())
    settings.GPU = True
    assert "evaluations 1 0 1" in lanes()
    assert "evaluations on the GPU 0 0 none" in lanes()


def test_an_instructor_reads_how_many_e_mails_wait_for_a_mail_server_that_does_not_take_them(prof: User) -> None:
    Letter.objects.create(person=prof, subject="Marks", text="Out.")
    sentence = "E-mails that the mail server has not taken"
    assert sentence not in said(page_of(prof, STATUS))  # the worker has a minute
    Letter.objects.update(written_at=timezone.now() - timedelta(minutes=2))
    assert f"{sentence} 1" in said(page_of(prof, STATUS))
