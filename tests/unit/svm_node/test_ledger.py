"""Paging through the transactions of an address."""

from hypothesis import given, settings
from hypothesis import strategies as st
from solders.keypair import Keypair

from svm_node.chain import Chain
from tests.unit.svm_node.wallets import funded, payment, signed, small_chain


def busy_chain() -> tuple[Chain, Keypair, list[str]]:
    chain = small_chain()
    wallet = funded(chain)
    signatures = []
    for number in range(30):
        if number % 4 == 0:
            chain.advance(skip=number % 3)
        record = chain.send(signed(chain, [payment(wallet, Keypair().pubkey(), 10**6 + number)], wallet))
        signatures.append(record.signature)
    return chain, wallet, signatures


CHAIN, WALLET, SIGNATURES = busy_chain()


@settings(max_examples=200)
@given(before=st.none() | st.sampled_from(SIGNATURES), until=st.none() | st.sampled_from(SIGNATURES))
def test_a_page_is_what_lies_between_its_ends(before: str | None, until: str | None) -> None:
    def sequence(signature: str | None) -> int | None:
        record = CHAIN.ledger.transaction(signature) if signature else None
        return record.sequence if record else None

    found = [
        record.signature
        for record in CHAIN.ledger.mentions(WALLET.pubkey(), below=sequence(before), above=sequence(until))
        if record.signature in SIGNATURES
    ]
    end = SIGNATURES.index(before) if before else len(SIGNATURES)
    start = SIGNATURES.index(until) + 1 if until else 0
    assert found == SIGNATURES[start:end][::-1]


def test_every_key_of_a_transaction_finds_it_once() -> None:
    record = CHAIN.ledger.transaction(SIGNATURES[0])
    assert record is not None
    for key in record.keys.all():
        assert [r.signature for r in CHAIN.ledger.mentions(key)].count(SIGNATURES[0]) == 1


def test_slots_are_found_by_range_and_by_limit() -> None:
    slots = CHAIN.ledger.slots_between(0, 10**6)
    assert CHAIN.ledger.slots_between(slots[2], slots[5]) == slots[2:6]
    assert CHAIN.ledger.slots_from(slots[3], 2) == slots[3:5]
    assert CHAIN.ledger.slots_from(slots[-1] + 1, 2) == []
