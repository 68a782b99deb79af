"""Slots, commitment, blockhashes and the recording of transactions."""

from itertools import pairwise

import pytest
from solders import system_program as system
from solders.account import Account
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0, MessageV1
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from svm_node.chain import MAX_PROCESSING_AGE, Chain, TransactionRejected
from svm_node.commitment import Commitment, Depths
from svm_node.nonce import NONCE_ACCOUNT_LENGTH
from svm_node.programs import NATIVE_MINT, SYSTEM_PROGRAM
from tests.unit.svm_node.wallets import RICH, funded, payment, signed, small_chain

MILLION = 1_000_000


def test_a_transaction_lands_in_the_open_block_and_rises_level_by_level() -> None:
    chain = small_chain()
    record = chain.send(
        signed(chain, [payment(wallet := funded(chain), Keypair().pubkey(), MILLION)], wallet)
    )
    assert record.slot == 1
    levels = [chain.level_of(record.slot)]
    for _ in range(3):
        chain.advance()
        levels.append(chain.level_of(record.slot))
    assert levels == [
        Commitment.PROCESSED,
        Commitment.CONFIRMED,
        Commitment.CONFIRMED,
        Commitment.FINALIZED,
    ]


def test_depths_must_be_in_order() -> None:
    with pytest.raises(ValueError, match="depths"):
        Depths(confirmed=0, finalized=3)
    with pytest.raises(ValueError, match="depths"):
        Depths(confirmed=4, finalized=3)


def test_an_account_is_read_as_it_was_at_its_level() -> None:
    chain = small_chain()
    wallet, friend = funded(chain), Keypair().pubkey()

    def balances() -> list[int]:
        accounts = [chain.accounts.at(friend, chain.block_at(level).slot) for level in Commitment]
        return [account.lamports if account else 0 for account in accounts]

    chain.send(signed(chain, [payment(wallet, friend, MILLION)], wallet))
    assert balances() == [MILLION, 0, 0]
    chain.advance()
    chain.send(signed(chain, [payment(wallet, friend, 2 * MILLION)], wallet))
    assert balances() == [3 * MILLION, MILLION, 0]
    chain.advance()
    assert balances() == [3 * MILLION, 3 * MILLION, 0]
    chain.advance()
    assert balances() == [3 * MILLION, 3 * MILLION, MILLION]
    chain.advance()
    assert balances() == [3 * MILLION] * 3


def test_balances_before_and_after_add_up_to_the_fee() -> None:
    chain = small_chain()
    wallet = funded(chain)
    record = chain.send(signed(chain, [payment(wallet, Keypair().pubkey(), MILLION)], wallet))
    assert sum(record.before.lamports) - sum(record.after.lamports) == record.meta.fee()
    assert record.before.lamports[0] == RICH
    assert record.after.lamports[:2] == [RICH - MILLION - record.meta.fee(), MILLION]


def test_a_failed_transaction_lands_and_costs_its_fee_only() -> None:
    chain = small_chain()
    wallet = funded(chain)
    record = chain.send(signed(chain, [payment(wallet, Keypair().pubkey(), 2 * RICH)], wallet))
    assert record.failure is not None
    assert record.failure.json == {"InstructionError": [0, {"Custom": 1}]}
    assert record.failure.text == "Error processing Instruction 0: custom program error: 0x1"
    assert record.before.lamports[0] - record.after.lamports[0] == record.meta.fee() == 5_000


def rejection(chain: Chain, transaction: VersionedTransaction) -> object:
    count = chain.ledger.transaction_count
    with pytest.raises(TransactionRejected) as caught:
        chain.send(transaction)
    assert chain.ledger.transaction_count == count
    return caught.value.reason.json


def test_a_duplicate_is_refused() -> None:
    chain = small_chain()
    wallet = funded(chain)
    transaction = signed(chain, [payment(wallet, Keypair().pubkey(), MILLION)], wallet)
    chain.send(transaction)
    assert rejection(chain, transaction) == "AlreadyProcessed"
    chain.advance()
    assert rejection(chain, transaction) == "AlreadyProcessed"


def test_a_blockhash_lasts_150_blocks_whatever_is_skipped() -> None:
    chain = small_chain()
    wallet = funded(chain)
    blockhash, last_valid = chain.latest_blockhash(Commitment.PROCESSED)
    chain.advance(skip=1_000)
    while chain.ledger.tip.height < last_valid:
        chain.advance()
    assert last_valid == MAX_PROCESSING_AGE
    chain.send(signed(chain, [payment(wallet, Keypair().pubkey(), MILLION)], wallet, blockhash=blockhash))
    chain.advance()
    late = signed(chain, [payment(wallet, Keypair().pubkey(), MILLION)], wallet, blockhash=blockhash)
    assert rejection(chain, late) == "BlockhashNotFound"
    unknown = str(Hash(bytes([7]) * 32))
    never = signed(chain, [payment(wallet, Keypair().pubkey(), MILLION)], wallet, blockhash=unknown)
    assert rejection(chain, never) == "BlockhashNotFound"


