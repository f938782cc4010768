"""Strangers' zips: every trick is refused with its own reason, honest zips of every system are read."""

import io
import zipfile

import pytest

from fixtures.hostile.zips import INNOCENT, TRICKS, zip_of
from grader.hand_ins.archives import open_zip
from grader.hand_ins.inspection import Unreadable
from grader.hand_ins.sentences import placed
from tests.grader.hand_ins.making import zipped

PATH, CONTENT = INNOCENT


@pytest.mark.parametrize("name", TRICKS)
def test_every_trick_is_refused_with_its_own_reason(name: str) -> None:
    make, code = TRICKS[name]
    with pytest.raises(Unreadable) as refused:
        open_zip(make())
    assert refused.value.note.code == code
    assert all(text.isprintable() for text in placed(refused.value.note).values())


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_honest_zip_is_read_whether_it_is_compressed_or_not(method: int) -> None:
    assert open_zip(zip_of([("a b.txt", b"x")], method=method)) == {PATH: CONTENT, "a b.txt": b"x"}


def test_what_systems_leave_in_zips_is_left_out() -> None:
    litter = {"__MACOSX/1/._a.txt": b"\0", ".DS_Store": b"\0", "1/Thumbs.db": b"\0", "1/.git/config": b"", "1/": b""}
    assert open_zip(zipped({**litter, PATH: CONTENT, "./b.txt": b"x"})) == {PATH: CONTENT, "b.txt": b"x"}


def test_a_name_in_french_is_read() -> None:
    assert "séquence/é.txt" in open_zip(zipped({"séquence/é.txt": b"x"}))


def test_an_empty_zip_holds_nothing_and_half_a_zip_nothing_either() -> None:
    written = io.BytesIO()
    zipfile.ZipFile(written, "w").close()
    assert open_zip(written.getvalue()) == {}
    with pytest.raises(Unreadable):
        open_zip(b"")
