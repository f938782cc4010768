"""The journal: one revision a thing that happened, in the transaction of what happened, announced after the commit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from courses.models import Pair
from quests.signals import card_changed
from room import events, services
from room.models import GameEvent, Journal
from tests.builders import make_course, make_pair, member_of

pytestmark = pytest.mark.django_db
REPOSITORY = Path(__file__).resolve().parents[2]
Said = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def pair(db: None) -> Pair:
    return make_pair(make_course())


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What left for whom."""
    heard: Said = []

    class Layer:
        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            heard.append((group, message))

    monkeypatch.setattr(events, "get_channel_layer", Layer)
    return heard


def happens(pair: Pair, what: str = "solved", **data: Any) -> None:
    card_changed.send(sender=None, pair=pair, card="bingo", quest="q", what=what, by=member_of(pair), data=data)


def revisions() -> list[int]:
    return list(GameEvent.objects.order_by("revision").values_list("revision", flat=True))


def test_what_happens_on_a_card_is_written_down_and_announced_after_the_commit(
    pair: Pair, said: Said, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        happens(pair, points=8, first=True)
        assert said == []
    event = GameEvent.objects.get()
    assert (event.revision, event.what, event.pair, event.by) == (1, "solved", pair, member_of(pair))
    (room, wide), (own, narrow) = said
    assert (room, own) == (f"room.{pair.course_id}", f"pair.{pair.pk}")
    assert wide["change"]["points"] == 8
    assert wide["change"]["first"] is True
    assert narrow["change"] == {"revision": 1, "card": "bingo", "quest": "q", "what": "solved"}


def test_what_is_undone_was_never_said_and_takes_no_revision(pair: Pair, said: Said) -> None:
    with transaction.atomic():
        happens(pair)
        transaction.set_rollback(True)
    assert revisions() == []
    assert said == []
    happens(pair)
    assert revisions() == [1]


def test_each_course_counts_for_itself_without_a_gap(pair: Pair) -> None:
    other = make_pair(make_course("other", instructor="other-prof"), "9")
    for who in (pair, other, pair, pair, other):
        happens(who)
    for course in (pair.course, other.course):
        counted = list(GameEvent.objects.filter(course=course).order_by("revision").values_list("revision", flat=True))
        assert counted == list(range(1, len(counted) + 1))


def test_a_pair_hears_which_of_its_own_events_came_before(
    pair: Pair, said: Said, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    other = make_pair(pair.course, "2")
    with django_capture_on_commit_callbacks(execute=True):
        for who in (pair, other, pair):
            happens(who)
    own = [message for group, message in said if group == f"pair.{pair.pk}"]
    assert [(one["revision"], one["previous"]) for one in own] == [(1, 0), (3, 1)]
    assert all(str(other.pk) != str(one["change"].get("pair")) for one in own)


def test_nothing_that_a_signal_carries_beside_points_and_first_leaves(
    pair: Pair, said: Said, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        happens(pair, what="wrong", answer="the truth is 128", points="many")
    assert "128" not in json.dumps(said)
    assert member_of(pair).username not in json.dumps(said)
    assert said[0][1]["change"]["points"] == 0


def test_old_events_are_swept_away_and_the_count_goes_on(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "KEPT", 10)
    monkeypatch.setattr(services, "SWEEP_EVERY", 5)
    for _ in range(33):
        happens(pair)
    assert revisions() == list(range(21, 34))  # at least ten, at most fourteen
    assert Journal.objects.get().revision == 33


def test_a_layer_that_fails_costs_the_announcement_and_nothing_else(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    class Broken:
        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            raise ConnectionError("nobody there")

    monkeypatch.setattr(events, "get_channel_layer", Broken)
    with django_capture_on_commit_callbacks(execute=True):
        happens(pair)
    assert revisions() == [1]
    assert "revision 1" in caplog.text


WRITER = """
import sys, django
django.setup()
from django.db import transaction
from courses.models import Pair
from room.services import record
pair = Pair.objects.select_related("course").get(pk=int(sys.argv[1]))
for turn in range(20):
    with transaction.atomic():
        record(course=pair.course, what="solved", pair=pair)
        record(course=pair.course, what="line", pair=pair)
        if turn % 5 == 4:
            transaction.set_rollback(True)
"""
READER = """
import django
django.setup()
from room.models import GameEvent
print(" ".join(str(number) for number in GameEvent.objects.order_by("revision").values_list("revision", flat=True)))
"""
MAKER = """
import django
django.setup()
from tests.builders import make_course, make_pair
print(make_pair(make_course()).pk)
"""


@pytest.mark.slow
def test_processes_that_write_at_once_share_the_revisions_without_a_gap(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DLCV_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}",
    }

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments], env=environment, cwd=REPOSITORY, check=True, capture_output=True, text=True
        ).stdout.strip()

    run("manage.py", "migrate", "-v0")
    pair = run("-c", MAKER)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, pair], env=environment, cwd=REPOSITORY) for _ in range(3)
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    assert run("-c", READER).split() == [str(number) for number in range(1, 3 * 16 * 2 + 1)]
