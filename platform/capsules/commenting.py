"""What is said of a capsule while it is watched: comments at a moment, answers, phrases kept for the next one."""

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.words import typed
from capsules import refusals
from capsules.access import reads_comments
from capsules.drawing import Shape
from capsules.models import CapsuleVersion, Comment, Phrase
from courses.models import Course

LONGEST_TEXT: Final = 4000
MOST_COMMENTS: Final = 500
MOST_PHRASES: Final = 40


def comment(
    *,
    version: CapsuleVersion,
    author: User,
    text: str,
    at_seconds: float | None = None,
    drawing: Sequence[Shape] = (),
    thread: Comment | None = None,
) -> Comment:
    """Say something at a moment, or of the whole film; or answer. Raises Refusal.

    Who may see the version was asked before. An answer bears its thread's moment and no drawing; what comes twice in
    the same words at the same moment is one.
    """
    text = typed(text)
    if len(text) > LONGEST_TEXT or not (text or drawing):
        raise refusals.nothing_said()
    if not author.is_instructor and (thread is None or not reads_comments(author, version)):
        raise refusals.replies_only()
    if thread is not None:
        thread = thread.thread or thread
        at_seconds, drawing = thread.at_seconds, ()
    _require_moment(version, at_seconds)
    with transaction.atomic():
        CapsuleVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)  # two clicks, one after the other
        said = version.comments.filter(author=author, text=text, at_seconds=at_seconds, thread=thread)
        twin = said.filter(is_removed=False, drawing=list(drawing)).first()
        if twin is not None:
            return twin
        if version.comments.count() >= MOST_COMMENTS:
            raise refusals.too_many_comments(MOST_COMMENTS)
        return Comment.objects.create(
            version=version,
            author=author,
            by_instructor=author.is_instructor,
            at_seconds=at_seconds,
            drawing=list(drawing),
            text=text,
            thread=thread,
        )


def _require_moment(version: CapsuleVersion, at_seconds: float | None) -> None:
    """A link has no moments that we know of; a film's last frame may be shown a little after its end."""
    length = version.duration_seconds
    if at_seconds is not None and (version.kind == CapsuleVersion.Kind.LINK or at_seconds > (length or 0) + 1):
        raise refusals.no_moment()


def edit_comment(*, comment: Comment, author: User, text: str) -> Comment:
    """Other words for one's own. Raises Refusal."""
    text = typed(text)
    if comment.author_id != author.pk:
        raise refusals.not_yours()
    if len(text) > LONGEST_TEXT or not (text or comment.drawing):
        raise refusals.nothing_said()
    if text != comment.text:
        comment.text, comment.edited_at = text, timezone.now()
        comment.save(update_fields=["text", "edited_at"])
    return comment


def remove_comment(*, comment: Comment, author: User) -> None:
    """One's own goes; where others answered, its place stays without what it said. Raises Refusal."""
    if comment.author_id != author.pk:
        raise refusals.not_yours()
    with transaction.atomic():
        if comment.replies.filter(is_removed=False).exists():
            comment.text, comment.drawing, comment.is_removed = "", [], True
            comment.save(update_fields=["text", "drawing", "is_removed"])
            return
        thread = comment.thread
        comment.delete()
        if thread is not None and thread.is_removed and not thread.replies.exists():
            thread.delete()


def keep_phrase(*, course: Course, owner: User, text: str) -> Phrase:
    """Raises Refusal."""
    text = " ".join(typed(text).split())
    kept = Phrase.objects.filter(course=course, owner=owner)
    if not 0 < len(text) <= 400 or kept.count() >= MOST_PHRASES:
        raise refusals.no_phrase(MOST_PHRASES)
    return Phrase.objects.get_or_create(course=course, owner=owner, text=text)[0]


def remove_phrase(*, phrase: Phrase) -> None:
    phrase.delete()
