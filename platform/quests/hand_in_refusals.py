"""Every way in which a hand-in is declined, each with what to do next, in both languages. None costs anything."""

from accounts.errors import Refusal
from challenges.kinds import KIBIBYTE, MEBIBYTE, Part


def too_large(part: Part) -> Refusal:
    en, fr = _size(part.most_bytes)
    return Refusal(
        "too_large",
        status=413,
        reason={
            "en": f"The file for “{part.name}” is larger than {en}, the limit.",
            "fr": f"Le fichier pour « {part.name} » dépasse {fr}, la limite.",
        },
        advice={
            "en": "Send only what the quest asks for: no pictures beside the labels, no optimizer in a checkpoint.",
            "fr": "N’envoyez que ce que la quête demande : ni images avec les labels, ni optimiseur avec les poids.",
        },
    )


def form_too_large(limit_bytes: int) -> Refusal:
    en, fr = _size(limit_bytes)
    return Refusal(
        "too_large",
        status=413,
        reason={
            "en": f"What was sent is larger than {en}, the limit of this quest.",
            "fr": f"L’envoi dépasse {fr}, la limite de cette quête.",
        },
        advice={
            "en": "Send only what the quest asks for: no pictures beside the labels, no optimizer in a checkpoint.",
            "fr": "N’envoyez que ce que la quête demande : ni images avec les labels, ni optimiseur avec les poids.",
        },
    )


def other_suffix(part: Part, name: str) -> Refusal:
    wanted = ", ".join(part.suffixes)
    return Refusal(
        "other_suffix",
        status=422,
        reason={
            "en": f"“{name}” is not a file of the kind that “{part.name}” expects.",
            "fr": f"« {name} » n’est pas un fichier du type attendu pour « {part.name} ».",
        },
        advice={"en": f"Expected: {wanted}.", "fr": f"Attendu : {wanted}."},
    )


def not_what_it_says(name: str) -> Refusal:
    return Refusal(
        "not_what_it_says",
        status=422,
        reason={
            "en": f"“{name}” does not begin as a file of that name does.",
            "fr": f"« {name} » ne commence pas comme un fichier de ce nom.",
        },
        advice={
            "en": "Renaming does not convert a file: save it again in the format that the quest asks for.",
            "fr": "Renommer un fichier ne le convertit pas : enregistrez-le de nouveau dans le format demandé.",
        },
    )


def empty_file(name: str) -> Refusal:
    return Refusal(
        "empty_file",
        status=422,
        reason={"en": f"“{name}” is empty.", "fr": f"« {name} » est vide."},
        advice={
            "en": "The copy stopped before anything was written: look at its size where it comes from.",
            "fr": "La copie s’est arrêtée avant d’écrire : vérifiez sa taille à la source.",
        },
    )


def unreadable_form() -> Refusal:
    return Refusal(
        "unreadable_form",
        reason={
            "en": "The form could not be read to its end.",
            "fr": "Le formulaire n’a pas pu être lu jusqu’au bout.",
        },
        advice={
            "en": "Send it as multipart/form-data, each file in the field named after its part.",
            "fr": "Envoyez-le en multipart/form-data, chaque fichier dans le champ qui porte le nom de sa pièce.",
        },
    )


def nothing_handed_in() -> Refusal:
    return Refusal(
        "nothing_handed_in",
        reason={"en": "Nothing came with the form.", "fr": "Le formulaire est arrivé vide."},
        advice={
            "en": "Choose a file, or write your answer, then hand it in.",
            "fr": "Choisissez un fichier, ou écrivez votre réponse, puis rendez-la.",
        },
    )


def part_missing(part: Part) -> Refusal:
    wanted = ", ".join(part.suffixes)
    return Refusal(
        "part_missing",
        reason={
            "en": f"“{part.name}” is missing.",
            "fr": f"Il manque « {part.name} ».",
        },
        advice={
            "en": f"This quest needs it: {wanted}." if wanted else "This quest needs some words: write your answer.",
            "fr": f"Cette quête le demande : {wanted}."
            if wanted
            else "Cette quête demande quelques mots : écrivez votre réponse.",
        },
    )


