"""A server is who its certificate says, or nothing is sent to it."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.bad_line import BadLine
from tests.client.conftest import Person


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A university's own: signed by nobody that systems know."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine to make a certificate with")
    path = tmp_path_factory.mktemp("certificate") / "own.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path.with_suffix(".key")), "-out", str(path)]
    subprocess.run([*command, *names], check=True, capture_output=True)
    return path


@pytest.fixture
def secured(person: Person, certificate: Path) -> Iterator[Person]:
    line = BadLine(person.site.port)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    line.wrap(context)
    person.line = line
    person.monkeypatch.setenv("DLCV_URL", line.url)
    yield person
    line.close()


def test_a_certificate_that_nobody_vouches_for_stops_everything(secured: Person) -> None:
    said = secured.dlcv("tasks")
    assert said.code == 1
    assert "certificate" in said.err
    assert "--ca-bundle" in said.err
    assert secured.line.seen == []
    assert secured.waits == []  # another try would not help


def test_the_universitys_own_certificate_is_trusted_when_it_is_named(secured: Person, certificate: Path) -> None:
    assert secured.dlcv("tasks", "--ca-bundle", str(certificate)).code == 0


def test_a_certificate_file_that_is_not_there_is_said(secured: Person, tmp_path: Path) -> None:
    said = secured.dlcv("tasks", "--ca-bundle", str(tmp_path / "none.pem"))
    assert said.code == 2
    assert secured.line.seen == []
