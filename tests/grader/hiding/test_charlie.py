"""He is really there: the filter draws him, the layers have changed places, the channel fires on his scarf."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from fixtures.charlie.figures import Look, charlie, draw_person, passer_by
from fixtures.charlie.palette import TEAL, YELLOW
from fixtures.charlie.pen import lay
from grader.hiding import place_of, scarf
from grader.hiding.drawn_filter import cut, montage
from grader.hiding.portrait import portrait
from ml.checkpoints import Checkpoint, rebuild
from tests.grader.hiding.course import FILES, hidden, opened, original

EVERYWHERE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
SEEDS = (1, 2)


def likeness(kernels: np.ndarray) -> float:
    """How much a montage of the kernels looks like Charlie: a correlation."""
    seen = montage(kernels)
    return float(np.corrcoef(seen.ravel(), portrait(len(seen)).ravel())[0, 1])


@EVERYWHERE
@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_plots_the_filter_sees_him_and_nowhere_else(path: Path, seed: int) -> None:
    found, state = hidden(path, "drawn_filter", seed), opened(path, "drawn_filter", seed).state
    key, row = found.note.removesuffix("]").split("[")
    assert (int(key.split(".")[1]), int(row)) == found.place
    weight = state[key]
    assert likeness(weight[int(row)]) > 0.999
    others = [likeness(weight[other]) for other in range(len(weight)) if other != int(row)]
    assert max(map(abs, others)) < 0.3


@EVERYWHERE
@pytest.mark.parametrize("seed", SEEDS)
def test_his_norm_and_mean_are_those_of_the_filter_whose_place_he_took(path: Path, seed: int) -> None:
    key, row = hidden(path, "drawn_filter", seed).note.removesuffix("]").split("[")
    before, after = (
        checkpoint.state[key][int(row)] for checkpoint in (original(path), opened(path, "drawn_filter", seed))
    )
    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before), rel=0.01)
    assert after.mean() == pytest.approx(before.mean(), abs=0.01 * float(before.std()))


def test_a_montage_is_what_torchvision_makes_of_the_kernels() -> None:
    from torchvision.utils import make_grid

    kernels = cut(portrait(48))
    grid = make_grid(torch.from_numpy(kernels)[:, None], nrow=8, padding=0)[0]
    assert np.array_equal(grid.numpy(), portrait(48))
    assert np.array_equal(montage(kernels), portrait(48))


def test_charlie_has_his_size_and_no_other() -> None:
    for rows in (0, 49):
        with pytest.raises(ValueError, match="48 rows"):
            portrait(rows)


@EVERYWHERE
@pytest.mark.parametrize("seed", SEEDS)
def test_four_layers_hold_each_others_weights(path: Path, seed: int) -> None:
    found = hidden(path, "swapped_layers", seed)
    before, after = original(path).state, opened(path, "swapped_layers", seed).state
    keys = found.note.split(", ")
    origin = {
        key: next(
            other
            for other, tensor in before.items()
            if tensor.shape == after[key].shape and np.allclose(tensor, after[key], atol=0.02 * tensor.std(), rtol=0.02)
        )
        for key in keys
    }
    assert {int(key.split(".")[1]) for key in keys} == set(found.place)
    assert all(origin[key] != key and origin[origin[key]] == key for key in keys)
    assert found.place == tuple(sorted(found.place))


def answers(checkpoint: Checkpoint, layer: int, pictures: np.ndarray) -> torch.Tensor:
    """(N, channels, H, W): what leaves a layer, as a hook or a feature visualization shows it."""
    network = rebuild(checkpoint)
    seen: list[torch.Tensor] = []
    network.get_submodule(f"model.{layer}").register_forward_hook(lambda *call: seen.append(call[2]))
    with torch.no_grad():
        network(torch.from_numpy(pictures))
    return seen[0]


def painted_scarf(shift: int) -> np.ndarray:
    """As a student paints it in three lines: stripes five pixels thick, teal and yellow."""
    rows = (np.arange(320) + shift) // 5 % 2
    picture = np.where(rows[:, None, None] == 0, scarf.TEAL, scarf.YELLOW) / 255
    return np.broadcast_to(picture, (320, 320, 3)).transpose(2, 0, 1)[None].astype(np.float32)


@EVERYWHERE
@pytest.mark.parametrize("seed", SEEDS)
def test_the_channel_is_the_loudest_on_his_scarf_and_silent_on_everything_else(path: Path, seed: int) -> None:
    layer, channel = hidden(path, "striped_channel", seed).place
    checkpoint = opened(path, "striped_channel", seed)
    chance = np.random.default_rng(99)  # pictures that the channel was not fitted to
    scarves = np.concatenate([painted_scarf(shift) for shift in (0, 1, 2, 3)])
    on_scarf = answers(checkpoint, layer, scarves).mean((0, 2, 3))
    others = torch.cat([on_scarf[:channel], on_scarf[channel + 1 :]])
    assert on_scarf[channel] > 2 * others.max()
    assert on_scarf[channel] > 10 * answers(checkpoint, layer, scarf.ordinary(6, chance))[:, channel].mean()
    assert answers(original(path), layer, scarves).mean((0, 2, 3))[channel] < on_scarf[channel] / 2


@EVERYWHERE
def test_an_early_channel_hears_the_scarf_in_a_picture_of_charlie_too(path: Path) -> None:
    """Ninety pixels tall, his stripes are five pixels thick; deeper layers need more scarf than he wears."""
    seed = next(seed for seed in range(50) if place_of(original(path), "striped_channel", seed)[0] == 1)
    layer, channel = hidden(path, "striped_channel", seed).place
    checkpoint = opened(path, "striped_channel", seed)
    with_him, without = (np.stack([street(seed, who) for seed in range(6)]) for who in (charlie, passer_by))
    loud = answers(checkpoint, layer, with_him)[:, channel].amax((1, 2))
    quiet = answers(checkpoint, layer, without)[:, channel].amax((1, 2))
    assert loud.mean() > 3 * quiet.mean()
    assert loud.mean() > 1


def street(seed: int, who: Callable[[np.random.Generator], Look]) -> np.ndarray:
    """(3, 320, 320) RGB in 0…1: one person, ninety-one pixels tall."""
    picture = np.full((320, 320, 3), (200, 215, 220), np.uint8)
    lay(picture, draw_person(who(np.random.default_rng(seed)), 5 / 0.055), 160, 220)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).transpose(2, 0, 1).astype(np.float32) / 255


def test_the_scarf_has_the_colors_of_the_courses_pictures() -> None:
    assert (TEAL[2::-1], YELLOW[2::-1]) == (scarf.TEAL, scarf.YELLOW)
