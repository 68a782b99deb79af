"""Accounts as they were at every slot that is not finalized yet.

LiteSVM knows the newest state only. Reads at `confirmed` and `finalized` need older ones, so every account a
transaction changes keeps one version per slot until the slot is finalized; then all but the newest finalized
version are dropped. Accounts no transaction changed are read from LiteSVM.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from svm_node.programs import SYSVAR_OWNER, TOKEN_PROGRAMS

TOKEN_ACCOUNT_LENGTH = 165
MINT_LENGTH = 82
MULTISIG_LENGTH = 355
_ACCOUNT_TYPE_ACCOUNT = 2
_BEFORE_GENESIS = -1


class Version(NamedTuple):
    """The state of an account from a slot on; None while it does not exist."""

    slot: int
    account: Account | None


class TokenKey(NamedTuple):
    """What a token account is found by."""

    owner: bytes
    mint: bytes


def token_key(account: Account) -> TokenKey | None:
    """Owner and mint of a token account of either token program; None for any other account."""
    if account.owner not in TOKEN_PROGRAMS:
        return None
    data = account.data
    size = len(data)
    if size < TOKEN_ACCOUNT_LENGTH or size == MULTISIG_LENGTH:
        return None
    if size > TOKEN_ACCOUNT_LENGTH and data[TOKEN_ACCOUNT_LENGTH] != _ACCOUNT_TYPE_ACCOUNT:
        return None
    if data[108] == 0:
        return None
    return TokenKey(data[32:64], data[:32])


class _Index[K]:
    """Addresses by a property that any retained version of their account has."""

    def __init__(self) -> None:
        self._addresses: defaultdict[K, dict[Pubkey, None]] = defaultdict(dict)

    def add(self, key: K, address: Pubkey) -> None:
        self._addresses[key][address] = None

    def discard(self, key: K, address: Pubkey) -> None:
        members = self._addresses[key]
        members.pop(address, None)
        if not members:
            del self._addresses[key]

    def get(self, key: K) -> list[Pubkey]:
        return list(self._addresses.get(key, ()))


class AccountStore:
    """Reads accounts at a slot, and finds them by program, by token owner and by mint."""

    def __init__(self, svm: LiteSVM) -> None:
        self._svm = svm
        self._versions: dict[Pubkey, list[Version]] = {}
        self._untouched: dict[Pubkey, Account] = {}
        self._changed_in: defaultdict[int, set[Pubkey]] = defaultdict(set)
        self._by_program: _Index[Pubkey] = _Index()
        self._by_token_owner: _Index[bytes] = _Index()
        self._by_mint: _Index[bytes] = _Index()

    def __len__(self) -> int:
        return len(self._versions)

    def newest(self, address: Pubkey) -> Account | None:
        """The account after the last transaction; None if it does not exist."""
        versions = self._versions.get(address)
        if versions is not None:
            return versions[-1].account
        try:
            return self._untouched[address]
        except KeyError:
            account = self._read(address)
            # Sysvars change without a transaction; addresses without an account are too many to remember.
            if account is not None and account.owner != SYSVAR_OWNER:
                self._untouched[address] = account
            return account

    def at(self, address: Pubkey, slot: int) -> Account | None:
        """The account as it was at the end of a slot that is finalized or newer."""
        versions = self._versions.get(address)
        if versions is None:
            return self.newest(address)
        for version in reversed(versions):
            if version.slot <= slot:
                return version.account
        return None

    def newest_of(self, addresses: Iterable[Pubkey]) -> dict[Pubkey, Account | None]:
        """The accounts as they are now: what `refresh` needs to know from before a change."""
        return {address: self.newest(address) for address in addresses}

    def refresh(self, before: Mapping[Pubkey, Account | None], slot: int) -> list[Pubkey]:
        """Take over what a transaction in this slot made of accounts.

        Args:
            before: The accounts before the transaction.
            slot: The slot it ran in.

        Returns:
            The addresses of those that changed.
        """
        changed = []
        for address, old in before.items():
            account = self._read(address)
            if account != old:
                self._put(address, slot, old, account)
                changed.append(address)
        return changed

    def finalize(self, slot: int) -> None:
        """Forget what was before the end of this slot."""
        for address in self._changed_in.pop(slot, ()):
            versions = self._versions[address]
            kept = max(i for i, version in enumerate(versions) if version.slot <= slot)
            dropped = versions[:kept]
            del versions[:kept]
            for version in dropped:
                self._unindex(address, version.account)

    def owned_by(self, program: Pubkey, slot: int) -> Iterator[tuple[Pubkey, Account]]:
        """All accounts a program owned at the end of a slot."""
        for address in self._by_program.get(program):
            account = self.at(address, slot)
            if account is not None and account.owner == program:
                yield address, account

    def tokens_of_owner(self, owner: Pubkey, slot: int) -> Iterator[tuple[Pubkey, Account]]:
        """All token accounts, of both token programs, that belonged to a wallet at the end of a slot."""
        key = bytes(owner)
        for address in self._by_token_owner.get(key):
            account = self.at(address, slot)
            if account is not None and (found := token_key(account)) and found.owner == key:
                yield address, account

    def tokens_of_mint(self, mint: Pubkey, slot: int) -> Iterator[tuple[Pubkey, Account]]:
        """All token accounts of a mint at the end of a slot."""
        key = bytes(mint)
        for address in self._by_mint.get(key):
            account = self.at(address, slot)
            if account is not None and (found := token_key(account)) and found.mint == key:
                yield address, account

    def seed(self, program: Pubkey) -> None:
        """Index the accounts a program has from genesis on."""
        for address, _ in self._svm.get_program_accounts(program):
            account = self.newest(address)
            self._index(address, account)

    def _read(self, address: Pubkey) -> Account | None:
        account = self._svm.get_account(address)
        # An account without lamports is purged at the end of its transaction.
        return None if account is None or account.lamports == 0 else account

    def _put(self, address: Pubkey, slot: int, old: Account | None, account: Account | None) -> None:
        versions = self._versions.get(address)
        if versions is None:
            versions = self._versions[address] = [Version(_BEFORE_GENESIS, old)]
            self._untouched.pop(address, None)
        if versions[-1].slot == slot:
            replaced = versions.pop()
            versions.append(Version(slot, account))
            self._unindex(address, replaced.account)
        else:
            versions.append(Version(slot, account))
        self._index(address, account)
        self._changed_in[slot].add(address)

    def _index(self, address: Pubkey, account: Account | None) -> None:
        if account is None:
            return
        self._by_program.add(account.owner, address)
        if key := token_key(account):
            self._by_token_owner.add(key.owner, address)
            self._by_mint.add(key.mint, address)

    def _unindex(self, address: Pubkey, account: Account | None) -> None:
        """Take an account's dropped version out of the indexes, where no version that is left needs it."""
        if account is None:
            return
        left = [version.account for version in self._versions[address] if version.account is not None]
        if all(other.owner != account.owner for other in left):
            self._by_program.discard(account.owner, address)
        key = token_key(account)
        if key is None:
            return
        keys = [token_key(other) for other in left]
        if all(other is None or other.owner != key.owner for other in keys):
            self._by_token_owner.discard(key.owner, address)
        if all(other is None or other.mint != key.mint for other in keys):
            self._by_mint.discard(key.mint, address)
