"""Answer keys: the truth of a question, and what each classic mistake would give, all run on the real model.

One file per question kind. ``make_answer_key`` imports torch and belongs in the worker; ``model_digest`` does not.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from challenges.key import AnswerKey
from challenges.pictures import UnknownPicture, names
from challenges.questions import QuestionError, checked, pictures_of
from grader.errors import SubmissionError
from grader.keys import identity

__all__ = ["make_answer_key", "model_digest"]


def make_answer_key(
    question: Mapping[str, Any], *, weights: Path | None = None, materials: Path | None = None
) -> AnswerKey:
    """Run the model that the question names. Milliseconds to a few seconds; traces are kept for the next question.

    ``weights`` is the file behind ``"model": "course"``; ``materials`` is the folder that a file made for the question
    is written to. Raises ``SubmissionError`` when the question or the file cannot be used.
    """
    from grader.keys import making

    fields = _checked(question)
    model = _model(fields, weights)
    return making.make(question, fields, model, _digest(fields, model), materials=materials)


def model_digest(question: Mapping[str, Any], *, weights: Path | None = None) -> str:
    """What identifies the model behind the question (``sha256:…``). Without torch; raises ``SubmissionError``."""
    fields = _checked(question)
    return _digest(fields, _model(fields, weights))


def _model(fields: Mapping[str, Any], weights: Path | None) -> str | Path | None:
    return identity.model_of(fields["model"], weights) if "model" in fields else None


def _digest(fields: Mapping[str, Any], model: str | Path | None) -> str:
    digest = identity.digest_of_kind(fields["kind"]) if model is None else identity.digest_of(model)
    try:
        return identity.with_pictures(digest, pictures_of(fields))
    except UnknownPicture as error:
        raise _unknown_picture(str(error)) from error


def _unknown_picture(what: str) -> SubmissionError:
    known = ", ".join(names()[:10])
    return SubmissionError(
        "unknown_picture",
        {"en": what, "fr": "cette image n'existe pas"},
        {"en": f"The pictures that there are: {known}.", "fr": f"Les images qu'il y a : {known}."},
    )


def _checked(question: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return checked(question)
    except QuestionError as error:
        raise SubmissionError(
            "invalid_question",
            error.reason,
            {
                "en": "Compare it with a question of the same kind in docs/questions.md.",
                "fr": "Comparez-la à une question du même type dans docs/questions.md.",
            },
        ) from error
