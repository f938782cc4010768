"""The pages of clips: the pair's, its instructor's, and what nobody else reaches."""

import io
import json
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts import consents
from accounts.models import User
from courses.models import Pair
from datasets.models import Clip
from datasets.object_classes import add_class, choose_class
from datasets.rules import set_rules
from grading import services as grading
from grading.models import GradingJob
from tests.builders import make_course, make_pair, member_of
from tests.clips import JPEG, end, film_bytes, frames_zip, prepare, refuse, send
from tests.datasets.reading import body_of, page_of, said
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
CLIPS, NEW = "/clips/", "/clips/new/"
ATTACK = "<script>alert(1)</script>"
OF_ONE = ("", "video/", "poster/", "sheet/", "frames/")
DONE_TO_ONE = ("number/", "again/", "delete/")


def film(text: str = "film", name: str = "IMG_0001.MOV") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, film_bytes(text))


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_both_members_and_the_instructor_see_everything_of_a_clip(
    pair: Pair, student: User, mate: User, prof: User
) -> None:
    clip = prepare(send(pair))
    for person in (student, mate, prof):
        for piece in OF_ONE:
            assert browser_of(person).get(f"/clips/{clip.pk}/{piece}").status_code == 200, (person, piece)


def test_nobody_else_sees_or_does_anything_to_it(pair: Pair, other: Pair) -> None:
    clip = prepare(send(pair))
    elsewhere = make_course("elsewhere", instructor="other-prof")
    strangers = [member_of(other), elsewhere.instructors.get(), member_of(make_pair(elsewhere, "9"))]
    for person in strangers:
        for piece in OF_ONE:
            assert browser_of(person).get(f"/clips/{clip.pk}/{piece}").status_code == 404, (person, piece)
        for piece in DONE_TO_ONE:
            answer = browser_of(person).post(f"/clips/{clip.pk}/{piece}", {"sure": "1", "sequence": "2"})
            assert answer.status_code == 404, (person, piece)
    for piece in OF_ONE:
        assert browser_of(None).get(f"/clips/{clip.pk}/{piece}").headers["Location"].startswith("/sign-in/")
    assert Clip.objects.get().sequence == 1


def test_a_pair_s_list_shows_its_own_clips_only(pair: Pair, other: Pair, student: User) -> None:
    send(pair, "1", name="ours.mov")
    send(other, "2", name="theirs.mov")
    page = page_of(student, CLIPS)
    assert "ours.mov" in page
    assert "theirs.mov" not in page
    assert "theirs.mov" in page_of(member_of(other), CLIPS)


def test_somebody_without_a_pair_and_an_instructor_have_no_such_page(prof: User, pair: Pair) -> None:
    pair.members.clear()
    for person in (User.objects.get(username="pair1a"), prof):
        assert browser_of(person).get(CLIPS).status_code == 404
        answer = browser_of(person).post(NEW, {"file": film()}, headers={"Accept": "application/json"})
        assert answer.status_code == 403
        assert answer.json()["reason"]["en"] == "You are in no pair."
    assert not Clip.objects.exists()


# --- sending ----------------------------------------------------------------------------------------------------------


def test_a_plain_form_brings_a_film(pair: Pair, student: User) -> None:
    answer = browser_of(student).post(NEW, {"file": film(name="../../my <b>film</b>.mov")})
    assert answer.headers["Location"] == "/privacy/consent/?next=%2Fclips%2F"  # after the first one, once
    clip = Clip.objects.get()
    assert (clip.pair, clip.sequence, clip.uploaded_by) == (pair, 1, student)
    assert "/" not in clip.name
    page = page_of(student, CLIPS)
    assert "<b>film</b>" not in page
    assert "Next in the queue." in page


def test_the_script_is_told_where_to_go_and_what_was_declined(pair: Pair, student: User) -> None:
    consents.answer(person=student, answers=dict.fromkeys(consents.KINDS, False))
    browser = browser_of(student)
    json_please = {"Accept": "application/json"}
    assert browser.post(NEW, {"file": film()}, headers=json_please).json() == {"address": CLIPS}
    answer = browser.post(NEW, {"file": SimpleUploadedFile("film.mp4", b"PK\3\4 zip")}, headers=json_please)
    assert answer.status_code == 422
    assert answer.json()["reason"]["en"] == "This is an archive, not a film"
    answer = browser.post(NEW, headers=json_please)
    assert answer.status_code == 400
    assert Clip.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "words"), [("en", "This is a picture, not a film"), ("fr", "une image, pas un film")]
)
def test_a_picture_is_declined_on_the_page_in_words(pair: Pair, student: User, language: str, words: str) -> None:
    answer = browser_of(student, language).post(NEW, {"file": SimpleUploadedFile("a.mp4", b"\xff\xd8\xff\xe0")})
    assert answer.status_code == 422
    assert words in said(answer.content.decode())
    assert not Clip.objects.exists()


