"""What a network gives at other image sizes and for other numbers of classes, from two real runs.

Whatever a convolutional network gives is constant, or grows with the image's height, its width or its area; whatever a
head gives grows by the same step for each class. Two runs tell which, a third one (the question's own) verifies it, and
then every other size is arithmetic. Networks that grow otherwise (dense layers, attention) are run at each usual size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final

from grader.keys.subject import Subject, of_classes, other_sizes
from ml.errors import Refused
from ml.trace import Trace

Size = tuple[int, int]  # (height, width) in pixels
Reading = int | tuple[int, ...]
Read = Callable[[Trace], Reading]
Law = Callable[[Size], Reading | None]

SMALL: Final[Size] = (256, 320)
LARGE: Final[Size] = (512, 960)
HEIGHT: Final = LARGE[0] // SMALL[0]
WIDTH: Final = LARGE[1] // SMALL[1]

USUAL_SIDES: Final = (320, 416, 448, 480, 512, 608, 640, 960, 1280)
OTHER_SIDES: Final = (
    *(160, 192, 224, 256, 288, 352, 384, 544, 576, 672, 704, 736, 768, 800, 832, 864, 896, 1024, 1088),
    *(1536, 1920),
)
OBLONG: Final[tuple[Size, ...]] = (
    *((384, 640), (480, 640), (448, 640), (512, 320), (544, 960), (736, 1280), (1088, 1920)),
)
USUAL_CLASSES: Final = (1, 2, 3, 4, 10, 20, 80)
OTHER_CLASSES: Final = (*range(5, 31), 60, 79, 81, 90, 91, 100, 200, 365, 1000)


@dataclass(frozen=True)
class Other:
    """What somebody reads who looks at another network than the question's."""

    value: Reading
    detail: str
    is_rare: bool


def at_size(subject: Subject, size: Size, read: Read) -> Reading | None:
    """What ``read`` finds in a trace at that size; None where the network takes no such image."""
    law = _law(subject, read)
    grown = law(size) if law else None
    return _run(subject, size, read) if grown is None else grown


def elsewhere(subject: Subject, asked: Size, read: Read) -> Iterator[Other]:
    """At the usual image sizes, then at rarer ones; the statement's own, and its turned one, are not among them."""
    law = _verified_law(subject, asked, read)
    for size, is_rare in _sizes(asked):
        if law is None and is_rare:
            return  # a run takes a tenth of a second
        value = law(size) if law else None
        if value is None:
            value = _run(subject, size, read)
        if value is not None:
            yield Other(value, f"{size[0]} × {size[1]}", is_rare)


def of_sisters(subject: Subject, asked: Size, read: Read) -> Iterator[Other]:
    """The other letters of the same network, at the size of the question."""
    sisters = other_sizes(subject)
    find = at_size if sisters and _verified_law(subject, asked, read) else _run
    for sister in sisters:
        value = find(sister, asked, read)
        if value is not None:
            yield Other(value, str(sister.model), is_rare=False)


def with_other_classes(subject: Subject, find: Callable[[Subject], Reading | None]) -> Iterator[Other]:
    """The same network for other numbers of classes; none for a checkpoint, which brings its own."""
    own = subject.own_classes
    if subject.is_checkpoint or own is None:
        return
    one, two = (find(of_classes(subject, classes)) for classes in (1, 2))
    if one is None or two is None or find(subject) != stepped(one, two, own):
        return
    usual = {*USUAL_CLASSES, own - 1, own + 1} - {own, 0}
    for classes in (*sorted(usual), *(other for other in OTHER_CLASSES if other not in usual | {own})):
        value = stepped(one, two, classes)
        if value is not None:
            yield Other(value, f"{classes} classes", is_rare=classes not in usual)


def _sizes(asked: Size) -> Iterator[tuple[Size, bool]]:
    """(size, whether few people would take it), each once."""
    height, width = asked
    usual = dict.fromkeys((side, side) for side in (*USUAL_SIDES, height, width))
    rare = [*((side, side) for side in OTHER_SIDES), *OBLONG, *((width, height) for height, width in OBLONG)]
    rare += [(2 * height, 2 * width), (height // 2, width // 2)]
    for size in dict.fromkeys((*usual, *rare)):
        if size not in (asked, (width, height)) and min(size) > 0:
            yield size, size not in usual


def _law(subject: Subject, read: Read) -> Law | None:
    """What a reading is at any size; None for networks that take neither of the two images it is found with."""
    try:
        small, large = read(subject.traced(SMALL)), read(subject.traced(LARGE))
    except Refused:
        return None
    return partial(_grown, small, large)


def _verified_law(subject: Subject, asked: Size, read: Read) -> Law | None:
    law = _law(subject, read)
    return law if law and law(asked) == read(subject.traced(asked)) else None


def _run(subject: Subject, size: Size, read: Read) -> Reading | None:
    try:
        return read(subject.traced(size))
    except Refused:  # dense layers fit one image size only
        return None


def _grown(small: Reading, large: Reading, size: Size) -> Reading | None:
    if isinstance(small, tuple) and isinstance(large, tuple):
        if len(small) != len(large):
            return None
        grown = [_grown_number(*pair, size) for pair in zip(small, large, strict=True)]
        return None if None in grown else tuple(number for number in grown if number is not None)
    if isinstance(small, int) and isinstance(large, int):
        return _grown_number(small, large, size)
    return None


def _grown_number(small: int, large: int, size: Size) -> int | None:
    """Constant, or in proportion to the height, the width or the area; None when it is none of these, or not whole."""
    height, width = Fraction(size[0], SMALL[0]), Fraction(size[1], SMALL[1])
    for ratio, growth in ((1, Fraction(1)), (HEIGHT, height), (WIDTH, width), (HEIGHT * WIDTH, height * width)):
        if large == small * ratio:
            grown = small * growth
            return int(grown) if grown.denominator == 1 else None
    return None


def stepped(one: Reading, two: Reading, classes: int) -> Reading | None:
    """What so many classes give, from what one class and two classes give."""
    if isinstance(one, tuple) and isinstance(two, tuple):
        if len(one) != len(two):
            return None
        return tuple(a + (b - a) * (classes - 1) for a, b in zip(one, two, strict=True))
    if isinstance(one, int) and isinstance(two, int):
        return one + (two - one) * (classes - 1)
    return None
