"""The cards there are: those that come with the project, and a site's own; read again when their files change.

A site's own card takes the place of one of the same slug that came with the project. A change that cannot be used
leaves everybody with the cards as they were, and says why in ``problem``.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from challenges.loading import QUEST_FILE, read_card
from challenges.spec import FOLDER, Card
from challenges.yaml_file import CardError

logger = logging.getLogger(__name__)

CARD_FILE: Final = "card.yaml"
#: Between two looks at the files; a look costs a third of a millisecond.
WATCH_SECONDS: Final = 1.0

#: Every file's path, modification time (ns) and size.
Signature = tuple[tuple[str, int, int], ...]


class Catalogue:
    """Cards of one or several folders, a later folder's in place of an earlier one's. Safe between threads."""

    def __init__(self, *folders: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folders = list(folders)
        self._clock = clock
        self._lock = threading.Lock()
        self._cards: tuple[Card, ...] | None = None
        self._signature: Signature = ()
        self._next_look = 0.0
        self.problem: CardError | None = None

    def add(self, folder: Path) -> None:
        """Read this folder's cards too, above those of the others; it need not exist yet."""
        with self._lock:
            if folder not in self._folders:
                self._folders.append(folder)
                self._next_look = 0.0

    def cards(self) -> tuple[Card, ...]:
        """All cards by position. Raises ``CardError`` only while none could ever be read."""
        cards = self._cards
        if cards is None or self._clock() >= self._next_look:
            with self._lock:
                return self._look()
        return cards

    def look_again(self) -> None:
        """Do not wait for the next look: somebody has just changed a file."""
        self._next_look = 0.0

    def _look(self) -> tuple[Card, ...]:
        if self._cards is not None and self._clock() < self._next_look:
            return self._cards  # another thread has just looked
        self._next_look = self._clock() + WATCH_SECONDS
        signature = _signature(self._folders)
        if self._cards is None or signature != self._signature:
            self._signature = signature
            self._read()
        assert self._cards is not None
        return self._cards

    def _read(self) -> None:
        try:
            self._cards, self.problem = read_cards(*self._folders), None
        except CardError as error:
            if self._cards is None:
                raise
            self.problem = error
            logger.error("the cards stay as they were: %s", error)


def read_cards(*folders: Path) -> tuple[Card, ...]:
    """The cards of these folders by position; of two with one slug, the later folder's. Raises ``CardError``."""
    found: dict[str, tuple[int, Card]] = {}
    for folder in folders:
        for file in sorted(folder.glob(f"*/{CARD_FILE}")):
            position, card = read_card(file)
            found[card.slug] = (position, card)
    return tuple(card for _, card in sorted(found.values(), key=lambda each: (each[0], each[1].slug)))


def _signature(folders: list[Path]) -> Signature:
    files = [
        file
        for folder in folders
        for pattern in (f"*/{CARD_FILE}", f"*/quests/*/{QUEST_FILE}")
        for file in folder.glob(pattern)
    ]
    return tuple((str(file), *_stamp(file)) for file in sorted(files))


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:  # gone between the listing and now
        return 0, 0
    return found.st_mtime_ns, found.st_size


#: What every page, command and test means by "the cards".
CATALOGUE: Final = Catalogue(FOLDER)
