"""The numbers that the bill is reckoned from: `inputs.toml`, which says of each where it is from."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

INPUTS_FILE: Final = Path(__file__).with_name("inputs.toml")


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dollars for a unit, and where that was read."""

    usd: Decimal
    unit: str
    source: str
    dated: str = ""


class Function(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A function, measured beside a node and a Telegram at hand, and its waits for those far away."""

    memory_mb: int
    milliseconds: Decimal
    log_bytes: int
    remote_milliseconds: int


class Usage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person does in a month."""

    wallets: int
    accounts: int
    activities: int
    updates: int
    scans: int


class Inputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them."""

    usage: Usage
    assumed: dict[str, Decimal]
    template: dict[str, int]
    functions: dict[str, Function]
    measured: dict[str, Decimal]
    prices: dict[str, Price]


@cache
def read_inputs(file: Path = INPUTS_FILE) -> Inputs:
    """The numbers; none of them is ever a float."""
    return msgspec.convert(tomllib.loads(file.read_text(), parse_float=Decimal), Inputs)
