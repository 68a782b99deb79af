"""Reads settings from the environment: once, validated, and a clear failure at cold start.

Each function reads only what it needs. Values that are secret are never in the environment: see
`walletwatch.settings.secrets`.
"""

import os
from collections.abc import Mapping

import msgspec

from walletwatch.domain.errors import WalletWatchError


class InvalidSettings(WalletWatchError):
    """The environment lacks a setting, or one has a wrong value. The message never holds the value."""


def load[S: msgspec.Struct](kind: type[S], environ: Mapping[str, str] | None = None) -> S:
    """Read settings of this kind.

    Args:
        kind: The class of settings.
        environ: Instead of the process's environment.

    Raises:
        InvalidSettings: One is missing or wrong; the message names it.
    """
    source = os.environ if environ is None else environ
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    try:
        return msgspec.convert(
            {name: value for name, value in source.items() if name in known}, kind, strict=False
        )
    except msgspec.ValidationError as error:
        raise InvalidSettings(f"{kind.__name__}: {error}") from None
