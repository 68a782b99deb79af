"""Methods that run transactions."""

from typing import Any

from solders.pubkey import Pubkey
from solders.transaction import SanitizeError, VersionedTransaction

from svm_node.chain import Simulation, TransactionRejected
from svm_node.commitment import Commitment
from svm_node.encoding.accounts import AccountEncoding, encode_account, mint_decimals_at
from svm_node.encoding.transactions import encode_inner_instructions, encode_return_data
from svm_node.errors import (
    invalid_params,
    preflight_failure,
    signature_verification_failure,
)
from svm_node.rpc.params import Config, Params, as_pubkey, decode_bytes, wrong_type
from svm_node.rpc.registry import RpcContext, rpc_method, with_context

PACKET_DATA_SIZE = 1_232
MAX_V1_TRANSACTION_SIZE = 4_096
_V1_PREFIX = 0x81


@rpc_method("sendTransaction")
def send_transaction(context: RpcContext, params: Params) -> Any:
    """Run a transaction in the open block and answer its signature.

    The preflight runs on the open block whatever `preflightCommitment` says: LiteSVM has no older state to
    run on. With `skipPreflight`, as on Agave, a transaction that cannot land is dropped without a word.
    """
    text, config = params.text(0), params.config(1)
    transaction = _decode_transaction(text, config.get("encoding") or "base58")
    signature = str(transaction.signatures[0])
    if not config.flag("skipPreflight"):
        context.bank_slot(config, Commitment.PROCESSED)
        if not all(transaction.verify_with_results()):
            raise signature_verification_failure()
        simulation = context.chain.simulate(transaction, verify_signatures=True, check_blockhash=True)
        if simulation.failure is not None:
            raise preflight_failure(simulation.failure.text, _preflight_data(simulation))
    try:
        context.chain.send(transaction)
    except TransactionRejected:
        # What preflight lets through can land, so only a skipped preflight gets here.
        return signature
    return signature


@rpc_method("simulateTransaction")
def simulate_transaction(context: RpcContext, params: Params) -> Any:
    """Run a transaction on the open block's state without keeping what it does."""
    text, config = params.text(0), params.config(1)
    transaction = _decode_transaction(text, config.get("encoding") or "base58")
    verifies = config.flag("sigVerify")
    replaces = config.flag("replaceRecentBlockhash")
    if verifies and replaces:
        raise invalid_params("sigVerify may not be used with replaceRecentBlockhash")
    if verifies and not all(transaction.verify_with_results()):
        raise signature_verification_failure()
    slot = context.bank_slot(config, Commitment.PROCESSED)
    wanted = _wanted_accounts(config)
    simulation = context.chain.simulate(transaction, verify_signatures=verifies, check_blockhash=not replaces)
    value: dict[str, Any] = {
        "err": simulation.failure.json if simulation.failure else None,
        "logs": simulation.meta.logs() if simulation.meta else [],
        "accounts": _simulated_accounts(context, simulation, wanted, slot),
        "unitsConsumed": simulation.meta.compute_units_consumed() if simulation.meta else 0,
        "returnData": encode_return_data(simulation.meta) if simulation.meta else None,
        "innerInstructions": None,
        "replacementBlockhash": None,
    }
    if config.flag("innerInstructions") and simulation.meta and simulation.keys:
        keys = [str(key) for key in simulation.keys.all()]
        value["innerInstructions"] = encode_inner_instructions(simulation.meta, keys, is_parsed=True)
    if replaces:
        blockhash, last_valid = context.chain.latest_blockhash(Commitment.PROCESSED)
        value["replacementBlockhash"] = {"blockhash": blockhash, "lastValidBlockHeight": last_valid}
    return with_context(slot, value)


@rpc_method("requestAirdrop")
def request_airdrop(context: RpcContext, params: Params) -> Any:
    """Pay lamports to a wallet by a transfer from the faucet."""
    recipient, lamports = params.pubkey(0), params.u64(1)
    params.config(2).commitment()
    try:
        return context.chain.airdrop(recipient, lamports).signature
    except TransactionRejected as rejected:
        raise preflight_failure(
            rejected.reason.text, {"err": rejected.reason.json, "logs": [], "accounts": None}
        ) from rejected


@rpc_method("getFeeForMessage")
def get_fee_for_message(context: RpcContext, params: Params) -> Any:
    """Lamports a message would cost; null where its blockhash is not accepted any more."""
    raw, config = decode_bytes(params.text(0), "base64"), params.config(1)
    slot = context.bank_slot(config)
    try:
        fee = context.chain.fee_for_message(raw, config.commitment())
    except ValueError as error:
        raise invalid_params(f"failed to deserialize message: {error}") from error
    return with_context(slot, fee)


def _decode_transaction(text: str, encoding: str) -> VersionedTransaction:
    raw = decode_bytes(text, encoding)
    limit = MAX_V1_TRANSACTION_SIZE if raw[:1] == bytes([_V1_PREFIX]) else PACKET_DATA_SIZE
    if len(raw) > limit:
        raise invalid_params(
            f"decoded solana_transaction::versioned::VersionedTransaction too large: {len(raw)} bytes "
            f"(max: {limit} bytes)"
        )
    try:
        transaction = VersionedTransaction.from_bytes(raw)
    except ValueError as error:
        raise invalid_params(
            f"failed to deserialize solana_transaction::versioned::VersionedTransaction: {error}"
        ) from error
    try:
        transaction.sanitize()
    except SanitizeError as error:
        raise invalid_params(f"invalid transaction: {error}") from error
    return transaction


def _preflight_data(simulation: Simulation) -> dict[str, Any]:
    assert simulation.failure is not None
    meta = simulation.meta
    return {
        "accounts": None,
        "err": simulation.failure.json,
        "innerInstructions": None,
        "loadedAccountsDataSize": 0,
        "logs": meta.logs() if meta else [],
        "replacementBlockhash": None,
        "returnData": encode_return_data(meta) if meta else None,
        "unitsConsumed": meta.compute_units_consumed() if meta else 0,
    }


def _wanted_accounts(config: Config) -> tuple[list[Pubkey], AccountEncoding] | None:
    members = config.config("accounts")
    if members is None:
        return None
    addresses = members.get("addresses")
    if not isinstance(addresses, list):
        raise wrong_type(addresses, "a sequence")
    encoding = members.choice("encoding", AccountEncoding, AccountEncoding.BASE64)
    if encoding in (AccountEncoding.BINARY, AccountEncoding.BASE58):
        raise invalid_params("base58 encoding not supported")
    return [as_pubkey(address) for address in addresses], encoding


def _simulated_accounts(
    context: RpcContext,
    simulation: Simulation,
    wanted: tuple[list[Pubkey], AccountEncoding] | None,
    slot: int,
) -> list[Any] | None:
    if wanted is None:
        return None
    addresses, encoding = wanted
    if simulation.failure is not None:
        return [None] * len(addresses)
    accounts = context.chain.accounts
    decimals_of = mint_decimals_at(accounts, slot)
    written: list[Any] = []
    for address in addresses:
        account = simulation.accounts.get(address) or accounts.newest(address)
        exists = account is not None and account.lamports > 0
        written.append(encode_account(account, encoding, None, decimals_of) if account and exists else None)
    return written
