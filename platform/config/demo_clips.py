"""What the demo's pairs film: short pans over scenes of the task, as phones write them, prepared by the worker."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from accounts.models import User
from courses.models import Course, Pair
from datasets.object_classes import add_class, choose_class
from datasets.rules import set_rules
from datasets.services import PURPOSE, add_clip
from uploads.arrived import Arrived
from uploads.hashing import sha256_of

#: The task's classes, under their numbers there.
CLASSES: Final = ("charlie", "glasses", "mug", "key")
#: Ten would be a long wait for a demo.
SECONDS: Final = 2
#: Where nobody will read that it was filmed.
PLACE: Final = "+43.5704+001.4662/"


@dataclass(frozen=True)
class Film:
    """A file's name, and what ``fixtures.films.make_film`` makes of it."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)


#: Pair → its class and its films: one that has all, one whose phone was turned, one of another container.
FILMED: Final[dict[str, tuple[str, tuple[Film, ...]]]] = {
    "1": (
        "mug",
        (
            Film("IMG_0412.MOV", {"size": (640, 480), "location": PLACE}),
            Film("IMG_0413.MOV", {"size": (480, 640), "rotation": 90, "variable": True}),
            Film("IMG_0415.MOV", {"size": (640, 480), "seconds": 1}),
        ),
    ),
    "2": ("glasses", tuple(Film(f"VID_2026112{number}_101500.mp4", {"size": (640, 480)}) for number in range(5))),
    "3": ("key", (Film("clé sur la table.webm", {"size": (640, 480), "codec": "libvpx-vp9", "rate": 24}),)),
    "4": ("charlie", (Film("MOV00001.AVI", {"size": (640, 480), "codec": "mpeg4", "still": True}),)),
}


def film(course: Course, *, instructor: User) -> None:
    """Classes, choices and clips, each once; the worker prepares the clips."""
    if not course.object_classes.exists():
        for index, name in enumerate(CLASSES):
            add_class(course=course, instructor=instructor, name=name, index=index)
        set_rules(course=course, instructor=instructor, values={"seconds_expected": SECONDS})
    classes = dict(course.object_classes.values_list("name", "pk"))
    for number, (pair_name, (class_name, films)) in enumerate(FILMED.items()):
        pair = course.pairs.select_related("course").get(name=pair_name)
        author = pair.members.order_by("username").first()
        if author is not None and not pair.clips.exists():
            choose_class(pair=pair, person=author, object_class=classes.get(class_name))
            for nth, one in enumerate(films):
                _send(pair, author, one, seed=10 * number + nth)


def _send(pair: Pair, author: User, one: Film, *, seed: int) -> None:
    # Here, since it needs what the site itself never loads.
    from fixtures.films import make_film

    with tempfile.TemporaryDirectory() as folder:
        suffix = Path(one.name).suffix.lower()
        path = make_film(
            Path(folder) / f"film{suffix}", **{"seconds": SECONDS, "scene": "charlie", "seed": seed, **one.options}
        )
        arrived = Arrived(path, sha256=sha256_of(path), size_bytes=path.stat().st_size, name=one.name, purpose=PURPOSE)
        add_clip(pair=pair, author=author, arrived=arrived)
