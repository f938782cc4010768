"""A token against a name and a password."""

from typing import Any

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import Refusal
from accounts.throttling import SteadyThrottle


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField()


class TokenView(APIView):
    """Exchange a name and a password for the token that every other call takes."""

    permission_classes = [AllowAny]
    authentication_classes = []
    throttle_classes = [SteadyThrottle]
    throttle_scope = "token"

    @extend_schema(request=CredentialsSerializer, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        # Through the site's own back ends, so that guessing is slowed down here as on the sign-in page.
        person = authenticate(request._request, **credentials.validated_data)
        if person is None:
            raise Refusal(
                "wrong_credentials",
                reason={"en": "Wrong name or password.", "fr": "Nom ou mot de passe incorrect."},
                advice={
                    "en": "Check both; after too many tries, wait a quarter of an hour.",
                    "fr": "Vérifiez les deux ; après trop d’essais, attendez un quart d’heure.",
                },
            )
        token, _ = Token.objects.get_or_create(user=person)
        return Response({"token": token.key})
