"""Instructions of the stake program (Agave's `parse_stake`).

The program takes both the old account lists, with sysvars and the config account, and short ones without
them; which one it got is told by the address at a position.
"""

from collections.abc import Callable
from typing import Any, Final

from svm_node.encoding.instructions.base import Accounts, Parsed
from svm_node.encoding.reader import Reader, Unparsable

_CLOCK: Final = "SysvarC1ock11111111111111111111111111111111"
_RENT: Final = "SysvarRent111111111111111111111111111111111"
_STAKE_CONFIG: Final = "StakeConfig11111111111111111111111111111111"
_AUTHORITY_TYPES = ("Staker", "Withdrawer")


def parse(accounts: Accounts, data: Reader) -> Parsed:
    """Read an instruction.

    Raises:
        Unparsable: It is none that is known.
    """
    parser = _PARSERS.get(data.u32())
    if parser is None:
        raise Unparsable("unknown stake instruction")
    name, read = parser
    return Parsed(name, read(accounts, data))


def _optional(accounts: Accounts, index: int, name: str) -> dict[str, str]:
    return {name: accounts[index]} if len(accounts) > index else {}


def _initialize(accounts: Accounts, data: Reader) -> dict[str, Any]:
    info: dict[str, Any] = {
        "stakeAccount": accounts[0],
        "authorized": {"staker": data.pubkey(), "withdrawer": data.pubkey()},
        "lockup": {"unixTimestamp": data.i64(), "epoch": data.u64(), "custodian": data.pubkey()},
    }
    if len(accounts) > 1 and accounts[1] == _RENT:
        info["rentSysvar"] = accounts[1]
    return info


def _authority_type(data: Reader) -> str:
    index = data.u32()
    if index >= len(_AUTHORITY_TYPES):
        raise Unparsable("unknown authority type")
    return _AUTHORITY_TYPES[index]


def _authorize(accounts: Accounts, data: Reader) -> dict[str, Any]:
    new_authority = data.pubkey()
    info: dict[str, Any] = {
        "stakeAccount": accounts[0],
        "newAuthority": new_authority,
        "authorityType": _authority_type(data),
    }
    if accounts[1] == _CLOCK:
        return info | {
            "clockSysvar": accounts[1],
            "authority": accounts[2],
            **_optional(accounts, 3, "custodian"),
        }
    return info | {"authority": accounts[1], **_optional(accounts, 2, "custodian")}


def _delegate(accounts: Accounts, data: Reader) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    info = accounts.named("stakeAccount", "voteAccount")
    if accounts[2] != _CLOCK:
        return {**info, "stakeAuthority": accounts[2]}
    info |= {"clockSysvar": accounts[2], "stakeHistorySysvar": accounts[3]}
    if accounts[4] == _STAKE_CONFIG:
        return {**info, "stakeConfigAccount": accounts[4], **_optional(accounts, 5, "stakeAuthority")}
    return {**info, "stakeAuthority": accounts[4]}


def _split(accounts: Accounts, data: Reader) -> dict[str, Any]:
    named = accounts.named("stakeAccount", "newSplitAccount")
    return {**named, "lamports": data.u64(), **_optional(accounts, 2, "stakeAuthority")}


def _withdraw(accounts: Accounts, data: Reader) -> dict[str, Any]:
    info: dict[str, Any] = {**accounts.named("stakeAccount", "destination"), "lamports": data.u64()}
    if accounts[2] == _CLOCK:
        return info | {
            "clockSysvar": accounts[2],
            "stakeHistorySysvar": accounts[3],
            "withdrawAuthority": accounts[4],
            **_optional(accounts, 5, "custodian"),
        }
    return info | {"withdrawAuthority": accounts[2], **_optional(accounts, 3, "custodian")}


def _deactivate(accounts: Accounts, data: Reader) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    info = {"stakeAccount": accounts[0]}
    if accounts[1] == _CLOCK:
        return {**info, "clockSysvar": accounts[1], **_optional(accounts, 2, "stakeAuthority")}
    return {**info, "stakeAuthority": accounts[1]}


def _set_lockup(accounts: Accounts, data: Reader) -> dict[str, Any]:
    lockup: dict[str, Any] = {}
    if data.flag():
        lockup["unixTimestamp"] = data.i64()
    if data.flag():
        lockup["epoch"] = data.u64()
    if data.flag():
        lockup["custodian"] = data.pubkey()
    return {**accounts.named("stakeAccount", "custodian"), "lockup": lockup}


def _merge(accounts: Accounts, data: Reader) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    info = accounts.named("destination", "source")
    if accounts[2] == _CLOCK:
        return {
            **info,
            "clockSysvar": accounts[2],
            "stakeHistorySysvar": accounts[3],
            **_optional(accounts, 4, "stakeAuthority"),
        }
    return {**info, "stakeAuthority": accounts[2]}


_PARSERS: dict[int, tuple[str, Callable[[Accounts, Reader], dict[str, Any]]]] = {
    0: ("initialize", _initialize),
    1: ("authorize", _authorize),
    2: ("delegate", _delegate),
    3: ("split", _split),
    4: ("withdraw", _withdraw),
    5: ("deactivate", _deactivate),
    6: ("setLockup", _set_lockup),
    7: ("merge", _merge),
}
