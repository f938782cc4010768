"""Settings that must not meet, and a host that the demo must not listen on."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from config.checks import mail_settings, production_settings, upload_settings


def found(settings: Settings, **changes: object) -> set[str]:
    good = {
        "DEBUG": False,
        "DEMO": False,
        "DEMO_PUBLIC": False,
        "HTTPS": True,
        "SECRET_KEY_IS_FOR_DEVELOPMENT": False,
        "ALLOWED_HOSTS": ["quest.example.org"],
    }
    for name, value in {**good, **changes}.items():
        setattr(settings, name, value)
    return {problem.id or "" for problem in production_settings() if problem.hint}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"SECRET_KEY_IS_FOR_DEVELOPMENT": True}, {"dlcv.E001"}),
        ({"SECRET_KEY_IS_FOR_DEVELOPMENT": True, "DEMO": True}, set()),
        ({"SECRET_KEY_IS_FOR_DEVELOPMENT": True, "DEBUG": True}, set()),
        ({"DEBUG": True, "DEMO_PUBLIC": True}, {"dlcv.E002"}),
        ({"HTTPS": False}, {"dlcv.W001"}),
        ({"HTTPS": False, "DEMO": True}, set()),
        ({"ALLOWED_HOSTS": ["*"]}, {"dlcv.W002"}),
    ],
)
def test_a_development_setting_in_production_is_found_and_says_what_to_do(
    settings: Settings, changes: dict[str, object], expected: set[str]
) -> None:
    assert found(settings, **changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"CHECKPOINT_LIMIT_BYTES": 3 * 2**30}, {"dlcv.E010"}),
        ({"PAIR_QUOTA_BYTES": 10**6}, {"dlcv.W004"}),
        ({"DISK_QUOTA_BYTES": 10**9}, {"dlcv.W005"}),
        ({"DISK_QUOTA_BYTES": 10**12}, set()),
        ({"S3_BUCKET": "videos", "S3_KEY_ID": "course"}, {"dlcv.E011"}),
        ({"S3_BUCKET": "videos", "S3_SECRET": "x"}, {"dlcv.E011"}),
        ({"S3_BUCKET": "videos", "S3_ENDPOINT": "s3.example.org"}, {"dlcv.E012"}),
        ({"S3_BUCKET": "videos", "SENDFILE": "x-accel"}, {"dlcv.E013"}),
        ({"S3_ENDPOINT": "https://s3.example.org"}, {"dlcv.W006"}),
        ({"S3_BUCKET": "videos", "S3_ENDPOINT": "https://s3.example.org", "S3_KEY_ID": "a", "S3_SECRET": "b"}, set()),
    ],
)
def test_limits_that_nothing_meets_and_a_storage_that_is_half_described_are_found(
    settings: Settings, changes: dict[str, object], expected: set[str]
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert {problem.id for problem in upload_settings() if problem.hint} == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"EMAIL_HOST": ""}, set()),
        ({"EMAIL_SENDER_IS_NOBODY": True}, {"dlcv.E003"}),
        ({"EMAIL_SENDER_IS_NOBODY": True, "EMAIL_HOST": ""}, set()),
        ({"EMAIL_HOST_PASSWORD": ""}, {"dlcv.E004"}),
        ({"EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": ""}, set()),
        ({"EMAIL_USE_TLS": False}, {"dlcv.E005"}),
        ({"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True}, set()),
        ({"EMAIL_USE_TLS": False, "EMAIL_HOST": "localhost"}, set()),
    ],
)
def test_a_mail_server_that_would_drop_messages_or_hear_a_password_in_clear_is_found(
    settings: Settings, changes: dict[str, object], expected: set[str]
) -> None:
    good = {
        "EMAIL_HOST": "smtp.example.org",
        "EMAIL_SENDER_IS_NOBODY": False,
        "EMAIL_HOST_USER": "quest",
        "EMAIL_HOST_PASSWORD": "secret",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
    }
    for name, value in {**good, **changes}.items():
        setattr(settings, name, value)
    assert {problem.id for problem in mail_settings()} == expected


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "quest.example.org", ""])
def test_the_demo_refuses_to_listen_to_the_network(settings: Settings, host: str) -> None:
    settings.DEMO, settings.DEMO_PUBLIC = True, False
    with pytest.raises(CommandError, match="DLCV_DEMO_PUBLIC"):
        call_command("serve", host=host, port=1)


def test_a_site_with_the_development_key_is_not_served(settings: Settings) -> None:
    found(settings, SECRET_KEY_IS_FOR_DEVELOPMENT=True)
    with pytest.raises(CommandError, match="DLCV_SECRET_KEY"):
        call_command("serve", port=1)
