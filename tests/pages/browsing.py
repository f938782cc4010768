"""How a test looks at pages."""

from django.test import Client

from accounts.models import User


def browser_of(person: User | None, language: str = "en", *, htmx: bool = False) -> Client:
    """A browser that somebody (or nobody) is signed in with."""
    headers = {"Accept-Language": language} | ({"HX-Request": "true"} if htmx else {})
    client = Client(headers=headers)
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client
