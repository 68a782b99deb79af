"""When the webhook's certificate ends, and when secrets are to be replaced (Secrets Manager)."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from walletwatch.domain.errors import StoreUnavailable
from walletwatch.domain.vitals import Expiry

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TIMEOUT_SECONDS: Final = 1.5
ROTATION_GRACE: Final = timedelta(days=2)
"""A rotation that is late by more than this has failed."""


class CertificateAndSecrets:
    """`ports.Expiries`.

    A secret that rotates by itself is to be replaced when its next rotation is overdue; any other when it is
    older than its greatest age.

    Args:
        url: Where Telegram reaches us; only https has a certificate.
        secrets: ARNs by the names that operators know them by.
        max_age: Of a secret that does not rotate; None where age is no reason to replace one.
        context: Of the TLS connection; for tests.
    """

    def __init__(
        self,
        *,
        url: str,
        secrets: Mapping[str, str],
        max_age: timedelta | None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._url = urlsplit(url)
        self._secrets = secrets
        self._max_age = max_age
        self._context = context
        self._client: SecretsManagerClient | None = None

    async def read(self) -> Sequence[Expiry]:
        """When they do."""
        found = [
            Expiry(name, at)
            for name, arn in self._secrets.items()
            if (at := await asyncio.to_thread(self._secret, arn)) is not None
        ]
        if self._url.scheme == "https" and self._url.hostname:
            found.append(Expiry(self._url.hostname, await self._certificate(self._url.hostname)))
        return found

    def _secret(self, arn: str) -> datetime | None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - off the cold import

        try:
            described: Mapping[str, Any] = self._connect().describe_secret(SecretId=arn)
        except (BotoCoreError, ClientError) as error:
            raise StoreUnavailable(f"Secrets Manager: {type(error).__name__}") from error
        if described.get("RotationEnabled"):
            # A rotation that is under way has no next date yet.
            return described["NextRotationDate"] + ROTATION_GRACE if "NextRotationDate" in described else None
        changed = described.get("LastChangedDate", described["CreatedDate"])
        return changed + self._max_age if self._max_age else None

    async def _certificate(self, host: str) -> datetime:
        context = self._context or ssl.create_default_context()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                _, writer = await asyncio.open_connection(
                    host, self._url.port or 443, ssl=context, server_hostname=host
                )
        except ssl.SSLCertVerificationError:
            # It is not valid any more, or not for this host: whatever it says, nobody can deliver to us.
            return datetime.now(UTC)
        except (OSError, TimeoutError) as error:
            raise StoreUnavailable(f"the certificate: {type(error).__name__}") from error
        try:
            certificate: Mapping[str, Any] = writer.get_extra_info("peercert")
        finally:
            writer.transport.abort()
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)

    def _connect(self) -> "SecretsManagerClient":
        if self._client is None:
            import boto3  # noqa: PLC0415 - 200 ms of cold start
            from botocore.config import Config  # noqa: PLC0415

            self._client = boto3.client(
                "secretsmanager",
                config=Config(
                    connect_timeout=1,
                    read_timeout=TIMEOUT_SECONDS,
                    retries={"mode": "standard", "total_max_attempts": 2},
                ),
            )
        return self._client
