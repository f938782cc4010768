"""What a worker does for each kind of job: one file a kind, all the same shape.

A handler is a function from a lease to an Ending. It may raise anything: SubmissionError is theirs and ends
the job as refused; Cancelled means that the worker was asked to stop; everything else is ours and costs one
attempt.
"""

from collections.abc import Callable
from typing import Final

from grading.endings import Ending
from grading.handlers.answer_key import make_answer_key
from grading.handlers.detection import detect
from grading.handlers.evaluation import evaluate
from grading.handlers.hand_in import check_hand_in
from grading.handlers.video import work_on_video
from grading.leases import Lease
from grading.models import GradingJob

#: The second argument says, several times a second, whether to stop.
Handler = Callable[[Lease, Callable[[], bool]], Ending]

HANDLERS: Final[dict[str, Handler]] = {
    GradingJob.Kind.ANSWER_KEY: make_answer_key,
    GradingJob.Kind.EVALUATION: evaluate,
    GradingJob.Kind.EVALUATION_GPU: evaluate,
    GradingJob.Kind.HAND_IN: check_hand_in,
    GradingJob.Kind.VIDEO: work_on_video,
    GradingJob.Kind.DETECTION: detect,
}
