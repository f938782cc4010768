"""What the game says no to, and what to do instead; nothing was written."""

from collections.abc import Sequence

from accounts.errors import Refusal
from challenges.spec import Quest


def not_ready() -> Refusal:
    return Refusal(
        "key_not_ready",
        status=409,
        reason={
            "en": "The model is still computing this quest's answer.",
            "fr": "Le modèle calcule encore la réponse de cette quête.",
        },
        advice={
            "en": "It takes some seconds; the quest unlocks by itself.",
            "fr": "Cela prend quelques secondes ; la quête se débloque toute seule.",
        },
    )


def asks_first() -> Refusal:
    return Refusal(
        "asks_first",
        status=409,
        reason={"en": "This quest asks you for a date first.", "fr": "Cette quête vous demande d’abord une date."},
        advice={"en": "Give it on the quest's page.", "fr": "Donnez-la sur la page de la quête."},
    )


def exhausted() -> Refusal:
    return Refusal(
        "no_attempt_left",
        status=409,
        reason={"en": "No attempt is left on this quest.", "fr": "Il ne reste plus d’essai sur cette quête."},
        advice={
            "en": "Show your work to your instructor; other quests are waiting.",
            "fr": "Montrez votre démarche à votre enseignant ; d’autres quêtes vous attendent.",
        },
    )


def locked(waits_for: Sequence[Quest]) -> Refusal:
    return Refusal(
        "quest_locked",
        status=409,
        reason={"en": "This quest is still locked.", "fr": "Cette quête est encore fermée."},
        advice={
            "en": "Solve first: " + ", ".join(f"“{quest.title['en']}”" for quest in waits_for) + ".",
            "fr": "Résolvez d’abord : " + ", ".join(f"« {quest.title['fr']} »" for quest in waits_for) + ".",
        },
    )


def no_hint_left() -> Refusal:
    return Refusal(
        "no_hint_left",
        status=409,
        reason={"en": "This quest has no other hint.", "fr": "Cette quête n’a pas d’autre indice."},
        advice={
            "en": "Read those you have again, or ask your instructor.",
            "fr": "Relisez ceux que vous avez, ou demandez à votre enseignant.",
        },
    )
