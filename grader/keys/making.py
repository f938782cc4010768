"""A checked question -> its answer key: the kind's own file runs the model, this one tells collisions."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from challenges.advice import rank
from challenges.key import AnswerKey, Material
from challenges.verdict import coincide
from grader import materials as materials_store
from grader.errors import SubmissionError
from grader.keys import (
    activation_memory,
    activation_value,
    anchor,
    annotation,
    augmentation,
    configuration_value,
    dataset_fact,
    detections,
    hidden_charlie,
    label_files,
    layer_inputs,
    layer_setting,
    module_count,
    module_types,
    open_question,
    operations,
    output_index,
    parameter_shape,
    parameters,
    predictions,
    receptive_field,
    shape_list,
    shapes,
    split_files,
    split_strategies,
    stride,
    strongest_channel,
    trainable_parameters,
    training_curves,
    weights,
)
from grader.keys.draft import Draft
from grader.keys.subject import Subject
from ml.errors import Refused

Maker = Callable[[Mapping[str, Any], Subject], Draft]

#: Of the kinds that ask about a model.
MAKERS: Final[Mapping[str, Maker]] = {
    "tensor_shape": shapes.draft,
    "parameter_count": parameters.draft,
    "weight_value": weights.draft,
    "detections": detections.draft,
    "operation_count": operations.draft,
    "prediction_count": predictions.draft,
    "stride": stride.draft,
    "receptive_field": receptive_field.draft,
    "layer_setting": layer_setting.draft,
    "module_types": module_types.draft,
    "layer_inputs": layer_inputs.draft,
    "module_count": module_count.draft,
    "shape_list": shape_list.draft,
    "activation_memory": activation_memory.draft,
    "anchor": anchor.draft,
    "output_index": output_index.draft,
    "parameter_shape": parameter_shape.draft,
    "trainable_parameters": trainable_parameters.draft,
    "configuration_value": configuration_value.draft,
    "strongest_channel": strongest_channel.draft,
    "activation_value": activation_value.draft,
    "hidden_charlie": hidden_charlie.draft,
}


#: Of the kinds that ask about no model: what is handed in, or a fact.
MAKERS_WITHOUT_MODEL: Final[Mapping[str, Callable[[Mapping[str, Any]], Draft]]] = {
    "open_question": open_question.draft,
    "label_files": label_files.draft,
    "split_files": split_files.draft,
    "split_strategies": split_strategies.draft,
    "dataset_fact": dataset_fact.draft,
    "training_curves": training_curves.draft,
    "augmentation": augmentation.draft,
    "annotation": annotation.draft,
}


def make(
    question: Mapping[str, Any],
    fields: Mapping[str, Any],
    model: str | Path | None,
    digest: str,
    *,
    materials: Path | None,
) -> AnswerKey:
    """The key of ``question``, whose checked form is ``fields``. Raises ``SubmissionError``.

    A material is written below ``materials``; without a folder it is only described.
    """
    try:
        draft = _draft(fields, model, digest)
    except Refused as refusal:
        raise SubmissionError(refusal.code, refusal.reason, refusal.advice) from refusal
    mistakes = tuple(sorted(draft.mistakes(), key=lambda mistake: (mistake.is_rare, rank(mistake.code))))
    return AnswerKey(
        question=dict(question),
        model_digest=digest,
        truth=draft.truth,
        mistakes=mistakes,
        collides=draft.collides
        or any(coincide(fields["kind"], mistake.value, draft.truth) for mistake in mistakes if not mistake.is_rare),
        notes=tuple(draft.notes),
        material=_material(draft, materials),
        unordered=draft.unordered,
    )


def _draft(fields: Mapping[str, Any], model: str | Path | None, digest: str) -> Draft:
    if model is None:
        return MAKERS_WITHOUT_MODEL[fields["kind"]](fields)
    return MAKERS[fields["kind"]](fields, Subject(model, digest, fields.get("classes"), fields.get("fused", False)))


def _material(draft: Draft, folder: Path | None) -> Material | None:
    if draft.material is None:
        return None
    return materials_store.keep(folder, *draft.material) if folder else materials_store.describe(*draft.material)
