"""Shapes as people type them: one ("1 x 128 x 64 x 64", "torch.Size([1, 128])"), or a list of them, one a line."""

import re
from dataclasses import dataclass
from typing import Final

MOST_DIMENSIONS: Final = 8
MOST_SHAPES: Final = 64
LONGEST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """A tensor's sizes, outermost first."""

    sizes: tuple[int, ...]

    def __str__(self) -> str:
        return " × ".join(map(str, self.sizes))


@dataclass(frozen=True, slots=True)
class Shapes:
    """Several tensors' sizes, in the order given."""

    sizes: tuple[tuple[int, ...], ...]

    def __str__(self) -> str:
        """How many there are and the shapes themselves, those in the middle left out where they are too many."""
        shown = [str(Shape(sizes)) for sizes in self.sizes]
        if len(shown) == 1:
            return shown[0]
        count = f"[{len(shown)}] "
        whole = count + "; ".join(shown)
        if len(whole) <= LONGEST_SHOWN:
            return whole
        return (count + "; ".join((*shown[:2], "…", shown[-1])))[:LONGEST_SHOWN]


_SHAPE_NAME: Final = re.compile(r"(?:torch\.)?(?:size|shape|taille|tensor)? ?[:=]? ?", re.IGNORECASE)
_BRACKETS: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}
_GROUPED_SIZE: Final = re.compile(r"[0-9]{1,9}|[1-9][0-9]{0,2}(?:[,. '][0-9]{3}){1,2}")
_SIZE: Final = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?: [0-9]{3}){1,2}")


def read_shape(text: str) -> Shape | None:
    """The shape that a text of plain characters says; None when it says something else."""
    name = _SHAPE_NAME.match(text)
    inside = unwrapped(text[name.end() :] if name else text).rstrip(" ,;")  # the comma of (128,)
    parts = re.split(r" ?[x×*·X;] ?", inside)
    if len(parts) > 2 and all(_GROUPED_SIZE.fullmatch(part) for part in parts):  # 1 x 25,200 x 85
        parts = [re.sub("[,. ']", "", part) for part in parts]
    else:
        parts = re.split(r" ?[x×*·,;X] ?", inside)
    if len(parts) == 1:
        parts = inside.split(" ")
    if len(parts) > MOST_DIMENSIONS or not all(_SIZE.fullmatch(part) for part in parts):
        return None
    return Shape(tuple(int(part.replace(" ", "")) for part in parts))


def unwrapped(text: str) -> str:
    """The text without the brackets around all of it."""
    for _ in range(3):  # torch.Size([…]) is two deep
        text = text.strip(" .")
        if len(text) < 2 or _BRACKETS.get(text[0]) != text[-1]:
            break
        text = text[1:-1]
    return text


_COUNTED: Final = re.compile(r"\[[0-9]{1,2}\] ?(?=[0-9(])")  # how we show a list ourselves
#: What people write before a shape: "X1 =", "conv1.weight:", "3)", "W2 (fc1.bias) :", "- ".
_LABEL: Final = re.compile(
    r"[-•*] (?=\S)|[A-Za-z_][\w.]{0,60} (?=[(\[]|torch)"
    r"|[A-Za-z_][\w.]{0,60}(?: \([\w. ]{1,40}\))? ?[:=→] ?|[XxWwFf][0-9]{1,3} |[0-9]{1,3} ?[:)] ?"
)
_GROUP: Final = re.compile(r"[(\[][0-9 ,x×*]{1,80}[)\]]")


def read_shapes(text: str) -> Shapes | None:
    """A list of shapes: one a line, or ";" or "→" between them, or each in brackets. None for anything else."""
    text = _COUNTED.sub("", text, count=1)
    lines = [line for line in (part.strip(" ,") for part in re.split(r"[\n;→]|->", text)) if line]
    if len(lines) == 1:
        lines = _GROUP.findall(lines[0]) if _is_only_groups(lines[0]) else lines
    if not 1 <= len(lines) <= MOST_SHAPES:
        return None
    shapes = [read_shape(_unlabelled(line)) for line in lines]
    read = [shape.sizes for shape in shapes if shape is not None]
    return Shapes(tuple(read)) if len(read) == len(shapes) else None


def _is_only_groups(line: str) -> bool:
    return len(_GROUP.findall(line)) > 1 and not _GROUP.sub("", line).strip(" ,[]()")


def _unlabelled(line: str) -> str:
    for _ in range(3):  # "- W1 = conv1.weight: 6 x 3 x 5 x 5"
        label = _LABEL.match(line)
        if label is None:
            break
        line = line[label.end() :].lstrip()
    return line
