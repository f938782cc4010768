"""What the codes of the audit trace mean, in words. A code without words is shown as it is."""

from collections.abc import Mapping
from typing import Final

Bilingual = Mapping[str, str]

SENTENCES: Final[Mapping[str, Bilingual]] = {
    "acquisition-rules-changed": {"en": "changed what is asked to be filmed", "fr": "a changé ce qui est à filmer"},
    "appeal-accepted": {"en": "accepted an appeal", "fr": "a accepté un recours"},
    "appeal-declined": {"en": "declined an appeal", "fr": "a rejeté un recours"},
    "appeal-made": {"en": "made an appeal", "fr": "a fait un recours"},
    "capsule-bytes-removed": {"en": "removed the film of a capsule", "fr": "a effacé le film d’une capsule"},
    "capsule-handed-in": {"en": "handed in a capsule", "fr": "a rendu une capsule"},
    "capsule-replaced": {"en": "replaced a capsule", "fr": "a remplacé une capsule"},
    "capsule-returned-to": {
        "en": "went back to an earlier version of a capsule",
        "fr": "est revenu à une version précédente d’une capsule",
    },
    "capsule-rules-changed": {"en": "changed the rules of the capsules", "fr": "a changé les règles des capsules"},
    "clip-deleted": {"en": "removed a clip", "fr": "a effacé un clip"},
    "clip-replaced": {"en": "replaced a clip", "fr": "a remplacé un clip"},
    "conflicts-set": {"en": "said who must not mark whom", "fr": "a dit qui ne doit pas noter qui"},
    "course-brought": {"en": "brought the course from a zip", "fr": "a apporté le cours depuis un zip"},
    "deadline-extended": {"en": "extended a deadline", "fr": "a repoussé une échéance"},
    "extension-withdrawn": {"en": "withdrew an extension", "fr": "a retiré un délai"},
    "gradebook-columns-changed": {"en": "changed the columns of the files", "fr": "a changé les colonnes des fichiers"},
    "gradebook-published": {"en": "showed each person their marks", "fr": "a montré ses notes à chacun"},
    "gradebook-rules-changed": {"en": "changed how marks are made", "fr": "a changé la façon de faire les notes"},
    "gradebook-withdrawn": {"en": "hid the marks again", "fr": "a de nouveau caché les notes"},
    "mark-adjusted": {"en": "adjusted one member’s mark", "fr": "a ajusté la note d’un membre"},
    "mark-changed": {"en": "changed a mark that was published", "fr": "a changé une note publiée"},
    "mark-moderated": {"en": "agreed on a mark", "fr": "a arrêté une note"},
    "mark-overridden": {
        "en": "wrote a mark in place of the computed one",
        "fr": "a écrit une note à la place du calcul",
    },
    "mark-published": {"en": "published a mark", "fr": "a publié une note"},
    "mark-reopened": {"en": "opened a mark again", "fr": "a rouvert une note"},
    "markers-assigned": {"en": "chose who marks whom", "fr": "a choisi qui note qui"},
    "marking-done": {"en": "finished marking a capsule", "fr": "a fini de noter une capsule"},
    "marking-reopened": {"en": "took a marking up again", "fr": "a repris une notation"},
    "marking-rules-set": {"en": "changed the rules of marking", "fr": "a changé les règles de notation"},
    "object-class-chosen": {"en": "chose what a pair films", "fr": "a choisi ce que filme un binôme"},
    "person-exported": {
        "en": "took a person’s data away for them",
        "fr": "a emporté les données d’une personne pour elle",
    },
    "person-forgotten": {"en": "forgot a person", "fr": "a oublié une personne"},
    "retention-changed": {
        "en": "changed how long films are kept",
        "fr": "a changé combien de temps les films sont gardés",
    },
    "rubric-published": {"en": "published a rubric", "fr": "a publié une grille d’évaluation"},
}
#: What the values of an entry are called; a name that is not here is shown as it is.
NAMES: Final[Mapping[str, Bilingual]] = {
    "accepts_late": {"en": "late ones are accepted", "fr": "les retards sont acceptés"},
    "accepts_links": {"en": "links are accepted", "fr": "les liens sont acceptés"},
    "adjustments": {"en": "adjustments", "fr": "ajustements"},
    "appeals_until": {"en": "appeals until", "fr": "recours jusqu’au"},
    "bonus_cap": {"en": "highest bonus", "fr": "bonus maximal"},
    "capsule_weight": {"en": "weight of the capsule", "fr": "poids de la capsule"},
    "capsules_until": {"en": "capsules kept until", "fr": "capsules gardées jusqu’au"},
    "cards": {"en": "cards that count", "fr": "grilles qui comptent"},
    "cells": {"en": "cells", "fr": "cases"},
    "clips_expected": {"en": "clips expected", "fr": "clips attendus"},
    "clips_until": {"en": "clips kept until", "fr": "clips gardés jusqu’au"},
    "computed": {"en": "computed mark", "fr": "note calculée"},
    "counted_at": {"en": "counted at", "fr": "compté le"},
    "counts_from": {"en": "an upload counts from when it was", "fr": "un envoi compte depuis qu’il est"},
    "dataset": {"en": "dataset", "fr": "base de données"},
    "delta": {"en": "adjustment", "fr": "ajustement"},
    "due_at": {"en": "deadline", "fr": "échéance"},
    "en": {"en": "in English", "fr": "en anglais"},
    "expected_at": {"en": "expected back", "fr": "attendues pour le"},
    "fr": {"en": "in French", "fr": "en français"},
    "frame_rate": {"en": "frames a second", "fr": "images par seconde"},
    "inference": {"en": "inference", "fr": "inférence"},
    "instructions": {"en": "instructions", "fr": "consignes"},
    "is_late": {"en": "late", "fr": "en retard"},
    "lessons": {"en": "lessons", "fr": "enseignements"},
    "levels": {"en": "levels", "fr": "niveaux"},
    "limit_bytes": {"en": "size limit, bytes", "fr": "taille limite, octets"},
    "link": {"en": "link", "fr": "lien"},
    "mark": {"en": "mark", "fr": "note"},
    "markings_carried": {"en": "markings carried over", "fr": "notations reportées"},
    "missing_is_zero": {"en": "no capsule mark counts as 0", "fr": "sans note de capsule, 0"},
    "name": {"en": "name", "fr": "nom"},
    "number": {"en": "number", "fr": "numéro"},
    "opens_at": {"en": "opens", "fr": "ouverture"},
    "override": {"en": "mark written by hand", "fr": "note écrite à la main"},
    "peers_may_watch": {"en": "other pairs may watch", "fr": "les autres binômes peuvent regarder"},
    "per_side_point": {"en": "bonus per point", "fr": "bonus par point"},
    "per_side_quest": {"en": "bonus per side quest", "fr": "bonus par quête annexe"},
    "qualitative": {"en": "qualitative", "fr": "qualitatif"},
    "quantitative": {"en": "quantitative", "fr": "quantitatif"},
    "quests_by": {"en": "main quests count by", "fr": "les quêtes comptent par"},
    "quests_weight": {"en": "weight of the quests", "fr": "poids des quêtes"},
    "rubric": {"en": "version of the rubric", "fr": "version de la grille"},
    "seconds": {"en": "seconds", "fr": "secondes"},
    "seconds_expected": {"en": "seconds expected", "fr": "secondes attendues"},
    "sequence": {"en": "sequence", "fr": "séquence"},
    "sha256": {"en": "SHA-256", "fr": "SHA-256"},
    "size_bytes": {"en": "bytes", "fr": "octets"},
    "state": {"en": "state", "fr": "état"},
    "step": {"en": "rounding", "fr": "arrondi"},
    "submissions_weight": {"en": "weight of the submissions", "fr": "poids des soumissions"},
    "training": {"en": "training", "fr": "apprentissage"},
    "version": {"en": "version", "fr": "version"},
    "written_to": {"en": "people written to", "fr": "personnes prévenues"},
}
#: Who did what nobody did.
NOBODY: Final[Bilingual] = {"en": "the site", "fr": "le site"}


def sentence_of(action: str, language: str) -> str:
    return SENTENCES.get(action, {}).get(language, action)


def name_of(key: str, language: str) -> str:
    """A path of keys such as ``frames.rate``, each in words where it has some."""
    return ", ".join(NAMES.get(part, {}).get(language, part) for part in key.split(".")) if key else ""
