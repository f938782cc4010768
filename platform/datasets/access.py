"""Who may see which clips: fetch them if this person may, else 404."""

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import User
from courses.models import ObjectClass
from datasets.models import Clip

#: What a page about clips reads with them; a job's log and payload stay where they are.
_RELATED = ("pair__course", "pair__object_class", "job", "uploaded_by", "replaces", *Clip.FILES)


def clips_of(user: User) -> QuerySet[Clip]:
    """A student's own pair's clips; all of the courses that an instructor teaches."""
    mine = Q(pair__course__instructors=user) if user.is_instructor else Q(pair__members=user)
    return related(Clip.objects.filter(mine))


def related(clips: QuerySet[Clip]) -> QuerySet[Clip]:
    """With all that pages read of them, in one query."""
    return clips.select_related(*_RELATED).defer("job__log", "job__payload")


def access_clip(user: User, pk: int) -> Clip:
    clip = clips_of(user).filter(pk=pk).first()
    if clip is None:
        raise Http404("no such clip")
    return clip


def access_object_class(instructor: User, pk: int) -> ObjectClass:
    """Of a course that this instructor teaches."""
    found = ObjectClass.objects.select_related("course").filter(pk=pk, course__instructors=instructor).first()
    if found is None or not instructor.is_instructor:
        raise Http404("no such class")
    return found
