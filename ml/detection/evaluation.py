"""An engine on a split, from pictures on disk to metrics, in one process."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from ml.datasets import Dataset
from ml.detection.detections import Detections
from ml.detection.metrics import Metrics, score
from ml.detection.predictor import predict
from ml.detection.prepared import BatchStream
from ml.detection.settings import EvaluationSettings
from ml.engines import Engine
from ml.errors import Refused


def evaluate(
    engine: Engine,
    dataset: Dataset,
    split_name: str,
    settings: EvaluationSettings,
    on_progress: Callable[[int, int], None] | None = None,
) -> Metrics:
    """Score ``engine`` on one split of ``dataset``.

    Pictures are decoded in a thread while the network works on earlier ones. ``on_progress(done, total)`` counts
    pictures. ``seconds`` of the result: ``decode`` (in its own thread), ``predict`` (waiting for pictures included),
    ``match`` and ``total``. Raises Refused for a data set or a network that cannot be evaluated.
    """
    started = perf_counter()
    check_classes(len(engine.names), dataset)
    split = dataset.split(split_name)
    labels = [dataset.labels(sample) for sample in split.samples]
    stream = BatchStream(split, settings)
    found: list[Detections] = []
    predicting = perf_counter()
    for batch in predict(engine, stream, settings):
        found += batch
        if on_progress:
            on_progress(len(found), len(split.samples))
    predict_seconds = perf_counter() - predicting
    order = [index for plan in stream.plans for index in plan.samples]
    metrics = score(found, [labels[index] for index in order], stream.geometries, dataset.names)
    seconds = {
        "decode": stream.decode_seconds,
        "predict": predict_seconds,
        "match": metrics.seconds["match"],
        "total": perf_counter() - started,
    }
    return replace(metrics, seconds=seconds)


def check_classes(class_count: int, dataset: Dataset) -> None:
    """Raises Refused (``other_classes``) when a network's number of classes is not the data set's."""
    expected = len(dataset.names)
    if class_count == expected:
        return
    raise Refused(
        "other_classes",
        {
            "en": f"the network predicts {class_count} classes, the data set has {expected}",
            "fr": f"le réseau prédit {class_count} classes, le jeu de données en a {expected}",
        },
        {
            "en": f"Train on the data set's classes, in this order: {', '.join(dataset.names[:20])}.",
            "fr": f"Entraînez sur les classes du jeu de données, dans cet ordre : {', '.join(dataset.names[:20])}.",
        },
    )
