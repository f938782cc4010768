"""Addresses of the pages about people: signing in and out, one's own account."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("account/", views.account, name="me"),
    path("account/token/", views.token, name="token"),
    path("account/celebrations/", views.celebrations, name="celebrations"),
    path("password/", views.ChangePassword.as_view(), name="password"),
]
