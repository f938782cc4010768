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


def no_file() -> Refusal:
    return Refusal(
        "no_file",
        reason={"en": "No file came with the request.", "fr": "La requête ne contient pas de fichier."},
        advice={
            "en": "Send one checkpoint in the form field `file`, or the id of a finished upload in `upload`.",
            "fr": "Envoyez un fichier de poids dans le champ `file`, ou l’identifiant d’un envoi fini dans `upload`.",
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
            "en": "Send it as multipart/form-data, with one file.",
            "fr": "Envoyez-le en multipart/form-data, avec un seul fichier.",
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


def upload_incomplete(received: int, expected: int) -> Refusal:
    return Refusal(
        "upload_incomplete",
        status=409,
        reason={
            "en": f"Only {received} of {expected} bytes have arrived.",
            "fr": f"Seuls {received} octets sur {expected} sont arrivés.",
        },
        advice={
            "en": "Resume the upload, then hand it in.",
            "fr": "Reprenez l’envoi, puis déposez-le.",
        },
    )


def upload_damaged() -> Refusal:
    return Refusal(
        "upload_damaged",
        status=409,
        reason={
            "en": "What arrived is not the file whose SHA-256 was announced.",
            "fr": "Ce qui est arrivé n’est pas le fichier dont le SHA-256 était annoncé.",
        },
        advice={
            "en": "Nothing was handed in: send it again, once the training no longer writes to it.",
            "fr": "Rien n’a été déposé : renvoyez-le, une fois que l’apprentissage n’y écrit plus.",
        },
    )


def unreadable_checksum() -> Refusal:
    return Refusal(
        "unreadable_checksum",
        reason={"en": "The checksum could not be read.", "fr": "La somme de contrôle est illisible."},
        advice={
            "en": "Send `Upload-Checksum: sha256 …` in Base64 with a piece, `sha256` in hexadecimal with the whole.",
            "fr": "Envoyez `Upload-Checksum: sha256 …` en Base64 par morceau, `sha256` en hexadécimal pour le tout.",
        },
    )


def upload_unknown() -> Refusal:
    return Refusal(
        "upload_unknown",
        status=404,
        reason={"en": "There is no such upload.", "fr": "Cet envoi n’existe pas."},
        advice={
            "en": "Unfinished uploads are kept for a day: start it again.",
            "fr": "Les envois inachevés sont gardés un jour : recommencez.",
        },
    )


def wrong_protocol() -> Refusal:
    return Refusal(
        "wrong_protocol",
        status=412,
        reason={"en": "This address speaks tus 1.0.0.", "fr": "Cette adresse parle tus 1.0.0."},
        advice={
            "en": "Use a tus client, or send the header `Tus-Resumable: 1.0.0`.",
            "fr": "Utilisez un client tus, ou envoyez l’en-tête `Tus-Resumable: 1.0.0`.",
        },
    )
