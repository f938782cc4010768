"""What an instructor fills in to open a session, and to change the one that runs."""

import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from challenges.spec import load_cards
from courses.models import Course, Group
from room.models import Session

FLAGS = ("shows_names", "ranks_pairs", "celebrates")


class SettingsForm(forms.Form):
    """What can be changed while a session runs."""

    title = forms.CharField(
        max_length=80, label=_("Title"), error_messages={"required": _("Give the session a title.")}
    )
    group = forms.ModelChoiceField(Group.objects.none(), required=False, label=_("Group"), empty_label=_("Everybody"))
    cards = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Cards on the wall"),
        help_text=_("None: all of them."),
    )
    shows_names = forms.BooleanField(
        required=False,
        label=_("Show the pairs' names"),
        help_text=_("Without, each pair bears a neutral name, drawn for this session: an animal and a colour."),
    )
    ranks_pairs = forms.BooleanField(required=False, label=_("Rank the pairs by points"))
    celebrates = forms.BooleanField(required=False, label=_("Celebrate lines and full cards"))

    def __init__(self, *arguments: Any, course: Course, **options: Any) -> None:
        super().__init__(*arguments, **options)
        language = (get_language() or "fr")[:2]
        cast("forms.ModelChoiceField[Group]", self.fields["group"]).queryset = course.groups.all()
        titles = [(card.slug, card.title[language]) for card in load_cards()]
        cast(forms.MultipleChoiceField, self.fields["cards"]).choices = titles

    def changes(self) -> dict[str, Any]:
        """As ``services.change_session`` takes them."""
        names = ("title", "group", "cards", *FLAGS)
        return {name: self.cleaned_data[name] for name in names}


class SessionForm(SettingsForm):
    """A session that starts now."""

    until = forms.TimeField(
        label=_("Until"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("An hour that has passed already is tomorrow's."),
        error_messages={
            "required": _("Say at which hour the session ends."),
            "invalid": _("An hour is written like 12:15."),
        },
    )

    def ends_at(self, now: datetime.datetime | None = None) -> datetime.datetime:
        """The next time that the clock on the wall says so."""
        return next_time(self.cleaned_data["until"], timezone.localtime(now))


def next_time(clock: datetime.time, now: datetime.datetime) -> datetime.datetime:
    """The first moment after ``now`` at which the clock of its zone shows this."""
    for days in (0, 1):
        day = now.date() + datetime.timedelta(days=days)
        moment = datetime.datetime.combine(day, clock, tzinfo=now.tzinfo)
        if moment > now:
            return moment
    raise AssertionError("tomorrow is after now")


def settings_of(session: Session) -> dict[str, Any]:
    """A session as the first values of its form."""
    return {"title": session.title, "group": session.group_id, "cards": session.cards} | {
        flag: getattr(session, flag) for flag in FLAGS
    }
