"""What people are asked about their image: the words, numbered. A text that changes becomes a new version of it, and
people are asked again; an old one stays, because somebody agreed to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.models import Consent

Bilingual = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """``asks`` is what is agreed to; ``otherwise``, what happens when one does not."""

    title: Bilingual
    asks: Bilingual
    otherwise: Bilingual


FILMED_1: Final = Question(
    title={"en": "Being seen and heard", "fr": "Être vu et entendu"},
    asks={
        "en": "In the clips and the capsule that my pair hands in, I may be recognised: my face, my voice, my hands. "
        "My instructors watch them, to teach and to mark.",
        "fr": "Dans les clips et la capsule que rend mon binôme, on peut me reconnaître : mon visage, ma voix, mes "
        "mains. Mes enseignants les regardent, pour enseigner et pour noter.",
    },
    otherwise={
        "en": "Stay behind the camera, and tell your instructor: you will agree on another way to show your part.",
        "fr": "Restez derrière la caméra et prévenez votre enseignant : vous conviendrez d’une autre façon de montrer "
        "votre part du travail.",
    },
)
DATASET_1: Final = Question(
    title={"en": "The class's collective dataset", "fr": "La base de données de la classe"},
    asks={
        "en": "Pictures taken from my pair's clips may join the dataset that the whole class trains on, even where I "
        "can be recognised on them.",
        "fr": "Des images tirées des clips de mon binôme peuvent rejoindre la base sur laquelle toute la classe "
        "apprend, même si l’on m’y reconnaît.",
    },
    otherwise={
        "en": "The clips of your pair stay with your pair and your instructors.",
        "fr": "Les clips de votre binôme restent à votre binôme et à vos enseignants.",
    },
)
PEERS_1: Final = Question(
    title={"en": "The capsule, for the other pairs", "fr": "La capsule, pour les autres binômes"},
    asks={
        "en": "If the instructor opens the capsules to the class, the other pairs may watch ours.",
        "fr": "Si l’enseignant ouvre les capsules à la classe, les autres binômes peuvent regarder la nôtre.",
    },
    otherwise={
        "en": "Only your instructors watch the capsule of your pair.",
        "fr": "Seuls vos enseignants regardent la capsule de votre binôme.",
    },
)
#: Every version that was ever shown, the first one first. Never change one: add.
VERSIONS: Final[Mapping[str, tuple[Question, ...]]] = {
    Consent.Kind.FILMED: (FILMED_1,),
    Consent.Kind.DATASET: (DATASET_1,),
    Consent.Kind.PEERS: (PEERS_1,),
}
