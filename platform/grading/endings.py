"""How a job ended, and the sentences for the endings that are our own fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

VERSION: Final = 1


@dataclass(frozen=True)
class Ending:
    """``outcome`` is versioned JSON with at least ``reason`` and ``advice`` when the job is not done.

    ``answer_key`` is the key that an answer-key job made: it goes to its AnswerKey row, not into the job's
    outcome. ``details`` are what an evaluation's outcome is too long for: fields of its Details row.
    """

    status: Literal["done", "refused", "failed", "cancelled"]
    outcome: Mapping[str, Any]
    log: tuple[str, ...] = ()
    error_id: str = ""
    answer_key: Mapping[str, Any] | None = field(default=None, repr=False)
    details: Mapping[str, Any] | None = field(default=None, repr=False)
    fingerprint: str = ""


def failed(error_id: str, *, attempts: int, reason: Mapping[str, str] | None = None) -> Ending:
    """Ours: something went wrong every time. ``reason`` when what went wrong can be said."""
    return _ours(
        error_id,
        reason
        or {
            "en": f"Something went wrong on our side, {attempts} times in a row (incident {error_id}).",
            "fr": f"Quelque chose s’est mal passé de notre côté, {attempts} fois de suite (incident {error_id}).",
        },
    )


def interrupted(error_id: str, *, attempts: int) -> Ending:
    """Ours: the worker died, or lost the machine, every time it did this job."""
    return _ours(
        error_id,
        {
            "en": f"The evaluation was interrupted {attempts} times and never reached its end (incident {error_id}).",
            "fr": f"L’évaluation a été interrompue {attempts} fois sans arriver au bout (incident {error_id}).",
        },
    )


def cancelled(by: str) -> Ending:
    """Somebody who may do so stopped it."""
    outcome = {
        "version": VERSION,
        "status": "cancelled",
        "reason": {"en": "The evaluation was stopped.", "fr": "L’évaluation a été arrêtée."},
        "advice": {
            "en": "It costs you nothing. Hand the same file in again to have it evaluated.",
            "fr": "Cela ne vous coûte rien. Redéposez le même fichier pour le faire évaluer.",
        },
    }
    return Ending("cancelled", outcome, log=(f"stopped by {by}",))


def _ours(error_id: str, reason: Mapping[str, str]) -> Ending:
    advice = {
        "en": "It costs you nothing. Give the incident number to your instructor, who can run it again.",
        "fr": "Cela ne vous coûte rien. Donnez le numéro d’incident à votre enseignant, qui peut relancer.",
    }
    outcome = {
        "version": VERSION,
        "status": "failed",
        "reason": reason,
        "advice": advice,
        "error_id": error_id,
    }
    return Ending("failed", outcome, error_id=error_id)
