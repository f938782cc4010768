"""Every way in which a change of a board is declined, each with what to do next, in both languages."""

from accounts.errors import Refusal

_NBSP = "\N{NO-BREAK SPACE}"


def is_frozen() -> Refusal:
    return Refusal(
        "is_frozen",
        status=409,
        reason={"en": "The board stands still already.", "fr": "Le classement est déjà figé."},
        advice={"en": "Let it run again, or reveal it.", "fr": "Relancez-le, ou révélez-le."},
    )


def is_not_frozen() -> Refusal:
    return Refusal(
        "is_not_frozen",
        status=409,
        reason={"en": "The board does not stand still.", "fr": "Le classement n’est pas figé."},
        advice={"en": "There is nothing to let run again.", "fr": "Il n’y a rien à relancer."},
    )


def is_revealed() -> Refusal:
    return Refusal(
        "is_revealed",
        status=409,
        reason={"en": "The private part is revealed already.", "fr": "La partie privée est déjà révélée."},
        advice={
            "en": "That happens once: the board is final.",
            "fr": f"Cela n’arrive qu’une fois{_NBSP}: le classement est définitif.",
        },
    )


def nothing_to_reveal() -> Refusal:
    return Refusal(
        "nothing_to_reveal",
        status=409,
        reason={"en": "This task has no private part.", "fr": "Cette épreuve n’a pas de partie privée."},
        advice={
            "en": "Give the public part less than 100 % of the pictures first; all results are then made again.",
            "fr": f"Donnez d’abord à la partie publique moins de 100{_NBSP}% des images{_NBSP}; "
            "tous les résultats seront refaits.",
        },
    )


def unreadable_filter(name: str) -> Refusal:
    return Refusal(
        "unreadable_filter",
        status=400,
        reason={
            "en": f"The filter `{name}` cannot be read.",
            "fr": f"Le filtre `{name}` est illisible.",
        },
        advice={
            "en": "Sizes are n s m l x, image sizes and parameters whole numbers, the others true or false.",
            "fr": "Les tailles sont n s m l x, tailles d’image et paramètres des nombres entiers, "
            "les autres true ou false.",
        },
    )


def reevaluation_is_undecided() -> Refusal:
    return Refusal(
        "reevaluation_is_undecided",
        status=409,
        reason={
            "en": "A re-evaluation of everything is undecided.",
            "fr": "Une réévaluation de tout attend une décision.",
        },
        advice={
            "en": "Publish or abandon it, then reveal the board: what is revealed is final.",
            "fr": f"Publiez-la ou abandonnez-la, puis révélez le classement{_NBSP}: ce qui est révélé est définitif.",
        },
    )


def still_evaluating(waiting: int) -> Refusal:
    return Refusal(
        "still_evaluating",
        status=409,
        reason={
            "en": f"Submissions still wait for their evaluation ({waiting}).",
            "fr": f"Des dépôts attendent encore leur évaluation ({waiting}).",
        },
        advice={
            "en": "Close the task, wait until they are done, then reveal the board.",
            "fr": "Fermez l’épreuve, attendez la fin des évaluations, puis révélez le classement.",
        },
    )
