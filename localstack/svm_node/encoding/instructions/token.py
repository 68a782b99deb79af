"""Instructions of the token programs (Agave's `parse_token`)."""

from typing import Any

from svm_node.encoding.instructions import token_extensions, token_metadata
from svm_node.encoding.instructions.base import Accounts, Parsed
from svm_node.encoding.reader import Reader, Unparsable
from svm_node.token_balances import ui_token_amount

AUTHORITY_TYPES = (
    "mintTokens",
    "freezeAccount",
    "accountOwner",
    "closeAccount",
    "transferFeeConfig",
    "withheldWithdraw",
    "closeMint",
    "interestRate",
    "permanentDelegate",
    "confidentialTransferMint",
    "transferHookProgramId",
    "confidentialTransferFeeConfig",
    "metadataPointer",
    "groupPointer",
    "groupMemberPointer",
    "scaledUiAmount",
    "pause",
    "permissionedBurn",
)
_ACCOUNT_AUTHORITIES = {"accountOwner", "closeAccount"}
_BATCH = 255


def parse(accounts: Accounts, data: Reader) -> Parsed:
    """Read an instruction.

    Raises:
        Unparsable: It is none that is known.
    """
    raw = data.rest()
    metadata = token_metadata.parse(accounts, raw)
    if metadata is not None:
        return metadata
    body = Reader(raw)
    tag = body.u8()
    if tag == _BATCH:
        return _batch(accounts, body)
    if tag in token_extensions.PARSERS:
        return token_extensions.PARSERS[tag](accounts, body)
    parser = _PARSERS.get(tag)
    if parser is None:
        raise Unparsable(f"unknown token instruction {tag}")
    return parser(accounts, body)


def _initialize_mint(accounts: Accounts, data: Reader) -> Parsed:
    parsed = _initialize_mint2(accounts, data)
    return Parsed("initializeMint", {**parsed.info, "rentSysvar": accounts[1]})


def _initialize_mint2(accounts: Accounts, data: Reader) -> Parsed:
    info: dict[str, Any] = {"mint": accounts[0], "decimals": data.u8(), "mintAuthority": data.pubkey()}
    freeze_authority = data.option_pubkey()
    if freeze_authority is not None:
        info["freezeAuthority"] = freeze_authority
    return Parsed("initializeMint2", info)


