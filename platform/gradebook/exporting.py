"""The gradebook as a file: CSV for whatever reads CSV, XLSX for a spreadsheet; both in the shape that Moodle imports.

What Moodle's import asks for (grade/import/csv): one column that says who a line is about, one column an item, an empty
cell or "-" for no mark, and not one line about nobody: it would end the whole import. Whoever has nothing in the
identifying column is therefore left out, and named on the page.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from gradebook.columns import SOURCES, Column, Value, identifier_of, included
from gradebook.rows import Row
from room.export import DANGEROUS, harmless

SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}
POINTS: Final = {"point": ".", "comma": ","}
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What XML cannot hold, and no name needs.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_WIDEST: Final = 40


@dataclass(frozen=True)
class Table:
    """Headings and lines of a file. ``left_out`` have no identifier; ``shared`` are identifiers of several people."""

    headings: tuple[str, ...]
    lines: tuple[tuple[Value, ...], ...]
    left_out: tuple[Row, ...]
    shared: tuple[str, ...]
    identifier: Column
    #: Identifiers that a spreadsheet could take for a formula: in CSV an apostrophe is put before them.
    guarded: tuple[str, ...]


def table_of(rows: Iterable[Row], columns: Sequence[Column], *, with_drafts: bool) -> Table:
    """The file's content: marks that are not published only where they are asked for, and then with their state."""
    wanted = included(columns)
    if with_drafts and "state" not in {column.source for column in wanted}:
        wanted = (*wanted, next(column for column in columns if column.source == "state"))
    identifier = identifier_of(wanted)
    everybody = list(rows)
    known = [(row, _identity(row, identifier)) for row in everybody]
    kept = [row for row, name in known if name]
    counted = Counter(name.casefold() for _, name in known if name)
    return Table(
        headings=tuple(column.heading for column in wanted),
        lines=tuple(tuple(_value(row, column, with_drafts) for column in wanted) for row in kept),
        left_out=tuple(row for row, name in known if not name),
        shared=tuple(sorted(name for name, times in counted.items() if times > 1)),
        identifier=identifier,
        guarded=tuple(name for _, name in known if name.startswith(DANGEROUS)),
    )


def _identity(row: Row, identifier: Column) -> str:
    return str(SOURCES[identifier.source].read(row, row.told)).strip()


def _value(row: Row, column: Column, with_drafts: bool) -> Value:
    value = SOURCES[column.source].read(row, row.seen if with_drafts else row.told)
    return _one_line(value) if isinstance(value, str) else value


def _one_line(text: str) -> str:
    return " ".join(_CONTROLS.sub("", text).split())


def as_csv(table: Table, *, separator: str = ",", point: str = ".", with_mark: bool = True) -> str:
    """CSV, every line ended by CRLF. ``with_mark`` puts a byte order mark first: without, Excel misreads accents."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow([harmless(heading) for heading in table.headings])
    for line in table.lines:
        writer.writerow([_written(value, point) for value in line])
    return ("\ufeff" if with_mark else "") + text.getvalue()


def _written(value: Value, point: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", point)
    return str(harmless(value))


def as_xlsx(table: Table, *, title: str) -> bytes:
    """A workbook of one sheet: marks are numbers, texts are texts, whatever they begin with."""
    # Here and not above: it brings numpy, which a web process that makes no workbook can do without.
    from openpyxl.styles.fonts import Font
    from openpyxl.utils.cell import get_column_letter
    from openpyxl.workbook.workbook import Workbook

    book = Workbook()
    sheet: Any = book.active
    sheet.title = _one_line(re.sub(r"[\[\]:*?/\\']", " ", title))[:31].strip() or "marks"
    for row, line in enumerate((table.headings, *table.lines), start=1):
        for column, value in enumerate(line, start=1):
            _fill(sheet.cell(row=row, column=column), value)
    for column, heading in enumerate(table.headings, start=1):
        sheet.cell(row=1, column=column).font = Font(bold=True)
        longest = max([len(heading), *(len(str(line[column - 1] or "")) for line in table.lines)])
        sheet.column_dimensions[get_column_letter(column)].width = min(longest + 2, _WIDEST)
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(cell: Any, value: Value) -> None:
    if value is None:
        return
    if isinstance(value, str):
        cell.value = value
        # Said to be text, and marked so: a spreadsheet that saves it elsewhere goes on knowing it.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(DANGEROUS)
        return
    cell.value = float(value) if isinstance(value, Decimal) else value
    if isinstance(value, Decimal):
        cell.number_format = "0.00"
