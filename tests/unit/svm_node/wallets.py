"""Making signed transactions for a chain in this process."""

from collections.abc import Sequence

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from svm_node.chain import Chain, ChainOptions
from svm_node.commitment import Commitment, Depths

RICH = 10**12


def small_chain(confirmed: int = 1, finalized: int = 3) -> Chain:
    """A chain whose blocks are final soon."""
    return Chain(ChainOptions(depths=Depths(confirmed, finalized)))


def funded(chain: Chain) -> Keypair:
    """A new wallet with money in it."""
    wallet = Keypair()
    chain.airdrop(wallet.pubkey(), RICH)
    return wallet


def signed(
    chain: Chain, instructions: Sequence[Instruction], *signers: Keypair, blockhash: str | None = None
) -> VersionedTransaction:
    """A transaction on the newest blockhash, or on another one."""
    recent = blockhash or chain.latest_blockhash(Commitment.PROCESSED)[0]
    message = MessageV0.try_compile(signers[0].pubkey(), instructions, [], Hash.from_string(recent))
    return VersionedTransaction(message, list(signers))


def payment(source: Keypair, destination: Pubkey, lamports: int) -> Instruction:
    """An instruction that sends lamports."""
    return transfer(TransferParams(from_pubkey=source.pubkey(), to_pubkey=destination, lamports=lamports))
