"""The faucet's payments."""

from collections.abc import Iterator
from itertools import count

from solders.compute_budget import set_compute_unit_limit
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

_UNITS = 10_000


def airdrop_transactions(
    faucet: Keypair, recipient: Pubkey, lamports: int, blockhash: str
) -> Iterator[VersionedTransaction]:
    """Transactions that pay the same, each with another signature.

    Two equal airdrops on one blockhash would be one transaction, so the later ones carry a compute limit.
    """
    payer = faucet.pubkey()
    pay = transfer(TransferParams(from_pubkey=payer, to_pubkey=recipient, lamports=lamports))
    for attempt in count():
        limit = [set_compute_unit_limit(_UNITS + attempt)] if attempt else []
        message = MessageV0.try_compile(payer, [*limit, pay], [], Hash.from_string(blockhash))
        yield VersionedTransaction(message, [faucet])
