"""Every way in which something about marks is declined, each with what to do next, in both languages."""

from accounts.errors import Refusal

_NB = "\N{NO-BREAK SPACE}"


def not_your_pair() -> Refusal:
    return Refusal(
        "conflict_of_interest",
        status=403,
        reason={"en": "You are not to mark this pair.", "fr": "Vous ne devez pas noter ce binôme."},
        advice={
            "en": "You stand on its list of conflicts; a colleague can change that under “Marking”.",
            "fr": f"Vous êtes sur sa liste de conflits{_NB}; un collègue peut la changer sous «{_NB}Notation{_NB}».",
        },
    )


def is_done() -> Refusal:
    return Refusal(
        "marking_is_done",
        status=409,
        reason={"en": "This marking is done.", "fr": "Cette évaluation est terminée."},
        advice={"en": "Open it again to change it.", "fr": "Rouvrez-la pour la modifier."},
    )


def is_being_marked() -> Refusal:
    return Refusal(
        "mark_is_being_made",
        status=409,
        reason={
            "en": "A marker has taken their judgement up again.",
            "fr": "Un évaluateur a repris son évaluation.",
        },
        advice={
            "en": "There is something to agree on once every marker of this capsule is done.",
            "fr": "Il y aura de quoi s’accorder quand tous les évaluateurs de cette capsule auront terminé.",
        },
    )


def is_not_done() -> Refusal:
    return Refusal(
        "marking_is_not_done",
        status=409,
        reason={"en": "This marking is not done.", "fr": "Cette évaluation n’est pas terminée."},
        advice={"en": "There is nothing to open again.", "fr": "Il n’y a rien à rouvrir."},
    )


def cells_are_empty(count: int) -> Refusal:
    return Refusal(
        "cells_are_empty",
        status=409,
        reason={
            "en": f"{count} cell(s) that count have no level yet.",
            "fr": f"{count} case(s) qui comptent n’ont pas encore de niveau.",
        },
        advice={
            "en": "Give each a level from 0 to 4; what you typed is kept.",
            "fr": f"Donnez à chacune un niveau de 0 à 4{_NB}; ce que vous avez saisi est conservé.",
        },
    )


def not_understood() -> Refusal:
    return Refusal(
        "not_understood",
        reason={"en": "This could not be read.", "fr": "Ceci n’a pas pu être lu."},
        advice={
            "en": "Reload the page and try again; a level is a number from 0 to 4.",
            "fr": f"Rechargez la page et réessayez{_NB}; un niveau est un nombre de 0 à 4.",
        },
    )


def is_published() -> Refusal:
    return Refusal(
        "mark_is_published",
        status=409,
        reason={"en": "This mark is published.", "fr": "Cette note est publiée."},
        advice={
            "en": "Open it again, with a reason, to change it.",
            "fr": "Rouvrez-la, en donnant la raison, pour la modifier.",
        },
    )


def is_not_published() -> Refusal:
    return Refusal(
        "mark_is_not_published",
        status=409,
        reason={"en": "This mark is not published.", "fr": "Cette note n’est pas publiée."},
        advice={"en": "It can still be changed freely.", "fr": "Elle peut encore être modifiée librement."},
    )


def somebody_was_quicker() -> Refusal:
    return Refusal(
        "changed_meanwhile",
        status=409,
        reason={
            "en": "Somebody changed this meanwhile.",
            "fr": "Quelqu’un l’a modifié entre-temps.",
        },
        advice={
            "en": "Nothing was written. Read what stands there now, then decide again.",
            "fr": "Rien n’a été écrit. Lisez ce qui s’y trouve maintenant, puis décidez à nouveau.",
        },
    )


def say_why() -> Refusal:
    return Refusal(
        "say_why",
        reason={"en": "A reason is missing.", "fr": "Il manque la raison."},
        advice={
            "en": "Write in a few words why; it stays on record.",
            "fr": f"Écrivez en quelques mots pourquoi{_NB}; cela reste consigné.",
        },
    )


def not_a_mark() -> Refusal:
    return Refusal(
        "not_a_mark",
        reason={"en": "A mark lies between 0 and 20.", "fr": "Une note est comprise entre 0 et 20."},
        advice={
            "en": "Two decimals at most: 13.5 or 13,25.",
            "fr": f"Deux décimales au plus{_NB}: 13,5 ou 13,25.",
        },
    )


def adjusted_too_far(bound: object) -> Refusal:
    return Refusal(
        "adjusted_too_far",
        reason={
            "en": f"An adjustment is between −{bound} and +{bound}.",
            "fr": f"Un ajustement est compris entre −{bound} et +{bound}.",
        },
        advice={
            "en": "Your course’s rules set this bound.",
            "fr": "Ce sont les règles de votre cours qui fixent cette limite.",
        },
    )


def not_a_member() -> Refusal:
    return Refusal(
        "not_a_member",
        reason={"en": "This person is not in the pair.", "fr": "Cette personne n’est pas dans le binôme."},
        advice={"en": "Reload the page.", "fr": "Rechargez la page."},
    )


