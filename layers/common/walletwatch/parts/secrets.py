"""What Secrets Manager holds."""

import msgspec

from walletwatch.observability import hide
from walletwatch.settings.reading import load
from walletwatch.settings.secrets import Secrets, Settings

SECRETS_TIMEOUT_SECONDS = 5


def read_secret(arn: str) -> bytes:
    """An entry of Secrets Manager, whatever it holds."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    from walletwatch.domain.errors import TransientError

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


def read_secrets() -> Secrets:
    """What Secrets Manager holds for the application; it is hidden from the logs from here on."""
    secrets = msgspec.json.decode(read_secret(load(Settings).secret_arn), type=Secrets)
    hide(secrets.bot_token, secrets.webhook_secret, secrets.operations_token)
    return secrets
