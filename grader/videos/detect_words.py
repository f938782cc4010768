"""What a pair reads when detection on its clip cannot go on: our sentences, never the child's words."""

from collections.abc import Mapping
from typing import Final

from grader import refusals
from grader.errors import SubmissionError
from ml.checkpoints.sentences import SENTENCES as OF_CHECKPOINTS

_Pair = tuple[str, str]

_SHORTER: Final = (
    "Try a smaller image size, a smaller network (n or s) or a shorter clip.",
    "Essayez une taille d'image plus petite, un réseau plus petit (n ou s) ou un clip plus court.",
)
_OWN: Final = (
    "Try another checkpoint of yours, or another clip; if it happens again, show it to your instructor.",
    "Essayez un autre de vos checkpoints, ou un autre clip ; si cela se reproduit, montrez-le à votre enseignant.",
)
_CUT: Final = (
    "Cut the clip, or film less at a time.",
    "Coupez le clip, ou filmez moins longtemps.",
)

#: code -> reason (English, French), advice (English, French)
SENTENCES: Final[dict[str, tuple[_Pair, _Pair]]] = {
    "unreadable_video": (
        ("The clip cannot be read to its end", "Le clip ne peut pas être lu jusqu'au bout"),
        ("Play it to its end, send it again, and start over.",
         "Lisez-le jusqu'au bout, renvoyez-le, puis recommencez."),
    ),
    "clip_too_long": (
        ("The clip is longer than detection may take", "Le clip est plus long que ce qu'une détection permet"),
        _CUT,
    ),
    "output_too_large": (
        ("The film with boxes would be too large", "Le film avec les boîtes serait trop lourd"),
        _CUT,
    ),
    "too_much_memory": (
        ("This network needs more memory on this clip than detection may take",
         "Ce réseau demande plus de mémoire sur ce clip qu'une détection ne peut en prendre"),
        _SHORTER,
    ),
    "too_slow": (
        ("Detecting on this clip takes longer than it may last",
         "La détection sur ce clip dure plus longtemps qu'elle ne peut"),
        _SHORTER,
    ),
    "crashed": (
        ("Detecting on this clip ended abruptly: no network and no clip of ours do that",
         "La détection sur ce clip s'est arrêtée brutalement : aucun de nos réseaux ni de nos clips ne fait cela"),
        _OWN,
    ),
    "broke_out": (
        ("Detecting on this clip tried something that it may not do; it was stopped and reported",
         "La détection sur ce clip a tenté une action interdite ; elle a été arrêtée et signalée"),
        _OWN,
    ),
    "not_detections": (
        ("Detecting on this clip gave something other than a film with boxes; it was stopped and reported",
         "La détection sur ce clip a donné autre chose qu'un film avec des boîtes ; elle a été arrêtée et signalée"),
        _OWN,
    ),
}  # fmt: skip


def submission_error(code: str) -> SubmissionError:
    reason, advice = SENTENCES[code]
    return SubmissionError(code, {"en": reason[0], "fr": reason[1]}, {"en": advice[0], "fr": advice[1]})


def from_child(header: Mapping[str, object]) -> SubmissionError:
    """The sentence behind a code that the child sent, of a clip or of a checkpoint."""
    code = header.get("code")
    if isinstance(code, str) and code in SENTENCES:
        return submission_error(code)
    known = isinstance(code, str) and (code in OF_CHECKPOINTS or code in refusals.OURS or code == "not_finite")
    return refusals.from_child(_RENAMED.get(str(code), code) if known else "unexpected_output", header.get("facts"))


#: What a network's numbers are called once it runs.
_RENAMED: Final = {"not_finite": "predictions_not_finite"}
