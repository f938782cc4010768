"""A checked question -> its answer key: the kind's own file runs the model, this one tells collisions."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from challenges.advice import rank
from challenges.key import AnswerKey
from challenges.verdict import coincide
from grader.errors import SubmissionError
from grader.keys import operations, parameters, predictions, shapes, weights
from grader.keys.draft import Draft
from grader.keys.subject import Subject
from ml.errors import Refused

MAKERS: Final[Mapping[str, Callable[[Mapping[str, Any], Subject], Draft]]] = {
    "tensor_shape": shapes.draft,
    "parameter_count": parameters.draft,
    "weight_value": weights.draft,
    "operation_count": operations.draft,
    "prediction_count": predictions.draft,
}


def make(question: Mapping[str, Any], fields: Mapping[str, Any], model: str | Path, digest: str) -> AnswerKey:
    """The key of ``question``, whose checked form is ``fields``. Raises ``SubmissionError``."""
    subject = Subject(model, digest, fields.get("classes"), fields.get("fused", False))
    try:
        draft = MAKERS[fields["kind"]](fields, subject)
    except Refused as refusal:
        raise SubmissionError(refusal.code, refusal.reason, refusal.advice) from refusal
    mistakes = tuple(sorted(draft.mistakes(), key=lambda mistake: rank(mistake.code)))
    return AnswerKey(
        question=dict(question),
        model_digest=digest,
        truth=draft.truth,
        mistakes=mistakes,
        collides=any(coincide(fields["kind"], mistake.value, draft.truth) for mistake in mistakes),
        notes=tuple(draft.notes),
    )
