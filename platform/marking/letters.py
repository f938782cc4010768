"""What is written to people about marks: that there is something to read, never the mark itself."""

from dataclasses import dataclass

from courses.models import Course

_NB = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Letter:
    """Both languages of a subject and a body, for ``accounts.mail.send``."""

    subject: dict[str, str]
    body: dict[str, str]


def published(course: Course) -> Letter:
    return _letter(
        course,
        en=(
            "The mark of your capsule is there",
            "The marks of the capsules are published. Sign in and open “Capsule”.",
        ),
        fr=(
            "La note de votre capsule est là",
            f"Les notes des capsules sont publiées. Connectez-vous et ouvrez «{_NB}Capsule{_NB}».",
        ),
    )


def changed(course: Course) -> Letter:
    return _letter(
        course,
        en=("Your capsule was looked at again", "Its mark was published again. Sign in and open “Capsule”."),
        fr=(
            "Votre capsule a été revue",
            f"Sa note a été publiée à nouveau. Connectez-vous et ouvrez «{_NB}Capsule{_NB}».",
        ),
    )


def answered(course: Course) -> Letter:
    return _letter(
        course,
        en=("Your appeal has its answer", "Sign in and open “Capsule” to read it."),
        fr=("Votre recours a reçu sa réponse", f"Connectez-vous et ouvrez «{_NB}Capsule{_NB}» pour la lire."),
    )


def asked(course: Course, pair: str) -> Letter:
    return _letter(
        course,
        en=(
            f"Pair {pair} appeals",
            "It asks you to look at its mark again. The appeal stands on the page of its mark.",
        ),
        fr=(
            f"Le binôme {pair} dépose un recours",
            "Il demande que sa note soit revue. Le recours figure sur la page de sa note.",
        ),
    )


def _letter(course: Course, *, en: tuple[str, str], fr: tuple[str, str]) -> Letter:
    return Letter(
        subject={"en": f"{course.title}: {en[0]}", "fr": f"{course.title}{_NB}: {fr[0]}"},
        body={"en": en[1], "fr": fr[1]},
    )
