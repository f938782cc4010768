"""The stored corpus and what is made of it by chance: each file ends in a network or a refusal, never in a surprise."""

import re
from pathlib import Path
from typing import NoReturn

import pytest

from fixtures.fuzz import corpus, run
from ml.errors import Refused

ROUNDS = 250
SEED = 2026


@pytest.mark.parametrize("path", corpus.files(), ids=lambda path: path.name)
def test_a_file_of_the_corpus_surprises_nobody(path: Path) -> None:
    end = run.end_of(path.read_bytes())
    assert not end.startswith("find")
    if path.name in corpus.SMALL and path.name not in ("few.safetensors", "state-dict.pt"):
        assert end == "read"


def test_the_corpus_is_small_and_has_every_format() -> None:
    paths = corpus.files()
    assert sum(path.stat().st_size for path in paths) < 1_000_000
    assert {path.suffix for path in paths} == {".pt", ".safetensors", ".onnx"}
    assert {path.name for path in paths} >= corpus.SMALL.keys()


@pytest.mark.slow
def test_damaged_files_end_in_a_network_or_a_refusal() -> None:
    """Another seed of ``python -m fixtures.fuzz --seconds 600`` is worth a cup of coffee."""
    found = run.run(SEED, rounds=ROUNDS)
    assert found.finds == []
    assert found.ends.total() == ROUNDS
    assert 5 <= found.ends["read"] <= ROUNDS // 2  # damage that changes nothing is no damage
    assert len(found.ends) >= 15  # and it gets everywhere


def test_the_same_seed_gives_the_same_files() -> None:
    for number in range(12):
        assert run.mutant(SEED, number) == run.mutant(SEED, number)
    assert len({run.mutant(SEED, number)[1] for number in range(12)}) == 12


@pytest.mark.parametrize("suffix", [".pt", ".safetensors", ".onnx"])
def test_one_format_may_be_asked_for(suffix: str) -> None:
    assert all(run.mutant(SEED, number, suffix)[0].endswith(suffix) for number in range(5))


def test_an_exception_that_nobody_thought_of_is_a_find(monkeypatch: pytest.MonkeyPatch) -> None:
    def surprised(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr(run, "read_bytes", surprised)
    assert run.end_of(b"") == "find: ZeroDivisionError('by chance')"

    def hidden(*_: object, **__: object) -> NoReturn:
        raise Refused("unreadable", {"en": "", "fr": ""}, {"en": "", "fr": ""}) from KeyError("hidden")

    monkeypatch.setattr(run, "read_bytes", hidden)
    assert run.end_of(b"") == "find: KeyError('hidden')"


def test_a_process_that_dies_is_a_find_and_the_next_file_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The child is replaced by one that dies at the fourth file."""
    dying = tmp_path / "dying"
    dying.write_text(
        "#!/usr/bin/env python3\n"
        "import json, os, sys\n"
        "for number in range(int(sys.argv[5]), int(sys.argv[6])):\n"
        "    print(json.dumps([number, None]), flush=True)\n"
        "    if number == 3: os.abort()\n"
        "    print(json.dumps([number, 'read', 'a.pt']), flush=True)\n"
    )
    dying.chmod(0o700)
    monkeypatch.setattr(run.sys, "executable", str(dying))
    found = run.run(SEED, rounds=6)
    assert found.ends["read"] == 5
    assert [find["number"] for find in found.finds] == [3]
    assert re.search("-6", found.finds[0]["end"])
