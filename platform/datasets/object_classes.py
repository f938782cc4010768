"""The list of what may be filmed, and which of it a pair films: every write to the two."""

from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404

from accounts.models import User
from courses import audit
from courses.access import require_teacher_of
from courses.models import Course, ObjectClass, Pair
from datasets import refusals
from datasets.folders import class_folder
from datasets.rules import rules_of

HIGHEST_INDEX = 999
LONGEST_NAME = 40


def classes_of(course: Course) -> QuerySet[ObjectClass]:
    """Each with ``pair_count``: how many pairs film it."""
    return ObjectClass.objects.filter(course=course).annotate(pair_count=Count("pairs"))


def choose_class(*, pair: Pair, person: User, object_class: int | None) -> None:
    """Say what a pair films; None for nothing yet. Its members and its instructors may.

    Raises Http404 for anybody else; Refusal for what is not on the course's list, and for a class that another pair
    has where each has its own.
    """
    _require_theirs(pair, person)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=pair.course_id)
        current = Pair.objects.select_for_update(of=("self",)).select_related("course", "object_class").get(pk=pair.pk)
        chosen = None if object_class is None else _on_the_list(current, object_class)
        if chosen == current.object_class:
            return
        audit.record(
            course=current.course,
            actor=person,
            action="object-class-chosen",
            subject=f"pair:{pair.pk}",
            pair=current,
            before=current.object_class.name if current.object_class else None,
            after=chosen.name if chosen else None,
        )
        Pair.objects.filter(pk=pair.pk).update(object_class=chosen)
    pair.object_class = chosen


def add_class(*, course: Course, instructor: User, name: str, index: int | None = None) -> ObjectClass:
    """Put a class on the list, under the next free number unless one is given. Raises Http404, Refusal."""
    require_teacher_of(instructor, course)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        taken = set(course.object_classes.values_list("index", flat=True))
        if index is None:
            index = next(number for number in range(len(taken) + 1) if number not in taken)
        made = ObjectClass.objects.create(
            course=course, name=_checked_name(course, name), index=_checked_index(course, index)
        )
        _record(made, instructor, "object-class-added", before=None, after=_said(made))
    return made


def change_class(*, object_class: ObjectClass, instructor: User, name: str, index: int) -> None:
    """Rename a class, or give it another number while no pair films it. Raises Http404, Refusal."""
    require_teacher_of(instructor, object_class.course)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=object_class.course_id)
        current = ObjectClass.objects.select_for_update(of=("self",)).select_related("course").get(pk=object_class.pk)
        if index != current.index and current.pairs.exists():
            raise refusals.class_is_used(current.name)
        before = _said(current)
        current.name = _checked_name(current.course, name, besides=current)
        current.index = _checked_index(current.course, index, besides=current)
        current.save(update_fields=["name", "index"])
        if _said(current) != before:
            _record(current, instructor, "object-class-changed", before=before, after=_said(current))


def remove_class(*, object_class: ObjectClass, instructor: User) -> None:
    """Take a class that no pair films off the list. Raises Http404, Refusal."""
    require_teacher_of(instructor, object_class.course)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=object_class.course_id)
        if object_class.pairs.exists():
            raise refusals.class_is_used(object_class.name)
        if ObjectClass.objects.filter(pk=object_class.pk).delete()[0]:
            _record(object_class, instructor, "object-class-removed", before=_said(object_class), after=None)


def _said(object_class: ObjectClass) -> dict[str, object]:
    return {"name": object_class.name, "index": object_class.index}


def _record(object_class: ObjectClass, actor: User, action: str, *, before: object, after: object) -> None:
    audit.record(
        course=object_class.course,
        actor=actor,
        action=action,
        subject=f"object-class:{object_class.pk}",
        before=before,
        after=after,
    )


def checked_list(found: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Names and numbers that a course may begin with. Raises Refusal."""
    folders: set[str] = set()
    indexes: set[int] = set()
    for name, index in found:
        _require_name(name)
        _require_index(index)
        if class_folder(name) in folders:
            raise refusals.name_is_used(name)
        if index in indexes:
            raise refusals.index_is_used(index)
        folders.add(class_folder(name))
        indexes.add(index)
    return found


def _require_theirs(pair: Pair, person: User) -> None:
    if person.is_instructor:
        require_teacher_of(person, pair.course)
    elif not pair.members.filter(pk=person.pk).exists():
        raise Http404("no such pair")


def _on_the_list(pair: Pair, pk: int) -> ObjectClass:
    found = ObjectClass.objects.filter(course=pair.course_id, pk=pk).first()
    if found is None:
        raise refusals.no_such_class()
    if not rules_of(pair.course).shares_classes and found.pairs.exclude(pk=pair.pk).exists():
        raise refusals.class_is_taken(found.name)
    return found


def _checked_name(course: Course, name: str, besides: ObjectClass | None = None) -> str:
    """Two names that give one folder would mix two classes' frames."""
    name = " ".join(name.split())
    _require_name(name)
    others = course.object_classes.exclude(pk=besides.pk if besides else 0).values_list("name", flat=True)
    if class_folder(name) in {class_folder(other) for other in others}:
        raise refusals.name_is_used(name)
    return name


def _checked_index(course: Course, index: int, besides: ObjectClass | None = None) -> int:
    _require_index(index)
    if course.object_classes.exclude(pk=besides.pk if besides else 0).filter(index=index).exists():
        raise refusals.index_is_used(index)
    return index


def _require_name(name: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise refusals.no_class_name()


def _require_index(index: int) -> None:
    if not 0 <= index <= HIGHEST_INDEX:
        raise refusals.no_index()
