"""Who may see what of the capsules: fetch it if this person may, else 404."""

from django.db.models import F, Q, QuerySet
from django.http import Http404

from accounts import consents
from accounts.models import User
from capsules.models import Capsule, CapsuleRules, CapsuleVersion, Comment
from capsules.publication import is_published
from courses.models import Course, Pair


def rules_of(course: Course) -> CapsuleRules:
    """The course's rules; the defaults, not saved, where nobody has set any."""
    return CapsuleRules.objects.filter(course=course).first() or CapsuleRules(course=course)


def capsules_of(user: User) -> QuerySet[Capsule]:
    """A student's own pair's; all of the courses that an instructor teaches."""
    mine = Q(pair__course__instructors=user) if user.is_instructor else Q(pair__members=user)
    return Capsule.objects.filter(mine).select_related("pair__course", "pair__group", "current")


def access_capsule(user: User, pk: int) -> Capsule:
    capsule = capsules_of(user).filter(pk=pk).first()
    if capsule is None:
        raise Http404("no such capsule")
    return capsule


def _versions() -> QuerySet[CapsuleVersion]:
    return CapsuleVersion.objects.select_related("capsule__pair__course", "source", "copy", "poster", "job")


def access_version(user: User, pk: int) -> CapsuleVersion:
    """Any version of a capsule that is one's own pair's, or of a course one teaches."""
    version = _versions().filter(pk=pk, capsule__in=capsules_of(user).values("pk")).first()
    if version is None:
        raise Http404("no such version")
    return version


def access_film(user: User, pk: int) -> CapsuleVersion:
    """A version whose film this person may watch: as above, or a peer's where the instructor opened that."""
    may_see = Q(capsule__in=capsules_of(user).values("pk")) | Q(pk__in=shown_to_peers(user))
    version = _versions().filter(may_see, pk=pk).first()
    if version is None:
        raise Http404("no such film")
    return version


def shown_to_peers(user: User) -> QuerySet[CapsuleVersion, int]:
    """Keys of what other pairs of one's course show: what counts now, ready to be watched; nothing to instructors.

    Only of pairs whose members all agreed to it (``accounts.consents``).
    """
    if user.is_instructor:
        return CapsuleVersion.objects.none().values_list("pk", flat=True)
    mine = Pair.objects.filter(members=user)
    shown = CapsuleVersion.objects.filter(
        Q(copy__isnull=False) | Q(kind=CapsuleVersion.Kind.LINK),
        pk=F("capsule__current"),
        is_private=False,
        capsule__pair__course__in=mine.values("course"),
        capsule__pair__course__capsule_rules__peers_may_watch=True,
        capsule__pair__in=Pair.objects.filter(members__isnull=False).exclude(
            members__in=User.objects.exclude(pk__in=consents.willing(consents.PEERS).values("pk"))
        ),
    ).exclude(capsule__pair__in=mine)
    return shown.values_list("pk", flat=True)


def access_peer(user: User, pk: int) -> CapsuleVersion:
    """A version that another pair of one's course shows."""
    version = _versions().filter(pk=pk, pk__in=shown_to_peers(user)).first()
    if version is None:
        raise Http404("no such capsule")
    return version


def reads_comments(user: User, version: CapsuleVersion) -> bool:
    """Of somebody who may see the version: instructors always, its pair once its marks are published."""
    return user.is_instructor or is_published(version.capsule.pair)


def access_comment(user: User, pk: int) -> Comment:
    """A comment that this person may read."""
    rows = Comment.objects.select_related("version__capsule__pair__course", "author", "thread")
    found = rows.filter(pk=pk, version__capsule__in=capsules_of(user).values("pk"), is_removed=False).first()
    if found is None or not reads_comments(user, found.version):
        raise Http404("no such comment")
    return found
