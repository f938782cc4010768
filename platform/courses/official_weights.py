"""The official YOLOv5 checkpoints on COCO, by name: where they are published, how large they are, what they hash to.

They are the assets of release v7.0, whose five detection networks are v6.2's. Fetched only where an administrator asks
for it, and checked before anything reads them.
"""

import hashlib
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from accounts.errors import Refusal

RELEASE: Final = "https://github.com/ultralytics/yolov5/releases/download/v7.0"
TIMEOUT_SECONDS: Final = 30
_BLOCK_BYTES: Final = 2**20


@dataclass(frozen=True)
class OfficialWeights:
    name: str
    size_bytes: int
    sha256: str

    @property
    def url(self) -> str:
        return f"{RELEASE}/{self.name}.pt"


OFFICIAL: Final = {
    weights.name: weights
    for weights in (
        OfficialWeights("yolov5n", 4_062_133, "4f180cf23ba0717ada0badd6c685026d73d48f184d00fc159c2641284b2ac0a3"),
        OfficialWeights("yolov5s", 14_808_437, "8b3b748c1e592ddd8868022e8732fde20025197328490623cc16c6f24d0782ee"),
        OfficialWeights("yolov5m", 42_806_829, "61d933360ba5a7733a36764996c800287d973889d875227f5beedd2473a97a56"),
        OfficialWeights("yolov5l", 93_622_629, "2f603b7354c25454d1270663a14d8ddc1eea98e5eebc1d84ce0c6e3150fa155f"),
        OfficialWeights("yolov5x", 174_114_333, "9f27a794fa0308e2606f90565164571d6f0a0ba18a3ce2e5e5d323b71c157859"),
    )
}


def fetch(weights: OfficialWeights, target: Path) -> None:
    """Download into ``target``, which exists afterwards only when size and SHA-256 are the published ones.

    Raises:
        Refusal: no network, or a file that is not the official one.
    """
    partial = target.with_suffix(".partial")
    try:
        digest = _download(weights, partial)
        if digest != weights.sha256:
            raise _not_official(weights)
        partial.replace(target)
    except OSError as error:
        raise _no_network(weights, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _download(weights: OfficialWeights, partial: Path) -> str:
    digest, received = hashlib.sha256(), 0
    # The address is one of five constants above, never somebody's input.
    with urllib.request.urlopen(weights.url, timeout=TIMEOUT_SECONDS) as answer, partial.open("wb") as file:  # noqa: S310
        while block := answer.read(_BLOCK_BYTES):
            received += len(block)
            if received > weights.size_bytes:
                raise _not_official(weights)
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _not_official(weights: OfficialWeights) -> Refusal:
    return Refusal(
        "not_the_official_file",
        reason={
            "en": f"What {weights.url} sent is not the official {weights.name}.pt.",
            "fr": f"Ce que {weights.url} a envoyé n’est pas le {weights.name}.pt officiel.",
        },
        advice={
            "en": "Nothing was kept. A proxy may have answered in its place: try from another network.",
            "fr": "Rien n’a été gardé. Un proxy a pu répondre à sa place : essayez depuis un autre réseau.",
        },
    )


def _no_network(weights: OfficialWeights, error: OSError) -> Refusal:
    return Refusal(
        "no_network",
        reason={
            "en": f"{weights.url} could not be reached ({error}).",
            "fr": f"{weights.url} est injoignable ({error}).",
        },
        advice={
            "en": "Bring the file by hand, then: manage.py register_weights FILE --course COURSE.",
            "fr": "Apportez le fichier à la main, puis : manage.py register_weights FICHIER --course COURS.",
        },
    )
