"""What may be filmed, and who films what: two classes with one number never happen here."""

import pytest
from django.http import Http404

from accounts.errors import Refusal
from accounts.models import User
from courses.models import AuditEntry, ObjectClass, Pair
from datasets.object_classes import add_class, change_class, checked_list, choose_class, remove_class
from datasets.rules import rules_of, set_rules
from tests.builders import make_course, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(pair: Pair, prof: User) -> ObjectClass:
    return add_class(course=pair.course, instructor=prof, name="mug")


@pytest.fixture
def stranger(pair: Pair) -> User:
    return make_course("elsewhere", instructor="other-prof").instructors.get()


def test_classes_are_numbered_from_zero_and_fill_the_gaps(pair: Pair, prof: User, mug: ObjectClass) -> None:
    key = add_class(course=pair.course, instructor=prof, name="key", index=2)
    scarf = add_class(course=pair.course, instructor=prof, name="  striped   scarf ")
    assert (mug.index, key.index, scarf.index, scarf.name) == (0, 2, 1, "striped scarf")
    assert add_class(course=pair.course, instructor=prof, name="lens").index == 3


@pytest.mark.parametrize("name", ["mug", "MUG", " mug ", "Mug!"])
def test_a_name_that_gives_the_same_folder_is_declined(pair: Pair, prof: User, mug: ObjectClass, name: str) -> None:
    with pytest.raises(Refusal, match="name_is_used"):
        add_class(course=pair.course, instructor=prof, name=name)
    assert ObjectClass.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\0b"])
def test_a_name_that_is_none_is_declined(pair: Pair, prof: User, name: str) -> None:
    with pytest.raises(Refusal, match="no_class_name"):
        add_class(course=pair.course, instructor=prof, name=name)


def test_a_number_is_one_class_s(pair: Pair, prof: User, mug: ObjectClass) -> None:
    with pytest.raises(Refusal, match="index_is_used"):
        add_class(course=pair.course, instructor=prof, name="key", index=0)
    key = add_class(course=pair.course, instructor=prof, name="key")
    with pytest.raises(Refusal, match="index_is_used"):
        change_class(object_class=key, instructor=prof, name="key", index=0)
    with pytest.raises(Refusal, match="no_index"):
        change_class(object_class=key, instructor=prof, name="key", index=1000)
    key.refresh_from_db()
    assert key.index == 1


def test_a_class_in_use_is_renamed_but_not_renumbered_nor_removed(
    pair: Pair, prof: User, student: User, mug: ObjectClass
) -> None:
    choose_class(pair=pair, person=student, object_class=mug.pk)
    with pytest.raises(Refusal, match="class_is_used"):
        change_class(object_class=mug, instructor=prof, name="mug", index=7)
    with pytest.raises(Refusal, match="class_is_used"):
        remove_class(object_class=mug, instructor=prof)
    change_class(object_class=mug, instructor=prof, name="cup", index=0)
    pair.refresh_from_db()
    assert pair.object_class is not None
    assert (pair.object_class.name, pair.object_class.index) == ("cup", 0)


def test_an_unused_class_is_renumbered_and_removed(prof: User, mug: ObjectClass) -> None:
    change_class(object_class=mug, instructor=prof, name="mug", index=7)
    mug.refresh_from_db()
    assert mug.index == 7
    remove_class(object_class=mug, instructor=prof)
    assert not ObjectClass.objects.exists()


def test_any_member_chooses_and_the_trace_says_who(pair: Pair, student: User, mate: User, mug: ObjectClass) -> None:
    choose_class(pair=pair, person=mate, object_class=mug.pk)
    choose_class(pair=pair, person=student, object_class=mug.pk)  # as it is: no line
    entry = AuditEntry.objects.get(action="object-class-chosen")
    assert (entry.actor, entry.before, entry.after) == (mate, None, "mug")
    pair.refresh_from_db()
    assert pair.object_class == mug


