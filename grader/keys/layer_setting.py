"""``layer_setting``: how a module of the real network was set: a kernel's size, a stride, an epsilon…"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from torch import nn

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.seen import asked_in, traced_as_usual
from grader.keys.subject import Subject, nearest_of, other_sizes

OTHERS: Final[Mapping[str, tuple[str, ...]]] = {  # what is taken for it
    "kernel_size": ("stride", "padding"),
    "stride": ("kernel_size", "padding"),
    "padding": ("kernel_size", "stride"),
    "groups": ("in_channels", "out_channels"),
    "in_channels": ("kernel_size", "groups"),
    "out_channels": ("kernel_size", "groups"),
    "eps": ("momentum",),
    "momentum": ("eps",),
    "negative_slope": (),
}
SWAPPED: Final = {"in_channels": "out_channels", "out_channels": "in_channels"}
#: Modules as the library makes them when nobody says otherwise.
DEFAULTS: Final[Mapping[str, nn.Module]] = {
    "eps": nn.BatchNorm2d(1),
    "momentum": nn.BatchNorm2d(1),
    "negative_slope": nn.LeakyReLU(),
}

Setting = int | float


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The setting of the module, or of the first one inside it that has it: of a ``Conv``, its convolution."""
    setting = question["setting"]
    asked = asked_in(subject, question["layer"])
    module = subject.network.get_submodule(asked.name)
    truth = _setting(module, setting)
    if truth is None:
        raise _no_setting(asked.name, setting)
    made = Draft(truth=truth, notes=[f"{asked.name}: {type(_holder(module, setting)).__name__}.{setting}"])
    if setting in SWAPPED:
        made.add_others("channels_swapped", _values(module, [SWAPPED[setting]]))
    made.add_others("other_setting", _values(module, OTHERS[setting], beside=setting))
    if setting in DEFAULTS:
        made.add_others("library_default", _values(DEFAULTS[setting], [setting]))
    if setting == "momentum":
        made.add_others("other_convention", [(round(1 - truth, 12), "as TensorFlow counts it")])
    _add_other_places(made, subject, asked.name, question)
    return made


def _add_other_places(made: Draft, subject: Subject, path: str, question: Mapping[str, Any]) -> None:
    setting = question["setting"]
    traced = traced_as_usual(subject)

    def found(name: str) -> Setting | None:
        return _setting(subject.network.get_submodule(name), setting)

    near = nearest_of(
        traced, asked_in(subject, question["layer"]), lambda other: int(found(other.name) not in (None, made.truth))
    )
    for other in near:
        made.add_others("neighbour_layer", _values(subject.network.get_submodule(other.name), [setting]))
    for sister in other_sizes(subject):
        made.add_others("other_model_size", _values(_module_at(sister, path), [setting]))


def _values(
    module: nn.Module | None, settings: Iterable[str], beside: str | None = None
) -> Iterable[tuple[Setting, str]]:
    """The settings that the module has, those ``beside`` another of the very module that holds it."""
    if module is None:
        return
    holder = _holder(module, beside) if beside else module
    for setting in settings:
        value = None if holder is None else _setting(holder, setting)
        if value is not None:
            yield value, setting


def _module_at(subject: Subject, path: str) -> nn.Module | None:
    """None in a letter whose blocks repeat less often."""
    try:
        return subject.network.get_submodule(path)
    except AttributeError:
        return None


def _holder(module: nn.Module, setting: str) -> nn.Module | None:
    """The module itself, or the first one inside it, that has the setting as a number."""
    for inside in module.modules():
        if type(inside).__module__.startswith("torch.nn") and _plain(getattr(inside, setting, None)) is not None:
            return inside
    return None


def _setting(module: nn.Module, setting: str) -> Setting | None:
    holder = _holder(module, setting)
    return None if holder is None else _plain(getattr(holder, setting))


def _plain(value: object) -> Setting | None:
    """A number; of a pair, the side that both have in common."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _no_setting(name: str, setting: str) -> SubmissionError:
    return SubmissionError(
        "no_such_setting",
        {"en": f"{name} has no {setting}", "fr": f"{name} n'a pas de {setting}"},
        {
            "en": "Convolutions have a kernel_size, normalizations an eps: print(model) shows what each module has.",
            "fr": "Une convolution a un kernel_size, une normalisation un eps : print(model) les montre.",
        },
    )
