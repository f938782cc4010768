"""The sign-in form, in our words."""

from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Django's own form: what it checks and how long it takes do not change, only what it says."""

    error_messages = {
        "invalid_login": _("This name and this password do not go together."),
        "inactive": _("This account is closed."),
    }
