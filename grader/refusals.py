"""What a student reads when an evaluation cannot go on: our sentences, never the child's words.

A sealed child names a code and a few facts; the sentence is written here, from the table of ``ml.checkpoints`` or
from the one below, so that a captured child can neither invent a text nor slip markup into one.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from grader import strict
from grader.errors import SubmissionError
from ml.checkpoints.sentences import SENTENCES, refusal

FACTS: Final = 8

_SMALLER: Final = (
    "Send a smaller network (n or s), or one trained on fewer classes; nothing else uses that much.",
    "Envoyez un réseau plus petit (n ou s), ou entraîné sur moins de classes ; rien d'autre n'en demande autant.",
)
_OWN: Final = (
    "Send the best.pt of your own training; if it is refused again, show it to your instructor.",
    "Envoyez le best.pt de votre propre apprentissage ; s'il est encore refusé, montrez-le à votre enseignant.",
)
_DETECTOR: Final = (
    "Send the weights of a detector trained with the standard YOLOv5 or ultralytics.",
    "Envoyez les poids d'un détecteur entraîné avec YOLOv5 ou ultralytics standard.",
)
_DIVERGED: Final = (
    "The training has probably diverged: lower the learning rate, or send an earlier checkpoint.",
    "L'apprentissage a sans doute divergé : baissez le taux d'apprentissage, ou envoyez un checkpoint antérieur.",
)

_Pair = tuple[str, str]

#: code -> reason (English, French), advice (English, French)
OURS: Final[dict[str, tuple[_Pair, _Pair]]] = {
    "too_much_memory": (
        ("This network needs more memory than an evaluation may take",
         "Ce réseau demande plus de mémoire qu'une évaluation ne peut en prendre"),
        _SMALLER,
    ),
    "too_slow": (
        ("This network takes longer than an evaluation may last",
         "Ce réseau est plus lent qu'une évaluation ne peut durer"),
        _SMALLER,
    ),
    "crashed": (
        ("Evaluating this file ended abruptly: no network of ours does that",
         "L'évaluation de ce fichier s'est arrêtée brutalement : aucun de nos réseaux ne fait cela"),
        _OWN,
    ),
    "broke_out": (
        ("Evaluating this file tried something that an evaluation may not do; it was stopped and reported",
         "L'évaluation de ce fichier a tenté une action interdite ; elle a été arrêtée et signalée"),
        _OWN,
    ),
    "not_detections": (
        ("Evaluating this file gave something other than detections; it was stopped and reported",
         "L'évaluation de ce fichier a donné autre chose que des détections ; elle a été arrêtée et signalée"),
        _OWN,
    ),
    "predictions_not_finite": (
        ("The network predicts values that are not numbers (NaN or infinity)",
         "Le réseau prédit des valeurs qui ne sont pas des nombres (NaN ou infini)"),
        _DIVERGED,
    ),
    "unexpected_output": (
        ("The network's output is not that of a YOLO detector",
         "La sortie du réseau n'est pas celle d'un détecteur YOLO"),
        _DETECTOR,
    ),
}  # fmt: skip


def submission_error(code: str) -> SubmissionError:
    """One of our own refusals."""
    reason, advice = OURS[code]
    return SubmissionError(code, _languages(reason), _languages(advice))


def from_child(code: object, facts: object) -> SubmissionError:
    """The sentence behind a code that the child sent; what it did not get from our tables becomes ``unreadable``."""
    if isinstance(code, str) and code in OURS:
        return submission_error(code)
    try:
        words = _facts(facts)
        refused = refusal(code if isinstance(code, str) and code in SENTENCES else "unreadable", **words)
    except (KeyError, ValueError):  # a fact is missing, or is no short text
        refused = refusal("unreadable")
    return SubmissionError(refused.code, refused.reason, refused.advice)


def wrong_classes(found: Sequence[str], expected: Sequence[str]) -> SubmissionError:
    """The network's classes are not the task's."""
    count, wanted = len(found), len(expected)
    ours, theirs = listed(expected), listed(found)
    advice = (
        f"The classes of this task are, in this order: {ours}. Give exactly these names in your data.yaml"
        f" (nc: {wanted}) and train again.",
        f"Les classes de cette tâche sont, dans cet ordre : {ours}. Donnez exactement ces noms dans votre data.yaml"
        f" (nc: {wanted}) et relancez l'apprentissage.",
    )
    if count != wanted:
        reason = (
            f"This network has {count} classes ({theirs}); the task has {wanted}",
            f"Ce réseau a {count} classes ({theirs}) ; la tâche en a {wanted}",
        )
        return SubmissionError("class_count", _languages(reason), _languages(advice))
    reason = (
        f"The classes of this network ({theirs}) are not those of the task",
        f"Les classes de ce réseau ({theirs}) ne sont pas celles de la tâche",
    )
    return SubmissionError("class_names", _languages(reason), _languages(advice))


def listed(names: Sequence[str]) -> str:
    """At most six names, each short, printable: a file's words inside a sentence of ours."""
    some = [printable(name)[:40] for name in names[:6]]
    return ", ".join(some) + (f"… (+{len(names) - 6})" if len(names) > 6 else "")


def printable(text: str) -> str:
    return "".join(character if character.isprintable() else "·" for character in text)


def _facts(value: object) -> Mapping[str, str]:
    found = strict.mapping(value, "facts")
    if len(found) > FACTS:
        raise ValueError("facts: too many")
    return {
        strict.text(k, "fact", longest=20): strict.text(v, "fact", longest=200, empty=True) for k, v in found.items()
    }


def _languages(pair: _Pair) -> dict[str, str]:
    return {"en": pair[0], "fr": pair[1]}
