"""`ports.money.CoreAssets` from the chain: the Metaplex Core assets of a wallet, and what they are."""

from collections.abc import Mapping, Sequence
from typing import Final

from walletwatch.chain.tokens.core_account import (
    ASSET,
    CoreAccount,
    Plugin,
    Unreadable,
    collection_and_name,
    read_asset,
    read_collection,
)
from walletwatch.domain.addresses import decode_address, encode
from walletwatch.domain.chain import AccountData
from walletwatch.domain.collectibles import AssetPower, CoreAsset, HeldAssets
from walletwatch.domain.lookalikes import readable
from walletwatch.domain.programs import MPL_CORE
from walletwatch.domain.tokens import MAX_NAME_LENGTH
from walletwatch.ports.chain import Chain

LISTED: Final = 1000
"""Assets of a wallet that can be paged through."""
ORDERING: Final = 134
"""Bytes of each that put them in order: key, owner, update authority, and a name of 64 bytes."""
HEAD: Final = 2048
"""Bytes of an asset or a collection that are looked at; its maker may fill megabytes."""

_FREEZE, _BURN, _TRANSFER = 1, 2, 3
_PERMANENT_FREEZE, _PERMANENT_TRANSFER, _PERMANENT_BURN = 5, 7, 8
_INHERITED: Final = frozenset({_PERMANENT_FREEZE, _PERMANENT_TRANSFER, _PERMANENT_BURN})
"""A collection's, unless the asset has one of its own; all others are an asset's alone."""
_POWERS: Final[Mapping[AssetPower, frozenset[int]]] = {
    AssetPower.TRANSFER: frozenset({_TRANSFER, _PERMANENT_TRANSFER}),
    AssetPower.BURN: frozenset({_BURN, _PERMANENT_BURN}),
    AssetPower.FREEZE: frozenset({_FREEZE, _PERMANENT_FREEZE}),
}


class ChainCoreAssets:
    """One request for the list, two for the assets of a page and their collections."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    async def held_by(self, wallet: str) -> HeldAssets:
        """The assets whose owner the wallet is.

        Raises:
            ChainUnavailable: The chain could not be asked.
            ChainRefused: The node does not list a program's accounts.
        """
        key_and_owner = encode(bytes([ASSET]) + decode_address(wallet))
        found = await self._chain.program_accounts(
            MPL_CORE, size=None, memcmp={0: key_and_owner}, slice_=(0, ORDERING)
        )
        ordered = sorted(found, key=_order)
        return HeldAssets(
            tuple(each.address for each in ordered[:LISTED]), left_out=len(ordered) - len(ordered[:LISTED])
        )

    async def of(self, addresses: Sequence[str]) -> Mapping[str, CoreAsset]:
        """What is known of the assets; what is none, or is gone, is absent.

        Raises:
            ChainUnavailable: They could not be read.
        """
        accounts = await self._chain.accounts(addresses, head=HEAD)
        assets = {}
        for address, account in accounts.items():
            try:
                assets[address] = read_asset(account) if account is not None else None
            except Unreadable:
                continue
        wanted = {each.collection for each in assets.values() if each is not None} - {None}
        collections = await self._collections(sorted(each for each in wanted if each is not None))
        return {
            address: _asset(address, asset, collections.get(asset.collection or ""))
            for address, asset in assets.items()
            if asset is not None
        }

    async def _collections(self, addresses: Sequence[str]) -> Mapping[str, CoreAccount]:
        if not addresses:
            return {}
        found = {}
        for address, account in (await self._chain.accounts(addresses, head=HEAD)).items():
            try:
                if account is not None:
                    found[address] = read_collection(account)
            except Unreadable:
                continue
        return found


def _asset(address: str, asset: CoreAccount, collection: CoreAccount | None) -> CoreAsset:
    plugins = _in_force(asset, collection)
    return CoreAsset(
        address,
        readable(asset.name, MAX_NAME_LENGTH),
        asset.collection,
        readable(collection.name, MAX_NAME_LENGTH) if collection is not None else None,
        None if plugins is None else _is_frozen(plugins),
        None if plugins is None else _powers(plugins),
    )


def _in_force(asset: CoreAccount, collection: CoreAccount | None) -> Mapping[int, Plugin] | None:
    """The plugins that have a say about an asset; None where not all of them could be read."""
    if asset.plugins is None:
        return None
    if asset.collection is None:
        return asset.plugins
    if collection is None or collection.plugins is None:
        return None
    return {
        **{kind: each for kind, each in collection.plugins.items() if kind in _INHERITED},
        **asset.plugins,
    }


def _is_frozen(plugins: Mapping[int, Plugin]) -> bool:
    return any(plugins[kind].flag == 1 for kind in (_FREEZE, _PERMANENT_FREEZE) if kind in plugins)


def _powers(plugins: Mapping[int, Plugin]) -> tuple[AssetPower, ...]:
    others = {kind for kind, each in plugins.items() if each.of_others}
    return tuple(power for power, kinds in _POWERS.items() if kinds & others)


def _order(account: AccountData) -> tuple[bool, str, bytes, str]:
    collection, name = collection_and_name(account.data)
    return collection is None, collection or "", name, account.address
