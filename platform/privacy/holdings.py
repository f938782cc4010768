"""What the site holds about a person: every table that leads to one, and what of it is theirs to take away.

``Held.ours`` are the ways from a row to the person whose it is; ``acted`` the fields by which somebody did something to
what is another's: of those rows only the fact is told. A test walks the models and fails where one is forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Held:
    ours: tuple[str, ...] = ()
    acted: tuple[str, ...] = ()
    leaves_out: tuple[str, ...] = ()


_OF_PAIR: Final = ("pair__members",)
_OF_VARIANT: Final = ("variant__pair__members",)
_OF_VERSION: Final = ("version__capsule__pair__members",)

HELD: Final[Mapping[str, Held]] = {
    "accounts.User": Held(
        ours=("pk",), leaves_out=("password", "is_superuser", "is_staff", "groups", "user_permissions")
    ),
    "accounts.Consent": Held(ours=("person",)),
    "accounts.Letter": Held(ours=("person",)),
    "admin.LogEntry": Held(acted=("user",)),
    "capsules.Appearance": Held(ours=("person",)),
    "capsules.Appreciation": Held(ours=("viewer",)),
    "capsules.Capsule": Held(ours=_OF_PAIR),
    "capsules.CapsuleVersion": Held(ours=("capsule__pair__members", "handed_in_by")),
    "capsules.Captions": Held(ours=(*_OF_VERSION, "uploaded_by")),
    "capsules.Chapter": Held(ours=_OF_VERSION),
    "capsules.Extension": Held(ours=_OF_PAIR, acted=("granted_by",)),
    "capsules.Phrase": Held(ours=("owner",)),
    "courses.AuditEntry": Held(acted=("actor",)),
    "courses.Course": Held(acted=("instructors",)),
    "courses.Pair": Held(ours=("members",)),
    "courses.TrainingConfiguration": Held(ours=_OF_PAIR),
    "datasets.Clip": Held(ours=(*_OF_PAIR, "uploaded_by")),
    "gradebook.Gradebook": Held(acted=("published_by",)),
    "gradebook.RulesVersion": Held(acted=("saved_by",)),
    "inference.Run": Held(ours=(*_OF_PAIR, "author")),
    "marking.Appeal": Held(ours=("mark__capsule__pair__members", "author"), acted=("answered_by",)),
    "marking.Assignment": Held(acted=("marker",)),
    "marking.Conflict": Held(acted=("marker",)),
    "marking.Marking": Held(acted=("marker",)),
    "marking.Publication": Held(acted=("by",)),
    "marking.RubricDraft": Held(acted=("updated_by",)),
    "marking.RubricVersion": Held(acted=("created_by",)),
    "privacy.ErasureRequest": Held(ours=("person",)),
    "quests.Attempt": Held(ours=(*_OF_VARIANT, "author")),
    "quests.HandIn": Held(ours=(*_OF_VARIANT, "author"), acted=("reviewed_by",), leaves_out=("report",)),
    "quests.HandInFile": Held(ours=("hand_in__variant__pair__members",), leaves_out=("path",)),
    "quests.HandInReview": Held(ours=("hand_in__variant__pair__members",), acted=("reviewed_by",)),
    "quests.HintTaken": Held(ours=(*_OF_VARIANT, "taken_by")),
    "quests.Rejudgement": Held(acted=("judged_by",)),
    "quests.Unlock": Held(ours=_OF_PAIR, acted=("unlocked_by",)),
    "quests.Variant": Held(ours=_OF_PAIR, leaves_out=("answer_key", "question", "parameters")),
    "room.GameEvent": Held(ours=("by",)),
    "room.Opening": Held(ours=_OF_PAIR),
    "submissions.Attempt": Held(ours=_OF_PAIR),
    "submissions.Checkpoint": Held(ours=(*_OF_PAIR, "uploaded_by"), leaves_out=("path", "sketch")),
    "submissions.Reevaluation": Held(acted=("started_by",)),
    "uploads.ResumableUpload": Held(ours=("owner",)),
    "uploads.StoredFile": Held(ours=(*_OF_PAIR, "owner"), leaves_out=("key",)),
}
#: Told by functions of their own (``privacy.told``), because not all of a row may be told.
TOLD: Final = ("capsules.Comment", "marking.Mark", "marking.Adjustment", "submissions.Submission")
#: (table, field) → why it is not told, although it leads to a person or a pair.
NOT_TOLD: Final[Mapping[tuple[str, str], str]] = {
    ("authtoken.Token", "user"): "a key to the account: the account page shows it",
    ("authtoken.TokenProxy", "user"): "the same row, under its name in the administration",
    ("courses.AuditEntry", "pair"): "instructors' trace, with marks that were not told",
    ("marking.Assignment", "pair"): "who marks whom is the instructors'",
    ("marking.Conflict", "pair"): "who marks whom is the instructors'",
    (
        "submissions.ReevaluationItem",
        "submission",
    ): "what instructors ran again: its result is told with the submission",
    ("submissions.Resemblance", "first"): "instructors' question, with another pair's file in it",
    ("submissions.Resemblance", "second"): "instructors' question, with another pair's file in it",
    ("room.GameEvent", "pair"): "what a team-mate did; one's own is told by 'by'",
}
