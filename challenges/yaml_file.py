"""YAML files that teachers write: read with every complaint naming the file and the line."""

import datetime
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, Final

import yaml

LANGUAGES: Final = ("fr", "en")
MAXIMUM_BYTES: Final = 200_000


class CardError(ValueError):
    """A card, quest or task file that says something we cannot use: "bingo.yaml:12: …"."""


class Entry:
    """One node of a YAML file: knows where it stands, so that a wrong value is reported there."""

    def __init__(self, node: yaml.Node, file: PurePath) -> None:
        self._node = node
        self._file = file

    def error(self, message: str) -> CardError:
        return CardError(f"{self._file}:{self._node.start_mark.line + 1}: {message}")

    def fields(self, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> "dict[str, Entry]":
        """A mapping's entries; refuses a name that is missing, unknown or given twice."""
        found = self.named()
        for name in required:
            if name not in found:
                raise self.error(f"“{name}” is missing")
        for name, entry in found.items():
            if name not in required + optional:
                known = ", ".join(required + optional)
                raise entry.error(f"“{name}” is not known here (known: {known})")
        return found

    def named(self) -> "dict[str, Entry]":
        """A mapping whose names are the file's own choice."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error("a mapping (name: value) is expected")
        found: dict[str, Entry] = {}
        for key, value in self._node.value:
            name = str(key.value)
            if name in found:
                raise Entry(key, self._file).error(f"“{name}” is given twice")
            found[name] = Entry(value, self._file)
        return found

    def items(self) -> "Iterator[Entry]":
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.error("a list is expected")
        for node in self._node.value:
            yield Entry(node, self._file)

    def is_mapping(self) -> bool:
        return isinstance(self._node, yaml.MappingNode)

    def is_list(self) -> bool:
        return isinstance(self._node, yaml.SequenceNode)

    def plain(self) -> Any:
        """The value as Python data."""
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_document(self._node)
        except yaml.YAMLError as error:
            raise self.error(str(error)) from error
        finally:
            loader.dispose()

    def text(self) -> str:
        value = self.plain()
        if not isinstance(value, str) or not value.strip():
            raise self.error("a text is expected")
        return value.strip()

    def texts(self) -> tuple[str, ...]:
        return tuple(entry.text() for entry in self.items())

    def choice(self, allowed: tuple[str, ...]) -> str:
        value = self.text()
        if value not in allowed:
            raise self.error(f"“{value}” is not one of {', '.join(allowed)}")
        return value

    def integer(self, *, least: int, most: int) -> int:
        value = self.plain()
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(f"a whole number from {least} to {most} is expected")
        return value

    def number(self, *, least: float, most: float) -> float:
        value = self.plain()
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.error(f"a number from {least} to {most} is expected")
        return float(value)

    def date(self) -> datetime.date:
        value = self.plain()
        if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
            raise self.error("a date (1991-12-08) is expected")
        return value

    def bilingual(self) -> dict[str, str]:
        """The same text in French and in English."""
        return {language: entry.text() for language, entry in self.fields(required=LANGUAGES).items()}


def read_yaml(file: Path) -> Entry:
    """The file's root entry. Raises ``CardError`` when it is absent, too large, empty or not YAML."""
    return parse_yaml(read_text(file), file)


def read_text(file: Path) -> str:
    """A file's text. Raises ``CardError`` when it is absent, too large or not text."""
    try:
        if file.stat().st_size > MAXIMUM_BYTES:
            raise CardError(f"{file}:1: larger than {MAXIMUM_BYTES} bytes")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CardError(f"{file}:1: {error}") from error


def parse_yaml(text: str, file: PurePath) -> Entry:
    """The root entry of a text; ``file`` is what complaints name. Raises ``CardError``."""
    try:
        node = yaml.compose(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CardError(f"{file}:{line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise CardError(f"{file}:1: {error}") from error
    if node is None:
        raise CardError(f"{file}:1: the file is empty")
    return Entry(node, file)


class _PlainLoader(yaml.SafeLoader):
    """Without aliases: a few lines of them stand for more values than a machine can hold."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not read here", event.start_mark)
        return super().compose_node(parent, index)
