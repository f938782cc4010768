"""Where the felt pen goes: the finished lines of a bingo card, drawn through by hand."""

from collections.abc import Iterable

from challenges.spec import Card

#: How far beyond the middle of its first and last note a line runs, in notes.
OVERSHOOT = 0.42
#: A hand never draws quite straight: each line bends by this much, to one side or the other, in notes.
BEND = 0.07


def strokes(card: Card, lines: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """SVG paths over a view box of ``columns`` × ``rows`` units, one a finished line. None without a grid."""
    if card.layout is None:
        return ()
    columns = card.layout.columns
    places = {quest.slug: divmod(index, columns) for index, quest in enumerate(card.quests)}
    return tuple(_stroke(places[line[0]], places[line[-1]], nth) for nth, line in enumerate(lines))


def _stroke(start: tuple[int, int], end: tuple[int, int], nth: int) -> str:
    down, right = _direction(end[0] - start[0]), _direction(end[1] - start[1])
    x0, y0 = start[1] + 0.5 - right * OVERSHOOT, start[0] + 0.5 - down * OVERSHOOT
    x1, y1 = end[1] + 0.5 + right * OVERSHOOT, end[0] + 0.5 + down * OVERSHOOT
    side = BEND if nth % 2 else -BEND
    # A cubic whose two handles lie on opposite sides of the straight line: a shallow S.
    ax, ay = x0 + (x1 - x0) / 3 - side * down, y0 + (y1 - y0) / 3 + side * right
    bx, by = x0 + (x1 - x0) * 2 / 3 + side * down, y0 + (y1 - y0) * 2 / 3 - side * right
    return f"M{x0:.3f} {y0:.3f}C{ax:.3f} {ay:.3f} {bx:.3f} {by:.3f} {x1:.3f} {y1:.3f}"


def _direction(distance: int) -> int:
    return (distance > 0) - (distance < 0)
