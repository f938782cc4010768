"""The instructors' pages of acquisition: rules, classes, every pair at a glance; they are nobody else's."""

import re
import zipfile
from io import BytesIO

import pytest

from accounts.models import User
from courses.models import ObjectClass, Pair
from datasets.models import AcquisitionRules, Clip
from datasets.object_classes import add_class, choose_class
from datasets.rules import rules_of
from grading.models import GradingJob
from tests.builders import make_course, member_of
from tests.clips import prepare, refuse, send
from tests.datasets.reading import body_of, page_of, said
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/teach/clips/"
RULES = {
    "clips_expected": "3", "seconds_expected": "20", "frame_rate": "5", "max_seconds": "60", "limit_mebibytes": "100",
}  # fmt: skip


@pytest.fixture
def mug(pair: Pair, prof: User) -> ObjectClass:
    return add_class(course=pair.course, instructor=prof, name="mug")


def test_students_and_strangers_find_no_such_page_and_change_nothing(
    pair: Pair, other: Pair, student: User, mug: ObjectClass
) -> None:
    elsewhere = make_course("elsewhere", instructor="other-prof").instructors.get()
    clip = prepare(send(pair, name="ours.mov"))
    choose_class(pair=pair, person=student, object_class=mug.pk)
    of_pair = f"{PAGE}pairs/{pair.pk}/"
    for person in (student, member_of(other), elsewhere):
        browser = browser_of(person)
        for path in (of_pair, f"{of_pair}frames/"):
            assert browser.get(path).status_code == 404, path
        for path in (f"{of_pair}object-class/", f"{PAGE}classes/{mug.pk}/"):
            assert browser.post(path, {"class": "", "action": "remove", "name": "x"}).status_code == 404, path
    for person in (student, member_of(other)):
        browser = browser_of(person)
        for path in (PAGE, f"{PAGE}rules/", f"{PAGE}extract/", f"{PAGE}classes/"):
            assert browser.post(path, RULES | {"name": "key"}).status_code in (404, 405), path
        assert browser.get(PAGE).status_code == 404
    assert "ours.mov" not in page_of(elsewhere, PAGE)
    assert browser_of(None).get(PAGE).headers["Location"].startswith("/sign-in/")
    pair.refresh_from_db()
    assert pair.object_class == mug
    assert not AcquisitionRules.objects.exists()
    assert Clip.objects.get().pk == clip.pk
    assert GradingJob.objects.count() == 1


def test_the_overview_shows_each_pair_its_class_clips_seconds_and_frames(
    pair: Pair, other: Pair, student: User, prof: User, mug: ObjectClass
) -> None:
    choose_class(pair=pair, person=student, object_class=mug.pk)
    prepare(send(pair, "1"))
    refuse(send(pair, "2"))
    send(pair, "3")
    page = page_of(prof, PAGE)
    first, second = re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page, flags=re.S)
    assert "mug" in said(first)
    assert "9.8" in said(first)
    assert "+ 1 refused" in said(first)
    assert first.count("reel__clip--ready") == 1
    assert first.count("reel__clip--queued") == 1
    assert first.count("reel__none") == 3
    assert "none yet" in said(second)
    assert second.count("reel__none") == 5
    assert "On the disk" in said(page)


def test_an_instructor_changes_the_rules(pair: Pair, prof: User) -> None:
    assert browser_of(prof).post(f"{PAGE}rules/", RULES).headers["Location"] == PAGE
    rules = rules_of(pair.course)
    assert (rules.clips_expected, rules.frame_rate, rules.limit_bytes) == (3, 5, 100 * 2**20)
    assert rules.shares_classes is False  # a box that is not ticked
    page = page_of(prof, PAGE)
    assert "3 × 20 s, frames at 5 a second" in said(page)
    assert 'name="limit_mebibytes" value="100"' in page


