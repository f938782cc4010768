"""Signing in and out, and the page about oneself."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect
from rest_framework.authtoken.models import Token

from accounts.forms import SignInForm
from accounts.models import User


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A piece of a page was asked for by somebody signed out meanwhile: the whole page goes to the door."""
        if request.htmx:  # type: ignore[attr-defined]
            back = urlsplit(request.htmx.current_url_abs_path or "/").path  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(f"{reverse('accounts:sign-in')}?{urlencode({'next': back})}")
        return super().dispatch(request, *args, **kwargs)


class SignOut(LogoutView):
    """By POST only, so that no link or picture signs anybody out."""


class ChangePassword(PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:me")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password is changed."))
        return super().form_valid(form)


@require_GET
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    return _account_page(request, shown=None)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def token(request: HttpRequest) -> HttpResponse:
    """Show the API token, or replace it: the old one stops working at once. Never by a link."""
    assert isinstance(request.user, User)
    if request.method == "GET":  # after signing in again, or a reload
        return redirect("accounts:me")
    if request.POST.get("action") == "renew":
        Token.objects.filter(user=request.user).delete()
        return _account_page(request, shown=Token.objects.create(user=request.user))
    return _account_page(request, shown=Token.objects.filter(user=request.user).first())


CELEBRATIONS_COOKIE = "celebrations"
A_YEAR_SECONDS = 365 * 24 * 3600


@require_POST
@login_required
def celebrations(request: HttpRequest) -> HttpResponse:
    """Turn confetti and the like on or off, on this device: a cookie, as for the theme."""
    answer = redirect(reverse("accounts:me") + "#celebrations")
    wanted = "off" if request.POST.get("celebrations") == "off" else "on"
    answer.set_cookie(CELEBRATIONS_COOKIE, wanted, max_age=A_YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    return answer


def _account_page(request: HttpRequest, *, shown: Token | None) -> HttpResponse:
    assert isinstance(request.user, User)
    person = request.user
    pair = None if person.is_instructor else person.pairs.select_related("course", "group").last()
    context = {
        "pair": pair,
        "team_mates": pair.members.exclude(pk=person.pk) if pair else (),
        "token": shown,
        "has_token": shown is not None or Token.objects.filter(user=person).exists(),
        "docs_url": reverse("api-docs"),
        "celebrates": request.COOKIES.get(CELEBRATIONS_COOKIE) != "off",
    }
    return render(request, "accounts/me.html", context)
