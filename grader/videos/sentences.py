"""Why a film cannot be used, and what to do: our sentences, never the child's words.

A sealed child names a code and a few short facts; the sentence is written here, outside.
"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Final

from grader import strict
from grader.errors import SubmissionError
from grader.refusals import printable

_Pair = tuple[str, str]
LONGEST_FACT: Final = 60
DETAIL: Final = 700
_DECIMAL: Final = re.compile(r"[0-9]+\.[0-9]+")

_FILM: Final = (
    "Send the film itself, as your phone or camera recorded it: MP4, MOV, WebM or AVI.",
    "Envoyez le film lui-même, tel que votre téléphone ou votre caméra l'a enregistré : MP4, MOV, WebM ou AVI.",
)
_AGAIN: Final = (
    "Copy it from the phone or camera once more and play it to its end before you send it again.",
    "Recopiez-le depuis le téléphone ou la caméra et lisez-le jusqu'au bout avant de le renvoyer.",
)
_CONVERT: Final = (
    "Export it as an MP4 (H.264) with your video editor, HandBrake or VLC, and send that file.",
    "Exportez-le en MP4 (H.264) avec votre logiciel de montage, HandBrake ou VLC, et envoyez ce fichier.",
)
_PHONE: Final = (
    "iPhone: Settings, Camera, Formats, “Most Compatible”; Android: turn “high efficiency video” off in the camera's"
    " settings. A film that exists already can be exported as an MP4 (H.264) with HandBrake or VLC.",
    "iPhone : Réglages, Appareil photo, Formats, « Le plus compatible » ; Android : désactivez « vidéo haute"
    " efficacité » dans les réglages de l'appareil photo. Un film déjà tourné s'exporte en MP4 (H.264) avec HandBrake"
    " ou VLC.",
)
_SHORTER: Final = (
    "Cut it, or film less at a time; several short films are worth more than a long one.",
    "Coupez-le, ou filmez moins longtemps ; plusieurs films courts valent mieux qu'un long.",
)
_SMALLER: Final = (
    "Film in 1080p at 30 frames a second, or export it so: nothing is gained by more.",
    "Filmez en 1080p à 30 images par seconde, ou exportez-le ainsi : davantage n'apporte rien.",
)
_ONE: Final = (
    "Export it with one picture track only, as an MP4 (H.264).",
    "Exportez-le avec une seule piste d'images, en MP4 (H.264).",
)
_SHOW: Final = (
    "Export it as an MP4 (H.264) with another program; if it is refused again, show it to your instructor.",
    "Exportez-le en MP4 (H.264) avec un autre logiciel ; s'il est encore refusé, montrez-le à votre enseignant.",
)

#: code → reason (English, French), advice (English, French)
SENTENCES: Final[dict[str, tuple[_Pair, _Pair]]] = {
    "empty": (("The file is empty", "Le fichier est vide"), _AGAIN),
    "not_a_video": (("This is not a film that is read here", "Ce n'est pas un film que l'on lit ici"), _FILM),
    "playlist": (
        ("This is a playlist: a text that says where a film is, not the film",
         "C'est une liste de lecture : un texte qui dit où se trouve un film, pas le film"),
        _FILM,
    ),
    "web_page": (("This is a web page, not a film", "C'est une page web, pas un film"), _FILM),
    "picture": (("This is a picture, not a film", "C'est une image, pas un film"), _FILM),
    "archive": (
        ("This is an archive, not a film", "C'est une archive, pas un film"),
        ("Unpack it and send the film that is inside.", "Décompressez-la et envoyez le film qu'elle contient."),
    ),
    "document": (("This is a document, not a film", "C'est un document, pas un film"), _FILM),
    "container_unknown": (
        ("Films in this kind of file ({container}) are not read here",
         "Les films dans ce type de fichier ({container}) ne sont pas lus ici"),
        _CONVERT,
    ),
    "codec_unknown": (
        ("Its pictures are compressed with {codec}, which cannot be read here",
         "Ses images sont compressées avec {codec}, qui ne peut pas être lu ici"),
        _PHONE,
    ),
    "codec_unnamed": (
        ("Its pictures are compressed in a way that cannot be read here",
         "Ses images sont compressées d'une façon qui ne peut pas être lue ici"),
        _PHONE,
    ),
    "sizeless": (
        ("The file does not say how large its pictures are, or says what no camera films",
         "Le fichier ne dit pas la taille de ses images, ou annonce ce qu'aucune caméra ne filme"),
        _SHOW,
    ),
    "no_picture": (
        ("There is sound in this file and no picture", "Ce fichier contient du son et pas d'images"),
        _FILM,
    ),
    "several_videos": (
        ("There are {count} picture tracks in this file: which one is the film?",
         "Il y a {count} pistes d'images dans ce fichier : laquelle est le film ?"),
        _ONE,
    ),
    "changes_midway": (
        ("Two films follow one another in this file, or the way it is compressed changes on the way",
         "Deux films se suivent dans ce fichier, ou la façon dont il est compressé change en route"),
        _SHOW,
    ),
    "truncated": (
        ("The film is cut: its end is missing", "Le film est tronqué : il en manque la fin"),
        _AGAIN,
    ),
    "cut_short": (
        ("The film is cut: {found} s of its {expected} s are there",
         "Le film est tronqué : il n'y a que {found} s sur ses {expected} s"),
        _AGAIN,
    ),
    "damaged": (("The film is damaged and cannot be read", "Le film est abîmé et ne peut pas être lu"), _AGAIN),
    "no_frames": (
        ("Not one picture of this film can be read", "Aucune image de ce film ne peut être lue"),
        _AGAIN,
    ),
    "absurd_size": (
        ("The file says that its pictures are {width} × {height} pixels: no camera films so",
         "Le fichier annonce des images de {width} × {height} pixels : aucune caméra ne filme ainsi"),
        _SHOW,
    ),
    "too_many_pixels": (
        ("Its pictures are {width} × {height} pixels, more than are read here",
         "Ses images font {width} × {height} pixels, plus que l'on n'en lit ici"),
        _SMALLER,
    ),
    "absurd_rate": (
        ("The file says that it has {rate} frames a second: no camera films so",
         "Le fichier annonce {rate} images par seconde : aucune caméra ne filme ainsi"),
        _SHOW,
    ),
    "absurd_times": (
        ("The times of its pictures make no sense", "Les instants de ses images n'ont pas de sens"),
        _SHOW,
    ),
    "too_long": (
        ("This film lasts {found}; the longest allowed is {most}",
         "Ce film dure {found} ; la durée maximale est de {most}"),
        _SHORTER,
    ),
    "too_many_frames": (
        ("This film has more than {most} pictures", "Ce film a plus de {most} images"),
        _SHORTER,
    ),
    "output_too_large": (
        ("What would be made of this film is larger than {most} MB",
         "Ce que l'on tirerait de ce film dépasserait {most} Mo"),
        _SMALLER,
    ),
    "too_much_memory": (
        ("Reading this film needs more memory than it may take",
         "Lire ce film demande plus de mémoire qu'il ne peut en prendre"),
        _SMALLER,
    ),
    "too_slow": (
        ("Reading this film takes longer than it may last", "Lire ce film prend plus de temps qu'il n'est permis"),
        _SMALLER,
    ),
    "stopped": (
        ("Reading this film ended abruptly: no film of a camera does that",
         "La lecture de ce film s'est arrêtée brutalement : aucun film de caméra ne fait cela"),
        _SHOW,
    ),
}  # fmt: skip


def refusal(code: str, **facts: object) -> SubmissionError:
    """The refusal of a code. Raises ValueError for a code or facts that are not ours."""
    if code not in SENTENCES:
        raise ValueError("an unknown refusal")
    reason, advice = SENTENCES[code]
    wanted = {name for _, name, _, _ in Formatter().parse(reason[0]) if name}
    if wanted != facts.keys():
        raise ValueError(f"{code}: other facts than its own")
    words = {name: printable(str(value))[:LONGEST_FACT] for name, value in facts.items()}
    french = {name: _in_french(word) for name, word in words.items()}
    return SubmissionError(
        code,
        {"en": reason[0].format_map(words), "fr": reason[1].format_map(french)},
        {"en": advice[0], "fr": advice[1]},
    )


def _in_french(word: str) -> str:
    """A number with its decimal comma; any other word as it is."""
    return word.replace(".", ",") if _DECIMAL.fullmatch(word) else word


def from_child(header: Mapping[str, object]) -> SubmissionError:
    """The refusal that a child named. Raises ValueError where it is none of ours."""
    found = strict.keys(header, "refused", required=("code", "facts", "detail"))
    facts = strict.mapping(found["facts"], "facts")
    if len(facts) > 4:
        raise ValueError("facts: too many")
    words = {
        strict.text(name, "fact", longest=20): strict.text(fact, name, longest=LONGEST_FACT, empty=True)
        for name, fact in facts.items()
    }
    refused = refusal(strict.text(found["code"], "code", longest=40), **words)
    refused.detail = printable(strict.text(found["detail"], "detail", longest=DETAIL, empty=True))
    return refused
