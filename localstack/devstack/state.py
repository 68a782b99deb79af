"""What is written down of a running stack, for other commands and for a launcher that comes later."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from devstack.processes import Started


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services are."""

    database_url: str
    redis_url: str
    rpc_url: str
    rpc_ws_url: str
    telegram_url: str
    fx_rates_url: str
    aws_url: str


@dataclass(frozen=True, slots=True)
class State:
    """A stack that was started.

    Attributes:
        ports: By service, also of those that are external and do not use theirs.
        processes: In the order of their start.
        owner: The launcher.
        kept: Whether it is meant to run on without its owner.
    """

    ports: Mapping[str, int]
    addresses: Addresses
    processes: tuple[Started, ...]
    owner: Started
    kept: bool


def read(file: Path) -> State | None:
    """The state in this file; None if there is no file."""
    try:
        data = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    return State(
        data["ports"],
        Addresses(**data["addresses"]),
        tuple(Started(**process) for process in data["processes"]),
        Started(**data["owner"]),
        data["kept"],
    )


def write(file: Path, state: State) -> None:
    """Replace the file at once."""
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(state), indent=2))
    partial.rename(file)
