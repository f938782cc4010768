"""The last days on which a course's films are kept."""

import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

#: A course is no archive.
LONGEST_YEARS: Final = 10


class RetentionForm(forms.Form):
    """``today`` is the course's: a day that is over removes films at the next round, and wants a tick."""

    clips_until = forms.DateField(
        label=_("Clips are kept until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    capsules_until = forms.DateField(
        label=_("Capsules are kept until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, today: datetime.date, **options: Any) -> None:
        super().__init__(*args, **options)
        self._today = today

    @property
    def past(self) -> list[str]:
        """The fields whose day is over."""
        days = {name: self.cleaned_data.get(name) for name in ("clips_until", "capsules_until")}
        return [name for name, day in days.items() if day and day < self._today]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("clips_until", "capsules_until"):
            day = data.get(name)
            if day and day.year > self._today.year + LONGEST_YEARS:
                self.add_error(name, _("This is more than ten years away."))
        if self.past and not data.get("sure"):
            for name in self.past:
                self.add_error(name, _("This day is over: the films would go at once. Tick the box if you mean it."))
        return data