def nothing_to_publish() -> Refusal:
    return Refusal(
        "nothing_to_publish",
        status=409,
        reason={"en": "No mark is ready.", "fr": "Aucune note n’est prête."},
        advice={
            "en": "Marks are ready once their markers are done, and agree where there are two.",
            "fr": "Une note est prête quand l’évaluation est terminée et, à deux évaluateurs, quand ils s’accordent.",
        },
    )


def list_has_changed() -> Refusal:
    return Refusal(
        "list_has_changed",
        status=409,
        reason={
            "en": "Marks changed since you read the list.",
            "fr": "Des notes ont changé depuis que vous avez lu la liste.",
        },
        advice={
            "en": "Nothing was published. Read the list again, then confirm.",
            "fr": "Rien n’a été publié. Relisez la liste, puis confirmez.",
        },
    )


def some_lack_a_mark(count: int) -> Refusal:
    return Refusal(
        "some_lack_a_mark",
        status=409,
        reason={
            "en": f"{count} capsule(s) have no mark that is ready.",
            "fr": f"{count} capsule(s) n’ont pas de note prête.",
        },
        advice={
            "en": "Finish them, or tick the box to publish without them.",
            "fr": "Terminez-les, ou cochez la case pour publier sans elles.",
        },
    )


def not_a_weight() -> Refusal:
    return Refusal(
        "not_a_weight",
        status=422,
        reason={"en": "This is no weight.", "fr": "Ce n’est pas un poids."},
        advice={
            "en": "Give a number from 0 to 100, such as 1.5; the weight is as it was, the rest is saved.",
            "fr": f"Donnez un nombre de 0 à 100, par exemple 1,5{_NB}; le poids est inchangé, le reste est enregistré.",
        },
    )


def rubric_is_wrong(complaint: str) -> Refusal:
    return Refusal(
        "rubric_is_wrong",
        reason={
            "en": f"The rubric cannot be used as it is: {complaint}",
            "fr": f"La grille ne peut pas servir telle quelle{_NB}: {complaint}",
        },
        advice={
            "en": "The number is a line of the file; mend it there or on the page.",
            "fr": "Le nombre est une ligne du fichier ; corrigez-la, ou la page.".replace(" ;", f"{_NB};"),
        },
    )


def appeals_are_closed() -> Refusal:
    return Refusal(
        "appeals_are_closed",
        status=409,
        reason={"en": "Appeals are closed.", "fr": "Les recours sont clos."},
        advice={"en": "Speak to your instructor.", "fr": "Parlez-en à votre enseignant."},
    )


def appeal_is_open() -> Refusal:
    return Refusal(
        "appeal_is_open",
        status=409,
        reason={"en": "Your pair has already asked.", "fr": "Votre binôme a déjà déposé un recours."},
        advice={
            "en": "It is answered before another one is taken.",
            "fr": "Il reçoit sa réponse avant qu’un autre soit pris.",
        },
    )


def appeal_is_answered() -> Refusal:
    return Refusal(
        "appeal_is_answered",
        status=409,
        reason={"en": "This appeal is answered.", "fr": "Ce recours a déjà sa réponse."},
        advice={"en": "Read the answer below.", "fr": "Lisez la réponse ci-dessous."},
    )


def say_what() -> Refusal:
    return Refusal(
        "say_what",
        reason={"en": "The text is missing.", "fr": "Il manque le texte."},
        advice={"en": "Write what it is about.", "fr": "Écrivez de quoi il s’agit."},
    )


def finish_yours_first() -> Refusal:
    return Refusal(
        "finish_yours_first",
        status=409,
        reason={
            "en": "You mark this capsule yourself, and are not done.",
            "fr": "Vous évaluez vous-même cette capsule et n’avez pas terminé.",
        },
        advice={
            "en": "What your colleague gave is shown once you are.",
            "fr": "Ce qu’a donné votre collègue s’affiche ensuite.",
        },
    )


def is_not_reopened() -> Refusal:
    return Refusal(
        "mark_is_not_reopened",
        status=409,
        reason={"en": "This mark was not opened again.", "fr": "Cette note n’a pas été rouverte."},
        advice={"en": "There is no change to publish.", "fr": "Il n’y a pas de changement à publier."},
    )


def is_in_conflict() -> Refusal:
    return Refusal(
        "is_in_conflict",
        status=409,
        reason={
            "en": "This person must not mark this pair.",
            "fr": "Cette personne ne doit pas noter ce binôme.",
        },
        advice={"en": "Choose somebody else.", "fr": "Choisissez quelqu’un d’autre."},
    )


def has_the_other_role() -> Refusal:
    return Refusal(
        "has_the_other_role",
        status=409,
        reason={
            "en": "This person marks the pair already, in the other role.",
            "fr": "Cette personne note déjà ce binôme, dans l’autre rôle.",
        },
        advice={"en": "Two judgements want two people.", "fr": "Deux avis demandent deux personnes."},
    )
