"""Signing in and out, and the page about oneself."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET, require_POST
from rest_framework.authtoken.models import Token

from accounts.models import User


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    pass


class ChangePassword(PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:me")


@require_GET
@login_required
def account(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    return render(request, "accounts/me.html", {"token": Token.objects.filter(user=request.user).first()})


@require_POST
@login_required
def token(request: HttpRequest) -> HttpResponse:
    """A new API token; the old one stops working at once."""
    assert isinstance(request.user, User)
    Token.objects.filter(user=request.user).delete()
    Token.objects.create(user=request.user)
    return redirect("accounts:me")
