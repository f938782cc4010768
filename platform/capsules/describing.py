"""What a pair adds to its film: chapters, subtitles, and who of it is seen or heard when."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from accounts.models import User
from capsules import refusals
from capsules.captions import as_webvtt, read_captions
from capsules.chapters import read_chapters
from capsules.models import Appearance, CapsuleVersion, Captions, Chapter
from capsules.publication import is_published
from capsules.timecodes import read_time


def set_chapters(*, version: CapsuleVersion, text: str) -> list[Chapter]:
    """Raises Refusal; the chapters are as they were then."""
    _require_editable(version)
    lines = read_chapters(text, duration_seconds=version.duration_seconds)
    with transaction.atomic():
        version.chapters.all().delete()
        return Chapter.objects.bulk_create(
            Chapter(version=version, at_seconds=line.at_seconds, title=line.title) for line in lines
        )


def set_captions(*, version: CapsuleVersion, author: User, language: str, content: bytes) -> Captions:
    """Keep subtitles as we write them. Raises Refusal."""
    _require_editable(version)
    if language not in Captions.Language.values:
        raise refusals.no_captions()
    text = as_webvtt(read_captions(content))
    return Captions.objects.update_or_create(
        version=version, language=language, defaults={"text": text, "uploaded_by": author}
    )[0]


def remove_captions(*, captions: Captions) -> None:
    _require_editable(captions.version)
    captions.delete()


def set_appearances(*, version: CapsuleVersion, members: Iterable[User], moments: Mapping[int, str]) -> None:
    """Who is seen or heard, and where first; an empty moment takes the word back. Raises Refusal."""
    _require_editable(version)
    found = []
    for person in members:
        text = moments.get(person.pk, "").strip()
        at = read_time(text)
        if text and (at is None or (version.duration_seconds is not None and at > version.duration_seconds)):
            raise refusals.no_appearance(person.display_name)
        if at is not None:
            found.append(Appearance(version=version, person=person, at_seconds=at))
    with transaction.atomic():
        version.appearances.all().delete()
        Appearance.objects.bulk_create(found)


def _require_editable(version: CapsuleVersion) -> None:
    if is_published(version.capsule.pair):
        raise refusals.published_already()