def test_a_wrong_signature_and_an_unfunded_payer_are_refused() -> None:
    chain = small_chain()
    wallet = funded(chain)
    good = signed(chain, [payment(wallet, Keypair().pubkey(), MILLION)], wallet)
    forged = VersionedTransaction.populate(good.message, [Signature(bytes([1]) * 64)])
    assert rejection(chain, forged) == "SignatureFailure"
    poor = Keypair()
    assert rejection(chain, signed(chain, [payment(poor, wallet.pubkey(), 1)], poor)) == "AccountNotFound"
    assert chain.rejected_count == 2


def test_blocks_are_chained_by_their_hashes_and_skipped_slots_have_none() -> None:
    chain = small_chain()
    chain.advance()
    chain.advance(skip=2)
    chain.advance()
    slots = chain.ledger.slots_between(0, 100)
    assert slots == [0, 1, 2, 5, 6]
    blocks = [chain.ledger.block(slot) for slot in slots]
    for parent, child in pairwise(blocks):
        assert parent is not None
        assert child is not None
        assert child.parent_slot == parent.slot
        assert child.previous_blockhash == parent.blockhash
        assert child.height == parent.height + 1
    assert chain.ledger.block(3) is None


def test_two_chains_have_nothing_in_common() -> None:
    assert small_chain().genesis_hash != small_chain().genesis_hash


def test_equal_airdrops_are_different_transactions() -> None:
    chain = small_chain()
    wallet = Keypair().pubkey()
    signatures = {chain.airdrop(wallet, MILLION).signature for _ in range(5)}
    assert len(signatures) == 5
    account = chain.accounts.newest(wallet)
    assert account is not None
    assert account.lamports == 5 * MILLION


def test_an_airdrop_below_rent_exemption_is_refused() -> None:
    chain = small_chain()
    with pytest.raises(TransactionRejected, match="insufficient funds for rent"):
        chain.airdrop(Keypair().pubkey(), 1)
    assert chain.ledger.transaction_count == 0


def test_a_durable_nonce_outlives_its_blockhash_and_is_used_once() -> None:
    chain = small_chain()
    wallet, nonce, friend = funded(chain), Keypair(), Keypair().pubkey()
    rent = chain.rent_exempt_minimum(NONCE_ACCOUNT_LENGTH)
    create = system.create_nonce_account(wallet.pubkey(), nonce.pubkey(), wallet.pubkey(), rent)
    chain.send(signed(chain, list(create), wallet, nonce))
    account = chain.accounts.newest(nonce.pubkey())
    assert account is not None
    value = str(Hash(account.data[40:72]))
    advance = system.advance_nonce_account(
        system.AdvanceNonceAccountParams(nonce_pubkey=nonce.pubkey(), authorized_pubkey=wallet.pubkey())
    )
    instructions = [advance, payment(wallet, friend, MILLION)]
    for _ in range(MAX_PROCESSING_AGE + 10):
        chain.advance()
    record = chain.send(signed(chain, instructions, wallet, blockhash=value))
    assert record.failure is None
    chain.advance()
    again = signed(chain, [*instructions, payment(wallet, friend, 1)], wallet, blockhash=value)
    assert rejection(chain, again) == "BlockhashNotFound"


def test_version_1_transactions_land() -> None:
    chain = small_chain()
    wallet, friend = funded(chain), Keypair().pubkey()
    blockhash = Hash.from_string(chain.latest_blockhash(Commitment.PROCESSED)[0])
    message = MessageV1.try_compile(wallet.pubkey(), [payment(wallet, friend, MILLION)], blockhash)
    record = chain.send(VersionedTransaction(message, [wallet]))
    assert record.failure is None
    assert record.after.lamports[1] == MILLION


def test_a_transaction_with_a_lookup_table_that_is_not_there_is_refused() -> None:
    chain = small_chain()
    wallet, friend = funded(chain), Keypair().pubkey()
    table = AddressLookupTableAccount(Keypair().pubkey(), [friend])
    message = MessageV0.try_compile(wallet.pubkey(), [payment(wallet, friend, 1)], [table], Hash.default())
    transaction = VersionedTransaction.populate(message, [Signature.default()])
    simulation = chain.simulate(transaction, verify_signatures=False, check_blockhash=False)
    assert simulation.failure is not None
    assert simulation.failure.json == "AddressLookupTableNotFound"


def test_an_account_can_be_put_in_place() -> None:
    chain = small_chain()
    address = Keypair().pubkey()
    chain.set_account(address, Account(77, b"hello", SYSTEM_PROGRAM))
    account = chain.accounts.newest(address)
    assert account is not None
    assert (account.lamports, account.data) == (77, b"hello")


def test_simulation_changes_nothing() -> None:
    chain = small_chain()
    wallet, friend = funded(chain), Keypair().pubkey()
    transaction = signed(chain, [payment(wallet, friend, MILLION)], wallet)
    simulation = chain.simulate(transaction, verify_signatures=True, check_blockhash=True)
    assert simulation.failure is None
    assert simulation.accounts[friend].lamports == MILLION
    assert chain.accounts.newest(friend) is None
    assert chain.send(transaction).failure is None


def test_the_wrapped_native_mint_is_there() -> None:
    mint = small_chain().accounts.newest(NATIVE_MINT)
    assert mint is not None
    assert len(mint.data) == 82
    assert isinstance(mint.owner, Pubkey)
