"""Hundreds of damaged files, checksums repaired so that the damage gets in: a refusal, or the same network."""

import random
from collections.abc import Callable

import pytest

from fixtures.hostile.archives import entries_of, torch_zip
from fixtures.hostile.networks import innocent, innocent_zip
from ml.checkpoints import read_bytes
from ml.checkpoints.interpreter import Interpreter
from ml.checkpoints.limits import LIMITS
from ml.errors import Refused

MUTANTS = 40  # for each way and seed


def flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwrite(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.randbytes(chance.randint(1, 6)) + data[place + 4 :]


def remove(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + data[place + chance.randint(1, 40) :]


def repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randint(1, 200)]
    place = chance.randrange(len(data))
    return data[:place] + piece + data[place:]


WAYS = (flip, overwrite, remove, repeat)
Way = Callable[[bytes, random.Random], bytes]


def read_or_refuse(file: bytes) -> str:
    """The code of the refusal, or "read"; any other exception fails the test by itself."""
    try:
        read_bytes(file)
    except Refused as refused:
        return refused.code
    return "read"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_pickle_is_refused_and_surprises_nobody(way: Way, seed: int) -> None:
    chance = random.Random(f"{way.__name__} {seed}")
    entries = entries_of(innocent())
    ends = [
        read_or_refuse(torch_zip({**entries, "data.pkl": way(entries["data.pkl"], chance)})) for _ in range(MUTANTS)
    ]
    assert "unreadable" not in ends  # that code hides an exception nobody thought of
    assert len(set(ends) - {"read"}) >= 2  # the damage did reach the interpreter


@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_zip_is_refused_and_surprises_nobody(way: Way) -> None:
    chance = random.Random(way.__name__)
    whole = innocent_zip()
    directory = whole.index(b"PK\x01\x02")
    ends = []
    for _ in range(MUTANTS):
        ends.append(read_or_refuse(whole[:directory] + way(whole[directory:], chance)))
        ends.append(read_or_refuse(way(whole[:300], chance) + whole[300:]))
    assert "unreadable" not in ends
    assert ends.count("read") <= len(ends) // 4  # a changed date is no damage


@pytest.mark.parametrize("way", WAYS)
def test_the_interpreter_alone_ends_in_a_value_or_a_refusal(way: Way) -> None:
    """Without the catch-all of ``read_bytes``, and on many more programs."""
    chance = random.Random(f"alone {way.__name__}")
    program = entries_of(innocent())["data.pkl"][:20_000]
    refused = 0
    for _ in range(3 * MUTANTS):
        try:
            Interpreter(way(program, chance), LIMITS).run()
        except Refused:
            refused += 1
    assert refused == 3 * MUTANTS  # half a program never ends well
