"""Short names of the classic mistakes, for instructors' tables; the advice that students read is in challenges/."""

from typing import Final

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

TITLES: Final = {
    "channels_last": _("channels last"),
    "batch_dimension_missing": _("batch dimension forgotten"),
    "height_width_swapped": _("height and width swapped"),
    "neighbour_layer": _("the layer before or after"),
    "layer_input": _("the layer's input instead of its output"),
    "other_image_size": _("another image size"),
    "other_model_size": _("another size of the network"),
    "training_head": _("the other form of the head"),
    "one_scale_only": _("one scale of the head only"),
    "anchors_forgotten": _("anchors forgotten"),
    "index_transposed": _("filter and channel swapped"),
    "one_based_index": _("counting from 1"),
    "sign": _("wrong sign"),
    "rounded_too_far": _("rounded too far"),
    "macs_for_flops": _("MACs given for FLOPs"),
    "flops_for_macs": _("FLOPs given for MACs"),
    "unit_factor": _("a unit off by a factor"),
    "bias_forgotten": _("bias forgotten"),
    "batch_norm_forgotten": _("batch normalisation forgotten"),
    "fused_counted": _("fused network counted"),
    "unfused_counted": _("unfused network counted"),
    "bytes_for_count": _("bytes given for a count"),
    "per_class_count": _("another number of classes"),
}


@register.filter
def mistake_title(code: str) -> str:
    return str(TITLES.get(code, code.replace("_", " ")))
