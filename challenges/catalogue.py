"""The cards and tasks there are: those that come with the project, and a site's own; read again when they change.

A site's own card takes the place of one of the same slug that came with the project. A change that cannot be used
leaves everybody with the cards as they were, and says why in ``problem``.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from challenges.loading import QUEST_FILE, read_card, read_task
from challenges.spec import FOLDER, Card, TaskSpec
from challenges.yaml_file import CardError

logger = logging.getLogger(__name__)

CARD_FILE: Final = "card.yaml"
#: Between two looks at the files; a look costs a third of a millisecond.
WATCH_SECONDS: Final = 1.0

#: Every file's path, modification time (ns) and size.
Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class FoundCard:
    """A card and the folder it was read from."""

    position: int
    card: Card
    folder: Path


class Catalogue:
    """Cards and tasks of one or several folders, a later one's in place of an earlier one's. Safe between threads."""

    def __init__(self, *folders: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folders = folders
        self._clock = clock
        self._lock = threading.Lock()
        self._found: tuple[FoundCard, ...] | None = None
        self._cards: tuple[Card, ...] = ()
        self._tasks: tuple[TaskSpec, ...] = ()
        self._signature: Signature = ()
        self._next_look = 0.0
        self.problem: CardError | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where cards are looked for, the least important first."""
        return self._folders

    def add(self, folder: Path) -> None:
        """Read this folder's cards too, above those of the others; it need not exist yet."""
        with self._lock:
            if folder not in self._folders:
                self._folders = (*self._folders, folder)
                self._next_look = 0.0

    def cards(self) -> tuple[Card, ...]:
        """All cards by position. Raises ``CardError`` only while none could ever be read."""
        self._look()
        return self._cards

    def tasks(self) -> tuple[TaskSpec, ...]:
        """All tasks by slug. Raises ``CardError`` as ``cards`` does."""
        self._look()
        return self._tasks

    def folder_of(self, slug: str) -> Path:
        """The folder of a card. Raises ``KeyError``."""
        self._look()
        return {found.card.slug: found.folder for found in self._found or ()}[slug]

    def look_again(self) -> None:
        """Do not wait for the next look: somebody has just changed a file."""
        self._next_look = 0.0

    def _look(self) -> None:
        if self._found is not None and self._clock() < self._next_look:
            return
        with self._lock:
            if self._found is not None and self._clock() < self._next_look:
                return  # another thread has just looked
            self._next_look = self._clock() + WATCH_SECONDS
            signature = _signature(self._folders)
            if self._found is None or signature != self._signature:
                self._signature = signature
                self._read()

    def _read(self) -> None:
        try:
            found, tasks = find_cards(*self._folders), read_tasks(*self._folders)
        except CardError as error:
            if self._found is None:
                raise
            self.problem = error
            logger.error("the cards stay as they were: %s", error)
            return
        self._cards, self._tasks = tuple(each.card for each in found), tasks
        self._found, self.problem = found, None


def find_cards(*folders: Path) -> tuple[FoundCard, ...]:
    """The cards of these folders by position; of two with one slug, the later folder's. Raises ``CardError``."""
    found: dict[str, FoundCard] = {}
    for folder in folders:
        for file in sorted(folder.glob(f"*/{CARD_FILE}")):
            position, card = read_card(file)
            found[card.slug] = FoundCard(position, card, file.parent)
    return tuple(sorted(found.values(), key=lambda each: (each.position, each.card.slug)))


def read_cards(*folders: Path) -> tuple[Card, ...]:
    """The cards of ``find_cards``."""
    return tuple(found.card for found in find_cards(*folders))


def read_tasks(*folders: Path) -> tuple[TaskSpec, ...]:
    """The tasks of these folders' ``tasks/`` by slug; of two, the later folder's. Raises ``CardError``."""
    tasks = {file.stem: read_task(file) for folder in folders for file in sorted(folder.glob("tasks/*.yaml"))}
    return tuple(task for _, task in sorted(tasks.items()))


def _signature(folders: Iterable[Path]) -> Signature:
    patterns = (f"*/{CARD_FILE}", f"*/quests/*/{QUEST_FILE}", "tasks/*.yaml")
    files = [file for folder in folders for pattern in patterns for file in folder.glob(pattern)]
    return tuple((str(file), *_stamp(file)) for file in sorted(files))


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:  # gone between the listing and now
        return 0, 0
    return found.st_mtime_ns, found.st_size


#: What every page, command and test means by "the cards".
CATALOGUE: Final = Catalogue(FOLDER)
