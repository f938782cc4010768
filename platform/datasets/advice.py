"""What a clip is told about itself, against what the course asks for: sentences with a tone. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Tone = Literal["good", "mind", "bad", "fact"]
#: Shares of the expected length: as asked for, to be filmed again, more than anybody annotates.
LONG_ENOUGH: Final = 0.9
TOO_SHORT: Final = 0.5
TOO_LONG: Final = 1.5
#: The shorter side under which small things are lost, in pixels.
SMALL: Final = 480
#: The share of frames that showed nothing new from which on the scene stands still.
STILL: Final = 0.3


@dataclass(frozen=True)
class Remark:
    code: str
    tone: Tone
    text: Mapping[str, str]


_NOTES: Final[Mapping[str, tuple[Tone, str, str]]] = {
    "converted": (
        "fact",
        "Converted to H.264, so that every browser plays it.",
        "Converti en H.264, que tous les navigateurs savent lire.",
    ),
    "damaged_frames": (
        "mind",
        "Some of its pictures could not be decoded and are missing: compare with the original.",
        "Certaines de ses images n’ont pas pu être décodées et manquent : comparez avec l’original.",
    ),
    "made_smaller": (
        "fact",
        "It had more pixels than the site keeps: the copy is smaller.",
        "Il avait plus de pixels que le site n’en garde : la copie est plus petite.",
    ),
    "several_sounds": (
        "fact",
        "It had several sound tracks: the first one was kept.",
        "Il avait plusieurs pistes sonores : la première a été gardée.",
    ),
    "sound_lost": (
        "fact",
        "Its sound could not be read; frames have none anyway.",
        "Son son est illisible ; les images n’en ont de toute façon pas.",
    ),
    "wide_colours": (
        "fact",
        "Filmed in HDR: the copy has the ordinary colours that networks are trained on.",
        "Filmé en HDR : la copie a les couleurs ordinaires avec lesquelles on entraîne les réseaux.",
    ),
}


def remarks(
    facts: Mapping[str, Any], *, seconds_expected: int, frame_rate: int, count: int | None, duplicates: int | None
) -> tuple[Remark, ...]:
    """In the order in which they matter. ``count`` frames were kept, ``duplicates`` left out; None before that."""
    found = [_length(facts["duration_seconds"], seconds_expected)]
    found += _pictures(facts, frame_rate)
    if count is not None and duplicates is not None:
        found += _stillness(count, duplicates, repeated=max(0.0, 1 - facts["frame_rate"] / frame_rate))
    for code in facts.get("notes", ()):
        if code in _NOTES:
            tone, english, french = _NOTES[code]
            found.append(Remark(code, tone, {"en": english, "fr": french}))
    return tuple(found)


def _length(seconds: float, expected: int) -> Remark:
    en, fr = _number(seconds)
    share = seconds / expected
    if share < TOO_SHORT:
        return _remark(
            "much_too_short",
            "bad",
            f"Only {en} s where {expected} are expected: film this one again.",
            f"Seulement {fr} s au lieu de {expected} : refilmez celui-ci.",
        )
    if share < LONG_ENOUGH:
        return _remark(
            "short",
            "mind",
            f"{en} s where {expected} are expected: it will do, a longer one would be better.",
            f"{fr} s au lieu de {expected} : cela ira, un plus long serait mieux.",
        )
    if share > TOO_LONG:
        return _remark(
            "long",
            "mind",
            f"{en} s where {expected} are expected: every second is more frames to annotate.",
            f"{fr} s au lieu de {expected} : chaque seconde, ce sont des images en plus à annoter.",
        )
    return _remark("long_enough", "good", f"{en} s: as long as expected.", f"{fr} s : la durée attendue.")


def _pictures(facts: Mapping[str, Any], frame_rate: int) -> Iterator[Remark]:
    width, height, rate = facts["width"], facts["height"], facts["frame_rate"]
    if min(width, height) < SMALL:
        yield _remark(
            "small",
            "mind",
            f"Only {width} × {height} pixels: small objects will be hard to see. Film in 1080p.",
            f"Seulement {width} × {height} pixels : les petits objets se verront mal. Filmez en 1080p.",
        )
    if rate < 0.95 * frame_rate:
        en, fr = _number(rate)
        yield _remark(
            "slow",
            "fact",
            f"Filmed at {en} frames a second: taken at {frame_rate}, those that show nothing new are left out.",
            f"Filmé à {fr} images par seconde : prises à {frame_rate}, celles qui ne montrent rien de neuf sont "
            "laissées de côté.",
        )
    if facts["is_variable_rate"]:
        yield _remark(
            "variable",
            "fact",
            "Its rate varies, as phones' do in poor light: frames are taken by their times.",
            "Sa cadence varie, comme celle des téléphones dans la pénombre : les images sont prises selon leurs temps.",
        )
    if facts["rotation"]:
        yield _remark(
            "turned",
            "fact",
            "The phone was held turned: the frames are upright.",
            "Le téléphone était tenu tourné : les images sont à l’endroit.",
        )


def _stillness(count: int, duplicates: int, *, repeated: float) -> Iterator[Remark]:
    """``repeated`` is the share that a slow film repeats by itself."""
    taken = count + duplicates
    if taken and duplicates / taken > STILL + repeated:
        yield _remark(
            "still",
            "mind",
            f"{duplicates} of {taken} frames showed nothing new: move around the object, change the light and the "
            "background.",
            f"{duplicates} images sur {taken} ne montraient rien de neuf : tournez autour de l’objet, changez la "
            "lumière et le fond.",
        )


def _remark(code: str, tone: Tone, english: str, french: str) -> Remark:
    return Remark(code, tone, {"en": english, "fr": french})


def _number(value: float) -> tuple[str, str]:
    """ "9.8" and "9,8"; whole numbers without a decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return text, text.replace(".", ",")
