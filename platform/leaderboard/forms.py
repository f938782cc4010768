"""What an instructor fills in about a task: its rules, and what its results are made with."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.models import Task
from submissions.rules import MOST_PER_DAY

FLAGS: Final = ("is_open", "uses_ladder", "shows_gallery")


class RulesForm(forms.Form):
    """What takes effect at once."""

    is_open = forms.BooleanField(
        required=False, label=_("Open"), help_text=_("Closed, the task takes no file; the board stays as it is.")
    )
    final_rule = forms.ChoiceField(
        choices=Task.FinalRule,
        label=_("What counts for a pair"),
        help_text=_("Where pairs choose, the best one counts for those that chose none."),
    )
    quota_per_day = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_PER_DAY,
        label=_("Evaluations a day"),
        help_text=_("Per pair; only those that succeed count. Empty: as many as they like, and guessing pays."),
    )
    attempts_per_day = forms.IntegerField(
        min_value=1,
        max_value=MOST_PER_DAY,
        label=_("Files a day"),
        help_text=_("Whatever becomes of them: this stops whoever sends rubbish."),
    )
    uses_ladder = forms.BooleanField(
        required=False,
        label=_("Ladder rule"),
        help_text=_("Public scores move only on a gain that is more than luck; other submissions say no figure."),
    )
    shows_gallery = forms.BooleanField(
        required=False,
        label=_("Error gallery"),
        help_text=_("Pairs walk through their errors on the validation pictures, never on the hidden ones."),
    )

    @classmethod
    def of(cls, task: Task) -> "RulesForm":
        return cls(initial={name: getattr(task, name) for name in cls.base_fields})

    def changes(self) -> dict[str, Any]:
        """What differs from what the page had shown: two instructors who save two rules do not undo each other."""
        is_from_the_page = any(self[name].html_initial_name in self.data for name in self.fields)
        return {name: self.cleaned_data[name] for name in (self.changed_data if is_from_the_page else self.fields)}


for _field in RulesForm.base_fields.values():
    _field.show_hidden_initial = True


class MakingForm(forms.Form):
    """What results are made with: a change of it makes all of them anew."""

    convention = forms.ChoiceField(
        choices=Task.Convention,
        label=_("Convention"),
        help_text=_("Whose way of computing average precision the board shows; pairs read all three on their pages."),
    )
    public_percent = forms.IntegerField(
        min_value=1,
        max_value=100,
        label=_("Public part, in percent"),
        help_text=_("Of the hidden pictures. The rest decides when you reveal it. 100: no private part."),
    )
    reason = forms.CharField(
        required=False, max_length=200, label=_("Why"), help_text=_("For yourself and your colleagues.")
    )

    @classmethod
    def of(cls, task: Task) -> "MakingForm":
        return cls(initial={"convention": task.convention, "public_percent": task.public_percent})

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("convention", "public_percent")}
