"""The course's checkpoint, a way of hiding and a seed -> the pair's own checkpoint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np

from grader.errors import SubmissionError
from grader.hiding import crowd, drawn_filter, striped_channel, swapped_layers
from grader.hiding.chance import dice, pick
from grader.hiding.convolutions import convolutions_of
from grader.hiding.crowd import Spot
from grader.hiding.hidden import Hidden, Place
from grader.hiding.rain import rained_on
from grader.hiding.swapped_layers import Couple
from ml.checkpoints import Checkpoint, read_checkpoint_bytes, rewrite
from ml.checkpoints.tensors import Array

#: The filters that could be Charlie.
_SPOTS: Final = {"drawn_filter": drawn_filter.spots, "striped_channel": striped_channel.spots}
_TRIES: Final = 3  # other pictures to fit a channel to
T = TypeVar("T")


def hide(content: bytes, how: str, seed: int) -> Hidden:
    """The checkpoint with Charlie in it: the same bytes for the same arguments.

    ``how`` is one of ``challenges.questions.HIDES``. Raises ``Refused`` for a file that is no checkpoint, and
    ``SubmissionError`` (``nowhere_to_hide``) for a network that has no place for this way of hiding.
    """
    checkpoint = read_checkpoint_bytes(content)
    chance = dice(how, seed, checkpoint.digest)
    rain = rained_on(checkpoint.state, chance)
    wet = replace(checkpoint, state={**checkpoint.state, **rain})
    place = place_of(checkpoint, how, seed)
    if how == "swapped_layers":
        return _among_layers(content, wet, rain, place, chance)
    return _among_filters(content, wet, rain, place, chance, how=how)


def place_of(checkpoint: Checkpoint, how: str, seed: int) -> Place:
    """Where ``hide`` puts him, without doing it. Raises ``SubmissionError`` as ``hide`` does."""
    convolutions = convolutions_of(checkpoint)
    if how == "swapped_layers":
        places = sorted(swapped_layers.places(convolutions))
    else:
        places = sorted(_by_place(_SPOTS[how](convolutions)))
    if not places:
        raise _nowhere(how, checkpoint)
    return pick(places, seed, how, checkpoint.digest)


def _by_place(spots: Sequence[Spot]) -> dict[Place, list[Spot]]:
    """Filters by (layer, filter): a layer that has several convolutions has several at one place."""
    found: dict[Place, list[Spot]] = {}
    for convolution, row in spots:
        found.setdefault((convolution.layer, row), []).append((convolution, row))
    return found


def _among_filters(
    content: bytes, wet: Checkpoint, rain: Mapping[str, Array], place: Place, chance: np.random.Generator, *, how: str
) -> Hidden:
    """One filter is Charlie, and some others of the same layers are passers-by."""
    spots = _by_place(_SPOTS[how](convolutions_of(wet)))
    spot = _one_of(spots[place], chance)
    people, passers_by = crowd.gather(spots, [place, *_confusable(place)], chance)
    is_drawn = how == "drawn_filter"
    shuffled = crowd.shuffled(wet, people, chance, normalization=not is_drawn)
    crowded = replace(wet, state={**wet.state, **shuffled})
    changed = {**rain, **shuffled}
    if is_drawn:
        written = rewrite(content, {**changed, **drawn_filter.change(crowded, spot)})
    else:
        written = _with_stripes(content, crowded, changed, spot, chance)
    return Hidden(
        content=written,
        place=place,
        possible=len(spots),
        passers_by=passers_by,
        half_right=tuple(_half_of_the_filter(place, spots)),
        note=f"{spot[0].weight}[{spot[1]}]",
    )


def _with_stripes(
    content: bytes, crowded: Checkpoint, changed: Mapping[str, Array], spot: Spot, chance: np.random.Generator
) -> bytes:
    """The file whose channel was seen to fire, in the network as it was written."""
    for _ in range(_TRIES):
        written = rewrite(content, {**changed, **striped_channel.change(crowded, spot, chance)})
        if striped_channel.fires(read_checkpoint_bytes(written), spot, chance):
            return written
    raise _nowhere("striped_channel", crowded)


def _among_layers(
    content: bytes, wet: Checkpoint, rain: Mapping[str, Array], place: Place, chance: np.random.Generator
) -> Hidden:
    """Two exchanges, each between two layers."""
    convolutions = convolutions_of(wet)
    places = swapped_layers.places(convolutions)
    couples = _one_of(places[place], chance)
    exchanged = swapped_layers.change(wet, convolutions, couples, chance)
    return Hidden(
        content=rewrite(content, {**rain, **exchanged}),
        place=place,
        possible=len(places),
        passers_by=(),
        half_right=tuple(_half_of_the_exchanges(couples, places)),
        note=", ".join(sorted(exchanged)),
    )


def _confusable(place: Place) -> tuple[Place, ...]:
    """What somebody answers who has found this (layer, filter) and tells it wrongly."""
    layer, row = place
    return ((row, layer), (layer + 1, row + 1), (layer, row + 1), (layer, row - 1), (layer + 1, row), (layer - 1, row))


def _half_of_the_filter(place: Place, places: Mapping[Place, object]) -> Iterator[Place]:
    layer, row = place
    yield from (other for other in places if other[0] == layer and other[1] != row)
    yield from ((other, row) for other in sorted({other for other, _ in places}) if other != layer)


def _half_of_the_exchanges(
    couples: tuple[Couple, Couple], places: Mapping[Place, Sequence[tuple[Couple, Couple]]]
) -> Iterator[Place]:
    """One couple alone, or beside another that could have exchanged something."""
    yield from couples
    for other, ways in places.items():
        if any(len({*couples, *way}) == 3 for way in ways) and other != tuple(sorted(couples[0] + couples[1])):
            yield other


def _one_of(things: Sequence[T], chance: np.random.Generator) -> T:
    return things[int(chance.integers(len(things)))]


def _nowhere(how: str, checkpoint: Checkpoint) -> SubmissionError:
    return SubmissionError(
        "nowhere_to_hide",
        {
            "en": f"Charlie finds no place in {checkpoint.architecture} for “{how}”",
            "fr": f"Charlie ne trouve pas de place dans {checkpoint.architecture} pour « {how} »",
        },
        {
            "en": "Take another way of hiding, or a network with more filters.",
            "fr": "Choisissez une autre cachette, ou un réseau qui a plus de filtres.",
        },
    )
