"""Who may see what: fetch it if this person may, else 404 (a stranger does not even learn that it exists)."""

from django.http import Http404

from accounts.models import User
from courses.models import Course, Pair


def course_of(user: User) -> Course:
    """The course somebody studies in or teaches; the newest one when there are several."""
    if user.is_instructor:
        course = user.courses_taught.order_by("-created_at", "-pk").first()
    else:
        course = Course.objects.filter(pairs__members=user).order_by("-created_at", "-pk").first()
    if course is None:
        raise Http404("no course")
    return course


def pair_of(user: User) -> Pair | None:
    """The pair a student works in; None for an instructor, and for a student not placed yet."""
    if user.is_instructor:
        return None
    pairs = Pair.objects.filter(members=user).select_related("course", "group")
    return pairs.order_by("-course__created_at", "-pk").first()


def require_pair(user: User) -> Pair:
    pair = pair_of(user)
    if pair is None:
        raise Http404("no pair")
    return pair


def access_pair(user: User, pk: int) -> Pair:
    """A student's own pair, or any pair of a course that an instructor teaches."""
    pairs = Pair.objects.select_related("course", "group")
    mine = pairs.filter(course__instructors=user) if user.is_instructor else pairs.filter(members=user)
    pair = mine.filter(pk=pk).first()
    if pair is None:
        raise Http404("no such pair")
    return pair


def require_instructor(user: User) -> None:
    if not user.is_authenticated or not user.is_instructor:
        raise Http404("not here")


def require_teacher_of(user: User, course: Course) -> None:
    """Raises Http404 for anybody but an instructor of this course."""
    require_instructor(user)
    if not course.instructors.filter(pk=user.pk).exists():
        raise Http404("not here")
