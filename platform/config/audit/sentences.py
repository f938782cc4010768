"""What the codes of the audit trace mean, in words. A code without words is shown as it is."""

from collections.abc import Mapping
from typing import Final

Bilingual = Mapping[str, str]

SENTENCES: Final[Mapping[str, Bilingual]] = {
    "gradebook-rules-changed": {"en": "changed how marks are made", "fr": "a changé la façon de faire les notes"},
    "gradebook-columns-changed": {"en": "changed the columns of the files", "fr": "a changé les colonnes des fichiers"},
    "gradebook-published": {"en": "showed each person their marks", "fr": "a montré ses notes à chacun"},
    "gradebook-withdrawn": {"en": "hid the marks again", "fr": "a de nouveau caché les notes"},
}
#: What the values of an entry are called; a name that is not here is shown as it is.
NAMES: Final[Mapping[str, Bilingual]] = {
    "bonus_cap": {"en": "highest bonus", "fr": "bonus maximal"},
    "capsule_weight": {"en": "weight of the capsule", "fr": "poids de la capsule"},
    "cards": {"en": "cards that count", "fr": "grilles qui comptent"},
    "missing_is_zero": {"en": "no capsule mark counts as 0", "fr": "sans note de capsule, 0"},
    "per_side_point": {"en": "bonus per point", "fr": "bonus par point"},
    "per_side_quest": {"en": "bonus per side quest", "fr": "bonus par quête annexe"},
    "quests_by": {"en": "main quests count by", "fr": "les quêtes comptent par"},
    "quests_weight": {"en": "weight of the quests", "fr": "poids des quêtes"},
    "step": {"en": "rounding", "fr": "arrondi"},
    "submissions_weight": {"en": "weight of the submissions", "fr": "poids des soumissions"},
    "written_to": {"en": "people written to", "fr": "personnes prévenues"},
}
#: Who did what nobody did.
NOBODY: Final[Bilingual] = {"en": "the site", "fr": "le site"}


def sentence_of(action: str, language: str) -> str:
    return SENTENCES.get(action, {}).get(language, action)


def name_of(key: str, language: str) -> str:
    """A path of keys such as ``frames.rate``, each in words where it has some."""
    return ", ".join(NAMES.get(part, {}).get(language, part) for part in key.split(".")) if key else ""
