"""The only place that builds adapters: one builder for each function, importing only what that one needs.

Building reads and validates the settings and connects nothing; connections open with their first use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from walletwatch import settings as config
from walletwatch.observability import EmfMetrics, hide
from walletwatch.runtime import SystemClock

if TYPE_CHECKING:
    from walletwatch.chain.rpc.reader import RpcChain
    from walletwatch.queueing.consumer import Consumer
    from walletwatch.queueing.sqs import SqsQueues
    from walletwatch.services.checking import Checking
    from walletwatch.services.delivering import Delivering
    from walletwatch.services.health import Probe
    from walletwatch.services.housekeeping import Housekeeping
    from walletwatch.services.scanning import Scanning
    from walletwatch.services.sweeping import Sweeping
    from walletwatch.storage.postgres.database import Database

type Probes = "Mapping[str, Probe]"

SECRETS_TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the sweep function runs."""

    service: "Sweeping"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Balance:
    """What the balance function runs."""

    service: "Checking"
    consumer: "Consumer"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scan function runs."""

    service: "Scanning"
    consumer: "Consumer"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Notifying:
    """What the notification function runs."""

    service: "Delivering"
    consumer: "Consumer"
    metrics: EmfMetrics


@dataclass(frozen=True, slots=True)
class Cleanup:
    """What the cleanup function runs."""

    service: "Housekeeping"
    metrics: EmfMetrics


def _secret(arn: str) -> bytes:
    """An entry of Secrets Manager, whatever it holds."""
    import boto3  # noqa: PLC0415 - 200 ms, only at the first invocation
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    from walletwatch.domain.errors import TransientError  # noqa: PLC0415

    client = boto3.client(
        "secretsmanager",
        config=Config(
            connect_timeout=SECRETS_TIMEOUT_SECONDS,
            read_timeout=SECRETS_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 4},
        ),
    )
    try:
        value: str = client.get_secret_value(SecretId=arn)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        raise TransientError(f"Secrets Manager: {type(error).__name__}") from error
    return value.encode()


def _secrets() -> config.Secrets:
    secrets = msgspec.json.decode(_secret(config.load(config.Settings).secret_arn), type=config.Secrets)
    hide(secrets.bot_token, secrets.webhook_secret)
    return secrets


def _database() -> "Database":
    from walletwatch.storage.postgres.database import Database  # noqa: PLC0415

    database = config.load(config.DatabaseSettings)
    url = database.database_url
    if database.database_secret_arn:
        login = msgspec.json.decode(_secret(database.database_secret_arn))
        hide(login["password"])
        parts = urlsplit(url)
        user = f"{quote(login['username'], safe='')}:{quote(login['password'], safe='')}"
        url = urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc}"))
    return Database(url, max_connections=database.database_pool_max)


def _chain(metrics: EmfMetrics) -> "RpcChain":
    from walletwatch.chain.rpc.client import RpcClient  # noqa: PLC0415
    from walletwatch.chain.rpc.reader import RpcChain  # noqa: PLC0415

    chain = config.load(config.ChainSettings)
    return RpcChain(RpcClient(chain.endpoints, metrics=metrics, timeout=chain.rpc_timeout_seconds))


def _queues() -> "SqsQueues":
    from walletwatch.queueing.sqs import SqsQueues  # noqa: PLC0415

    queues = config.load(config.QueueSettings)
    return SqsQueues(
        balance_url=queues.balance_queue_url,
        scan_url=queues.scan_queue_url,
        notification_url=queues.notification_queue_url,
    )


def _consumer(url: str | None, metrics: EmfMetrics) -> "Consumer":
    from walletwatch.queueing.consumer import Consumer  # noqa: PLC0415

    if url is None:
        raise config.InvalidSettings("the URL of this function's queue is missing")
    return Consumer(url, metrics)
