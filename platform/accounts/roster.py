"""Reading a roster: a CSV file somebody exported from somewhere, checked whole before anything is written."""

import csv
import io
import re
from dataclasses import dataclass

from accounts.errors import Refusal

COLUMNS = ("username", "role", "group", "pair")
OPTIONAL_COLUMNS = ("first_name", "last_name", "email", "id_number", "password")
SIZE_LIMIT_BYTES = 2**20
ROW_LIMIT = 2000
_USERNAME = re.compile(r"[\w.@+-]{1,150}")
_ROLES = {"student": "student", "étudiant": "student", "etudiant": "student", "": "student"} | {
    "instructor": "instructor",
    "enseignant": "instructor",
    "teacher": "instructor",
}
_PAIR_LIMIT = 3


@dataclass(frozen=True)
class RosterRow:
    """One person of the roster, as the file says; ``line`` is the line of the file, from 1."""

    line: int
    username: str
    role: str
    group: str
    pair: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    id_number: str = ""
    password: str = ""


def read_roster(content: bytes) -> tuple[RosterRow, ...]:
    """Rows of a roster file (UTF-8 or Windows Latin-1; comma, semicolon or tab).

    Raises:
        Refusal: naming the line, when anything in it cannot be used.
    """
    if len(content) > SIZE_LIMIT_BYTES:
        raise _refused("roster_too_big", "The file is larger than 1 MB.", "Le fichier dépasse 1 Mo.")
    lines = csv.reader(io.StringIO(_decode(content), newline=""), dialect=_dialect(content))
    try:
        header, *body = list(lines)
    except ValueError:
        raise _refused("roster_empty", "The file is empty.", "Le fichier est vide.") from None
    except csv.Error as error:
        raise _refused(
            "roster_not_csv", f"This is not a CSV file ({error}).", f"Ce n’est pas un fichier CSV ({error})."
        ) from error
    positions = _positions(header)
    rows = tuple(
        _row(number, cells, positions) for number, cells in enumerate(body, start=2) if any(map(str.strip, cells))
    )
    _check_together(rows)
    return rows


def _decode(content: bytes) -> str:
    if b"\0" in content:
        raise _refused("roster_not_text", "This is not a text file.", "Ce n’est pas un fichier texte.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what spreadsheets still save on Windows


def _dialect(content: bytes) -> type[csv.Dialect]:
    first_line = content.splitlines()[0] if content.strip() else b""

    class Dialect(csv.excel):
        delimiter = max(",;\t", key=lambda mark: first_line.count(mark.encode()))

    return Dialect


def _positions(header: list[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        columns = ", ".join(missing)
        raise _refused(
            "roster_columns",
            f"The first line lacks these columns: {columns}.",
            f"Il manque ces colonnes dans la première ligne : {columns}.",
        )
    return {name: names.index(name) for name in (*COLUMNS, *OPTIONAL_COLUMNS) if name in names}


def _row(line: int, cells: list[str], positions: dict[str, int]) -> RosterRow:
    values = {name: cells[at].strip() if at < len(cells) else "" for name, at in positions.items()}
    if not _USERNAME.fullmatch(values["username"]):
        raise _refused_at(
            line,
            "username: letters, digits and . @ + - _ only",
            "username : lettres, chiffres et . @ + - _ seulement",
        )
    role = _ROLES.get(values["role"].lower())
    if role is None:
        raise _refused_at(line, "role: student or instructor", "role : student (étudiant) ou instructor (enseignant)")
    if role == "student" and not (values["group"] and values["pair"]):
        raise _refused_at(line, "a student needs a group and a pair", "il faut un groupe et un binôme à un étudiant")
    if any(len(value) > (150 if name in ("username", "email") else 40) for name, value in values.items()):
        raise _refused_at(line, "a value is too long", "une valeur est trop longue")
    return RosterRow(**{**values, "role": role, "line": line})  # type: ignore[arg-type]


def _check_together(rows: tuple[RosterRow, ...]) -> None:
    if not rows:
        raise _refused("roster_empty", "There is nobody in this file.", "Il n’y a personne dans ce fichier.")
    if len(rows) > ROW_LIMIT:
        raise _refused("roster_too_long", f"More than {ROW_LIMIT} people.", f"Plus de {ROW_LIMIT} personnes.")
    seen: dict[str, int] = {}
    sizes: dict[str, int] = {}
    groups: dict[str, str] = {}
    for row in rows:
        if row.username.lower() in seen:
            first = seen[row.username.lower()]
            raise _refused_at(
                row.line,
                f"{row.username} is already on line {first}",
                f"{row.username} est déjà ligne {first}",
            )
        seen[row.username.lower()] = row.line
        if row.role != "student":
            continue
        sizes[row.pair] = sizes.get(row.pair, 0) + 1
        if sizes[row.pair] > _PAIR_LIMIT:
            raise _refused_at(
                row.line,
                f"more than three people in pair {row.pair}",
                f"plus de trois personnes dans le binôme {row.pair}",
            )
        if groups.setdefault(row.pair, row.group) != row.group:
            raise _refused_at(
                row.line, f"pair {row.pair} is in two groups", f"le binôme {row.pair} est dans deux groupes"
            )


def _refused_at(line: int, english: str, french: str) -> Refusal:
    return _refused("roster_line", f"Line {line}: {english}.", f"Ligne {line} : {french}.")


def _refused(code: str, english: str, french: str) -> Refusal:
    columns = ", ".join(COLUMNS)
    return Refusal(
        code,
        reason={"en": english, "fr": french},
        advice={
            "en": f"Nobody was added. A roster is a CSV file whose first line names the columns {columns}.",
            "fr": "Personne n’a été ajouté. Une liste est un fichier CSV dont la première ligne nomme les colonnes "
            f"{columns}.",
        },
    )
