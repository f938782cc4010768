"""What a pair types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.answers import LONGEST_LIST
from quests.locks import MOST_EXTRA_ATTEMPTS


class AnswerForm(forms.Form):
    answer = forms.CharField(
        max_length=LONGEST_LIST,  # what the quest's own reader takes is the reader's affair
        error_messages={
            "required": _("There is nothing in the answer field yet."),
            "max_length": _("This is too long to be an answer: a shape or a number is enough."),
        },
    )


class UnlockForm(forms.Form):
    """Which quest an instructor opens for a pair, and how many attempts they add."""

    card = forms.SlugField(max_length=60)
    quest = forms.SlugField(max_length=60)
    extra_attempts = forms.IntegerField(min_value=0, max_value=MOST_EXTRA_ATTEMPTS)


class GivenForm(forms.Form):
    """What a quest asks of the pair itself."""

    day = forms.DateField(input_formats=["%Y-%m-%d", "%d/%m/%Y"])
