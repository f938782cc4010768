"""Taking over what the worker made of a capsule, inside the transaction that ends its job."""

from collections.abc import Mapping
from typing import Any

from capsules.carrying_over import remove_bytes
from capsules.models import CapsuleVersion
from courses import audit
from grading.models import GradingJob
from uploads import services as uploads
from uploads.models import StoredFile


def record_preparation(*, job: GradingJob) -> None:
    """Write what came out into the version whose job it is; a version that was refused lets the one before count.

    What was made of a film that is gone meanwhile is removed: its last day is over, or nobody is left whose it is.
    """
    rows = CapsuleVersion.objects.select_for_update(of=("self",)).select_related("capsule__pair__course")
    version = rows.filter(job=job).first()
    if version is None or version.source_id is None:
        _forget(version, job.outcome or {})
    elif job.status == GradingJob.Status.DONE:
        _take_over(version, job.outcome or {})
    elif job.status in (GradingJob.Status.REFUSED, GradingJob.Status.CANCELLED):
        _let_the_earlier_count(version)


def _take_over(version: CapsuleVersion, outcome: Mapping[str, Any]) -> None:
    """Raises KeyError for an outcome without its facts or files: the ending is undone, and the failure is ours."""
    version.facts = dict(outcome["facts"])
    version.copy = uploads.claim(outcome["files"]["copy"])
    version.poster = uploads.claim(outcome["files"]["poster"])
    version.save(update_fields=["facts", "copy", "poster"])
    current = version.capsule.current
    if current is not None and _is_settled(current):
        _leave_only(current)


def _forget(version: CapsuleVersion | None, outcome: Mapping[str, Any]) -> None:
    for file in StoredFile.objects.filter(pk__in=outcome.get("files", {}).values(), is_claimed=False):
        uploads.remove(file)
    if version is not None and "facts" in outcome:
        version.facts = dict(outcome["facts"])
        version.save(update_fields=["facts"])


def _is_settled(version: CapsuleVersion) -> bool:
    """Whether it is known that something can be watched: until then what came before it is kept."""
    return version.kind == CapsuleVersion.Kind.LINK or version.facts is not None


def _leave_only(current: CapsuleVersion) -> None:
    for other in current.capsule.versions.exclude(pk=current.pk):
        remove_bytes(version=other, actor=None, because="replaced")


def _let_the_earlier_count(version: CapsuleVersion) -> None:
    capsule = version.capsule
    remove_bytes(version=version, actor=None, because="refused")
    if capsule.current_id != version.pk:
        return
    refused = (GradingJob.Status.REFUSED, GradingJob.Status.CANCELLED)
    earlier = capsule.versions.exclude(pk=version.pk).exclude(job__status__in=refused).first()
    if earlier is None:
        return  # it stays, so that its pair reads why
    capsule.current = earlier
    capsule.save(update_fields=["current"])
    if _is_settled(earlier):
        _leave_only(earlier)
    audit.record(
        course=capsule.pair.course,
        actor=None,
        action="capsule-returned-to",
        subject=f"capsule:{capsule.pk}",
        pair=capsule.pair,
        before={"version": version.number},
        after={"version": earlier.number},
        reason="the newer one is no film",
    )
