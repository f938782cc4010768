"""Who may see what of what is handed in: fetch it if this person may, else 404."""

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import User
from quests.models import HandIn, Variant


def hand_ins_of(user: User) -> QuerySet[HandIn]:
    """A student's own pair's hand-ins; all of the courses that an instructor teaches."""
    mine = Q(variant__pair__course__instructors=user) if user.is_instructor else Q(variant__pair__members=user)
    related = ("variant__pair__group", "variant__answer_key", "author", "reviewed_by", "attempt", "job")
    return HandIn.objects.filter(mine).select_related(*related).distinct()


def access_hand_in(user: User, pk: int) -> HandIn:
    found = hand_ins_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404("no such hand-in")
    return found


def access_variant(user: User, card: str, quest: str, *, pair: int | None = None) -> Variant:
    """The variant of a student's own pair; an instructor says whose. Never another course's."""
    mine = Q(pair__course__instructors=user, pair=pair) if user.is_instructor else Q(pair__members=user)
    variants = Variant.objects.filter(mine, card=card, quest=quest).select_related("answer_key", "pair__course")
    found = variants.order_by("-pair__course__created_at", "-pair").first()
    if found is None:
        raise Http404("no such variant")
    return found