def _initialize_account(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape for all
    return Parsed("initializeAccount", dict(accounts.named("account", "mint", "owner", "rentSysvar")))


def _initialize_account2(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("account", "mint", "rentSysvar")
    return Parsed("initializeAccount2", {**named, "owner": data.pubkey()})


def _initialize_account3(accounts: Accounts, data: Reader) -> Parsed:
    return Parsed("initializeAccount3", {**accounts.named("account", "mint"), "owner": data.pubkey()})


def _initialize_multisig(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("multisig", "rentSysvar")
    return Parsed("initializeMultisig", {**named, "signers": accounts.after(2), "m": data.u8()})


def _initialize_multisig2(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("multisig")
    return Parsed("initializeMultisig2", {**named, "signers": accounts.after(1), "m": data.u8()})


def _transfer(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("source", "destination")
    return Parsed("transfer", {**named, "amount": str(data.u64()), **accounts.authority(2, "authority")})


def _approve(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("source", "delegate")
    return Parsed("approve", {**named, "amount": str(data.u64()), **accounts.authority(2, "owner")})


def _revoke(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape for all
    return Parsed("revoke", {**accounts.named("source"), **accounts.authority(1, "owner")})


def _set_authority(accounts: Accounts, data: Reader) -> Parsed:
    index = data.u8()
    if index >= len(AUTHORITY_TYPES):
        raise Unparsable("unknown authority type")
    kind = AUTHORITY_TYPES[index]
    owned = "account" if kind in _ACCOUNT_AUTHORITIES else "mint"
    info = {owned: accounts[0], "authorityType": kind, "newAuthority": data.option_pubkey()}
    return Parsed("setAuthority", {**info, **accounts.authority(1, "authority")})


def _mint_to(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("mint", "account")
    return Parsed("mintTo", {**named, "amount": str(data.u64()), **accounts.authority(2, "mintAuthority")})


def _burn(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("account", "mint")
    return Parsed("burn", {**named, "amount": str(data.u64()), **accounts.authority(2, "authority")})


def _close_account(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape for all
    named = accounts.named("account", "destination")
    return Parsed("closeAccount", {**named, **accounts.authority(2, "owner")})


def _freeze_account(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape for all
    named = accounts.named("account", "mint")
    return Parsed("freezeAccount", {**named, **accounts.authority(2, "freezeAuthority")})


def _thaw_account(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape for all
    named = accounts.named("account", "mint")
    return Parsed("thawAccount", {**named, **accounts.authority(2, "freezeAuthority")})


def _checked_amount(data: Reader) -> dict[str, Any]:
    amount = data.u64()
    return {"tokenAmount": ui_token_amount(amount, data.u8())}


def _transfer_checked(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("source", "mint", "destination")
    return Parsed("transferChecked", {**named, **_checked_amount(data), **accounts.authority(3, "authority")})


def _approve_checked(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("source", "mint", "delegate")
    return Parsed("approveChecked", {**named, **_checked_amount(data), **accounts.authority(3, "owner")})


def _mint_to_checked(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("mint", "account")
    return Parsed(
        "mintToChecked", {**named, **_checked_amount(data), **accounts.authority(2, "mintAuthority")}
    )


def _burn_checked(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("account", "mint")
    return Parsed("burnChecked", {**named, **_checked_amount(data), **accounts.authority(2, "authority")})


def _sync_native(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape for all
    return Parsed("syncNative", dict(accounts.named("account")))


def _get_account_data_size(accounts: Accounts, data: Reader) -> Parsed:
    info: dict[str, Any] = dict(accounts.named("mint"))
    extensions = token_extensions.read_extension_types(data)
    if extensions:
        info["extensionTypes"] = extensions
    return Parsed("getAccountDataSize", info)


def _initialize_immutable_owner(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape
    return Parsed("initializeImmutableOwner", dict(accounts.named("account")))


def _amount_to_ui_amount(accounts: Accounts, data: Reader) -> Parsed:
    return Parsed("amountToUiAmount", {**accounts.named("mint"), "amount": str(data.u64())})


def _ui_amount_to_amount(accounts: Accounts, data: Reader) -> Parsed:
    return Parsed("uiAmountToAmount", {**accounts.named("mint"), "uiAmount": data.text(data.remaining)})


def _create_native_mint(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape for all
    return Parsed("createNativeMint", dict(accounts.named("payer", "nativeMint", "systemProgram")))


def _withdraw_excess_lamports(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape
    named = accounts.named("source", "destination")
    return Parsed("withdrawExcessLamports", {**named, **accounts.authority(2, "authority")})


def _unwrap_lamports(accounts: Accounts, data: Reader) -> Parsed:
    info: dict[str, Any] = dict(accounts.named("source", "destination"))
    if data.flag():
        info["amount"] = str(data.u64())
    return Parsed("unwrapLamports", {**info, **accounts.authority(2, "authority")})


def _batch(accounts: Accounts, data: Reader) -> Parsed:
    instructions = []
    addresses = list(accounts)
    while data.remaining:
        account_count, size = data.u8(), data.u8()
        inner = data.take(size)
        if len(addresses) < account_count or inner[:1] == bytes([_BATCH]):
            raise Unparsable("malformed batch")
        parsed = parse(Accounts(addresses[:account_count]), Reader(inner))
        del addresses[:account_count]
        instructions.append({"type": parsed.type, "info": parsed.info})
    return Parsed("batch", {"instructions": instructions})


_PARSERS = {
    0: _initialize_mint,
    1: _initialize_account,
    2: _initialize_multisig,
    3: _transfer,
    4: _approve,
    5: _revoke,
    6: _set_authority,
    7: _mint_to,
    8: _burn,
    9: _close_account,
    10: _freeze_account,
    11: _thaw_account,
    12: _transfer_checked,
    13: _approve_checked,
    14: _mint_to_checked,
    15: _burn_checked,
    16: _initialize_account2,
    17: _sync_native,
    18: _initialize_account3,
    19: _initialize_multisig2,
    20: _initialize_mint2,
    21: _get_account_data_size,
    22: _initialize_immutable_owner,
    23: _amount_to_ui_amount,
    24: _ui_amount_to_amount,
    31: _create_native_mint,
    38: _withdraw_excess_lamports,
    45: _unwrap_lamports,
}
