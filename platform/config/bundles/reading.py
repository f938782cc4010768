"""A course's zip, checked whole before anything is written. It may come from anywhere: every byte is bounded."""

import hashlib
import json
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import IO, Any, Final, TypeVar

from accounts.errors import Refusal
from accounts.roster import RosterRow, read_roster
from challenges.catalogue import find_cards, read_tasks
from challenges.loading import is_slug
from challenges.yaml_file import CardError
from config.bundles.contents import ENTRIES, MANIFEST, READABLE, ROSTER, VERSION, Bundle, BundledTask
from config.bundles.parts import PARTS
from courses import carrying
from courses.draw import Grid
from datasets import rules as acquisition
from datasets.object_classes import checked_list
from marking.beginning import MOST_RUBRICS, checked_rubric
from submissions.rules import checked_rules

MOST_ENTRIES: Final = 3_000
MOST_BYTES: Final = 300 * 2**20
MOST_NAMES: Final = 2_000
LONGEST_NAME: Final = 40
BLOCK: Final = 2**20
_Value = TypeVar("_Value")
_DATA: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


def read(file: IO[bytes]) -> Bundle:
    """The course of an open zip. Raises Refusal, naming what is wrong in it."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as error:
        raise _refused("This is not a readable zip.", "Ce n’est pas un zip lisible.") from error


@contextmanager
def weights_file(file: IO[bytes], bundle: Bundle) -> Iterator[Path | None]:
    """The checkpoint of a zip as a file of ours while the body runs; None when it has none. Raises Refusal."""
    if bundle.weights is None:
        yield None
        return
    digest = str(bundle.weights["digest"]).removeprefix("sha256:")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(file) as archive:
        target = Path(folder) / "weights.pt"
        with archive.open(f"weights/{digest}.pt") as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, BLOCK)
        yield target


def _read(archive: zipfile.ZipFile) -> Bundle:
    names = _checked_names(archive)
    manifest = _manifest(_bytes(archive, MANIFEST) if MANIFEST in names else b"")
    files = {
        name: _bytes(archive, name) for name in sorted(names) if name.startswith(("cards/", "tasks/", "pictures/"))
    }
    with _unpacked(files) as folder:
        try:
            found, task_specs = find_cards(folder / "cards"), read_tasks(folder)
        except CardError as error:
            raise _wrong_file(str(error).replace(f"{folder}/", "")) from error
    if not found:
        raise _refused("There is no card in this zip.", "Il n’y a aucune grille dans ce zip.")
    return Bundle(
        title=_text(manifest, "title", longest=120),
        slug=_text(manifest, "slug"),
        groups=tuple(_texts(manifest.get("groups", []))),
        pairs=tuple(_records(manifest.get("pairs", []), "name", "group")),
        tasks=_tasks(manifest.get("tasks", [])),
        cards=tuple(each.card for each in found),
        folders={each.card.slug: each.folder.name for each in found},
        task_specs=task_specs,
        people=_people(archive, names),
        weights=_weights(archive, names, manifest),
        training_grid=_grid(manifest.get("training_grid", {})),
        object_classes=_object_classes(manifest.get("object_classes", [])),
        acquisition=_acquisition(manifest.get("acquisition")),
        time_zone=_said("time_zone", manifest.get("time_zone", ""), carrying.zone),
        parts=_parts(manifest.get("parts", {})),
        rubrics=_rubrics(archive, names),
        files=files,
    )


def _checked_names(archive: zipfile.ZipFile) -> set[str]:
    """Only names of the form that we write, each once, none larger than it may be; no link, nothing locked."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _refused("This zip is too large to be a course.", "Ce zip est trop gros pour être un cours.")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise _refused("A name is twice in this zip.", "Un nom figure deux fois dans ce zip.")
    for entry in entries:
        most = next((size for pattern, size in ENTRIES.items() if pattern.fullmatch(entry.filename)), None)
        shown = entry.filename[:80]
        if most is None or entry.flag_bits & 1:
            raise _refused(f"“{shown}” has no place in a course.", f"« {shown} » n’a pas sa place dans un cours.")
        if entry.file_size > most:
            raise _refused(f"“{shown}” is too large.", f"« {shown} » est trop gros.")
    return set(names)


