"""What becomes of an earlier version: its chapters and subtitles go to the next one, its bytes go."""

from django.db import transaction

from accounts.models import User
from capsules.models import Appearance, CapsuleVersion, Captions, Chapter
from courses import audit
from uploads import services as uploads

#: Of a version: what is a file.
FILES = ("source", "copy", "poster")


def carry_over(*, earlier: CapsuleVersion, later: CapsuleVersion) -> None:
    """Chapters, subtitles and who appears when: most new versions are the old one with a second cut."""
    Chapter.objects.bulk_create(
        Chapter(version=later, at_seconds=one.at_seconds, title=one.title) for one in earlier.chapters.all()
    )
    Appearance.objects.bulk_create(
        Appearance(version=later, person_id=one.person_id, at_seconds=one.at_seconds)
        for one in earlier.appearances.all()
    )
    for one in earlier.captions.all():
        Captions.objects.create(version=later, language=one.language, text=one.text, uploaded_by=one.uploaded_by)


@transaction.atomic
def remove_bytes(*, version: CapsuleVersion, actor: User | None, because: str) -> bool:
    """Remove the film, its copy and its picture; the row, its digest and its moments stay. False when all was gone."""
    # As they are now: a worker may have made the copy since the version was read.
    now = CapsuleVersion.objects.select_for_update(of=("self",)).select_related(*FILES).get(pk=version.pk)
    kept = [stored for name in FILES if (stored := getattr(now, name)) is not None]
    for name in FILES:
        setattr(version, name, None)
    if not kept:
        return False
    version.save(update_fields=FILES)
    for stored in kept:
        uploads.remove(stored)
    pair = version.capsule.pair
    audit.record(
        course=pair.course,
        actor=actor,
        action="capsule-bytes-removed",
        subject=f"capsule:{version.capsule_id}",
        pair=pair,
        before={"version": version.number, "size_bytes": sum(stored.size_bytes for stored in kept)},
        reason=because,
    )
    return True
