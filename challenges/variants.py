"""Every pair hunts its own Charlie: a secret, the pair and the quest decide which parameters it gets.

The draw is a pure function of its arguments. Whoever does not hold the secret cannot tell one pair's
parameters from another's, and a pair's own never change. ``nth`` counts the draws thrown away before this
one because the truth coincided with one of the classic mistakes (``AnswerKey.collides``).
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from challenges.parameters import Parameter, WholeNumber
from challenges.spec import Quest

BLOCK_BITS: Final = 256  # what one HMAC-SHA-256 gives
MAXIMUM_DRAWS: Final = 10_000
#: How far a second draw lies from the first where pairs stand in a row: further than a course has pairs.
REDRAWN: Final = 100_003


class NothingToDraw(ValueError):
    """A quest whose exclusions leave no value: its file is wrong."""


def draw(secret: bytes, *, pair: str | int, quest: Quest, nth: int = 0) -> dict[str, Any]:
    """The parameters of this pair's variant of the quest: JSON data, the same for ever.

    Uniform over what the quest allows. Raises ``ValueError`` for an empty secret and ``NothingToDraw`` for a
    quest that excludes everything it can draw.
    """
    if not secret:
        raise ValueError("a variant is drawn from a secret, and this one is empty")
    seed = json.dumps([str(pair), quest.card, quest.slug, nth], ensure_ascii=True).encode()
    blocks = _blocks(secret, seed)
    apart = partial(_in_a_row, secret, pair, quest, nth)
    for _ in range(MAXIMUM_DRAWS):
        parameters = {
            name: kind.value(apart(kind.size) if _is_apart(kind) else _below(kind.size, blocks))
            for name, kind in quest.parameters.items()
        }
        if not quest.excludes(parameters):
            return parameters
    raise NothingToDraw(f"{quest.card}/{quest.slug}: nothing left to draw")


def _is_apart(kind: Parameter) -> bool:
    return isinstance(kind, WholeNumber) and kind.apart


def _in_a_row(secret: bytes, pair: str | int, quest: Quest, nth: int, size: int) -> int:
    """One number further for each pair, from a secret start: two pairs never get the same, nor near ones by chance."""
    start = _below(size, _blocks(secret, json.dumps([quest.card, quest.slug, "in a row"]).encode()))
    number = pair if isinstance(pair, int) else int.from_bytes(hashlib.sha256(pair.encode()).digest()[:4], "big")
    return (start + number + nth * REDRAWN) % size


def _blocks(secret: bytes, seed: bytes) -> Iterator[int]:
    """An endless run of independent 256-bit numbers."""
    counter = 0
    while True:
        digest = hmac.new(secret, seed + counter.to_bytes(8, "big"), hashlib.sha256).digest()
        yield int.from_bytes(digest, "big")
        counter += 1


def _below(size: int, blocks: Iterator[int]) -> int:
    """A number 0 … size - 1, each as likely as the others.

    Blocks above the last whole multiple of ``size`` are thrown away: a bare modulo favours small numbers.
    """
    limit = (1 << BLOCK_BITS) - (1 << BLOCK_BITS) % size
    for block in blocks:
        if block < limit:
            return block % size
    raise AssertionError("blocks never end")
