"""What the codes of the audit trace mean, in words. A code without words is shown as it is."""

from collections.abc import Mapping
from typing import Final

Bilingual = Mapping[str, str]

SENTENCES: Final[Mapping[str, Bilingual]] = {
    "acquisition-rules-changed": {"en": "changed what is asked to be filmed", "fr": "a changé ce qui est à filmer"},
    "appeal-accepted": {"en": "accepted an appeal", "fr": "a accepté un recours"},
    "appeal-declined": {"en": "declined an appeal", "fr": "a rejeté un recours"},
    "appeal-made": {"en": "made an appeal", "fr": "a fait un recours"},
    "board-frozen": {"en": "froze a board", "fr": "a figé un classement"},
    "board-revealed": {"en": "revealed a board", "fr": "a révélé un classement"},
    "board-unfrozen": {"en": "let a board run again", "fr": "a relancé un classement"},
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
    "detection-removed": {"en": "removed a detection", "fr": "a effacé une détection"},
    "extension-withdrawn": {"en": "withdrew an extension", "fr": "a retiré un délai"},
    "gradebook-columns-changed": {"en": "changed the columns of the files", "fr": "a changé les colonnes des fichiers"},
    "gradebook-published": {"en": "showed each person their marks", "fr": "a montré ses notes à chacun"},
    "gradebook-rules-changed": {"en": "changed how marks are made", "fr": "a changé la façon de faire les notes"},
    "gradebook-withdrawn": {"en": "hid the marks again", "fr": "a de nouveau caché les notes"},
    "hand-in-decided": {"en": "decided about a hand-in", "fr": "a jugé un rendu"},
    "mark-adjusted": {"en": "adjusted one member’s mark", "fr": "a ajusté la note d’un membre"},
    "mark-changed": {"en": "changed a mark that was published", "fr": "a changé une note publiée"},
    "mark-computed-again": {"en": "made a mark follow", "fr": "a fait suivre une note"},
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
    "object-class-added": {"en": "added a class to film", "fr": "a ajouté une classe à filmer"},
    "object-class-changed": {"en": "changed a class to film", "fr": "a changé une classe à filmer"},
    "object-class-chosen": {"en": "chose what a pair films", "fr": "a choisi ce que filme un binôme"},
    "object-class-removed": {"en": "removed a class to film", "fr": "a retiré une classe à filmer"},
    "person-exported": {
        "en": "took a person’s data away for them",
        "fr": "a emporté les données d’une personne pour elle",
    },
    "person-forgotten": {"en": "forgot a person", "fr": "a oublié une personne"},
    "person-moved": {"en": "moved a person to another pair", "fr": "a changé une personne de binôme"},
    "quest-judged-again": {"en": "judged answers again", "fr": "a rejugé des réponses"},
    "results-made-again": {"en": "published new results of a task", "fr": "a publié de nouveaux résultats d’une tâche"},
    "retention-changed": {
        "en": "changed how long films are kept",
        "fr": "a changé combien de temps les films sont gardés",
    },
    "rubric-published": {"en": "published a rubric", "fr": "a publié une grille d’évaluation"},
    "task-rules-changed": {"en": "changed the rules of a task", "fr": "a changé les règles d’une tâche"},
}
#: What the values of an entry are called; a name that is not here is shown as it is.
NAMES: Final[Mapping[str, Bilingual]] = {
    "accepts_late": {"en": "late ones are accepted", "fr": "les retards sont acceptés"},
    "accepts_links": {"en": "links are accepted", "fr": "les liens sont acceptés"},
    "adjustment_bound": {"en": "individual adjustment, at most", "fr": "ajustement individuel, au plus"},
    "adjustments": {"en": "adjustments", "fr": "ajustements"},
    "answers": {"en": "answers judged otherwise", "fr": "réponses jugées autrement"},
    "appeals_until": {"en": "appeals until", "fr": "recours jusqu’au"},
    "attempts_per_day": {"en": "files handed in a day", "fr": "fichiers rendus par jour"},
    "bonus_cap": {"en": "highest bonus", "fr": "bonus maximal"},
    "capsule_weight": {"en": "weight of the capsule", "fr": "poids de la capsule"},
    "capsules": {"en": "capsules", "fr": "capsules"},
    "capsules_until": {"en": "capsules kept until", "fr": "capsules gardées jusqu’au"},
    "cards": {"en": "cards that count", "fr": "grilles qui comptent"},
    "cells": {"en": "cells", "fr": "cases"},
    "clip": {"en": "clip", "fr": "clip"},
    "clips_expected": {"en": "clips expected", "fr": "clips attendus"},
    "clips_until": {"en": "clips kept until", "fr": "clips gardés jusqu’au"},
    "columns": {"en": "columns", "fr": "colonnes"},
    "computed": {"en": "computed mark", "fr": "note calculée"},
    "convention": {"en": "convention of the score", "fr": "convention du score"},
    "counted_at": {"en": "counted at", "fr": "compté le"},
    "counts_from": {"en": "an upload counts from when it was", "fr": "un envoi compte depuis qu’il est"},
    "course": {"en": "course", "fr": "cours"},
    "data": {"en": "data", "fr": "données"},
    "dataset": {"en": "dataset", "fr": "base de données"},
    "delta": {"en": "adjustment", "fr": "ajustement"},
    "difference_from": {"en": "a difference begins at", "fr": "un écart commence à"},
    "due_at": {"en": "deadline", "fr": "échéance"},
    "en": {"en": "in English", "fr": "en anglais"},
    "expected_at": {"en": "expected back", "fr": "attendues pour le"},
    "final_rule": {"en": "what counts", "fr": "ce qui compte"},
    "first": {"en": "first marker", "fr": "premier correcteur"},
    "fr": {"en": "in French", "fr": "en français"},
    "frame_rate": {"en": "frames a second", "fr": "images par seconde"},
    "grace_minutes": {"en": "minutes to arrive", "fr": "minutes pour arriver"},
    "gradebook": {"en": "gradebook", "fr": "carnet de notes"},
    "ideal_high_seconds": {"en": "fine up to, seconds", "fr": "bien jusqu’à, secondes"},
    "ideal_low_seconds": {"en": "fine from, seconds", "fr": "bien dès, secondes"},
    "index": {"en": "number in the labels", "fr": "numéro dans les étiquettes"},
    "inference": {"en": "inference", "fr": "inférence"},
    "instructions": {"en": "instructions", "fr": "consignes"},
    "is_late": {"en": "late", "fr": "en retard"},
    "is_open": {"en": "open", "fr": "ouverte"},
    "lessons": {"en": "lessons", "fr": "enseignements"},
    "levels": {"en": "levels", "fr": "niveaux"},
    "limit_bytes": {"en": "size limit, bytes", "fr": "taille limite, octets"},
    "link": {"en": "link", "fr": "lien"},
    "longest_seconds": {"en": "too long above, seconds", "fr": "trop long au-delà de, secondes"},
    "macro": {"en": "macro", "fr": "macro"},
    "mark": {"en": "mark", "fr": "note"},
    "marking": {"en": "marking", "fr": "notation"},
    "markings_carried": {"en": "markings carried over", "fr": "notations reportées"},
    "max_seconds": {"en": "longest clip, seconds", "fr": "clip le plus long, secondes"},
    "micro": {"en": "micro", "fr": "micro"},
    "missing_is_zero": {"en": "no capsule mark counts as 0", "fr": "sans note de capsule, 0"},
    "name": {"en": "name", "fr": "nom"},
    "number": {"en": "number", "fr": "numéro"},
    "opens_at": {"en": "opens", "fr": "ouverture"},
    "override": {"en": "mark written by hand", "fr": "note écrite à la main"},
    "pair": {"en": "pair", "fr": "binôme"},
    "peers_may_watch": {"en": "other pairs may watch", "fr": "les autres binômes peuvent regarder"},
    "per_side_point": {"en": "bonus per point", "fr": "bonus par point"},
    "per_side_quest": {"en": "bonus per side quest", "fr": "bonus par quête annexe"},
    "points": {"en": "points", "fr": "points"},
    "public_percent": {"en": "public part, percent", "fr": "part publique, pour cent"},
    "qualitative": {"en": "qualitative", "fr": "qualitatif"},
    "quantitative": {"en": "quantitative", "fr": "quantitatif"},
    "quest": {"en": "quest", "fr": "quête"},
    "quests_by": {"en": "main quests count by", "fr": "les quêtes comptent par"},
    "quests_weight": {"en": "weight of the quests", "fr": "poids des quêtes"},
    "quota_per_day": {"en": "evaluations a day", "fr": "évaluations par jour"},
    "retention": {"en": "how long films are kept", "fr": "durée de garde des films"},
    "rubric": {"en": "version of the rubric", "fr": "version de la grille"},
    "rules": {"en": "rules", "fr": "règles"},
    "sample_percent": {"en": "marked twice, percent", "fr": "notées deux fois, pour cent"},
    "sample_seed": {"en": "draw number of the sample", "fr": "numéro de tirage de l’échantillon"},
    "second": {"en": "second marker", "fr": "second correcteur"},
    "seconds": {"en": "seconds", "fr": "secondes"},
    "seconds_expected": {"en": "seconds expected", "fr": "secondes attendues"},
    "sequence": {"en": "sequence", "fr": "séquence"},
    "sha256": {"en": "SHA-256", "fr": "SHA-256"},
    "shares_classes": {"en": "several pairs may film one class", "fr": "plusieurs binômes peuvent filmer une classe"},
    "shortest_seconds": {"en": "too short below, seconds", "fr": "trop court en dessous de, secondes"},
    "shows_gallery": {"en": "pairs explore their errors", "fr": "les binômes explorent leurs erreurs"},
    "size_bytes": {"en": "bytes", "fr": "octets"},
    "slug": {"en": "short name", "fr": "nom court"},
    "state": {"en": "state", "fr": "état"},
    "step": {"en": "rounding", "fr": "arrondi"},
    "submission": {"en": "submission", "fr": "dépôt"},
    "submissions_weight": {"en": "weight of the submissions", "fr": "poids des soumissions"},
    "takes_appeals": {"en": "pairs may appeal", "fr": "les binômes peuvent faire un recours"},
    "training": {"en": "training", "fr": "apprentissage"},
    "uses_ladder": {
        "en": "the score moves on a significant gain only",
        "fr": "le score ne bouge que d’un gain significatif",
    },
    "version": {"en": "version", "fr": "version"},
    "written_to": {"en": "people written to", "fr": "personnes prévenues"},
}
#: What codes that stand as values mean, by the name of the value.
WORDS: Final[Mapping[str, Mapping[str, Bilingual]]] = {
    "convention": {
        "coco": {"en": "COCO’s", "fr": "celle de COCO"},
        "ultralytics": {"en": "ultralytics’", "fr": "celle d’ultralytics"},
        "yolov5": {"en": "YOLOv5’s", "fr": "celle de YOLOv5"},
    },
    "counts_from": {"begun": {"en": "begun", "fr": "commencé"}, "finished": {"en": "finished", "fr": "terminé"}},
    "final_rule": {
        "best": {"en": "the best one", "fr": "le meilleur"},
        "chosen": {"en": "the one the pair chose", "fr": "celui que le binôme a choisi"},
    },
    "quests_by": {"points": {"en": "points", "fr": "points"}, "solved": {"en": "solved", "fr": "résolues"}},
    "state": {
        "accepted": {"en": "accepted", "fr": "accepté"},
        "declined": {"en": "declined", "fr": "rejeté"},
        "draft": {"en": "draft", "fr": "brouillon"},
        "moderated": {"en": "ready", "fr": "prête"},
        "open": {"en": "waiting for an answer", "fr": "en attente de réponse"},
        "published": {"en": "published", "fr": "publiée"},
        "reopened": {"en": "opened again", "fr": "rouverte"},
        "returned": {"en": "returned", "fr": "renvoyé"},
    },
}
_KEPT_LONG_ENOUGH: Final[Bilingual] = {
    "en": "the last day it was kept is over",
    "fr": "le dernier jour de garde est passé",
}
_NOBODY_LEFT: Final[Bilingual] = {
    "en": "nobody is left in the pair",
    "fr": "plus personne n’est dans le binôme",
}
_RUBRIC: Final[Bilingual] = {"en": "the rubric changed", "fr": "la grille a changé"}
#: Reasons that the site gives itself, by the action; people's own words are shown as they wrote them.
REASONS: Final[Mapping[str, Mapping[str, Bilingual]]] = {
    "capsule-bytes-removed": {
        "forgotten": _NOBODY_LEFT,
        "refused": {"en": "it was refused", "fr": "elle a été refusée"},
        "replaced": {"en": "a newer version took its place", "fr": "une version plus récente l’a remplacée"},
        "retention": _KEPT_LONG_ENOUGH,
    },
    "capsule-returned-to": {
        "the newer one is no film": {"en": "the newer one is no film", "fr": "la plus récente n’est pas un film"}
    },
    "clip-deleted": {"forgotten": _NOBODY_LEFT, "retention": _KEPT_LONG_ENOUGH},
    "mark-computed-again": {
        "other markers": {"en": "other markers", "fr": "d’autres correcteurs"},
        "the rubric changed": _RUBRIC,
    },
    "marking-reopened": {"the rubric changed": _RUBRIC},
}
#: Who did what nobody did.
NOBODY: Final[Bilingual] = {"en": "the site", "fr": "le site"}


def sentence_of(action: str, language: str) -> str:
    return SENTENCES.get(action, {}).get(language, action)


def name_of(key: str, language: str) -> str:
    """A key, or a path of keys such as ``dataset.macro``, in words where it has some."""
    return ", ".join(NAMES.get(part, {}).get(language, part) for part in key.split(".")) if key else ""


def word_of(name: str, value: object, language: str) -> str:
    """What a code means as the value of that name; empty where it is no code."""
    return WORDS.get(name, {}).get(value, {}).get(language, "") if isinstance(value, str) else ""


def reason_of(action: str, reason: str, language: str) -> str:
    return REASONS.get(action, {}).get(reason, {}).get(language, reason)
