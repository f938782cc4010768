"""Every way in which a file is declined while it arrives, each with what to do next, in both languages."""

from typing import Final

from accounts.errors import Refusal

_NBSP: Final = "\N{NO-BREAK SPACE}"


def _size(size_bytes: int) -> tuple[str, str]:
    """ "1.5 GiB" and "1,5 Gio": rounded so that nobody is promised more than there is."""
    for unit, letter in ((2**30, "G"), (2**20, "M")):
        if size_bytes >= unit:
            number = f"{int(10 * size_bytes / unit) / 10:.1f}".removesuffix(".0")
            return f"{number}{_NBSP}{letter}iB", f"{number.replace('.', ',')}{_NBSP}{letter}io"
    return f"{size_bytes // 1024}{_NBSP}KiB", f"{size_bytes // 1024}{_NBSP}Kio"


def too_large(limit_bytes: int) -> Refusal:
    en, fr = _size(limit_bytes)
    return Refusal(
        "too_large",
        status=413,
        reason={"en": f"The file is larger than {en}, the limit.", "fr": f"Le fichier dépasse {fr}, la limite."},
        advice={
            "en": "Make it shorter, or save it with a lower quality, and send that one.",
            "fr": "Raccourcissez-le, ou enregistrez-le dans une qualité moindre, et envoyez celui-là.",
        },
    )


def empty_file() -> Refusal:
    return Refusal(
        "empty_file",
        status=422,
        reason={"en": "The file is empty.", "fr": "Le fichier est vide."},
        advice={
            "en": "Its copy stopped before anything was written: look at its size where it comes from.",
            "fr": "Sa copie s’est arrêtée avant d’écrire : vérifiez sa taille à la source.",
        },
    )


def no_file() -> Refusal:
    return Refusal(
        "no_file",
        reason={"en": "No file came with the request.", "fr": "La requête ne contient pas de fichier."},
        advice={
            "en": "Choose one. A program sends it in the field `file`, or the id of a finished upload in `upload`.",
            "fr": "Choisissez-en un. Un programme l’envoie dans le champ `file`, ou l’identifiant d’un envoi fini "
            "dans `upload`.",
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


def no_such_purpose() -> Refusal:
    return Refusal(
        "no_such_purpose",
        status=422,
        reason={"en": "Nobody here takes a file for that.", "fr": "Personne ici ne prend de fichier pour cela."},
        advice={
            "en": "Reload the page, and choose the file again.",
            "fr": "Rechargez la page, et choisissez le fichier à nouveau.",
        },
    )


def another_purpose() -> Refusal:
    return Refusal(
        "another_purpose",
        status=409,
        reason={
            "en": "This file was sent for something else.",
            "fr": "Ce fichier a été envoyé pour autre chose.",
        },
        advice={"en": "Send it again from this page.", "fr": "Envoyez-le à nouveau depuis cette page."},
    )


def upload_incomplete(received: int, expected: int) -> Refusal:
    return Refusal(
        "upload_incomplete",
        status=409,
        reason={
            "en": f"Only {received} of {expected} bytes have arrived.",
            "fr": f"Seuls {received} octets sur {expected} sont arrivés.",
        },
        advice={"en": "Resume the upload, then hand it in.", "fr": "Reprenez l’envoi, puis déposez-le."},
    )


def only_a_part() -> Refusal:
    return Refusal(
        "only_a_part",
        status=409,
        reason={
            "en": "This is one part of a file, and no file by itself.",
            "fr": "C’est une partie d’un fichier, et non un fichier entier.",
        },
        advice={
            "en": "Put the parts together with `Upload-Concat: final;`, then hand that upload in.",
            "fr": "Réunissez les parties avec `Upload-Concat: final;`, puis déposez cet envoi-là.",
        },
    )


def still_arriving() -> Refusal:
    return Refusal(
        "still_arriving",
        status=409,
        reason={
            "en": "The last piece of this file is still arriving.",
            "fr": "Le dernier morceau de ce fichier est encore en route.",
        },
        advice={"en": "Wait until it is there, then hand it in.", "fr": "Attendez qu’il soit là, puis déposez-le."},
    )


def more_than_announced(size_bytes: int) -> Refusal:
    return Refusal(
        "more_than_announced",
        status=413,
        reason={
            "en": f"More bytes came than the {size_bytes} that were announced.",
            "fr": f"Il est venu plus d’octets que les {size_bytes} qui étaient annoncés.",
        },
        advice={
            "en": "Begin again, once no program writes to the file any more.",
            "fr": "Recommencez, une fois que plus aucun programme n’écrit dans le fichier.",
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
            "en": "Nothing was handed in: send it again, once no program writes to it any more.",
            "fr": "Rien n’a été déposé : renvoyez-le, une fois que plus aucun programme n’y écrit.",
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


def unreadable_parts() -> Refusal:
    return Refusal(
        "unreadable_parts",
        reason={
            "en": "The parts to put together could not be read.",
            "fr": "Les parties à réunir sont illisibles.",
        },
        advice={
            "en": "Send `Upload-Concat: final;` and the addresses of your own parts, each finished, in their order.",
            "fr": "Envoyez `Upload-Concat: final;` et les adresses de vos parties, toutes finies, dans l’ordre.",
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


def quota_is_full(*, quota_bytes: int, free_bytes: int, wanted_bytes: int) -> Refusal:
    (quota, quota_fr), (free, free_fr), (wanted, wanted_fr) = map(
        _size, (quota_bytes, max(0, free_bytes), wanted_bytes)
    )
    return Refusal(
        "quota_is_full",
        status=413,
        reason={
            "en": f"Your pair’s files may take {quota} together: {free} are left, and this one has {wanted}.",
            "fr": f"Les fichiers de votre binôme peuvent occuper {quota_fr} en tout : il reste {free_fr}, "
            f"et celui-ci fait {wanted_fr}.",
        },
        advice={
            "en": "Remove a clip or an upload that you no longer need, or ask your instructor for more room.",
            "fr": "Supprimez un clip ou un envoi dont vous n’avez plus besoin, ou demandez plus de place à votre "
            "enseignant.",
        },
    )


def site_is_full() -> Refusal:
    return Refusal(
        "site_is_full",
        status=507,
        reason={
            "en": "The files of this site have reached the size that its administrator allows.",
            "fr": "Les fichiers de ce site ont atteint la taille que son administrateur autorise.",
        },
        advice={
            "en": "Tell your instructor; nothing was counted against you.",
            "fr": "Prévenez votre enseignant ; rien ne vous a été compté.",
        },
    )
