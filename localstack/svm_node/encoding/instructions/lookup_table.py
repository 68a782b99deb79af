"""Instructions of the address lookup table program (Agave's `parse_address_lookup_table`)."""

from typing import Any

from svm_node.encoding.instructions.base import Accounts, Parsed
from svm_node.encoding.reader import Reader, Unparsable

_TABLE = ("lookupTableAccount", "lookupTableAuthority")


def parse(accounts: Accounts, data: Reader) -> Parsed:
    """Read an instruction.

    Raises:
        Unparsable: It is none that is known.
    """
    kind = data.u32()
    match kind:
        case 0:
            named = accounts.named(*_TABLE, "payerAccount", "systemProgram")
            return Parsed("createLookupTable", {**named, "recentSlot": data.u64(), "bumpSeed": data.u8()})
        case 1:
            return Parsed("freezeLookupTable", dict(accounts.named(*_TABLE)))
        case 2:
            return _extend(accounts, data)
        case 3:
            return Parsed("deactivateLookupTable", dict(accounts.named(*_TABLE)))
        case 4:
            return Parsed("closeLookupTable", dict(accounts.named(*_TABLE, "recipient")))
        case _:
            raise Unparsable(f"unknown lookup table instruction {kind}")


def _extend(accounts: Accounts, data: Reader) -> Parsed:
    count = data.u64()
    if count * 32 > data.remaining:
        raise Unparsable("fewer addresses than announced")
    info: dict[str, Any] = {
        **accounts.named(*_TABLE),
        "newAddresses": [data.pubkey() for _ in range(count)],
    }
    if len(accounts) >= 4:
        info |= {"payerAccount": accounts[2], "systemProgram": accounts[3]}
    return Parsed("extendLookupTable", info)
