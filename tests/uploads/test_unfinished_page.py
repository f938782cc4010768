"""What one has begun to send, and how to be rid of it: one's own alone."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import checkpoint_bytes
from tests.pages.browsing import browser_of
from uploads import part_files, pieces, resumable
from uploads.models import ResumableUpload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
PAGE = "/account/uploads/"
DATA = checkpoint_bytes("half of it " * 100)


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


def begun(person: User, name: str = "best.pt", *, part: int = len(DATA) // 2) -> ResumableUpload:
    upload = resumable.create(owner=person, name=name, size_bytes=len(DATA))
    pieces.append(upload, offset=0, piece=io.BytesIO(DATA[:part]))
    return upload


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_person_reads_what_has_arrived_and_until_when_it_is_kept(pair: Pair) -> None:
    person = member_of(pair)
    begun(person)
    begun(person, "<b>whole.pt", part=len(DATA))
    page = text(browser_of(person).get(PAGE))
    assert "best.pt" in page
    assert "50.0%" in page
    assert "kept until" in page
    assert "&lt;b&gt;whole.pt" in page
    assert "All of it is there, and it was not handed in." in page
    assert "10 GiB, and nothing of it is taken yet." in page.replace("\u00a0", " ")
    assert "Envois inachevés" in text(browser_of(person, "fr").get(PAGE))


def test_who_has_begun_nothing_reads_what_would_be_here(pair: Pair) -> None:
    assert "Nothing is on its way." in text(browser_of(member_of(pair)).get(PAGE))
    prof = text(browser_of(pair.course.instructors.get()).get(PAGE))
    assert "Nothing is on its way." in prof
    assert "Your pair" not in prof


def test_one_s_own_upload_is_removed_with_its_bytes(pair: Pair) -> None:
    person = member_of(pair)
    upload, other = begun(person), begun(person, "last.pt")
    answer = browser_of(person).post(f"{PAGE}{upload.pk.hex}/remove/", follow=True)
    assert "Removed: best.pt." in text(answer)
    assert not part_files.part_of(upload).exists()
    assert list(ResumableUpload.objects.all()) == [other]


def test_a_team_mate_sees_none_of_it_and_removes_nothing(pair: Pair) -> None:
    upload = begun(member_of(pair))
    mate = pair.members.order_by("username").last()
    assert mate is not None
    assert "best.pt" not in text(browser_of(mate).get(PAGE))
    for person in (mate, pair.course.instructors.get(), member_of(make_pair(pair.course, "2"))):
        assert browser_of(person).post(f"{PAGE}{upload.pk.hex}/remove/").status_code == 404
    assert browser_of(member_of(pair)).post(f"{PAGE}nothing/remove/").status_code == 404
    assert browser_of(member_of(pair)).get(f"{PAGE}{upload.pk.hex}/remove/").status_code == 405
    assert part_files.part_of(upload).exists()


def test_ten_uploads_ask_no_more_of_the_database_than_one(pair: Pair) -> None:
    browser = browser_of(member_of(pair))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(PAGE)
        return len(captured)

    begun(member_of(pair))
    one = queries()
    for number in range(9):
        begun(member_of(pair), f"{number}.pt")
    assert queries() == one
