"""What the authorities of a mint are, by their accounts.

Sources: spl-token `Multisig`, mpl-token-metadata `Metadata` and its master edition, Agave's upgradeable
loader (`UpgradeableLoaderState`).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from walletwatch.chain.tokens.metadata import metaplex_address
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.authorities import Authority, AuthorityKind, HookProgram, MetaplexMetadata
from walletwatch.domain.inspection.mint import MintState
from walletwatch.domain.programs import METAPLEX, SYSTEM, TOKEN, TOKEN_2022, UPGRADEABLE_LOADER

LOADERS: Final = frozenset(
    {
        UPGRADEABLE_LOADER,
        "BPFLoader1111111111111111111111111111111111",
        "BPFLoader2111111111111111111111111111111111",
        "LoaderV411111111111111111111111111111111111",
    }
)
_MULTISIG_LENGTH: Final = 355
HEAD: Final = _MULTISIG_LENGTH + 1
"""Bytes of an account that tell a multisig, and who may replace a program's code."""
_MULTISIG_HEAD: Final = 3
"""Signatures needed, signers, and whether it is initialized; then the signers."""
_MAX_SIGNERS: Final = 11
_METADATA_V1: Final = 4
_MAX_CREATORS: Final = 5
"""Of Metaplex; more mean that it is read wrongly."""
_PROGRAM: Final = 2
_PROGRAM_DATA: Final = 3
"""`UpgradeableLoaderState`, by its tag of four bytes."""


@lru_cache(maxsize=1024)
def master_edition_address(mint: str) -> str:
    """Where Metaplex keeps the master edition of a mint."""
    return _derived(METAPLEX, b"metadata", _bytes(METAPLEX), _bytes(mint), b"edition")


@lru_cache(maxsize=1024)
def program_data_address(program: str) -> str:
    """Where the upgradeable loader keeps the code of a program."""
    return _derived(UPGRADEABLE_LOADER, _bytes(program))


def authorities_of(mint: MintState) -> Iterable[str]:
    """The addresses that have a say, as the mint names them."""
    extensions = mint.extensions
    named = [mint.mint_authority, mint.freeze_authority, extensions.close_authority]
    named += [extensions.permanent_delegate, extensions.permissioned_burn]
    if extensions.transfer_fee:
        named += [extensions.transfer_fee.config_authority, extensions.transfer_fee.withdraw_authority]
    for part in (extensions.hook, extensions.pausable, extensions.interest, extensions.scaled):
        named.append(part.authority if part else None)
    for pointer in (extensions.metadata_pointer, extensions.group_pointer, extensions.member_pointer):
        named.append(pointer.authority if pointer else None)
    if extensions.confidential:
        named.append(extensions.confidential.authority)
    for owned in (extensions.metadata, extensions.group):
        named.append(owned.update_authority if owned else None)
    return dict.fromkeys(name for name in named if name is not None)


def accounts_to_read(mint: MintState, metaplex: MetaplexMetadata | None) -> list[str]:
    """What the second look at a mint has to see."""
    wanted = dict.fromkeys(authorities_of(mint))
    if metaplex is not None:
        wanted[metaplex.update_authority] = None
    hook = mint.extensions.hook
    if hook is not None and hook.program is not None:
        wanted |= dict.fromkeys([hook.program, program_data_address(hook.program)])
    return list(wanted)


def read_authorities(
    mint: MintState, metaplex: MetaplexMetadata | None, accounts: Mapping[str, AccountData | None]
) -> Mapping[str, Authority]:
    """All who have a say about a mint, by address."""
    named = [*authorities_of(mint), *([metaplex.update_authority] if metaplex else [])]
    program = TOKEN_2022 if mint.token_2022 else TOKEN
    return {
        address: read_authority(address, mint.address, accounts.get(address), program=program)
        for address in named
    }