def _bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """No more than was announced, whatever the data unpacks to."""
    announced = archive.getinfo(name).file_size
    with archive.open(name) as file:
        content = file.read(announced + 1)
    if len(content) != announced:
        raise _refused(f"“{name}” is not as large as it says.", f"« {name} » n’a pas la taille annoncée.")
    return content


@contextmanager
def _unpacked(files: Mapping[str, bytes]) -> Iterator[Path]:
    """The cards and tasks as files, for the readers that name file and line; names were checked before."""
    with tempfile.TemporaryDirectory() as name:
        for path, content in files.items():
            if path.endswith(".yaml"):
                target = Path(name) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        yield Path(name)


def _manifest(content: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _refused(
            f"{MANIFEST} is missing, or is not JSON.", f"{MANIFEST} manque, ou n’est pas du JSON."
        ) from error
    if not isinstance(manifest, dict) or manifest.get("version") not in READABLE:
        raise _refused(f"This is not a course of version {VERSION}.", f"Ce n’est pas un cours de version {VERSION}.")
    return manifest


def _tasks(values: object) -> tuple[BundledTask, ...]:
    """Each task, its data.yaml below the datasets folder (never above it), and its rules where the zip says them."""
    found = _records(values, "slug", "data", longest=200)
    assert isinstance(values, list)
    return tuple(_task(slug, data, said.get("rules", {})) for (slug, data), said in zip(found, values, strict=True))


def _task(slug: str, data: str, rules: object) -> BundledTask:
    unusable = _refused(f"{MANIFEST}: a task is not usable.", f"{MANIFEST} : une tâche est inutilisable.")
    if not is_slug(slug) or not _DATA.fullmatch(data) or ".." in data or not isinstance(rules, Mapping):
        raise unusable
    try:
        return BundledTask(slug, data, checked_rules(rules))
    except Refusal as refusal:
        raise unusable from refusal


def _grid(value: object) -> Mapping[str, Any]:
    """What training configurations are drawn from; nothing for the usual grid."""
    try:
        return Grid.from_json(value).to_json() if value else {}
    except (ValueError, TypeError) as error:
        raise _refused(
            f"{MANIFEST}: “training_grid” cannot be drawn from.", f"{MANIFEST} : « training_grid » est inutilisable."
        ) from error


def _object_classes(values: object) -> tuple[tuple[str, int], ...]:
    """What pairs may film: names that give different folders, each with a number of its own."""
    names = _texts([value.get("name") if isinstance(value, Mapping) else value for value in _listed(values)])
    indexes = [value.get("index") for value in _listed(values) if isinstance(value, Mapping)]
    unusable = _refused(
        f"{MANIFEST}: “object_classes” is no list of classes.", f"{MANIFEST} : « object_classes » est inutilisable."
    )
    if len(names) != len(indexes) or not all(type(index) is int for index in indexes):
        raise unusable
    try:
        return tuple(checked_list([(name, int(str(index))) for name, index in zip(names, indexes, strict=True)]))
    except Refusal as refusal:
        raise unusable from refusal


def _acquisition(value: object) -> Mapping[str, Any] | None:
    """What is asked of the pairs' clips; None for the usual rules."""
    if value is None:
        return None
    try:
        return acquisition.checked(value if isinstance(value, Mapping) else {"acquisition": value})
    except Refusal as refusal:
        raise _refused(
            f"{MANIFEST}: “acquisition” cannot be asked for.", f"{MANIFEST} : « acquisition » est inutilisable."
        ) from refusal


def _parts(value: object) -> dict[str, dict[str, Any]]:
    """What the zip says of capsules, marks and films, each held to the rules of its own app."""
    if not isinstance(value, Mapping) or not set(value) <= set(PARTS):
        raise _refused(f"{MANIFEST}: “parts” cannot be used.", f"{MANIFEST} : « parts » est inutilisable.")
    return {name: _said(name, said, PARTS[name].checked) for name, said in value.items()}


def _said(name: str, said: object, check: Callable[[Any], _Value]) -> _Value:
    try:
        return check(said)
    except (ValueError, OverflowError) as error:
        why = f" ({error})" if str(error) else ""
        raise _refused(
            f"{MANIFEST}: “{name}” cannot be used{why}.", f"{MANIFEST} : « {name} » est inutilisable{why}."
        ) from error


def _rubrics(archive: zipfile.ZipFile, names: set[str]) -> dict[int, dict[str, Any]]:
    """Every version of the rubric, by its number."""
    files = sorted((name for name in names if name.startswith("rubrics/")), key=_number)
    if len(files) > MOST_RUBRICS:
        raise _refused("There are too many rubrics in this zip.", "Il y a trop de grilles d’évaluation dans ce zip.")
    try:
        return {_number(name): _rubric(archive, name) for name in files}
    except CardError as error:
        raise _wrong_file(str(error)) from error


def _rubric(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    return checked_rubric(_decoded(_bytes(archive, name), name), PurePath(name))


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise CardError(f"{name}:1: {error}") from error


def _number(name: str) -> int:
    return int(PurePath(name).stem)


def _people(archive: zipfile.ZipFile, names: set[str]) -> tuple[RosterRow, ...]:
    return read_roster(_bytes(archive, ROSTER)) if ROSTER in names else ()


def _weights(archive: zipfile.ZipFile, names: set[str], manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The checkpoint's name and digest, which its bytes must have."""
    said = manifest.get("weights")
    if said is None:
        return None
    weights = {"name": _text(said, "name", longest=120), "digest": _text(said, "digest", longest=71)}
    name = f"weights/{weights['digest'].removeprefix('sha256:')}.pt"
    digest = hashlib.sha256()
    if name in names:
        with archive.open(name) as file:
            while block := file.read(BLOCK):
                digest.update(block)
    if f"sha256:{digest.hexdigest()}" != weights["digest"]:
        raise _refused("The checkpoint is not the one announced.", "Les poids ne sont pas ceux annoncés.")
    return weights


def _text(data: object, name: str, *, longest: int = LONGEST_NAME) -> str:
    value = data.get(name) if isinstance(data, Mapping) else None
    if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable():
        return value
    raise _refused(f"{MANIFEST}: “{name}” is no short text.", f"{MANIFEST} : « {name} » n’est pas un texte court.")


def _texts(values: object) -> list[str]:
    return [_text({"name": value}, "name") for value in _listed(values)]


def _listed(values: object) -> list[Any]:
    if not isinstance(values, list) or len(values) > MOST_NAMES:
        raise _refused(f"{MANIFEST}: a list is expected.", f"{MANIFEST} : une liste est attendue.")
    return values


def _records(values: object, first: str, second: str, *, longest: int = LONGEST_NAME) -> list[tuple[str, str]]:
    return [(_text(value, first, longest=longest), _text(value, second, longest=longest)) for value in _listed(values)]


def _wrong_file(said: str) -> Refusal:
    return _refused(f"A file of the course is wrong: {said}", f"Un fichier du cours est faux : {said}")


def _refused(english: str, french: str) -> Refusal:
    return Refusal(
        "not_a_course",
        status=422,
        reason={"en": english, "fr": french},
        advice={
            "en": "Nothing was changed. Bring a zip that this page, or manage.py export_course, has written.",
            "fr": "Rien n’a été changé. Apportez un zip écrit par cette page ou par manage.py export_course.",
        },
    )
