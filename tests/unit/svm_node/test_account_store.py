"""Finding accounts by what they were at a slot."""

import struct

from solders.account import Account
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from svm_node.accounts import AccountStore, token_key
from svm_node.programs import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM

MINT = Pubkey(bytes([5]) * 32)
ALICE, BOB = Pubkey(bytes([1]) * 32), Pubkey(bytes([2]) * 32)


def token(owner: Pubkey, amount: int = 1, program: Pubkey = TOKEN_PROGRAM, mint: Pubkey = MINT) -> Account:
    data = bytes(mint) + bytes(owner) + struct.pack("<Q", amount) + bytes(36) + b"\1" + bytes(56)
    return Account(2_039_280, data, program)


class Store:
    """An account store whose accounts are written by hand."""

    def __init__(self) -> None:
        self._svm = LiteSVM()
        self.store = AccountStore(self._svm)

    def write(self, slot: int, address: Pubkey, account: Account | None) -> None:
        before = self.store.newest_of([address])
        self._svm.set_account(address, account or Account(0, b"", SYSTEM_PROGRAM))
        self.store.refresh(before, slot)

    def owned(self, owner: Pubkey, slot: int) -> list[Pubkey]:
        return [address for address, _ in self.store.tokens_of_owner(owner, slot)]


def test_a_token_account_changes_hands_and_is_found_by_its_owner_at_each_slot() -> None:
    address, it = Keypair().pubkey(), Store()
    it.write(1, address, token(ALICE))
    it.write(3, address, token(BOB))
    assert [it.owned(ALICE, slot) for slot in range(5)] == [[], [address], [address], [], []]
    assert [it.owned(BOB, slot) for slot in range(5)] == [[], [], [], [address], [address]]


def test_what_is_final_is_forgotten_but_for_the_newest_of_it() -> None:
    address, it = Keypair().pubkey(), Store()
    it.write(1, address, token(ALICE))
    it.write(3, address, token(BOB))
    it.store.finalize(1)
    assert it.owned(ALICE, 1) == [address]
    it.store.finalize(3)
    assert it.owned(ALICE, 3) == []
    assert it.owned(BOB, 3) == [address]
    assert it.store._by_token_owner.get(bytes(ALICE)) == []


def test_a_closed_account_is_gone_from_its_slot_on() -> None:
    address, it = Keypair().pubkey(), Store()
    it.write(1, address, token(ALICE))
    it.write(2, address, None)
    assert it.store.at(address, 1) is not None
    assert it.store.at(address, 2) is None
    assert [a for a, _ in it.store.tokens_of_mint(MINT, 1)] == [address]
    assert [a for a, _ in it.store.tokens_of_mint(MINT, 2)] == []
    it.store.finalize(1)
    it.store.finalize(2)
    assert it.store._by_mint.get(bytes(MINT)) == []


def test_two_changes_in_a_slot_leave_one_version() -> None:
    address, it = Keypair().pubkey(), Store()
    it.write(1, address, token(ALICE, 1))
    it.write(1, address, token(BOB, 2))
    assert it.owned(ALICE, 1) == []
    assert it.owned(BOB, 1) == [address]
    assert it.store.at(address, 0) is None


def test_an_unchanged_account_is_no_change() -> None:
    address, it = Keypair().pubkey(), Store()
    it.write(1, address, token(ALICE))
    assert it.store.refresh(it.store.newest_of([address]), 2) == []


def test_accounts_of_a_program() -> None:
    classic, modern, it = Keypair().pubkey(), Keypair().pubkey(), Store()
    it.write(1, classic, token(ALICE))
    it.write(1, modern, token(ALICE, program=TOKEN_2022_PROGRAM))
    assert [address for address, _ in it.store.owned_by(TOKEN_2022_PROGRAM, 1)] == [modern]
    assert set(it.owned(ALICE, 1)) == {classic, modern}


def test_only_initialized_token_accounts_count() -> None:
    assert token_key(token(ALICE)) is not None
    fresh = Account(1, bytes(165), TOKEN_PROGRAM)
    multisig = Account(1, b"\1" * 355, TOKEN_PROGRAM)
    mint = Account(1, b"\1" * 165 + b"\1" * 20, TOKEN_2022_PROGRAM)
    foreign = Account(1, token(ALICE).data, SYSTEM_PROGRAM)
    assert [token_key(account) for account in (fresh, multisig, mint, foreign)] == [None] * 4
