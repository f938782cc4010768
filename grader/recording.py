"""Making the record of an evaluation: what was scored, on what, by which rules, on which machine."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from grader.contract import METRIC_VERSION, Job
from grader.dataset_version import CACHE, dataset_version
from grader.errors import GraderError
from grader.uncertainty import SEED
from ml.clusters import clusters_of
from ml.datasets import read_dataset
from ml.errors import Refused

#: What may run a network: another version of any of them may move a figure.
ENGINES: Final = ("torch", "ultralytics", "onnxruntime")


def fingerprint(job: Job) -> str:
    """See ``grader.fingerprint``."""
    try:
        with job.weights.open("rb") as file:
            weights = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        dataset = read_dataset(job.data)
        split = dataset.split(job.split)
        return fingerprint_of(job, weights, version_of(job, dataset, split, clusters_of(dataset, split)))
    except OSError as error:
        raise GraderError("a file of the job cannot be opened", private=str(error)) from error
    except Refused as error:
        raise GraderError(f"the task's data cannot be used: {error.code}", private=str(error)) from error


def version_of(job: Job, *split: Any) -> str:
    """The digest of the job's split: data set, split, each picture's cluster."""
    return dataset_version(*split, cache=job.data.parent / CACHE)


def fingerprint_of(job: Job, weights: str, dataset: str) -> str:
    """All that decides the figures, and nothing of the machine: the same for the same file, data and rules."""
    decides = {
        "weights": weights,
        "dataset": dataset,
        "metric": METRIC_VERSION,
        "convention": job.convention,
        "configuration": job.configuration,
        "classes": job.classes,
        "settings": asdict(job.settings),
        "image_size": job.image_size,
        "public_percent": job.public_percent,
        "parts_seed": job.parts_seed,
        "seed": SEED,
        "engines": {name: _version(name) for name in ENGINES},
    }
    return _digest(decides)


def record(job: Job, *, weights: str, dataset: str, engine: str, device: str) -> dict[str, Any]:
    """The outcome's record. The seed of the parts stays a secret: its digest is there to compare."""
    return {
        "weights": weights,
        "dataset": dataset,
        "metric": METRIC_VERSION,
        "engine": engine,
        "convention": job.convention,
        "configuration": job.configuration,
        "settings": asdict(job.settings),
        "image_size": job.image_size,
        "machine": machine(device),
        "seed": SEED,
        "public_percent": job.public_percent,
        "parts_seed_digest": _digest(["parts", job.parts_seed]),
        "fingerprint": fingerprint_of(job, weights, dataset),
    }


def machine(device: str) -> dict[str, Any]:
    """What ran it, as one would tell a colleague: no name of the host, no address."""
    return {
        "processor": _processor()[:200],
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "device": device,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}"[:200],
    }


def _processor() -> str:
    """Its model; the architecture where Linux does not say (many ARM machines)."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return " ".join(value.split())
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _digest(value: list[Any] | Mapping[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
