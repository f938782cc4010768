"""The instructors' forms: what is asked for, and the list of what may be filmed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from datasets.models import AcquisitionRules

_MEBIBYTE = 2**20


class RulesForm(forms.Form):
    """In the units that people think in; ``values`` are the rules as ``datasets.rules`` has them."""

    clips_expected = forms.IntegerField(min_value=1, max_value=50, label=_("Clips of a pair"))
    seconds_expected = forms.IntegerField(min_value=1, max_value=600, label=_("Seconds each"))
    frame_rate = forms.IntegerField(
        min_value=1,
        max_value=60,
        label=_("Frames a second"),
        help_text=_("Clips that are there keep their frames until they are taken again."),
    )
    max_seconds = forms.IntegerField(min_value=1, max_value=3600, label=_("Longest clip, in seconds"))
    limit_mebibytes = forms.IntegerField(min_value=1, max_value=4096, label=_("Largest file, in MiB"))
    shares_classes = forms.BooleanField(required=False, label=_("Several pairs may film the same class"))

    @classmethod
    def of(cls, rules: AcquisitionRules) -> "RulesForm":
        values = {name: getattr(rules, name) for name in cls.base_fields if hasattr(rules, name)}
        return cls(initial=values | {"limit_mebibytes": rules.limit_bytes // _MEBIBYTE})

    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        return values | {"limit_bytes": values.pop("limit_mebibytes") * _MEBIBYTE}


class ClassForm(forms.Form):
    name = forms.CharField(max_length=40, label=_("Name"))
    index = forms.IntegerField(min_value=0, max_value=999, required=False, label=_("Number in the labels"))
