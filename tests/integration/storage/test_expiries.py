"""Certificates of real TLS servers, and secrets as Secrets Manager describes them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.storage.expiries import ROTATION_GRACE, CertificateAndSecrets

pytestmark = pytest.mark.integration

HOST = "127.0.0.1"
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)


@asynccontextmanager
async def _served(authority: trustme.CA, not_after: datetime, host: str = HOST) -> AsyncIterator[str]:
    """The address of a TLS server with a certificate that ends then."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(
        host, not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=not_after
    ).configure_cert(context)

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, HOST, 0, ssl=context)
    async with server:
        yield f"https://{HOST}:{server.sockets[0].getsockname()[1]}/v1"


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def _expiries(url: str, context: ssl.SSLContext | None = None) -> CertificateAndSecrets:
    return CertificateAndSecrets(url=url, secrets={}, max_age=None, context=context)


async def test_when_the_certificate_ends() -> None:
    authority = trustme.CA()
    async with _served(authority, SOON) as url:
        (expiry,) = await _expiries(url, _trusting(authority)).read()
    assert (expiry.name, expiry.at) == (HOST, SOON)


@pytest.mark.parametrize("wrong", ["expired", "of another host", "of an unknown authority"])
async def test_one_that_is_not_valid_is_over_now(wrong: str) -> None:
    authority = trustme.CA()
    ends = datetime(2021, 1, 1, tzinfo=UTC) if wrong == "expired" else SOON
    trusted = trustme.CA() if wrong == "of an unknown authority" else authority
    async with _served(authority, ends, "example.org" if wrong == "of another host" else HOST) as url:
        (expiry,) = await _expiries(url, _trusting(trusted)).read()
    assert expiry.at <= datetime.now(UTC)


async def test_who_does_not_answer_is_unknown() -> None:
    with pytest.raises(StoreUnavailable):
        await _expiries("https://127.0.0.1:1/").read()


async def test_without_tls_there_is_no_certificate() -> None:
    assert await _expiries("http://127.0.0.1:1/").read() == []


class Described:
    """Secrets Manager, with what DescribeSecret answers."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._answer = answer

    def describe_secret(self, SecretId: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's name
        assert SecretId == "arn"
        return self._answer


CREATED = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("answer", "max_age", "at"),
    [
        ({"CreatedDate": CREATED}, YEAR, CREATED + YEAR),
        ({"CreatedDate": CREATED, "LastChangedDate": SOON}, YEAR, SOON + YEAR),
        ({"CreatedDate": CREATED}, None, None),
        (
            {"CreatedDate": CREATED, "RotationEnabled": True, "NextRotationDate": SOON},
            YEAR,
            SOON + ROTATION_GRACE,
        ),
        ({"CreatedDate": CREATED, "RotationEnabled": True}, YEAR, None),
    ],
)
async def test_when_a_secret_is_to_be_replaced(
    answer: Mapping[str, Any], max_age: timedelta | None, at: datetime | None
) -> None:
    expiries = CertificateAndSecrets(url="", secrets={"token": "arn"}, max_age=max_age)
    expiries._client = Described(answer)  # type: ignore[assignment]
    assert [expiry.at for expiry in await expiries.read()] == ([at] if at else [])
