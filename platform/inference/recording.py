"""What becomes of a detection when the worker is through with it, in the transaction that ends the job."""

from collections.abc import Mapping
from typing import Any

from grading.models import GradingJob
from inference.models import Run
from uploads import services as uploads
from uploads.models import StoredFile


def record_detection(*, job: GradingJob) -> None:
    """Take over what was made; what a job made for a run that is gone is removed."""
    outcome: Mapping[str, Any] = job.outcome or {}
    if job.status != GradingJob.Status.DONE:
        return
    run = Run.objects.select_for_update(of=("self",)).filter(job=job).first()
    if run is None:
        for file in StoredFile.objects.filter(pk__in=outcome["files"].values(), is_claimed=False):
            uploads.remove(file)
        return
    run.video, run.poster = (uploads.claim(outcome["files"][name]) for name in ("video", "poster"))
    run.timeline, run.facts = outcome["timeline"], outcome["facts"]
    run.save(update_fields=["video", "poster", "timeline", "facts"])
    # Said once is enough: the row of the queue stays light.
    GradingJob.objects.filter(pk=job.pk).update(outcome={**outcome, "timeline": None})