@pytest.mark.parametrize("wrong", [{"frame_rate": "0"}, {"clips_expected": "many"}, {"limit_mebibytes": "9999"}])
def test_rules_that_are_none_are_declined_where_they_were_typed(pair: Pair, prof: User, wrong: dict[str, str]) -> None:
    answer = browser_of(prof).post(f"{PAGE}rules/", RULES | wrong)
    assert answer.status_code == 422
    assert 'class="field__error"' in answer.content.decode()
    assert not AcquisitionRules.objects.exists()


def test_a_longest_clip_shorter_than_the_expected_one_is_declined_in_words(pair: Pair, prof: User) -> None:
    browser = browser_of(prof)
    browser.post(f"{PAGE}rules/", RULES | {"max_seconds": "10"})
    assert "These rules cannot be kept" in browser.get(PAGE).content.decode()
    assert not AcquisitionRules.objects.exists()


def test_classes_are_added_renamed_renumbered_and_removed(pair: Pair, prof: User) -> None:
    browser = browser_of(prof)
    browser.post(f"{PAGE}classes/", {"name": "mug"})
    browser.post(f"{PAGE}classes/", {"name": "key", "index": "7"})
    assert dict(ObjectClass.objects.values_list("name", "index")) == {"mug": 0, "key": 7}
    mug, key = ObjectClass.objects.order_by("index")
    browser.post(f"{PAGE}classes/{mug.pk}/", {"name": "cup", "index": "3"})
    browser.post(f"{PAGE}classes/{key.pk}/", {"action": "remove"})
    assert dict(ObjectClass.objects.values_list("name", "index")) == {"cup": 3}
    browser.post(f"{PAGE}classes/", {"name": "CUP"})
    assert "is on the list already" in browser.get(PAGE).content.decode()
    assert browser.post(f"{PAGE}classes/", {"name": ""}).status_code == 422
    assert ObjectClass.objects.count() == 1


def test_an_instructor_watches_a_pair_s_clips_and_says_what_it_films(pair: Pair, prof: User, mug: ObjectClass) -> None:
    clip = prepare(send(pair))
    of_pair = f"{PAGE}pairs/{pair.pk}/"
    browser = browser_of(prof)
    browser.post(f"{of_pair}object-class/", {"class": str(mug.pk)})
    pair.refresh_from_db()
    assert pair.object_class == mug
    assert f'href="/clips/{clip.pk}/"' in page_of(prof, of_pair)
    with zipfile.ZipFile(BytesIO(body_of(browser.get(f"{of_pair}frames/")))) as archive:
        assert archive.namelist()[0] == "mug/1/1/images/frame_000000.jpg"
    browser.post(f"{of_pair}object-class/", {"class": ""})
    pair.refresh_from_db()
    assert pair.object_class is None


def test_an_instructor_deletes_on_request_and_is_back_at_the_pair(pair: Pair, prof: User) -> None:
    clip = prepare(send(pair))
    answer = browser_of(prof).post(f"/clips/{clip.pk}/delete/", {"sure": "1", "reason": "asked for"})
    assert answer.headers["Location"] == f"{PAGE}pairs/{pair.pk}/"
    assert not Clip.objects.exists()


def test_frames_of_another_rate_are_offered_to_be_taken_again(pair: Pair, prof: User) -> None:
    prepare(send(pair))
    browser = browser_of(prof)
    assert "Take their frames again" not in browser.get(PAGE).content.decode()
    browser.post(f"{PAGE}rules/", RULES)
    assert "1 clip has frames of another rate than 5 a second." in said(browser.get(PAGE).content.decode())
    browser.post(f"{PAGE}extract/")
    assert "1 clip is in the queue." in browser.get(PAGE).content.decode()
    assert GradingJob.objects.filter(status="queued").count() == 1


def test_an_empty_course_says_how_to_begin(prof: User, pair: Pair) -> None:
    Pair.objects.all().delete()
    page = said(page_of(prof, PAGE))
    assert "No pair yet. Bring a roster" in page
    assert "No class yet." in page