def text_too_long(part: Part) -> Refusal:
    en, fr = _size(part.most_bytes)
    return Refusal(
        "text_too_long",
        status=413,
        reason={
            "en": f"The text is longer than {en}, the limit.",
            "fr": f"Le texte dépasse {fr}, la limite.",
        },
        advice={
            "en": "A page says it: keep what answers the question.",
            "fr": "Une page suffit : gardez ce qui répond à la question.",
        },
    )


def typed_instead() -> Refusal:
    return Refusal(
        "answered_by_typing",
        status=409,
        reason={
            "en": "This quest is answered by typing, not by handing something in.",
            "fr": "On répond à cette quête en tapant la réponse, pas en rendant un fichier.",
        },
        advice={"en": "Type your answer on the quest's page.", "fr": "Tapez votre réponse sur la page de la quête."},
    )


def one_at_a_time() -> Refusal:
    return Refusal(
        "one_at_a_time",
        status=409,
        reason={
            "en": "What your pair handed in before is still being looked at.",
            "fr": "Ce que votre binôme a rendu avant est encore en cours d’examen.",
        },
        advice={
            "en": "Wait for its verdict: it will tell you what to change, if anything.",
            "fr": "Attendez son verdict : il dira ce qu’il faut changer, s’il le faut.",
        },
    )


def solved_already() -> Refusal:
    return Refusal(
        "solved_already",
        status=409,
        reason={"en": "Your pair has solved this quest.", "fr": "Votre binôme a déjà résolu cette quête."},
        advice={
            "en": "Nothing more to hand in here: on to the next one.",
            "fr": "Plus rien à rendre ici : à la suivante.",
        },
    )


def too_many(most: int) -> Refusal:
    return Refusal(
        "too_many",
        status=429,
        reason={
            "en": f"Your pair has handed in {most} times within an hour, the limit.",
            "fr": f"Votre binôme a rendu {most} fois en une heure, la limite.",
        },
        advice={
            "en": "Read the findings of the last one slowly, then come back in a while.",
            "fr": "Relisez calmement ce qui a été relevé la dernière fois, puis revenez dans un moment.",
        },
    )


def not_decidable() -> Refusal:
    return Refusal(
        "not_decidable",
        status=409,
        reason={
            "en": "There is nothing to decide about this hand-in.",
            "fr": "Il n’y a rien à décider sur ce rendu.",
        },
        advice={
            "en": "The machine still has it, or could not read it.",
            "fr": "La machine l’examine encore, ou n’a pas pu le lire.",
        },
    )


def decided_meanwhile() -> Refusal:
    return Refusal(
        "decided_meanwhile",
        status=409,
        reason={
            "en": "Somebody has decided on this one meanwhile.",
            "fr": "Quelqu’un a tranché entre-temps.",
        },
        advice={
            "en": "Their decision is shown; open it again if you see it differently.",
            "fr": "Sa décision est affichée ; rouvrez-la si vous la voyez autrement.",
        },
    )


def say_why() -> Refusal:
    return Refusal(
        "say_why",
        reason={
            "en": "A hand-in is not returned without a word.",
            "fr": "On ne renvoie pas un rendu sans un mot.",
        },
        advice={
            "en": "Say in the remark what is missing: that is what the pair works with.",
            "fr": "Dites dans la remarque ce qui manque : c’est avec cela que le binôme travaille.",
        },
    )


def _size(size_bytes: int) -> tuple[str, str]:
    if size_bytes >= MEBIBYTE:
        return f"{size_bytes // MEBIBYTE} MiB", f"{size_bytes // MEBIBYTE} Mio"
    return f"{size_bytes // KIBIBYTE} KiB", f"{size_bytes // KIBIBYTE} Kio"
