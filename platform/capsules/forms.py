"""What an instructor fills in: the rules of the hand-in, and more time for a pair. Moments are the course's zone's."""

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capsules.models import MEBIBYTE, CapsuleRules
from capsules.timecodes import as_time, read_time
from courses.models import Course

#: To the second; browsers leave the seconds out when they are zero.
FORMATS: Final = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
MOST_SECONDS: Final = 24 * 3600
MOST_MINUTES: Final = 24 * 60
MOST_MEBIBYTES: Final = 65536
LONGEST_INSTRUCTIONS: Final = 8000
LENGTHS: Final = ("shortest_seconds", "ideal_low_seconds", "ideal_high_seconds", "longest_seconds")


class MomentField(forms.DateTimeField):
    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format=FORMATS[0])
        super().__init__(input_formats=FORMATS, widget=widget, **options)


class LengthField(forms.CharField):
    """ "9:50" ↔ 590 seconds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=8, **options)
        self.widget.attrs |= {"inputmode": "numeric", "class": "short"}

    def prepare_value(self, value: Any) -> Any:
        return as_time(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        seconds = read_time(super().clean(value))
        if seconds is None or seconds >= MOST_SECONDS:
            raise forms.ValidationError(_("Write minutes and seconds, such as 9:50."))
        return int(seconds)


class RulesForm(forms.Form):
    """Everything of CapsuleRules."""

    opens_at = MomentField(required=False, label=gettext_lazy("Opens"), help_text=gettext_lazy("Empty: at once."))
    due_at = MomentField(
        required=False,
        label=gettext_lazy("Deadline"),
        help_text=gettext_lazy("To the second; a capsule at this very second is late. Empty: none."),
    )
    counts_from = forms.ChoiceField(
        choices=CapsuleRules.CountsFrom.choices,
        label=gettext_lazy("What counts"),
        help_text=gettext_lazy("The pairs read this rule beside the deadline."),
    )
    grace_minutes = forms.IntegerField(
        min_value=0,
        max_value=MOST_MINUTES,
        label=gettext_lazy("Minutes to arrive"),
        help_text=gettext_lazy("Where the beginning counts: how long after the deadline an upload may still arrive."),
    )
    accepts_late = forms.BooleanField(
        required=False,
        label=gettext_lazy("Take late capsules, marked as late"),
        help_text=gettext_lazy("From pairs that have handed in nothing. Without: they are refused."),
    )
    accepts_links = forms.BooleanField(
        required=False,
        label=gettext_lazy("Take a link instead of a file"),
        help_text=gettext_lazy("What is behind a link may change after the deadline, and has no comments at a moment."),
    )
    limit_mebibytes = forms.IntegerField(min_value=1, max_value=MOST_MEBIBYTES, label=gettext_lazy("Largest file, MiB"))
    shortest_seconds = LengthField(label=gettext_lazy("Too short below"))
    ideal_low_seconds = LengthField(label=gettext_lazy("Fine from"))
    ideal_high_seconds = LengthField(label=gettext_lazy("Fine up to"))
    longest_seconds = LengthField(label=gettext_lazy("Too long above"))
    peers_may_watch = forms.BooleanField(
        required=False,
        label=gettext_lazy("Pairs may watch one another's capsules"),
        help_text=gettext_lazy("They leave kind words without a name; it never enters a mark."),
    )
    instructions_fr = forms.CharField(
        required=False,
        max_length=LONGEST_INSTRUCTIONS,
        widget=forms.Textarea,
        label=gettext_lazy("Instructions in French"),
    )
    instructions_en = forms.CharField(
        required=False,
        max_length=LONGEST_INSTRUCTIONS,
        widget=forms.Textarea,
        label=gettext_lazy("Instructions in English"),
    )

    @classmethod
    def of(cls, rules: CapsuleRules) -> "RulesForm":
        names = [name for name in cls.base_fields if hasattr(rules, name)]
        said = rules.instructions or {}
        return cls(
            initial={name: getattr(rules, name) for name in names}
            | {
                "limit_mebibytes": rules.limit_bytes // MEBIBYTE,
                "instructions_fr": said.get("fr", ""),
                "instructions_en": said.get("en", ""),
            }
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        lengths: list[int] = [found[name] for name in LENGTHS if name in found]
        if lengths != sorted(lengths):
            self.add_error("longest_seconds", _("The four lengths go from the shortest to the longest."))
        if found.get("opens_at") and found.get("due_at") and found["opens_at"] >= found["due_at"]:
            self.add_error("opens_at", _("It opens before the deadline."))
        return found

    def values(self) -> dict[str, Any]:
        """As ``ruling.set_rules`` takes them."""
        found = dict(self.cleaned_data)
        french, english = found.pop("instructions_fr"), found.pop("instructions_en")
        both = {"fr": french or english, "en": english or french} if french or english else {}
        return found | {"limit_bytes": found.pop("limit_mebibytes") * MEBIBYTE, "instructions": both}


class ExtensionForm(forms.Form):
    due_at = MomentField(label=gettext_lazy("New deadline of this pair"))
    reason = forms.CharField(
        max_length=400,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The pair reads it; it is kept in the trace."),
    )


def in_zone_of(course: Course) -> Any:
    """Read and show moments as the course's clock says them, in a ``with``."""
    return timezone.override(course.zone)
