"""What a pair types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.answers import LONGEST


class AnswerForm(forms.Form):
    answer = forms.CharField(
        max_length=LONGEST,
        error_messages={
            "required": _("There is nothing in the answer field yet."),
            "max_length": _("This is too long to be an answer: a shape or a number is enough."),
        },
    )
