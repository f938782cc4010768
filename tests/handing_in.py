"""What a test about hand-ins needs: quests that are handed in, files of each kind, and a worker's endings."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

import grader
from accounts.models import User
from challenges import catalogue
from challenges.catalogue import Catalogue
from challenges.key import AnswerKey, Material
from challenges.kinds import KIBIBYTE, KINDS, Kind, Part
from challenges.report import Finding, Report
from challenges.spec import FOLDER, Card, Quest
from courses.models import Pair
from grading import models as grading
from grading import services as queue
from grading.handlers.hand_in import check_hand_in
from grading.models import GradingJob
from quests import hand_in_files, services
from quests.hand_ins import hand_in
from quests.models import HandIn, Variant
from quests.queries import find_card, find_quest
from tests.builders import member_of

CARD = "handing-in"
WORDS, FILES, BOTH, TYPED = "in-words", "labels", "settings-and-picture", "typed"
TRUTH = "sealed-truth-5e5e"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40

_KINDS = (
    Kind("test_labels", (), parts=(Part("labels", "machine", (".zip",), 64 * KIBIBYTE),)),
    Kind(
        "test_settings",
        (),
        parts=(
            Part("settings", "machine", (".yaml", ".yml"), 4 * KIBIBYTE),
            Part("picture", "person", (".png", ".jpg", ".webp"), 64 * KIBIBYTE),
        ),
    ),
)
_CARD = """slug: handing-in
position: 90
title: {fr: Rendre, en: Handing in}
intro: {fr: "À rendre.", en: To be handed in.}
"""
_QUEST = """section: main
tint: sky
points: 20
attempts: 3
title: {{fr: "{name} en français", en: "{name} in English"}}
statement: {{fr: "Faites-le.", en: "Do it."}}
expects: {{fr: "Un rendu.", en: "A hand-in."}}
{model_answer}question: {{kind: {kind}}}
examples: {{}}
"""
_MODEL_ANSWER = 'model_answer: {fr: "La réponse modèle.", en: "The model answer."}\n'


@pytest.fixture
def handed_in_quests(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A card of quests that are handed in, beside the real ones; and folders of this test alone."""
    for kind in _KINDS:
        monkeypatch.setitem(KINDS, kind.name, kind)  # type: ignore[arg-type]
    monkeypatch.setattr("grader.keys.identity.digest_of_kind", lambda kind: f"sha256:{kind}")
    cards = tmp_path / "cards"
    quests = {WORDS: ("open_question", True), FILES: ("test_labels", False), BOTH: ("test_settings", True)}
    for name, (kind, is_read) in quests.items():
        folder = cards / CARD / "quests" / name
        folder.mkdir(parents=True)
        text = _QUEST.format(name=name, kind=kind, model_answer=_MODEL_ANSWER if is_read else "")
        (folder / "quest.yaml").write_text(text, "utf-8")
    (cards / CARD / "card.yaml").write_text(_CARD, "utf-8")
    monkeypatch.setattr(catalogue, "CATALOGUE", Catalogue(FOLDER, cards))
    settings.HAND_INS_DIR = tmp_path / "hand-ins"
    settings.MATERIALS_DIR = tmp_path / "materials"
    settings.UPLOADS_DIR = tmp_path / "uploads"
    return tmp_path


def quest_called(name: str) -> tuple[Card, Quest]:
    card = find_card(CARD)
    return card, find_quest(card, name)


def deal(pair: Pair, name: str, *, material: Material | None = None) -> Variant:
    """The pair's variant, with a key where the worker would put one."""
    card, quest = quest_called(name)
    variant = services.deal(pair=pair, card=card, quest=quest)
    assert variant is not None
    key = AnswerKey(
        question=variant.question, model_digest=variant.answer_key.model_digest, truth=(TRUTH,), material=material
    )
    grading.AnswerKey.objects.filter(pk=variant.answer_key_id).update(key=key.to_json())
    GradingJob.objects.filter(kind=GradingJob.Kind.ANSWER_KEY).delete()
    variant.answer_key.refresh_from_db()
    return variant


def zipped(text: str = "0 0.5 0.5 0.1 0.1") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("labels/a.txt"), text)
    return buffer.getvalue()


CONTENTS: dict[str, tuple[str, bytes]] = {
    "labels": ("labels.zip", zipped()),
    "settings": ("hyp.yaml", b"mixup: 0.25\n"),
    "picture": ("mosaic.png", PNG),
}


def arrived(name: str, **contents: bytes) -> tuple[hand_in_files.ArrivedFile, ...]:
    """A file for each of the quest's parts; ``contents`` stand in for the usual ones."""
    _, quest = quest_called(name)
    found = []
    for part in quest.rules.parts:
        if not part.is_text:
            called, usual = CONTENTS[part.name]
            found.append(hand_in_files.bring(part, io.BytesIO(contents.get(part.name, usual)), name=called))
    return tuple(found)


def give(pair: Pair, name: str, text: str = "", *, author: User | None = None, **contents: bytes) -> HandIn:
    """Hand in for a quest whose variant is dealt when it was not."""
    if not Variant.objects.filter(pair=pair, quest=name).exists():
        deal(pair, name)
    card, quest = quest_called(name)
    words = text or ("Because it leaks." if name == WORDS else "")
    files = arrived(name, **contents)
    return hand_in(pair=pair, author=author or member_of(pair), card=card, quest=quest, files=files, text=words)


def report(verdict: Any = "correct", mistake: str | None = None, **more: Any) -> Report:
    advice = {"en": "Look at the fifth column.", "fr": "Regardez la cinquième colonne."}
    finding = Finding("labels/a b.txt:3", {"en": "the class is 7", "fr": "la classe est 7"})
    usual = {"advice": advice, "understood": "412 × .txt", "findings": (finding,)}
    return Report(verdict=verdict, mistake=mistake, **{**usual, **more})


def check(monkeypatch: pytest.MonkeyPatch, found: Report | Exception) -> bool:
    """Let a worker take the oldest hand-in, with a grader that finds this. Whether its ending was written."""

    def checked(*_: Any, **__: Any) -> Report:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(grader, "check_hand_in", checked, raising=False)
    lease = queue.claim(worker="test", kinds=[GradingJob.Kind.HAND_IN])
    assert lease is not None
    return queue.finish(lease, check_hand_in(lease, lambda: False))
