"""Hand-ins as pairs make them: zips of every origin, and what a script does to a folder of labels."""

import io
import zipfile
from collections.abc import Mapping

from challenges.key import AnswerKey
from grader import make_answer_key
from grader.hand_ins.archives import open_zip
from grader.keys.making import MAKERS_WITHOUT_MODEL

CLASS_MAP = ["bottle", "glasses", "key", "mug", "ring"]


def key_of(question: Mapping[str, object]) -> AnswerKey:
    return make_answer_key(question)


def material_of(question: Mapping[str, object]) -> dict[str, bytes]:
    """What the pair unpacks."""
    made = MAKERS_WITHOUT_MODEL[str(question["kind"])](question).material
    assert made is not None
    return open_zip(made[1])


def zipped(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return written.getvalue()
