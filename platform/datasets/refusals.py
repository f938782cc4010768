"""Every way in which a clip, a class or a rule is declined, each with what to do next, in both languages."""

from accounts.errors import Refusal


def no_pair() -> Refusal:
    return Refusal(
        "no_pair",
        status=403,
        reason={"en": "You are in no pair.", "fr": "Vous n’êtes dans aucun binôme."},
        advice={
            "en": "Clips are a pair's: ask your instructor to place you in one.",
            "fr": "Les clips sont à un binôme : demandez à votre enseignant de vous y placer.",
        },
    )


def no_room_left(clips: int) -> Refusal:
    return Refusal(
        "all_sequences_are_there",
        status=409,
        reason={
            "en": f"Your {clips} sequences are all there.",
            "fr": f"Vos {clips} séquences sont toutes là.",
        },
        advice={
            "en": "Replace one of them, or delete one first.",
            "fr": "Remplacez-en une, ou supprimez-en une d’abord.",
        },
    )


def no_such_sequence(clips: int) -> Refusal:
    return Refusal(
        "no_such_sequence",
        status=422,
        reason={"en": "There is no sequence of that number.", "fr": "Il n’y a pas de séquence de ce numéro."},
        advice={"en": f"Choose from 1 to {clips}.", "fr": f"Choisissez de 1 à {clips}."},
    )


def not_numbered() -> Refusal:
    return Refusal(
        "not_numbered",
        status=409,
        reason={
            "en": "This clip has no place among your sequences.",
            "fr": "Ce clip n’a pas de place parmi vos séquences.",
        },
        advice={
            "en": "Only a clip that was taken can be renumbered.",
            "fr": "Seul un clip accepté peut être renuméroté.",
        },
    )


def still_working() -> Refusal:
    return Refusal(
        "still_working",
        status=409,
        reason={"en": "This clip is being worked on.", "fr": "Ce clip est en cours de traitement."},
        advice={"en": "Wait until it is ready.", "fr": "Attendez qu’il soit prêt."},
    )


def nothing_to_extract() -> Refusal:
    return Refusal(
        "nothing_to_extract",
        status=409,
        reason={"en": "The film is no longer there.", "fr": "Le film n’est plus là."},
        advice={"en": "Send the clip again.", "fr": "Renvoyez le clip."},
    )


def no_frames_yet() -> Refusal:
    return Refusal(
        "no_frames_yet",
        status=409,
        reason={"en": "There are no frames yet.", "fr": "Il n’y a pas encore d’images."},
        advice={
            "en": "They are there as soon as a clip is ready: send one, or wait.",
            "fr": "Elles sont là dès qu’un clip est prêt : envoyez-en un, ou attendez.",
        },
    )


def class_is_taken(name: str) -> Refusal:
    return Refusal(
        "class_is_taken",
        status=409,
        reason={
            "en": f"Another pair films “{name}” already.",
            "fr": f"Un autre binôme filme déjà « {name} ».",
        },
        advice={
            "en": "In this course each pair has a class of its own: choose one that is free.",
            "fr": "Dans ce cours, chaque binôme a sa propre classe : choisissez-en une libre.",
        },
    )


def no_such_class() -> Refusal:
    return Refusal(
        "no_such_class",
        status=422,
        reason={
            "en": "This class is not on the course's list.",
            "fr": "Cette classe n’est pas dans la liste du cours.",
        },
        advice={"en": "Reload the page and choose again.", "fr": "Rechargez la page et choisissez de nouveau."},
    )


def no_class_name() -> Refusal:
    return Refusal(
        "no_class_name",
        status=422,
        reason={
            "en": "A class needs a name of 1 to 40 printable characters.",
            "fr": "Une classe a besoin d’un nom de 1 à 40 caractères imprimables.",
        },
        advice={
            "en": "One short word is best: it becomes the name of a folder and of a label.",
            "fr": "Un mot court est l’idéal : il devient le nom d’un dossier et d’une étiquette.",
        },
    )


def name_is_used(name: str) -> Refusal:
    return Refusal(
        "name_is_used",
        status=409,
        reason={
            "en": f"“{name}” is on the list already, or gives the same folder as a class that is.",
            "fr": f"« {name} » est déjà dans la liste, ou donne le même dossier qu’une classe qui y est.",
        },
        advice={"en": "Choose another name.", "fr": "Choisissez un autre nom."},
    )


def index_is_used(index: int) -> Refusal:
    return Refusal(
        "index_is_used",
        status=409,
        reason={
            "en": f"The number {index} is another class's.",
            "fr": f"Le numéro {index} est celui d’une autre classe.",
        },
        advice={
            "en": "Two classes with one number cannot be told apart in the labels: choose a free one.",
            "fr": "Deux classes de même numéro sont indiscernables dans les labels : choisissez-en un libre.",
        },
    )


def no_index() -> Refusal:
    return Refusal(
        "no_index",
        status=422,
        reason={"en": "A class's number is from 0 to 999.", "fr": "Le numéro d’une classe va de 0 à 999."},
        advice={"en": "Numbers begin with 0.", "fr": "Les numéros commencent à 0."},
    )


def class_is_used(name: str) -> Refusal:
    return Refusal(
        "class_is_used",
        status=409,
        reason={
            "en": f"“{name}” is filmed by a pair: its number stands in labels.",
            "fr": f"« {name} » est filmée par un binôme : son numéro figure dans des labels.",
        },
        advice={
            "en": "Give the pair another class first. Renaming is always possible.",
            "fr": "Donnez d’abord une autre classe au binôme. Renommer reste possible.",
        },
    )


def no_rules(which: str) -> Refusal:
    return Refusal(
        "no_rules",
        status=422,
        reason={
            "en": f"These rules cannot be kept ({which}).",
            "fr": f"Ces règles ne sont pas utilisables ({which}).",
        },
        advice={
            "en": "At most 50 clips, 60 frames a second, 4096 MiB; the longest clip no shorter than the expected one.",
            "fr": "Au plus 50 clips, 60 images par seconde, 4096 Mio ; la durée maximale n’est pas sous la prévue.",
        },
    )
