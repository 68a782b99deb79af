"""Where the application's secrets are, and what they are.

Values that are secret are never in the environment: `SECRET_ARN` names an entry of Secrets Manager that holds
`Secrets` as JSON.
"""

from typing import Annotated

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """What every function has."""

    secret_arn: str
    stage: str = "local"


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What Secrets Manager holds for the application."""

    bot_token: Annotated[str, msgspec.Meta(pattern=r"^[0-9]+:[A-Za-z0-9_-]+$")]
    webhook_secret: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{16,256}$")]
    operations_token: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9_-]{16,256})?$")] = ""
    """Opens /metrics and the details of /health; without one they are closed."""
