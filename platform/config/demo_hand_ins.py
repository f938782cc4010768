"""What the demo's pairs hand in: real work on their own material, right, wrong, and waiting for somebody to read it."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts.models import User
from challenges.key import AnswerKey
from courses.models import Course, Pair
from quests import hand_ins, reviews
from quests.hand_in_files import bring
from quests.models import HandIn, Variant
from quests.queries import find_card, find_quest
from quests.services import deal_ahead

MILL: Final = ("bingo-de-yolo", "la-moulinette-des-labels")
SPLIT: Final = ("bingo-de-yolo", "split-split-split")
IN_WORDS: Final = ("where-is-charlie", "why-concatenate")
PAIRS: Final = {MILL: ("1", "2", "3"), SPLIT: ("1", "3"), IN_WORDS: ("1", "2", "5")}
#: Who sends the labels back as they came.
FORGETFUL: Final = "2"
ANSWERS: Final = {
    "1": "Les couches anciennes gardent la position et les détails, les nouvelles le contexte. En concaténant, on "
    "garde les deux entiers et la convolution suivante apprend à les mélanger ; une addition les mélangerait d'office.",
    "2": "Parce que le tenseur est plus gros, donc le réseau voit mieux.",
    "5": "L'ancienne carte est plus fine : elle sait où sont les choses. La nouvelle sait ce que c'est.",
}
REMARK: Final = "Très bien vu. Un exemple pris dans votre propre jeu de données serait encore mieux."


def deal_material(course: Course) -> None:
    """Order what these pairs work on, so that it is made with the first keys."""
    for (card, quest), names in PAIRS.items():
        found = find_card(card)
        for pair in course.pairs.select_related("course").filter(name__in=names):
            deal_ahead(pair=pair, card=found, quest=find_quest(found, quest))


def hand_in(course: Course, *, instructor: User) -> None:
    """Each pair's work, once; the worker checks the files, and the instructor has read one answer."""
    work: Mapping[tuple[str, str], Callable[[Pair, bytes], Mapping[str, bytes]]] = {MILL: _milled, SPLIT: _by_time}
    for place, names in PAIRS.items():
        for pair in course.pairs.select_related("course").filter(name__in=names):
            variant = Variant.objects.select_related("answer_key").get(pair=pair, card=place[0], quest=place[1])
            if not variant.hand_ins.exists():
                files = work[place](pair, _material(variant)) if place in work else {}
                _give(pair, place, files, ANSWERS.get(pair.name, "") if place == IN_WORDS else "")
    first = HandIn.objects.filter(variant__pair__course=course, variant__pair__name="1", status=HandIn.Status.WAITING)
    for row in first:
        reviews.review(instructor=instructor, hand_in=row, verdict="accepted", remark=REMARK)


def _give(pair: Pair, place: tuple[str, str], files: Mapping[str, bytes], text: str) -> None:
    card = find_card(place[0])
    quest = find_quest(card, place[1])
    author = pair.members.order_by("username").first()
    assert author is not None
    parts = {part.name: part for part in quest.rules.parts}
    arrived = [
        bring(parts[name], io.BytesIO(content), name=f"{name}{parts[name].suffixes[0]}")
        for name, content in files.items()
    ]
    hand_ins.hand_in(pair=pair, author=author, card=card, quest=quest, files=arrived, text=text)


def _material(variant: Variant) -> bytes:
    material = AnswerKey.from_json(variant.answer_key.key or {}).material if variant.answer_key.key else None
    return (Path(settings.MATERIALS_DIR) / material.file).read_bytes() if material else b""


def _milled(pair: Pair, content: bytes) -> Mapping[str, bytes]:
    """The labels as the statement wants them; the forgetful pair sends them as they are."""
    if pair.name == FORGETFUL:
        return {"labels": content}
    variant = Variant.objects.get(pair=pair, card=MILL[0], quest=MILL[1])
    index = variant.question["classes"].index(variant.question["class_name"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            rows = [line.split() for line in before.read(name).decode().splitlines() if line.strip()]
            after.writestr(name.replace(" ", ""), "".join(f"{' '.join([str(index), *row[1:]])}\n" for row in rows))
    return {"labels": out.getvalue()}


def _by_time(pair: Pair, content: bytes) -> Mapping[str, bytes]:
    """The beginning of each sequence to learn, the end to test: the shares asked for, and a leak to talk about."""
    with zipfile.ZipFile(io.BytesIO(content)) as tree:
        images = sorted(name for name in tree.namelist() if name.endswith(".jpg"))
    sequences: dict[str, list[str]] = {}
    for name in images:
        sequences.setdefault(name.rsplit("/", 2)[0], []).append(name)
    lists: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    for frames in sequences.values():
        first, second = round(len(frames) * 0.65), round(len(frames) * 0.90)
        for name, part in zip(lists, (frames[:first], frames[first:second], frames[second:]), strict=True):
            lists[name] += part
    return {name: "".join(f"{line}\n" for line in lines).encode() for name, lines in lists.items()}
