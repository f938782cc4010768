"""The demo's capsules: a few seconds each, one with everything that can be said of it, one late, one only a link."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.utils import timezone

from accounts.models import User
from capsules import appreciating, commenting, describing, handing_in, ruling
from capsules.models import Capsule, CapsuleVersion
from courses.models import Course, Pair
from uploads.incoming import keep_file
from uploads.purposes import find

DAYS: Final = 7
SECONDS: Final = 6
#: Pair → the look of its film (``fixtures.films``).
FILMS: Final = {"1": 1, "2": 2, "5": 5}
LATE: Final = "5"
LINKS: Final = {"3": "https://videos.example.org/dlcv/capsule-3"}
INSTRUCTIONS: Final = {
    "fr": "Dix minutes pour **raconter votre travail** : vos données, votre apprentissage, vos détections. À chaque "
    "fois ce que disent les chiffres, ce que montrent les images, et ce que vous en avez appris. Une mauvaise mAP "
    "bien expliquée vaut mieux qu’une bonne que l’on ne comprend pas.",
    "en": "Ten minutes to **tell your work**: your data, your training, your detections. Each time what the figures "
    "say, what the pictures show, and what you learned. A poor mAP that is explained is worth more than a good one "
    "that nobody understands.",
}
CHAPTERS: Final = "0:00 Notre objet\n0:02 L’apprentissage\n0:04 Ce que nous en retenons\n"
CAPTIONS: Final = {
    "fr": b"WEBVTT\n\n00:00.200 --> 00:02.000\nBonjour, nous avons film\xc3\xa9 une tasse.\n\n"
    b"00:02.200 --> 00:04.000\n<i>Vingt</i> \xc3\xa9poques, et la mAP monte.\n\n"
    b"00:04.200 --> 00:05.900\nElle confond encore la tasse et le bol.\n",
    "en": b"WEBVTT\n\n00:00.200 --> 00:02.000\nHello, we filmed a mug.\n\n"
    b"00:02.200 --> 00:04.000\n<i>Twenty</i> epochs, and the mAP rises.\n\n"
    b"00:04.200 --> 00:05.900\nIt still takes the mug for the bowl.\n",
}
PHRASES: Final = (
    "Dites sur quelle partie des données ce chiffre est mesuré.",
    "Montrez un exemple où le réseau se trompe.",
    "Très clair, bravo.",
)
#: (seconds, what is said, what is drawn)
COMMENTS: Final = (
    (0.8, "Bonne idée de montrer l’objet d’abord, sous deux lumières.", ()),
    (
        2.6,
        "Cette courbe est celle de la validation ? Dites-le.",
        ({"tool": "arrow", "points": [[0.72, 0.2], [0.52, 0.45]]},),
    ),
    (4.4, "C’est ici que tout se joue : pourquoi le bol ?", ({"tool": "box", "points": [[0.3, 0.35], [0.62, 0.8]]},)),
)
KIND_WORDS: Final = {"pair2a": ["clear", "learned"], "pair5a": ["clear", "honest"], "pair6a": ["clear"]}


def hand_in(course: Course, *, instructor: User) -> None:
    """Each pair's capsule, once, for the worker to prepare; the deadline was moved after one of them came late."""
    pairs = {pair.name: pair for pair in course.pairs.select_related("course")}
    if Capsule.objects.filter(pair__course=course).exists():
        return
    now = timezone.now().replace(microsecond=0)
    rules = {"instructions": INSTRUCTIONS, "peers_may_watch": True, "due_at": now - timedelta(hours=3)}
    ruling.set_rules(course=course, instructor=instructor, values=rules)
    with tempfile.TemporaryDirectory() as folder:
        for name in (LATE, *FILMS):
            if name != LATE:
                due_at = (now + timedelta(days=DAYS)).astimezone(course.zone).replace(hour=20, minute=0, second=0)
                ruling.set_rules(course=course, instructor=instructor, values={"due_at": due_at})
            _film(pairs[name], Path(folder), look=FILMS[name])
    for name, link in LINKS.items():
        handing_in.hand_in_link(pair=pairs[name], author=_first(pairs[name]), link=link)


def _film(pair: Pair, folder: Path, *, look: int) -> None:
    if Capsule.objects.filter(pair=pair).exists():
        return
    from fixtures.films import make_film  # what draws it is no part of the site

    path = folder / f"capsule_{pair.name}.mp4"
    make_film(path, seconds=SECONDS, size=(640, 360), rate=25, seed=look, scene="charlie")
    with path.open("rb") as file:
        arrived = keep_file(file, purpose=find(handing_in.PURPOSE), name=path.name, limit_bytes=2**30)
    handing_in.hand_in_file(pair=pair, author=_first(pair), arrived=arrived)


def comment(course: Course, *, instructor: User) -> None:
    """What goes with the first pair's film, and what the instructor said of it: once it is prepared."""
    versions = CapsuleVersion.objects.select_related("capsule__pair__course")
    version = versions.filter(capsule__pair__course=course, capsule__pair__name="1", copy__isnull=False).first()
    if version is None or version.comments.exists():
        return
    pair = version.capsule.pair
    describing.set_chapters(version=version, text=CHAPTERS)
    for language, content in CAPTIONS.items():
        describing.set_captions(version=version, author=_first(pair), language=language, content=content)
    members = list(pair.members.order_by("username"))
    moments = {person.pk: f"0:0{2 * at}" for at, person in enumerate(members)}
    describing.set_appearances(version=version, members=members, moments=moments)
    for at_seconds, text, drawing in COMMENTS:
        commenting.comment(version=version, author=instructor, text=text, at_seconds=at_seconds, drawing=drawing)
    for phrase in PHRASES:
        commenting.keep_phrase(course=course, owner=instructor, text=phrase)
    for username, words in KIND_WORDS.items():
        appreciating.appreciate(version=version, viewer=User.objects.get(username=username), words=words)


def _first(pair: Pair) -> User:
    author = pair.members.order_by("username").first()
    assert author is not None
    return author
