"""What is at the address of a scan: one call.

Sources: spl-token (`Account`), Token-2022 (the account type behind byte 165), the loaders' program ids.
"""

from typing import Final

from walletwatch.chain.inspection.authorities import LOADERS, is_on_curve
from walletwatch.chain.inspection.failures import unknown
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.errors import ChainRefused, ChainUnavailable
from walletwatch.domain.inspection.subject import AddressKind, Subject
from walletwatch.domain.programs import SYSTEM, TOKEN_PROGRAMS
from walletwatch.domain.risk import Facts
from walletwatch.ports.chain import Chain

_TOKEN_ACCOUNT_BYTES: Final = 165
_TYPE_OF_TOKEN_ACCOUNT: Final = 2
_OWNER: Final = slice(32, 64)


class SubjectReader:
    """Tells a wallet from a program, and from the accounts of programs."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def read(self, address: str, _facts: Facts) -> Facts:
        """`Subject`."""
        try:
            account = (await self._chain.accounts([address], head=_TOKEN_ACCOUNT_BYTES + 1))[address]
        except (ChainRefused, ChainUnavailable) as error:
            return {Subject: unknown(error)}
        return {Subject: subject_of(address, account)}


def subject_of(address: str, account: AccountData | None) -> Subject:
    """What the account at an address makes of it; `account.data` from its beginning, 166 bytes of it."""
    if account is None or (account.owner == SYSTEM and not account.data):
        slot = account.slot if account else None
        return Subject(address, AddressKind.KEY if is_on_curve(address) else AddressKind.DERIVED, slot=slot)
    program, name = account.owner, _name(account.owner)
    if program in LOADERS:
        return Subject(address, AddressKind.PROGRAM, program, name, slot=account.slot)
    if program in TOKEN_PROGRAMS and _is_token_account(account.data):
        owner = encode_address(account.data[_OWNER])
        return Subject(address, AddressKind.TOKEN_ACCOUNT, program, name, owner, account.slot)
    return Subject(address, AddressKind.OWNED, program, name, slot=account.slot)


def _is_token_account(data: bytes) -> bool:
    return len(data) == _TOKEN_ACCOUNT_BYTES or data[_TOKEN_ACCOUNT_BYTES:] == bytes([_TYPE_OF_TOKEN_ACCOUNT])


def _name(program: str) -> str | None:
    from walletwatch.chain.decoding.registry import REGISTRY  # noqa: PLC0415 - only where one is met

    known = REGISTRY.get(program)
    return known.label if known else None