def read_authority(address: str, mint: str, account: AccountData | None, *, program: str) -> Authority:
    """What an authority of a mint is.

    Whoever has the key of an address signs for it, whatever program its account is given to: only addresses
    without a key, and multisigs of the mint's own program, need more than one signature.

    Args:
        address: Of the authority.
        mint: Whose authority it is.
        account: At that address.
        program: The token program of the mint; it takes another's multisig for a plain signer.
    """
    if address == master_edition_address(mint):
        return Authority(AuthorityKind.EDITION, METAPLEX)
    if account is not None and account.owner == program and len(account.data) == _MULTISIG_LENGTH:
        needed, signers = account.data[0], account.data[1]
        if _one_signs(account.data, needed, signers):
            return Authority(AuthorityKind.KEY)
        return Authority(AuthorityKind.MULTISIG, account.owner, needed, signers)
    if is_on_curve(address):
        return Authority(AuthorityKind.KEY)
    owner = None if account is None or account.owner == SYSTEM else account.owner
    return Authority(AuthorityKind.PROGRAM, owner)


def _one_signs(multisig: bytes, needed: int, signers: int) -> bool:
    """Whether one key suffices: one that is named several times counts as often (`validate_owner`)."""
    named = [multisig[_MULTISIG_HEAD + 32 * place :][:32] for place in range(min(signers, _MAX_SIGNERS))]
    return max(map(named.count, named), default=0) >= needed


def read_metaplex_authority(mint: str, account: AccountData | None) -> MetaplexMetadata | None:
    """Who may change what Metaplex's account says; None where there is none about this mint."""
    if account is None or account.owner != METAPLEX:
        return None
    data = account.data
    if data[:1] != bytes([_METADATA_V1]) or len(data) < 65 or encode_address(data[33:65]) != mint:
        return None
    return MetaplexMetadata(metaplex_address(mint), encode_address(data[1:33]), _is_mutable(data))


def read_hook(program: str, account: AccountData | None, code: AccountData | None) -> HookProgram | None:
    """The program of a hook.

    Args:
        program: Its address.
        account: Of the program.
        code: Of `program_data_address`.

    Returns:
        None where the loader's accounts are of no known form.
    """
    if account is None or account.owner not in LOADERS:
        return HookProgram(program, exists=False, upgrade_authority=None)
    if account.owner != UPGRADEABLE_LOADER:
        return HookProgram(program, exists=True, upgrade_authority=None)
    if int.from_bytes(account.data[:4], "little") != _PROGRAM:
        return HookProgram(program, exists=False, upgrade_authority=None)
    if code is None:
        # Closed: its code is gone for good.
        return HookProgram(program, exists=False, upgrade_authority=None)
    data = code.data
    if len(data) < 13 or int.from_bytes(data[:4], "little") != _PROGRAM_DATA or data[12] > 1:
        return None
    if not data[12]:
        return HookProgram(program, exists=True, upgrade_authority=None)
    if len(data) < 45:
        return None
    return HookProgram(program, exists=True, upgrade_authority=encode_address(data[13:45]))


def _is_mutable(data: bytes) -> bool | None:
    at = 65
    for _ in range(3):
        length = int.from_bytes(data[at : at + 4], "little")
        at += 4 + length
    at += 2
    if data[at : at + 1] == b"\x01":
        creators = int.from_bytes(data[at + 1 : at + 5], "little")
        if creators > _MAX_CREATORS:
            return None
        at += 4 + 34 * creators
    # Behind the tag: whether the first sale happened, then this.
    flag = data[at + 2 : at + 3]
    return None if flag not in {b"\x00", b"\x01"} else flag == b"\x01"


def _bytes(address: str) -> bytes:
    from solders.pubkey import Pubkey  # noqa: PLC0415 - 30 ms of cold start

    return bytes(Pubkey.from_string(address))


def _derived(program: str, *seeds: bytes) -> str:
    from solders.pubkey import Pubkey  # noqa: PLC0415 - 30 ms of cold start

    return str(Pubkey.find_program_address(list(seeds), Pubkey.from_string(program))[0])


def is_on_curve(address: str) -> bool:
    """Whether somebody can have a private key for it: programs' own addresses are off the curve."""
    from solders.pubkey import Pubkey  # noqa: PLC0415 - 30 ms of cold start

    return Pubkey.from_string(address).is_on_curve()