def test_whoever_changes_the_list_leaves_an_entry_for_each_change(pair: Pair, prof: User, mug: ObjectClass) -> None:
    change_class(object_class=mug, instructor=prof, name="cup", index=3)
    change_class(object_class=mug, instructor=prof, name="cup", index=3)  # as it is: no line
    mug.refresh_from_db()
    remove_class(object_class=mug, instructor=prof)
    entries = AuditEntry.objects.order_by("pk").values_list("action", "before", "after", "actor_name")
    cup = {"name": "cup", "index": 3}
    assert list(entries) == [
        ("object-class-added", None, {"name": "mug", "index": 0}, prof.username),
        ("object-class-changed", {"name": "mug", "index": 0}, cup, prof.username),
        ("object-class-removed", cup, None, prof.username),
    ]


def test_several_pairs_film_one_class_unless_the_course_says_no(
    pair: Pair, other: Pair, student: User, prof: User, mug: ObjectClass
) -> None:
    choose_class(pair=pair, person=student, object_class=mug.pk)
    choose_class(pair=other, person=member_of(other), object_class=mug.pk)
    choose_class(pair=other, person=member_of(other), object_class=None)
    set_rules(course=pair.course, instructor=prof, values={"shares_classes": False})
    with pytest.raises(Refusal, match="class_is_taken"):
        choose_class(pair=other, person=member_of(other), object_class=mug.pk)
    other.refresh_from_db()
    assert other.object_class is None
    choose_class(pair=pair, person=student, object_class=mug.pk)  # its own stays its own


def test_another_course_s_class_is_not_on_the_list(pair: Pair, student: User, stranger: User) -> None:
    theirs = add_class(course=stranger.courses_taught.get(), instructor=stranger, name="theirs")
    with pytest.raises(Refusal, match="no_such_class"):
        choose_class(pair=pair, person=student, object_class=theirs.pk)


def test_strangers_change_nothing(pair: Pair, other: Pair, student: User, stranger: User, mug: ObjectClass) -> None:
    for person in (member_of(other), stranger):
        with pytest.raises(Http404):
            choose_class(pair=pair, person=person, object_class=mug.pk)
    for person in (student, stranger):
        with pytest.raises(Http404):
            add_class(course=pair.course, instructor=person, name="new")
        with pytest.raises(Http404):
            change_class(object_class=mug, instructor=person, name="new", index=5)
        with pytest.raises(Http404):
            remove_class(object_class=mug, instructor=person)
        with pytest.raises(Http404):
            set_rules(course=pair.course, instructor=person, values={})
    assert list(ObjectClass.objects.values_list("name", "index")) == [("mug", 0)]


def test_rules_that_cannot_be_kept_change_nothing(pair: Pair, prof: User) -> None:
    bad: list[dict[str, object]] = [
        {"clips_expected": 0}, {"clips_expected": 51}, {"frame_rate": 0}, {"frame_rate": 61}, {"frame_rate": "30"},
        {"limit_bytes": 5}, {"limit_bytes": 2**40}, {"max_seconds": 9}, {"seconds_expected": 0}, {"nonsense": 1},
        {"shares_classes": 1}, {"clips_expected": True},
    ]  # fmt: skip
    for values in bad:
        with pytest.raises(Refusal, match="no_rules"):
            set_rules(course=pair.course, instructor=prof, values=values)
    assert rules_of(pair.course).pk is None
    assert not AuditEntry.objects.exists()


def test_changed_rules_are_kept_and_traced(pair: Pair, prof: User) -> None:
    set_rules(course=pair.course, instructor=prof, values={"frame_rate": 5})
    set_rules(course=pair.course, instructor=prof, values={"frame_rate": 5})
    assert rules_of(pair.course).frame_rate == 5
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"frame_rate": 30}, {"frame_rate": 5})


def test_a_list_to_begin_with_is_checked_whole() -> None:
    assert checked_list([("mug", 0), ("key", 4)]) == [("mug", 0), ("key", 4)]
    for bad in ([("mug", 0), ("Mug", 1)], [("mug", 0), ("key", 0)], [("", 0)], [("mug", -1)]):
        with pytest.raises(Refusal):
            checked_list(bad)
