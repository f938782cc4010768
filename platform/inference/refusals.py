"""Every way in which a detection is declined, each with what to do next, in both languages."""

from accounts.errors import Refusal


def clip_not_ready() -> Refusal:
    return Refusal(
        "clip_not_ready",
        status=409,
        reason={"en": "This clip is not ready.", "fr": "Ce clip n’est pas prêt."},
        advice={
            "en": "Wait until it is prepared, or send it again where it was refused.",
            "fr": "Attendez qu’il soit préparé, ou renvoyez-le s’il a été refusé.",
        },
    )


def no_such_checkpoint() -> Refusal:
    return Refusal(
        "no_such_checkpoint",
        status=422,
        reason={
            "en": "Only a checkpoint of the pair that was evaluated to its end can run on its clips.",
            "fr": "Seul un checkpoint du binôme évalué jusqu’au bout peut tourner sur ses clips.",
        },
        advice={
            "en": "Choose one from the list; hand one in on the task's page when it is empty.",
            "fr": "Choisissez-en un dans la liste ; rendez-en un sur la page de la tâche si elle est vide.",
        },
    )


def bad_settings(which: str) -> Refusal:
    return Refusal(
        "bad_settings",
        status=422,
        reason={
            "en": f"This setting is not possible ({which}).",
            "fr": f"Ce réglage n’est pas possible ({which}).",
        },
        advice={
            "en": "Image size: a multiple of 32 from 32 to 1280. Confidence: from 0.01 to 1. IoU: from 0 to 1.",
            "fr": "Taille d’image : un multiple de 32, de 32 à 1280. Confiance : de 0,01 à 1. IoU : de 0 à 1.",
        },
    )


def one_at_a_time() -> Refusal:
    return Refusal(
        "one_at_a_time",
        status=409,
        reason={
            "en": "Another detection of your pair waits or runs.",
            "fr": "Une autre détection de votre binôme attend ou tourne.",
        },
        advice={
            "en": "Wait until it is done, or stop it.",
            "fr": "Attendez qu’elle soit terminée, ou arrêtez-la.",
        },
    )


def enough_for_today(limit: int) -> Refusal:
    return Refusal(
        "enough_for_today",
        status=429,
        reason={
            "en": f"Your pair has had its {limit} detections of today.",
            "fr": f"Votre binôme a eu ses {limit} détections du jour.",
        },
        advice={
            "en": "Come back tomorrow; python -m ml detect does the same on your own machine.",
            "fr": "Revenez demain ; python -m ml detect fait la même chose sur votre machine.",
        },
    )


def clip_too_long(seconds: int) -> Refusal:
    return Refusal(
        "clip_too_long",
        status=422,
        reason={
            "en": f"Detection takes clips of {seconds} seconds at most.",
            "fr": f"La détection prend des clips de {seconds} secondes au plus.",
        },
        advice={"en": "Choose a shorter clip.", "fr": "Choisissez un clip plus court."},
    )


def nothing_to_stop() -> Refusal:
    return Refusal(
        "nothing_to_stop",
        status=409,
        reason={"en": "This detection has ended already.", "fr": "Cette détection est déjà terminée."},
        advice={"en": "There is nothing to stop.", "fr": "Il n’y a rien à arrêter."},
    )
