"""Names for pairs that shall not be named: an animal and a colour, drawn from a session's seed. Pure."""

import hashlib
import hmac
import random
from collections.abc import Sequence
from typing import Final

#: French colours that do not change with what they colour.
COLOURS: Final = (
    ("corail", "coral"), ("turquoise", "turquoise"), ("indigo", "indigo"), ("orange", "orange"), ("citron", "lemon"),
    ("émeraude", "emerald"), ("ivoire", "ivory"), ("lavande", "lavender"), ("ardoise", "slate"), ("cerise", "cherry"),
    ("menthe", "mint"), ("abricot", "apricot"),
)  # fmt: skip
ANIMALS: Final = (
    ("Lynx", "lynx"), ("Hibou", "owl"), ("Panda", "panda"), ("Koala", "koala"), ("Castor", "beaver"),
    ("Renard", "fox"), ("Blaireau", "badger"), ("Hérisson", "hedgehog"), ("Dauphin", "dolphin"),
    ("Faucon", "falcon"), ("Manchot", "penguin"), ("Tigre", "tiger"), ("Zèbre", "zebra"), ("Bison", "bison"),
    ("Lama", "llama"), ("Loup", "wolf"), ("Morse", "walrus"), ("Poulpe", "octopus"), ("Requin", "shark"),
    ("Caméléon", "chameleon"), ("Colibri", "hummingbird"), ("Écureuil", "squirrel"), ("Phoque", "seal"),
    ("Toucan", "toucan"),
)  # fmt: skip


def neutral_names(seed: str, pairs: Sequence[int]) -> dict[int, dict[str, str]]:
    """A name in both languages for each of these (the primary keys of a course's pairs): all different.

    A pair that joins later has a larger key, and changes nobody's name.
    """
    drawn = [(animal, colour) for animal in ANIMALS for colour in COLOURS]
    random.Random(seed).shuffle(drawn)
    return {pair: _name(drawn, nth) for nth, pair in enumerate(sorted(pairs))}


def key_of(seed: str, pair: int) -> str:
    """What a page calls a pair by, which says nothing to whoever does not hold the seed."""
    return hmac.new(seed.encode(), str(pair).encode(), hashlib.sha256).hexdigest()[:12]


def _name(drawn: Sequence[tuple[tuple[str, str], tuple[str, str]]], nth: int) -> dict[str, str]:
    round_, place = divmod(nth, len(drawn))
    (french, english), (couleur, colour) = drawn[place]
    again = f" {round_ + 1}" if round_ else ""
    return {"fr": f"{french} {couleur}{again}", "en": f"{colour.capitalize()} {english}{again}"}
