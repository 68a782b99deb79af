"""Program id -> what the decoder knows of it. A new protocol is a module with `PROGRAMS`, named here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from walletwatch.chain.decoding.layouts import Decoded, Program
from walletwatch.chain.decoding.programs import (
    collectibles,
    labels,
    launchpads,
    lending,
    marketplaces,
    memo,
    native,
    orders,
    pools,
    routers,
    stake,
    staking,
    system,
    token,
)
from walletwatch.chain.parsing.model import Instruction
from walletwatch.domain.programs import TOKEN_PROGRAMS

MODULES: Final = (
    system, token, native, memo, stake, pools, launchpads, routers, orders, lending, staking, collectibles,
    marketplaces, labels,
)  # fmt: skip


def _register() -> Mapping[str, Program]:
    registry: dict[str, Program] = {}
    for module in MODULES:
        for known in module.PROGRAMS:
            if known.id in registry:
                raise AssertionError(f"{known.id} is registered twice")
            registry[known.id] = known
    return registry


REGISTRY: Final = _register()


def decode_instructions(instructions: Sequence[Instruction]) -> list[Decoded]:
    """What the instructions of known programs say, in their order.

    One that its program's layouts do not know, or whose data are too short, is left out: amounts come from
    the balances, so all that is lost is a label.
    """
    found = []
    for instruction in instructions:
        known = REGISTRY.get(instruction.program)
        if known is None:
            continue
        decoded = known.decode(instruction)
        if decoded is not None:
            found.append(decoded)
        elif instruction.program in TOKEN_PROGRAMS and instruction.parsed is None:
            for part in _batch(instruction):
                decoded = known.decode(part)
                if decoded is not None:
                    found.append(decoded)
    return found


def _batch(instruction: Instruction) -> Iterator[Instruction]:
    """p-token's batch: for each part the number of its accounts, the length of its data, and the data."""
    data = instruction.data
    if not data or data[0] != token.BATCH_TAG:
        return
    at, account = 1, 0
    while at + 2 <= len(data):
        accounts, size = data[at], data[at + 1]
        at += 2
        yield instruction._replace(
            accounts=instruction.accounts[account : account + accounts], encoded=data[at : at + size]
        )
        at += size
        account += accounts
