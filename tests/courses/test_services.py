"""Importing a roster, registering the course's checkpoint, and who may see which pair."""

from pathlib import Path

import pytest
from django.http import Http404
from pytest_django import Settings

from accounts.errors import Refusal
from accounts.models import User
from accounts.roster import read_roster
from courses import official_weights
from courses.access import access_pair, course_of, pair_of, require_instructor
from courses.models import AuditEntry, Course, Group, Pair
from courses.services import import_roster, register_weights, weights_of, weights_path

pytestmark = pytest.mark.django_db
ROSTER = b"username,role,group,pair\nada,student,A1,1\nbob,student,A1,1\ncleo,student,A2,2\nprof,instructor,,\n"


@pytest.fixture
def course() -> Course:
    return Course.objects.create(slug="vision", title="Vision")


def test_importing_a_roster_creates_people_pairs_and_groups(course: Course) -> None:
    report = import_roster(course=course, rows=read_roster(ROSTER))
    assert report.created == ["ada", "bob", "cleo", "prof"]
    assert {pair.name: sorted(m.username for m in pair.members.all()) for pair in course.pairs.all()} == {
        "1": ["ada", "bob"],
        "2": ["cleo"],
    }
    ada = User.objects.get(username="ada")
    assert ada.check_password(report.passwords["ada"])
    assert not ada.is_staff
    assert not ada.is_instructor
    assert User.objects.get(username="prof").is_instructor
    assert course.instructors.get().username == "prof"


def test_importing_the_same_roster_twice_changes_nothing(course: Course) -> None:
    first = import_roster(course=course, rows=read_roster(ROSTER))
    second = import_roster(course=course, rows=read_roster(ROSTER))
    assert second.created == []
    assert second.passwords == {}
    assert User.objects.get(username="ada").check_password(first.passwords["ada"])
    assert (User.objects.count(), Pair.objects.count(), Group.objects.count()) == (4, 2, 2)


def test_somebody_who_changes_pair_leaves_the_old_one(course: Course) -> None:
    import_roster(course=course, rows=read_roster(ROSTER))
    import_roster(course=course, rows=read_roster(b"username,role,group,pair\nbob,student,A2,2\n"))
    assert sorted(m.username for m in course.pairs.get(name="2").members.all()) == ["bob", "cleo"]
    assert [m.username for m in course.pairs.get(name="1").members.all()] == ["ada"]
    entry = AuditEntry.objects.get()  # their mark is another pair's from now on
    assert (entry.action, entry.before, entry.after) == ("person-moved", {"pair": "1"}, {"pair": "2"})
    assert entry.subject == f"person:{User.objects.get(username='bob').pk}"


def test_a_student_sees_their_own_pair_and_no_other(course: Course) -> None:
    import_roster(course=course, rows=read_roster(ROSTER))
    ada = User.objects.get(username="ada")
    own, other = course.pairs.get(name="1"), course.pairs.get(name="2")
    assert pair_of(ada) == own
    assert access_pair(ada, own.pk) == own
    with pytest.raises(Http404):
        access_pair(ada, other.pk)
    with pytest.raises(Http404):
        require_instructor(ada)


def test_an_instructor_sees_the_pairs_of_their_course_and_of_no_other(course: Course) -> None:
    import_roster(course=course, rows=read_roster(ROSTER))
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    group = Group.objects.create(course=elsewhere, name="Z")
    stranger = Pair.objects.create(course=elsewhere, group=group, name="9")
    prof = User.objects.get(username="prof")
    assert course_of(prof) == course
    assert access_pair(prof, course.pairs.get(name="2").pk).name == "2"
    with pytest.raises(Http404):
        access_pair(prof, stranger.pk)


def test_somebody_without_a_course_gets_404() -> None:
    with pytest.raises(Http404):
        course_of(User.objects.create_user("nobody"))


def test_the_newest_registered_checkpoint_counts(course: Course, tmp_path: Path, settings: Settings) -> None:
    settings.WEIGHTS_DIR = tmp_path / "weights"
    for content in (b"first", b"second"):
        (tmp_path / "w.pt").write_bytes(content)
        register_weights(course=course, source=tmp_path / "w.pt", name="w", architecture="yolov5n", parameters=1)
    weights = weights_of(course)
    assert weights is not None
    assert weights_path(weights).read_bytes() == b"second"
    assert weights.size_bytes == 6


def test_a_download_that_is_not_the_official_file_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = tmp_path / "portal.html"
    portal.write_bytes(b"<html>Sign in to this network</html>")
    monkeypatch.setattr(official_weights, "RELEASE", tmp_path.as_uri())
    (tmp_path / "yolov5n.pt").write_bytes(portal.read_bytes())
    target = tmp_path / "target.pt"
    with pytest.raises(Refusal) as refusal:
        official_weights.fetch(official_weights.OFFICIAL["yolov5n"], target)
    assert refusal.value.code == "not_the_official_file"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["portal.html", "yolov5n.pt"]


def test_without_a_network_the_advice_says_how_to_register_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official_weights, "RELEASE", (tmp_path / "nowhere").as_uri())
    with pytest.raises(Refusal) as refusal:
        official_weights.fetch(official_weights.OFFICIAL["yolov5s"], tmp_path / "target.pt")
    assert refusal.value.code == "no_network"
    assert "register_weights" in refusal.value.advice["en"]
