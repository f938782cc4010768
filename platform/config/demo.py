"""The demo course: real people-shaped rows, a real data set, real checkpoints, graded by the real worker.

Every step may be repeated: it makes what is missing and leaves the rest alone.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from accounts.roster import read_roster
from challenges.key import AnswerKey, as_typed
from challenges.spec import Card, Quest, load_cards
from config import demo_capsules, demo_clips, demo_gradebook, demo_hand_ins, demo_marks
from courses.configurations import draw_configurations
from courses.models import Course, Pair
from courses.registration import register_file
from courses.services import import_roster, weights_of
from quests import services as quests
from room.queries import session_on_the_wall
from room.services import start_session
from submissions.models import Task
from submissions.services import keep_file, submit_checkpoint

SLUG: Final = "dlcv"
PASSWORD: Final = "demo"
TASK: Final = "charlie"
SEED: Final = 2026
FIXTURES: Final = settings.BASE_DIR / "fixtures"
SESSION: Final = "TP YOLO"
SESSION_LENGTH: Final = timedelta(hours=3)
COURSE_WEIGHTS: Final = FIXTURES / "weights" / "course_yolov5nu.pt"
#: Of the hidden pictures; what counts is told when the instructor reveals the board.
PUBLIC_PERCENT: Final = 50
#: Who has handed in what when the curtain rises.
HANDED_IN: Final = {"1": "charlie_yolov8n.pt", "3": "charlie_yolov5n.pt", "4": "charlie_yolo11n.pt"}
#: Pair → how many quests of each card it has tried, the last one wrongly.
PLAYED: Final = {"1": 5, "2": 3, "3": 4, "5": 2, "6": 1, "8": 3}
#: Quests of each card whose answer is waited for, for every pair.
TRIED_FIRST: Final = 3


def build() -> Iterator[str]:
    """Make the demo, saying each step before it starts."""
    yield "the data set, and meanwhile the people"
    with drawing_dataset():
        course = make_course()
        yield "the course's checkpoint"
        if weights_of(course) is None:
            register_file(course=course, file=COURSE_WEIGHTS)
        yield "the variants of every pair"
        deal_first(course)
        demo_hand_ins.deal_material(course)
        yield "the answer keys, from the real models"
        run_workers()
        deal_first(course)  # those that collided were dealt again
        run_workers()
        yield "what some pairs have answered"
        play(course)
    yield "the first submissions, evaluated on the hidden test split"
    hand_in(course)
    demo_hand_ins.hand_in(course, instructor=User.objects.get(username="prof"))
    demo_clips.film(course, instructor=User.objects.get(username="prof"))
    demo_capsules.hand_in(course, instructor=User.objects.get(username="prof"))
    run_workers()
    demo_capsules.comment(course, instructor=User.objects.get(username="prof"))
    demo_marks.mark(course, instructor=User.objects.get(username="prof"))


@contextmanager
def drawing_dataset() -> Iterator[None]:
    """Have the pictures drawn while the body runs; they are all there when it is left."""
    target = settings.DATASETS_DIR / TASK
    if (target / "data.yaml").exists():  # written last
        yield
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fixtures.charlie", "--output", str(target), "--seed", str(SEED)]
    with running(command):
        yield


@contextmanager
def running(command: list[str]) -> Iterator[None]:
    """A process beside the body, waited for at the end; raises ``CalledProcessError`` when it fails."""
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL) as process:
        yield
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def make_course() -> Course:
    course, _ = Course.objects.get_or_create(slug=SLUG, defaults={"title": "Deep Learning for Computer Vision"})
    rows = read_roster((FIXTURES / "roster" / "demo.csv").read_bytes())
    hashed = make_password(PASSWORD)  # one for all, since it is public: each takes a quarter of a second
    for row in rows:
        User.objects.get_or_create(username=row.username, defaults={"password": hashed})
    import_roster(course=course, rows=tuple(rows))
    task = {"course": course, "data": f"{TASK}/data.yaml", "public_percent": PUBLIC_PERCENT}
    Task.objects.get_or_create(slug=TASK, defaults=task)
    User.objects.filter(username="prof").update(is_staff=True, is_superuser=True)
    draw_configurations(course=course, instructor=User.objects.get(username="prof"))
    demo_gradebook.settle(course)
    return course


def deal_first(course: Course) -> None:
    """What people try first, and what some have played: their keys are there when the curtain rises.

    The others are made when somebody opens them: seconds each, minutes for all of eight pairs.
    """
    for pair in course.pairs.select_related("course"):
        tried = max(PLAYED.get(pair.name, 0), TRIED_FIRST)
        for card in load_cards():
            for quest in (*card.quests[:TRIED_FIRST], *_typed(card)[:tried]):
                quests.deal_ahead(pair=pair, card=card, quest=quest)


def run_workers() -> None:
    """Until nothing waits: two at once where there are two cores."""
    command = [sys.executable, "manage.py", "work", "--until-empty"]
    with running(command) if (os.cpu_count() or 1) > 1 else nullcontext():
        subprocess.run(command, cwd=settings.BASE_DIR, check=True)


def play(course: Course) -> None:
    for name, tried in PLAYED.items():
        pair = course.pairs.get(name=name)
        author = pair.members.order_by("username").first()
        if author is None or pair.variants.filter(attempts__isnull=False).exists():
            continue
        for card in load_cards():
            played = _typed(card)[:tried]
            for quest in played:
                _answer(pair, author, card.slug, quest.slug, wrongly=quest == played[-1])


def _typed(card: Card) -> list[Quest]:
    """The quests that are answered by typing."""
    return [quest for quest in card.quests if not quest.rules.is_handed_in]


def _answer(pair: Pair, author: User, card_slug: str, quest_slug: str, *, wrongly: bool) -> None:
    variant = quests.variant_of(pair, card_slug, quest_slug)
    if variant is None or variant.answer_key.key is None:
        return
    key = AnswerKey.from_json(variant.answer_key.key)
    value = key.mistakes[0].value if wrongly and key.mistakes else key.truth
    card = next(card for card in load_cards() if card.slug == card_slug)
    quest = next(quest for quest in card.quests if quest.slug == quest_slug)
    quests.answer(pair=pair, author=author, card=card, quest=quest, text=as_typed(value))


def hand_in(course: Course) -> None:
    task = Task.objects.get(slug=TASK)
    for name, weights in HANDED_IN.items():
        pair = course.pairs.get(name=name)
        author = pair.members.order_by("username").first()
        if author is not None and not pair.submissions.exists():
            with (FIXTURES / "weights" / weights).open("rb") as file:
                submit_checkpoint(task=task, pair=pair, author=author, upload=keep_file(file, name=weights))


def open_the_room() -> None:
    """A session that runs, so that the projector shows its clock; the one that runs already is left alone."""
    course = Course.objects.get(slug=SLUG)
    running = session_on_the_wall(course)
    if running is None or not running.is_running():
        start_session(course=course, title=SESSION, ends_at=timezone.now() + SESSION_LENGTH, ranks_pairs=True)


def people() -> str:
    """The people of the demo, as a visitor needs them."""
    pairs = Pair.objects.filter(course__slug=SLUG).select_related("group").prefetch_related("members")
    lines = [
        f"  pair {pair.name} ({pair.group.name})  " + "  ".join(m.username for m in pair.members.all())
        for pair in pairs
    ]
    return "\n".join(["  instructor   prof", *lines, f"  password     {PASSWORD}   (for everybody)"])


def is_ready() -> bool:
    return ready_stamp().exists()


def ready_stamp() -> Path:
    return Path(settings.DATA_DIR) / "demo-is-ready"
