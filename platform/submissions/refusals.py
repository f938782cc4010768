"""Every way in which an upload or a submission is declined, each with what to do next, in both languages."""

from accounts.errors import Refusal


def too_large(limit_bytes: int) -> Refusal:
    limit = limit_bytes // 2**20
    return Refusal(
        "too_large",
        status=413,
        reason={
            "en": f"The file is larger than {limit} MiB, the limit.",
            "fr": f"Le fichier dépasse {limit} Mio, la limite.",
        },
        advice={
            "en": "Send the weights alone, without the optimizer: `strip_optimizer` makes best.pt much smaller.",
            "fr": "Envoyez les poids seuls, sans l’optimiseur : `strip_optimizer` allège best.pt plusieurs fois.",
        },
    )


def empty_file() -> Refusal:
    return Refusal(
        "empty_file",
        status=422,
        reason={"en": "The file is empty.", "fr": "Le fichier est vide."},
        advice={
            "en": "The training or the copy stopped before anything was written: look at its size where it comes from.",
            "fr": "L’apprentissage ou la copie s’est arrêté avant d’écrire : vérifiez sa taille à la source.",
        },
    )


def not_a_checkpoint(en: str, fr: str, *, advice_en: str = "", advice_fr: str = "") -> Refusal:
    return Refusal(
        "not_a_checkpoint",
        status=422,
        reason={"en": f"This is not a checkpoint but {en}.", "fr": f"Ce ne sont pas des poids mais {fr}."},
        advice={
            "en": advice_en or "Hand in the file that the training wrote: runs/train/…/weights/best.pt.",
            "fr": advice_fr or "Déposez le fichier écrit par l’apprentissage : runs/train/…/weights/best.pt.",
        },
    )


def task_is_closed() -> Refusal:
    return Refusal(
        "task_is_closed",
        status=409,
        reason={"en": "This task takes no more submissions.", "fr": "Cette épreuve n’accepte plus de dépôt."},
        advice={
            "en": "The board stays as it is. Ask your instructor if you think this is a mistake.",
            "fr": "Le classement reste tel quel. Voyez avec votre enseignant si vous pensez à une erreur.",
        },
    )


def no_pair() -> Refusal:
    return Refusal(
        "no_pair",
        status=403,
        reason={"en": "Only pairs hand in checkpoints.", "fr": "Seuls les binômes déposent des poids."},
        advice={
            "en": "Sign in as a member of a pair; instructors re-run submissions from their own pages.",
            "fr": "Connectez-vous comme membre d’un binôme ; les enseignants relancent depuis leurs pages.",
        },
    )


def no_configuration() -> Refusal:
    return Refusal(
        "no_configuration",
        status=422,
        reason={
            "en": "The configuration is not a network’s name.",
            "fr": "La configuration n’est pas le nom d’un réseau.",
        },
        advice={
            "en": "Name the published network that was trained, such as yolov5s or yolov8n; nothing for a best.pt.",
            "fr": "Nommez le réseau publié que vous avez entraîné, comme yolov5s ou yolov8n ; rien pour un best.pt.",
        },
    )


def nothing_to_cancel() -> Refusal:
    return Refusal(
        "nothing_to_cancel",
        status=409,
        reason={"en": "This evaluation has ended already.", "fr": "Cette évaluation est déjà finie."},
        advice={"en": "There is nothing to stop.", "fr": "Il n’y a rien à arrêter."},
    )


def not_yours_to_cancel() -> Refusal:
    return Refusal(
        "not_yours_to_cancel",
        status=409,
        reason={
            "en": "Your instructor asked for this evaluation.",
            "fr": "C’est votre enseignant qui a demandé cette évaluation.",
        },
        advice={
            "en": "Wait for its end: it costs you nothing.",
            "fr": "Attendez sa fin : elle ne vous coûte rien.",
        },
    )


def the_best_counts() -> Refusal:
    return Refusal(
        "the_best_counts",
        status=409,
        reason={
            "en": "In this task the best submission counts by itself.",
            "fr": "Dans cette épreuve, le meilleur dépôt compte de lui-même.",
        },
        advice={"en": "There is nothing to choose.", "fr": "Il n’y a rien à choisir."},
    )


def too_late_to_choose() -> Refusal:
    return Refusal(
        "too_late_to_choose",
        status=409,
        reason={"en": "The board is frozen: choices are made.", "fr": "Le classement est figé : les choix sont faits."},
        advice={
            "en": "What your pair had chosen counts, or else its best public score.",
            "fr": "Ce que votre binôme avait choisi compte ; sinon, son meilleur score public.",
        },
    )


def cannot_be_chosen() -> Refusal:
    return Refusal(
        "cannot_be_chosen",
        status=409,
        reason={"en": "This submission has no score.", "fr": "Ce dépôt n’a pas de score."},
        advice={
            "en": "Choose one that was evaluated to its end.",
            "fr": "Choisissez-en un qui a été évalué jusqu’au bout.",
        },
    )


def results_are_final() -> Refusal:
    return Refusal(
        "results_are_final",
        status=409,
        reason={
            "en": "The board is revealed: its results are final.",
            "fr": "Le classement est révélé : il est définitif.",
        },
        advice={"en": "There is nothing to run again.", "fr": "Il n’y a rien à relancer."},
    )


def reevaluation_goes_on() -> Refusal:
    return Refusal(
        "reevaluation_goes_on",
        status=409,
        reason={"en": "A re-evaluation is still going on.", "fr": "Une réévaluation est encore en cours."},
        advice={"en": "Wait until it is complete, or abandon it.", "fr": "Attendez sa fin, ou abandonnez-la."},
    )


def reevaluation_is_decided() -> Refusal:
    return Refusal(
        "reevaluation_is_decided",
        status=409,
        reason={
            "en": "This re-evaluation was published or abandoned before.",
            "fr": "Cette réévaluation a déjà été publiée ou abandonnée.",
        },
        advice={"en": "Start another one.", "fr": "Lancez-en une autre."},
    )


def no_such_rule() -> Refusal:
    return Refusal(
        "no_such_rule",
        status=422,
        reason={"en": "These rules cannot be evaluated with.", "fr": "Ces règles ne permettent pas d’évaluer."},
        advice={
            "en": "Choose one of the three conventions, and a public part of 1 to 100 percent.",
            "fr": "Choisissez l’une des trois conventions, et une partie publique de 1 à 100 pour cent.",
        },
    )


def not_without_reevaluation() -> Refusal:
    return Refusal(
        "not_without_reevaluation",
        status=409,
        reason={
            "en": "There are results already: they would no longer be comparable.",
            "fr": "Il y a déjà des résultats : ils ne seraient plus comparables.",
        },
        advice={
            "en": "Start a re-evaluation with the new rules; you will see what changes before it is published.",
            "fr": "Lancez une réévaluation avec les nouvelles règles ; vous verrez ce qui change avant de publier.",
        },
    )
