"""What an instructor fills in about marking: its rules, who marks what, a mark of one's own, one member's part."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.words import typed
from courses.models import Course
from marking.assignments import Wanted
from marking.models import MarkingRules


class LocalMoment(forms.DateTimeField):
    """A moment of the course's time zone, as browsers ask for it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)


class RulesForm(forms.Form):
    expected_at = LocalMoment(label=_("Publication planned on"), help_text=_("Pairs read it on their page. Optional."))
    difference_from = forms.IntegerField(
        min_value=1,
        max_value=4,
        label=_("A difference to look at begins at"),
        help_text=_("Levels between two markers of one cell, 1 to 4."),
    )
    adjustment_bound = forms.DecimalField(
        min_value=0,
        max_value=20,
        max_digits=4,
        decimal_places=2,
        label=_("Individual adjustment, at most"),
        help_text=_("Marks on 20, above or below the pair’s."),
    )
    takes_appeals = forms.BooleanField(
        required=False,
        label=_("Pairs may appeal"),
        help_text=_("Once the marks are published; one question at a time."),
    )
    appeals_until = LocalMoment(label=_("Appeals until"), help_text=_("Empty: without an end."))

    @classmethod
    def of(cls, rules: MarkingRules) -> "RulesForm":
        return cls(initial={name: getattr(rules, name) for name in cls.base_fields})


class _MarkerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return obj.display_name


class _MarkersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return obj.display_name


class AssignForm(forms.Form):
    """Who marks, and how the capsules are shared out. A field for each group says whose it is."""

    markers = _MarkersField(queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple, label=_("Markers"))
    percent = forms.IntegerField(min_value=0, max_value=100, label=_("Marked twice, in percent"))
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, label=_("Draw number of the sample"))
    only_handed_in = forms.BooleanField(required=False, label=_("Only pairs that have handed in"))
    afresh = forms.BooleanField(required=False, label=_("Share out again what nobody has begun"))

    def __init__(self, course: Course, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        people = course.instructors.order_by("username")
        markers = self.fields["markers"]
        assert isinstance(markers, _MarkersField)
        markers.queryset = people
        self.groups = list(course.groups.all())
        for group in self.groups:
            self.fields[f"group-{group.pk}"] = _MarkerField(
                people, required=False, label=group.name, empty_label=str(_("by load"))
            )

    @property
    def group_fields(self) -> list[forms.BoundField]:
        return [self[f"group-{group.pk}"] for group in self.groups]

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        chosen = {group.pk: data[f"group-{group.pk}"] for group in self.groups}
        return Wanted(
            markers=tuple(person.pk for person in data["markers"]),
            of_group={group: person.pk for group, person in chosen.items() if person},
            percent=data["percent"],
            seed=data["seed"],
            only_handed_in=data["only_handed_in"],
            afresh=data["afresh"],
        )


class CommaDecimalField(forms.DecimalField):
    """A number on 20 that may be typed with a comma."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self) -> None:
        super().__init__(required=False, max_digits=4, decimal_places=2)

    def to_python(self, value: Any) -> Any:
        text = str(value or "")
        for written, read in ((",", "."), ("−", "-"), ("\u202f", "")):
            text = text.replace(written, read)
        return super().to_python(text.strip())


class ReasonField(forms.CharField):
    """As every other reason: cut to its length where it is kept, and never taken for a mark that is wrong."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: Any) -> str:
        return typed(str(value or ""))


class OverrideForm(forms.Form):
    value = CommaDecimalField()
    reason = ReasonField()


class AdjustForm(forms.Form):
    delta = CommaDecimalField()
    reason = ReasonField()
