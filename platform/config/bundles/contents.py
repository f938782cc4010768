"""What a course's zip holds, once it has been read and found good."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from accounts.roster import RosterRow
from challenges.spec import Card, TaskSpec

VERSION: Final = 2
#: Those that are read: the first said nothing of capsules, marks and how long films are kept.
READABLE: Final = (1, 2)
MANIFEST: Final = "course.json"
ROSTER: Final = "roster.csv"

_FOLDER = r"[a-z0-9][a-z0-9_-]{0,59}"
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
#: Everything that may be in one, and the most bytes that each file may have. A name that fits nothing is refused.
ENTRIES: Final[Mapping[re.Pattern[str], int]] = {
    re.compile(re.escape(MANIFEST)): 2**20,
    re.compile(re.escape(ROSTER)): 2**20,
    re.compile(rf"cards/{_FOLDER}/card\.yaml"): 200_000,
    re.compile(rf"cards/{_FOLDER}/quests/{_SLUG}/quest\.yaml"): 200_000,
    re.compile(rf"tasks/{_SLUG}\.yaml"): 200_000,
    re.compile(r"rubrics/[1-9][0-9]{0,3}\.yaml"): 200_000,
    re.compile(rf"pictures/{_FOLDER}\.(?:jpg|png|txt)"): 4 * 2**20,
    re.compile(r"weights/[0-9a-f]{64}\.pt"): 200 * 2**20,
}


@dataclass(frozen=True, slots=True)
class BundledTask:
    """A task as a course's zip says it: ``data`` is below the datasets folder, ``rules`` are checked."""

    slug: str
    data: str
    rules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bundle:
    """A course as its zip says it.

    ``parts`` are what the apps said of the course (``parts.PARTS``), checked; ``rubrics`` the documents by number;
    ``folders`` are the cards' folders by slug; ``files`` the cards', tasks' and pictures' bytes by name in the zip.
    """

    title: str
    slug: str
    groups: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]  # (pair, group)
    tasks: tuple[BundledTask, ...]
    cards: tuple[Card, ...]
    folders: Mapping[str, str]
    task_specs: tuple[TaskSpec, ...]
    people: tuple[RosterRow, ...] = ()
    weights: Mapping[str, Any] | None = None
    training_grid: Mapping[str, Any] = field(default_factory=dict)
    object_classes: tuple[tuple[str, int], ...] = ()  # (name, index)
    acquisition: Mapping[str, Any] | None = None
    time_zone: str = ""
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rubrics: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
