"""A course taken away as one zip, and brought back: for a colleague, for next year, for another machine."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.errors import Refusal
from accounts.models import User
from challenges.catalogue import CATALOGUE
from challenges.spec import load_cards
from config.bundles import bringing, reading
from courses.draw import Grid
from courses.models import Course
from courses.services import register_weights, weights_of
from datasets.object_classes import add_class
from datasets.rules import rules_of, set_rules
from submissions.models import Task
from tests.builders import PASSWORD, make_course, make_pair, make_person, member_of
from tests.config.zips import folders, rewritten, zip_of

__all__ = ["folders"]
pytestmark = pytest.mark.django_db
WEIGHTS = Path(__file__).parents[2] / "fixtures" / "weights" / "course_yolov5nu.pt"


@pytest.fixture
def course() -> Course:
    course = make_course()
    make_pair(course, "1")
    make_pair(course, "2")
    Task.objects.create(course=course, slug="charlie", data="charlie/data.yaml")
    return course


async def whole(response: HttpResponseBase) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    return b"".join([block async for block in response])


def test_a_course_comes_back_with_its_groups_pairs_people_and_checkpoint(course: Course) -> None:
    register_weights(course=course, source=WEIGHTS, name="ours", architecture="yolov5nu", parameters=5)
    file = zip_of(course, people=True)
    prof = User.objects.get(username="prof")
    made, report = bringing.bring(bundle=reading.read(file), file=file, instructor=prof, people=True)
    assert made.pk != course.pk
    assert (made.title, made.slug) == (course.title, "vision-2")
    assert {pair.name: pair.group.name for pair in made.pairs.all()} == {"1": "A1", "2": "A1"}
    assert {person.username for pair in made.pairs.all() for person in pair.members.all()} == {
        "pair1a", "pair1b", "pair2a", "pair2b",
    }  # fmt: skip
    assert not report.passwords  # they were there already
    weights = weights_of(made)
    assert weights is not None
    assert weights.name == "ours"
    assert made.variant_seed != course.variant_seed


def test_a_course_comes_back_with_what_its_pairs_film(course: Course) -> None:
    prof = User.objects.get(username="prof")
    for name, index in (("mug", 4), ("Tasse à café", 0)):
        add_class(course=course, instructor=prof, name=name, index=index)
    set_rules(course=course, instructor=prof, values={"clips_expected": 3, "frame_rate": 15})
    file = zip_of(course)
    made, _ = bringing.bring(bundle=reading.read(file), file=file, instructor=prof, people=False)
    assert dict(made.object_classes.values_list("name", "index")) == {"mug": 4, "Tasse à café": 0}
    assert (rules_of(made).clips_expected, rules_of(made).frame_rate, rules_of(made).course) == (3, 15, made)


def test_a_zip_from_before_there_were_clips_is_read_as_it_was(course: Course) -> None:
    def forget(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["course.json"])
        del manifest["object_classes"], manifest["acquisition"]
        entries["course.json"] = json.dumps(manifest).encode()

    file = rewritten(zip_of(course), forget)
    prof = User.objects.get(username="prof")
    made, _ = bringing.bring(bundle=reading.read(file), file=file, instructor=prof, people=False)
    assert not made.object_classes.exists()
    assert rules_of(made).clips_expected == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"object_classes": "mug"},
        {"object_classes": [{"name": "mug", "index": 0}, {"name": "Mug", "index": 1}]},
        {"object_classes": [{"name": "mug", "index": 0}, {"name": "key", "index": 0}]},
        {"object_classes": [{"name": "mug", "index": True}]},
        {"object_classes": [{"name": "mug"}]},
        {"object_classes": ["mug"]},
        {"acquisition": []},
        {"acquisition": {"frame_rate": 1000}},
        {"acquisition": {"limit_bytes": "much"}},
    ],
)
def test_classes_and_rules_that_are_none_are_refused(course: Course, wrong: dict[str, Any]) -> None:
    def spoil(entries: dict[str, bytes]) -> None:
        entries["course.json"] = json.dumps(json.loads(entries["course.json"]) | wrong).encode()

    with pytest.raises(Refusal, match="not_a_course"):
        reading.read(rewritten(zip_of(course), spoil))


def test_without_people_nobody_is_named_in_the_zip(course: Course) -> None:
    User.objects.filter(username="pair1a").update(first_name="Camille", email="camille@example.org")
    with zipfile.ZipFile(zip_of(course)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (b"pair1a", b"Camille", b"camille@example.org"):
        assert secret not in content


def test_passwords_and_the_secret_of_the_variants_are_never_in_the_zip(course: Course) -> None:
    with zipfile.ZipFile(zip_of(course, people=True)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    hashed = User.objects.get(username="pair1a").password
    for secret in (PASSWORD, hashed, course.variant_seed):
        assert secret.encode() not in content


def test_the_same_course_gives_the_same_bytes(course: Course) -> None:
    assert zip_of(course).getvalue() == zip_of(course).getvalue()


def test_cards_that_are_the_same_here_are_not_written_again(course: Course, settings: Settings) -> None:
    file = zip_of(course)
    bundle = reading.read(file)
    assert set(bringing.plan(bundle).same_cards) == {card.slug for card in load_cards()}
    bringing.bring(bundle=bundle, file=file, instructor=User.objects.get(username="prof"), people=False)
    assert not list(Path(settings.CARDS_DIR).glob("*/card.yaml"))


def test_a_changed_card_takes_the_place_of_ours_and_leaves_no_quest_behind(course: Course) -> None:
    hunt = next(card for card in load_cards() if card.layout is None)
    prof = User.objects.get(username="prof")
    gone = hunt.quests[-1].slug

    def change(entries: dict[str, bytes]) -> None:
        card = f"cards/{CATALOGUE.folder_of(hunt.slug).name}/card.yaml"
        entries[card] = entries[card].replace(b"  en: Where's Charlie?", b"  en: Where is he now?")

    def shrink(entries: dict[str, bytes]) -> None:
        change(entries)
        folder = f"cards/{CATALOGUE.folder_of(hunt.slug).name}"
        del entries[f"{folder}/quests/{gone}/quest.yaml"]
        card = f"{folder}/card.yaml"
        entries[card] = entries[card].replace(f"- {gone}\n".encode(), b"")

    for rewrite in (change, shrink):
        file = rewritten(zip_of(course), rewrite)
        bundle = reading.read(file)
        assert bringing.plan(bundle).changed_cards == (hunt.slug,)
        bringing.bring(bundle=bundle, file=file, instructor=prof, people=False)
    theirs = next(card for card in load_cards() if card.slug == hunt.slug)
    assert theirs.title["en"] == "Where is he now?"
    assert gone not in {quest.slug for quest in theirs.quests}


def test_a_task_that_another_course_has_stays_with_it(course: Course) -> None:
    file = zip_of(course)
    bundle = reading.read(file)
    assert bringing.plan(bundle).taken_tasks == ("charlie",)
    bringing.bring(bundle=bundle, file=file, instructor=User.objects.get(username="prof"), people=False)
    assert Task.objects.get().course == course


def test_next_year_begins_with_this_years_rules_and_the_same_draw(course: Course) -> None:
    rules = {"convention": "coco", "public_percent": 40, "quota_per_day": None, "attempts_per_day": 12}
    Task.objects.update(**rules, final_rule="chosen", uses_ladder=True, shows_gallery=False, is_open=False)
    course.training_grid = Grid(sizes=("n", "s")).to_json()
    course.save(update_fields=["training_grid"])
    secret = Task.objects.get().parts_seed
    file = zip_of(course)
    Task.objects.all().delete()
    bundle = reading.read(file)
    brought, _ = bringing.bring(bundle=bundle, file=file, instructor=User.objects.get(username="prof"), people=False)
    task = Task.objects.get(course=brought)
    assert {name: getattr(task, name) for name in rules} == rules
    assert (task.final_rule, task.uses_ladder, task.shows_gallery) == ("chosen", True, False)
    assert task.is_open, "whether it is open is this year's affair"
    assert task.parts_seed != secret, "which pictures are public must not be known from last year's zip"
    assert brought.training_grid["sizes"] == ["n", "s"]


@pytest.mark.parametrize(
    "change",
    [
        {"tasks": [{"slug": "charlie", "data": "a/data.yaml", "rules": {"quota_per_day": -1}}]},
        {"tasks": [{"slug": "charlie", "data": "a/data.yaml", "rules": {"parts_seed": "known"}}]},
        {"tasks": [{"slug": "charlie", "data": "a/data.yaml", "rules": {"convention": "mine"}}]},
        {"tasks": [{"slug": "charlie", "data": "a/data.yaml", "rules": {"public_percent": "40"}}]},
        {"tasks": [{"slug": "charlie", "data": "a/data.yaml", "rules": ["quota_per_day"]}]},
        {"training_grid": {"sizes": ["huge"]}},
        {"training_grid": {"image_sizes": [[1]]}},
        {"training_grid": "all"},
    ],
)
def test_rules_that_are_none_are_refused_before_anything_is_made(course: Course, change: dict[str, Any]) -> None:
    def rewrite(entries: dict[str, bytes]) -> None:
        entries["course.json"] = json.dumps(json.loads(entries["course.json"]) | change).encode()

    with pytest.raises(Refusal):
        reading.read(rewritten(zip_of(course), rewrite))
    assert Course.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("../evil.py", b"", "has no place"),
        ("/etc/passwd", b"", "has no place"),
        ("cards/x/quests/y/run.py", b"", "has no place"),
        ("cards/x/../../y/card.yaml", b"", "has no place"),
        ("pictures/page.html", b"<script>", "has no place"),
        ("roster.csv", b"x" * (2**20 + 1), "is too large"),
        ("course.json", b"{}", "not a course of version"),
        ("course.json", b"[" * 100_000, "is not JSON"),
        ("course.json", b'{"version": 1}', "“title” is no short text"),
        ("cards/mine/card.yaml", b"slug: mine\n", "cards/mine/card.yaml:1: “position” is missing"),
        ("roster.csv", b"username\n", "lacks these columns"),
    ],
)
def test_a_zip_with_anything_else_in_it_is_refused_and_nothing_is_made(
    course: Course, name: str, content: bytes, said: str
) -> None:
    file = rewritten(zip_of(course), lambda entries: entries.update({name: content}))
    with pytest.raises(Refusal) as refusal:
        reading.read(file)
    assert said in refusal.value.reason["en"]
    assert Course.objects.count() == 1


def test_a_task_may_not_point_outside_the_datasets_folder(course: Course) -> None:
    def change(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["course.json"])
        manifest["tasks"][0]["data"] = "../../etc/data.yaml"
        entries["course.json"] = json.dumps(manifest).encode()

    with pytest.raises(Refusal, match="a task is not usable"):
        reading.read(rewritten(zip_of(course), change))


def test_a_checkpoint_other_than_the_one_announced_is_refused(course: Course) -> None:
    register_weights(course=course, source=WEIGHTS, name="ours", architecture="yolov5nu", parameters=5)

    def change(entries: dict[str, bytes]) -> None:
        [name] = [name for name in entries if name.startswith("weights/")]
        entries[name] = b"other bytes"

    with pytest.raises(Refusal, match="not the one announced"):
        reading.read(rewritten(zip_of(course), change))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 but no zip", b"\0" * 1000])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal, match="not a readable zip"):
        reading.read(io.BytesIO(content))


def test_a_zip_that_was_damaged_on_its_way_is_refused(course: Course) -> None:
    content = bytearray(zip_of(course).getvalue())
    start = content.index(b"course.json") + len("course.json")
    content[start : start + 60] = b"\xff" * 60
    with pytest.raises(Refusal, match="not a readable zip"):
        reading.read(io.BytesIO(bytes(content)))


def test_a_bomb_unpacks_to_no_more_than_it_announces(course: Course) -> None:
    file = rewritten(zip_of(course), lambda entries: entries.update({"pictures/big.jpg": b"\0" * (5 * 2**20)}))
    with pytest.raises(Refusal, match="too large"):
        reading.read(file)


def test_an_instructor_takes_it_away_and_brings_it_back_on_the_page(course: Course, client: Client) -> None:
    client.force_login(User.objects.get(username="prof"))
    answer = client.get(reverse("teach:export"))
    assert answer["Content-Disposition"] == 'attachment; filename="vision-course.zip"'
    content = async_to_sync(whole)(answer)
    page = client.post(reverse("teach:course"), {"bundle": SimpleUploadedFile("course.zip", content)})
    assert Course.objects.count() == 1  # it was only looked at
    token = page.context["token"]
    client.post(reverse("teach:bring"), {"token": token})
    assert set(Course.objects.values_list("slug", flat=True)) == {"vision", "vision-2"}


def test_a_zip_that_is_no_course_is_refused_on_the_page(course: Course, client: Client) -> None:
    client.force_login(User.objects.get(username="prof"))
    answer = client.post(reverse("teach:course"), {"bundle": SimpleUploadedFile("course.zip", b"no")})
    assert answer.status_code == 422
    assert Course.objects.count() == 1


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "0" * 32])
def test_a_token_that_nobody_was_given_makes_nothing(course: Course, client: Client, token: str) -> None:
    client.force_login(User.objects.get(username="prof"))
    answer = client.post(reverse("teach:bring"), {"token": token})
    assert answer.status_code == 302
    assert Course.objects.count() == 1


def test_students_and_strangers_find_no_such_pages(course: Course, client: Client) -> None:
    for person in (member_of(course.pairs.all()[0]), make_person("stranger")):
        client.force_login(person)
        assert client.get(reverse("teach:export")).status_code == 404
        assert client.get(reverse("teach:course")).status_code == 404
        assert client.post(reverse("teach:bring"), {"token": "0" * 32}).status_code == 404


def test_both_commands_do_the_same_from_a_terminal(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "course.zip"
    call_command("export_course", str(file), course="vision", people=True)
    call_command("import_course", str(file), instructor="prof", people=True)
    assert Course.objects.count() == 2
    with pytest.raises(CommandError, match="no instructor"):
        call_command("import_course", str(file), instructor="pair1a")