def test_a_file_larger_than_the_course_allows_is_declined(pair: Pair, student: User, prof: User) -> None:
    set_rules(course=pair.course, instructor=prof, values={"limit_bytes": 2**20})
    answer = browser_of(student).post(NEW, {"file": film("x" * 2**20)})
    assert answer.status_code == 413
    assert not Clip.objects.exists()


def test_a_file_that_is_not_what_was_announced_is_declined(pair: Pair, student: User) -> None:
    answer = browser_of(student).post(NEW, {"file": film(), "sha256": "0" * 64}, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert not Clip.objects.exists()


def test_a_form_of_another_site_brings_nothing(pair: Pair, student: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(student, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(NEW, {"file": film()}).status_code == 403
    assert not Clip.objects.exists()


def test_the_same_film_again_is_recognised_aloud(pair: Pair, student: User) -> None:
    send(pair)
    browser = browser_of(student)
    browser.post(NEW, {"file": film()})
    assert "We know this film" in browser.get(CLIPS).content.decode()
    assert Clip.objects.count() == 1


def test_a_full_shelf_says_how_to_replace_and_declines_a_sixth(pair: Pair, student: User) -> None:
    for number in range(5):
        send(pair, str(number))
    assert "All your sequences are there." in page_of(student, CLIPS)
    answer = browser_of(student).post(NEW, {"file": film("sixth")})
    assert answer.status_code == 409
    assert "Replace one of them" in said(answer.content.decode())
    browser_of(student).post(NEW, {"file": film("sixth"), "sequence": "2"})
    assert Clip.objects.filter(name="IMG_0001.MOV", pair=pair).count() == 5


# --- what the pages say -----------------------------------------------------------------------------------------------


def test_the_list_of_an_empty_pair_says_what_will_be_there(pair: Pair, student: User) -> None:
    page = said(page_of(student, CLIPS))
    assert page.count("not filmed yet") == 5
    assert "5 clips of 10 s" in page
    assert "The label is here once you have chosen your class." in page


def test_a_prepared_clip_shows_its_facts_and_advice(pair: Pair, student: User) -> None:
    clip = prepare(send(pair), duration_seconds=4.2, notes=["converted"])
    page = said(page_of(student, f"/clips/{clip.pk}/"))
    for words in ("Only 4.2 s where 10 are expected", "4.20 s", "1080 × 1920 px", "29.97 frames a second", "h264",
                  "3, taken at 30 a second (1 left out", "Converted to H.264", "as it came is deleted"):  # fmt: skip
        assert words in page, words
    french = said(page_of(student, f"/clips/{clip.pk}/", "fr"))
    assert "Seulement 4,2" in french
    assert "29,97 images par seconde" in french


def test_a_refused_clip_says_why_and_what_to_do_and_can_be_cleared_away(pair: Pair, student: User) -> None:
    clip = refuse(send(pair, name="memo.mp4"))
    for path in (CLIPS, f"/clips/{clip.pk}/"):
        page = said(page_of(student, path))
        assert "There is sound in this file and no picture." in page
        assert "Send the film itself." in page
    browser_of(student).post(f"/clips/{clip.pk}/delete/", {"sure": "1"})
    assert not Clip.objects.exists()


def test_a_running_clip_says_its_stage_and_how_far_it_is(pair: Pair, student: User) -> None:
    clip = send(pair)
    lease = grading.claim(worker="test", kinds=[GradingJob.Kind.VIDEO])
    assert lease is not None
    grading.progress(lease, stage="extracting", done=120, total=300)
    page = page_of(student, f"/clips/{clip.pk}/")
    assert "Taking the frames 120 of 300" in said(page)
    assert re.search(r'max="300" value="120"', page)


def test_what_was_typed_is_text_everywhere(pair: Pair, student: User, prof: User) -> None:
    clip = prepare(send(pair, name=ATTACK))
    Clip.objects.filter(pk=clip.pk).update(name=ATTACK)
    add_class(course=pair.course, instructor=prof, name="<b>mug</b>")
    choose_class(pair=pair, person=student, object_class=pair.course.object_classes.get().pk)
    for person, path in ((student, CLIPS), (student, f"/clips/{clip.pk}/"), (prof, "/teach/clips/")):
        page = page_of(person, path)
        assert ATTACK not in page
        assert "<b>mug</b>" not in page


def test_the_list_is_asked_for_again_and_answers_only_with_news(pair: Pair, student: User) -> None:
    clip = send(pair)
    page = page_of(student, CLIPS)
    address = re.search(r'id="shelf-clock"[^>]*hx-get="([^"]+)"', page)
    assert address
    asking = browser_of(student, htmx=True)
    assert asking.get(address[1]).status_code == 204
    prepare(clip)
    news = asking.get(address[1])
    assert news.status_code == 200
    assert "<html" not in news.content.decode()
    assert "prepared" in said(news.content.decode())


def test_pages_cost_the_same_few_queries_with_one_clip_and_with_many(
    pair: Pair, student: User, prof: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    set_rules(course=pair.course, instructor=prof, values={"clips_expected": 12})
    for count in (1, 12):
        for number in range(pair.clips.count(), count):
            clip = send(pair, str(number))
            if number in (0, 2, 4):
                prepare(clip)
            elif number < 6:
                end(clip, "failed", {"version": 1, "reason": {"en": "x"}, "advice": {"en": "y"}})
        for person, path, ceiling in (
            (student, CLIPS, 17), (student, f"/clips/{pair.clips.order_by('pk')[0].pk}/", 13),
            (prof, "/teach/clips/", 16), (prof, f"/teach/clips/pairs/{pair.pk}/", 17),
        ):  # fmt: skip
            browser = browser_of(person)
            with django_assert_max_num_queries(ceiling):
                assert browser.get(path).status_code == 200


# --- doing ------------------------------------------------------------------------------------------------------------


def test_a_clip_is_moved_from_the_list_and_from_its_page(pair: Pair, mate: User) -> None:
    clip = send(pair)
    answer = browser_of(mate).post(f"/clips/{clip.pk}/number/", {"sequence": "2", "from": "list"})
    assert answer.headers["Location"] == CLIPS
    answer = browser_of(mate).post(f"/clips/{clip.pk}/number/", {"sequence": "4"})
    assert answer.headers["Location"] == f"/clips/{clip.pk}/"
    assert Clip.objects.get().sequence == 4
    for nonsense in ("", "0", "-1", "9" * 30, "٣", "4.5"):
        browser_of(mate).post(f"/clips/{clip.pk}/number/", {"sequence": nonsense})
    assert Clip.objects.get().sequence == 4


def test_deleting_needs_a_tick(pair: Pair, student: User) -> None:
    clip = prepare(send(pair))
    browser_of(student).post(f"/clips/{clip.pk}/delete/")
    assert Clip.objects.exists()
    assert browser_of(student).post(f"/clips/{clip.pk}/delete/", {"sure": "1"}).headers["Location"] == CLIPS
    assert not Clip.objects.exists()
    assert browser_of(student).get(f"/clips/{clip.pk}/").status_code == 404


def test_a_pair_chooses_its_class_and_reads_its_label(pair: Pair, student: User, prof: User) -> None:
    mug = add_class(course=pair.course, instructor=prof, name="Tasse à café")
    browser = browser_of(student)
    assert browser.post("/clips/object-class/", {"class": str(mug.pk)}).headers["Location"] == CLIPS
    page = browser.get(CLIPS).content.decode()
    label = re.search(r'<pre class="code" id="cvat-labels">(.*?)</pre>', page, re.S)
    assert label
    shown = json.loads(label[1].replace("&quot;", '"').replace("&#x27;", "'"))
    assert shown == [{"name": "Tasse à café", "type": "rectangle", "attributes": []}]
    browser.post("/clips/object-class/", {"class": "999"})
    pair.refresh_from_db()
    assert pair.object_class == mug


# --- files ------------------------------------------------------------------------------------------------------------


def test_films_and_pictures_are_sent_as_what_we_made_of_them(pair: Pair, student: User) -> None:
    clip = prepare(send(pair, name="../IMG <1>.MOV"))
    browser = browser_of(student)
    for piece, kind, content in (
        ("video/", "video/mp4", b"a clean copy"), ("poster/", "image/jpeg", JPEG), ("sheet/", "image/jpeg", JPEG)
    ):  # fmt: skip
        answer = browser.get(f"/clips/{clip.pk}/{piece}")
        assert (answer["Content-Type"], body_of(answer)) == (kind, content)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer["Cache-Control"]
    part = browser.get(f"/clips/{clip.pk}/video/", headers={"Range": "bytes=2-6"})
    assert (part.status_code, body_of(part)) == (206, b"clean")
    assert browser.get(f"/clips/{clip.pk}/video/", headers={"Range": "bytes=99-"}).status_code == 416


def test_what_is_not_made_yet_is_not_there(pair: Pair, student: User) -> None:
    clip = send(pair)
    for piece in ("video/", "poster/", "sheet/"):
        assert browser_of(student).get(f"/clips/{clip.pk}/{piece}").status_code == 404
    browser = browser_of(student)
    for path, back in ((f"/clips/{clip.pk}/frames/", f"/clips/{clip.pk}/"), ("/clips/frames/", CLIPS)):
        assert browser.get(path).headers["Location"] == back
    assert "There are no frames yet." in browser.get(CLIPS).content.decode()


def test_the_zip_of_a_clip_has_the_data_set_s_folders(pair: Pair, student: User, prof: User) -> None:
    clip = prepare(send(pair, sequence=3))
    mug = add_class(course=pair.course, instructor=prof, name="Tasse à café")
    choose_class(pair=pair, person=student, object_class=mug.pk)
    answer = browser_of(student).get(f"/clips/{clip.pk}/frames/")
    content = body_of(answer)
    assert answer["Content-Length"] == str(len(content))
    assert 'filename="tasse-a-cafe-1-3.zip"' in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            *(f"tasse-a-cafe/1/3/images/frame_{number:06d}.jpg" for number in range(3)),
            "tasse-a-cafe/1/3/frames.csv",
        ]
        assert archive.read("tasse-a-cafe/1/3/images/frame_000002.jpg") == JPEG + b"2"


def test_the_zip_of_a_pair_has_every_sequence_under_its_number_of_now(pair: Pair, student: User) -> None:
    first, _ = prepare(send(pair, "1")), prepare(send(pair, "2", name='=HYPERLINK("x")'))
    send(pair, "3")
    browser = browser_of(student)
    browser.post(f"/clips/{first.pk}/number/", {"sequence": "5"})
    with zipfile.ZipFile(io.BytesIO(body_of(browser.get("/clips/frames/")))) as archive:
        names = archive.namelist()
        table = archive.read("no-class/1/clips.csv").decode()
    assert {name.split("/")[2] for name in names if name.endswith(".jpg")} == {"2", "5"}
    assert len(names) == 2 * 4 + 1
    assert table.splitlines()[0].startswith("sequence,name,seconds")
    assert [line.split(",")[0] for line in table.splitlines()[1:]] == ["2", "5"]
    assert "'=HYPERLINK" in table


def test_a_broken_download_of_a_zip_goes_on_where_it_stopped(pair: Pair, student: User) -> None:
    prepare(send(pair))
    browser = browser_of(student)
    first = browser.get("/clips/frames/")
    content = body_of(first)
    cut = len(content) // 2
    rest = browser.get("/clips/frames/", headers={"Range": f"bytes={cut}-", "If-Range": first["ETag"]})
    assert rest.status_code == 206
    assert body_of(rest) == content[cut:]
    pair.clips.update(sequence=2)
    changed = browser.get("/clips/frames/", headers={"Range": f"bytes={cut}-", "If-Range": first["ETag"]})
    assert changed.status_code == 200
    assert browser.head("/clips/frames/").status_code == 200
    assert browser.get("/clips/frames/", headers={"If-None-Match": changed["ETag"]}).status_code == 304


def test_two_pairs_of_one_folder_name_get_folders_of_their_own(pair: Pair, student: User) -> None:
    pair.name = "A b"
    pair.save()
    make_pair(pair.course, "a-b", "x", "y")
    clip = prepare(send(pair))
    with zipfile.ZipFile(io.BytesIO(body_of(browser_of(student).get(f"/clips/{clip.pk}/frames/")))) as archive:
        assert archive.namelist()[0].startswith(f"no-class/a-b-{pair.pk}/1/images/")


def test_the_builders_of_these_tests_write_what_the_worker_writes() -> None:
    with zipfile.ZipFile(io.BytesIO(frames_zip(1))) as archive:
        assert archive.namelist() == ["clip/images/frame_000000.jpg", "clip/frames.csv"]
