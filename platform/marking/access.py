"""Who may mark, agree and read what: fetch it if this person may, else 404."""

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from capsules.models import Capsule, CapsuleVersion
from courses.access import require_instructor, require_pair
from courses.models import Course
from marking import refusals
from marking.models import Appeal, Assignment, Conflict, Mark, Marking, MarkingRules


def rules_of(course: Course) -> MarkingRules:
    """The course's rules; the defaults, not saved, where nobody has set any."""
    return MarkingRules.objects.filter(course=course).first() or MarkingRules(course=course)


def marked_by(instructor: User) -> QuerySet[Capsule]:
    """The capsules that were handed in in the courses that somebody teaches."""
    require_instructor(instructor)
    return Capsule.objects.filter(pair__course__instructors=instructor, current__isnull=False).select_related(
        "pair__course", "pair__group", "current"
    )


def access_marked(instructor: User, pk: int) -> Capsule:
    """A capsule that was handed in, of a course that this person teaches."""
    capsule = marked_by(instructor).filter(pk=pk).first()
    if capsule is None:
        raise Http404("no such capsule")
    return capsule


def access_mark(instructor: User, capsule: int) -> Mark:
    mark = (
        Mark.objects.filter(capsule__in=marked_by(instructor).values("pk"), capsule=capsule)
        .select_related("capsule__pair__course", "capsule__pair__group", "rubric_version")
        .first()
    )
    if mark is None:
        raise Http404("no mark")
    return mark


def access_appeal(instructor: User, pk: int) -> Appeal:
    appeal = (
        Appeal.objects.filter(pk=pk, mark__capsule__in=marked_by(instructor).values("pk"))
        .select_related("mark__capsule__pair__course", "author")
        .first()
    )
    if appeal is None:
        raise Http404("no such appeal")
    return appeal


def has_conflict(instructor: User, capsule: Capsule) -> bool:
    return Conflict.objects.filter(pair=capsule.pair_id, marker=instructor).exists()


def require_no_conflict(instructor: User, capsule: Capsule) -> None:
    """Raises Refusal for who must not judge this pair."""
    if has_conflict(instructor, capsule):
        raise refusals.not_your_pair()


def is_blind(instructor: User, capsule: Capsule) -> bool:
    """Whether what others wrote is kept from this person, who has their own judgement to finish first."""
    if Mark.objects.filter(capsule=capsule, published__isnull=False).exists():
        return False
    own = Marking.objects.filter(capsule=capsule, marker=instructor).values_list("state", flat=True).first()
    if own is not None:
        return own != Marking.State.DONE
    return Assignment.objects.filter(pair=capsule.pair_id, marker=instructor).exists()


def blind_pairs(instructor: User, course: Course) -> set[int]:
    """Keys of a course's pairs about whose capsule this person ``is_blind``; three queries however many there are."""
    own = dict(
        Marking.objects.filter(marker=instructor, capsule__pair__course=course).values_list("capsule__pair", "state")
    )
    assigned = Assignment.objects.filter(marker=instructor, pair__course=course).values_list("pair", flat=True)
    told = Mark.objects.filter(capsule__pair__course=course, published__isnull=False).values_list("capsule__pair")
    unfinished = {pair for pair in {*own, *assigned} if own.get(pair) != Marking.State.DONE}
    return unfinished - {pair for (pair,) in told}


def own_mark(student: User) -> Mark | None:
    """The published mark of a student's pair, None before. 404 for whoever has no pair."""
    pair = require_pair(student)
    return (
        Mark.objects.filter(capsule__pair=pair, published__isnull=False)
        .select_related("capsule__pair__course", "rubric_version")
        .first()
    )


def hidden_authors(version: CapsuleVersion, person: User) -> set[int]:
    """Whose comments on the film somebody does not read before their own judgement is done: the other markers'."""
    if not person.is_instructor or not is_blind(person, version.capsule):
        return set()
    assigned = Assignment.objects.filter(pair=version.capsule.pair_id).values_list("marker", flat=True)
    writing = Marking.objects.filter(capsule=version.capsule_id).values_list("marker", flat=True)
    return {*assigned, *writing} - {person.pk}


def hidden_authors_by_pair(course: Course, person: User) -> dict[int, set[int]]:
    """The same, of the pairs of a course that have any; in five queries however many there are."""
    blind = blind_pairs(person, course)
    assigned = Assignment.objects.filter(pair__in=blind).values_list("pair", "marker")
    writing = Marking.objects.filter(capsule__pair__in=blind).values_list("capsule__pair", "marker")
    hidden: dict[int, set[int]] = {}
    for pair, marker in {*assigned, *writing}:
        if marker != person.pk:
            hidden.setdefault(pair, set()).add(marker)
    return hidden
