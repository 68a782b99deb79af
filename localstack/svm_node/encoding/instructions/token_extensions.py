"""Instructions of the extensions of Token-2022 (Agave's `parse_token/extension`)."""

from collections.abc import Callable
from typing import Any

from svm_node.encoding.instructions.base import Accounts, Parsed
from svm_node.encoding.reader import Reader, Unparsable
from svm_node.token_balances import ui_token_amount

EXTENSION_TYPES = (
    "uninitialized",
    "transferFeeConfig",
    "transferFeeAmount",
    "mintCloseAuthority",
    "confidentialTransferMint",
    "confidentialTransferAccount",
    "defaultAccountState",
    "immutableOwner",
    "memoTransfer",
    "nonTransferable",
    "interestBearingConfig",
    "cpiGuard",
    "permanentDelegate",
    "nonTransferableAccount",
    "transferHook",
    "transferHookAccount",
    "confidentialTransferFeeConfig",
    "confidentialTransferFeeAmount",
    "metadataPointer",
    "tokenMetadata",
    "groupPointer",
    "tokenGroup",
    "groupMemberPointer",
    "tokenGroupMember",
    "confidentialMintBurn",
    "scaledUiAmount",
    "pausable",
    "pausableAccount",
    "permissionedBurn",
)
ACCOUNT_STATES = ("uninitialized", "initialized", "frozen")


def read_extension_types(data: Reader) -> list[str]:
    """The extension types that fill the rest of an instruction.

    Raises:
        Unparsable: One of them is unknown.
    """
    names = []
    while data.remaining:
        index = data.u16()
        if index >= len(EXTENSION_TYPES):
            raise Unparsable(f"unknown extension {index}")
        names.append(EXTENSION_TYPES[index])
    return names


def account_state(index: int) -> str:
    """The name of a token account's state."""
    if index >= len(ACCOUNT_STATES):
        raise Unparsable(f"unknown account state {index}")
    return ACCOUNT_STATES[index]


def _initialize_mint_close_authority(accounts: Accounts, data: Reader) -> Parsed:
    return Parsed(
        "initializeMintCloseAuthority", {**accounts.named("mint"), "newAuthority": data.option_pubkey()}
    )


def _transfer_fee(accounts: Accounts, data: Reader) -> Parsed:
    kind = data.u8()
    match kind:
        case 0:
            return _initialize_transfer_fee_config(accounts, data)
        case 1:
            return _transfer_checked_with_fee(accounts, data)
        case 2:
            named = accounts.named("mint", "feeRecipient")
            authority = accounts.authority(2, "withdrawWithheldAuthority")
            return Parsed("withdrawWithheldTokensFromMint", {**named, **authority})
        case 3:
            return _withdraw_withheld_from_accounts(accounts, data)
        case 4:
            info = {**accounts.named("mint"), "sourceAccounts": accounts.after(1)}
            return Parsed("harvestWithheldTokensToMint", info)
        case 5:
            fee = {"transferFeeBasisPoints": data.u16(), "maximumFee": data.u64()}
            authority = accounts.authority(1, "transferFeeConfigAuthority")
            return Parsed("setTransferFee", {**accounts.named("mint"), **fee, **authority})
        case _:
            raise Unparsable(f"unknown transfer fee instruction {kind}")


def _initialize_transfer_fee_config(accounts: Accounts, data: Reader) -> Parsed:
    authorities = {
        "transferFeeConfigAuthority": data.option_pubkey(),
        "withdrawWithheldAuthority": data.option_pubkey(),
    }
    info: dict[str, Any] = {
        **accounts.named("mint"),
        "transferFeeBasisPoints": data.u16(),
        "maximumFee": data.u64(),
    }
    info |= {name: key for name, key in authorities.items() if key is not None}
    return Parsed("initializeTransferFeeConfig", info)


def _transfer_checked_with_fee(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("source", "mint", "destination")
    amount, decimals, fee = data.u64(), data.u8(), data.u64()
    amounts = {"tokenAmount": ui_token_amount(amount, decimals), "feeAmount": ui_token_amount(fee, decimals)}
    return Parsed("transferCheckedWithFee", {**named, **amounts, **accounts.authority(3, "authority")})


def _withdraw_withheld_from_accounts(accounts: Accounts, data: Reader) -> Parsed:
    count = data.u8()
    if len(accounts) < 3 + count:
        raise Unparsable("fewer accounts than announced")
    sources_from = len(accounts) - count
    holders = Accounts(list(accounts)[:sources_from])
    info = {**accounts.named("mint", "feeRecipient"), "sourceAccounts": accounts.after(sources_from)}
    return Parsed(
        "withdrawWithheldTokensFromAccounts", {**info, **holders.authority(2, "withdrawWithheldAuthority")}
    )


def _default_account_state(accounts: Accounts, data: Reader) -> Parsed:
    kind = data.u8()
    info = {**accounts.named("mint"), "accountState": account_state(data.u8())}
    if kind == 0:
        return Parsed("initializeDefaultAccountState", info)
    if kind == 1:
        return Parsed("updateDefaultAccountState", {**info, **accounts.authority(1, "freezeAuthority")})
    raise Unparsable(f"unknown default account state instruction {kind}")


def _reallocate(accounts: Accounts, data: Reader) -> Parsed:
    named = accounts.named("account", "payer", "systemProgram")
    extensions = {"extensionTypes": read_extension_types(data)}
    return Parsed("reallocate", {**named, **extensions, **accounts.authority(3, "owner")})


def _toggle(enable: str, disable: str) -> Callable[[Accounts, Reader], Parsed]:
    def parse(accounts: Accounts, data: Reader) -> Parsed:
        kind = data.u8()
        if kind > 1:
            raise Unparsable(f"unknown instruction {kind}")
        info = {**accounts.named("account"), **accounts.authority(1, "owner")}
        return Parsed(disable if kind else enable, info)

    return parse


def _initialize_non_transferable_mint(accounts: Accounts, data: Reader) -> Parsed:  # noqa: ARG001 - one shape
    return Parsed("initializeNonTransferableMint", dict(accounts.named("mint")))


def _interest_bearing(accounts: Accounts, data: Reader) -> Parsed:
    kind = data.u8()
    if kind == 0:
        rate = {"rateAuthority": data.nonzero_pubkey(), "rate": data.i16()}
        return Parsed("initializeInterestBearingConfig", {**accounts.named("mint"), **rate})
    if kind == 1:
        info = {**accounts.named("mint"), "newRate": data.i16(), **accounts.authority(1, "rateAuthority")}
        return Parsed("updateInterestBearingConfigRate", info)
    raise Unparsable(f"unknown interest instruction {kind}")


def _initialize_permanent_delegate(accounts: Accounts, data: Reader) -> Parsed:
    return Parsed("initializePermanentDelegate", {**accounts.named("mint"), "delegate": data.pubkey()})


def _pointer(kind_name: str, address_name: str) -> Callable[[Accounts, Reader], Parsed]:
    """An extension that points from the mint to an address: metadata, group, group member, transfer hook."""

    def parse(accounts: Accounts, data: Reader) -> Parsed:
        kind = data.u8()
        info: dict[str, Any] = dict(accounts.named("mint"))
        if kind == 0:
            if (authority := data.nonzero_pubkey()) is not None:
                info["authority"] = authority
            if (address := data.nonzero_pubkey()) is not None:
                info[address_name] = address
            return Parsed(f"initialize{kind_name}", info)
        if kind == 1:
            if (address := data.nonzero_pubkey()) is not None:
                info[address_name] = address
            return Parsed(f"update{kind_name}", {**info, **accounts.authority(1, "authority")})
        raise Unparsable(f"unknown {kind_name} instruction {kind}")

    return parse


def _scaled_ui_amount(accounts: Accounts, data: Reader) -> Parsed:
    kind = data.u8()
    info: dict[str, Any] = dict(accounts.named("mint"))
    if kind == 0:
        info |= {"authority": data.nonzero_pubkey(), "multiplier": _plain(data.f64())}
        return Parsed("initializeScaledUiAmountConfig", info)
    if kind == 1:
        info |= {"newMultiplier": _plain(data.f64()), "newMultiplierTimestamp": data.i64()}
        return Parsed("updateMultiplier", {**info, **accounts.authority(1, "authority")})
    raise Unparsable(f"unknown scaled amount instruction {kind}")


def _pausable(accounts: Accounts, data: Reader) -> Parsed:
    kind = data.u8()
    info: dict[str, Any] = dict(accounts.named("mint"))
    match kind:
        case 0:
            return Parsed("initializePausableConfig", {**info, "authority": data.nonzero_pubkey()})
        case 1:
            return Parsed("pause", {**info, **accounts.authority(1, "authority")})
        case 2:
            return Parsed("resume", {**info, **accounts.authority(1, "authority")})
        case _:
            raise Unparsable(f"unknown pausable instruction {kind}")


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)


PARSERS: dict[int, Callable[[Accounts, Reader], Parsed]] = {
    25: _initialize_mint_close_authority,
    26: _transfer_fee,
    28: _default_account_state,
    29: _reallocate,
    30: _toggle("enableRequiredMemoTransfers", "disableRequiredMemoTransfers"),
    32: _initialize_non_transferable_mint,
    33: _interest_bearing,
    34: _toggle("enableCpiGuard", "disableCpiGuard"),
    35: _initialize_permanent_delegate,
    36: _pointer("TransferHook", "programId"),
    39: _pointer("MetadataPointer", "metadataAddress"),
    40: _pointer("GroupPointer", "groupAddress"),
    41: _pointer("GroupMemberPointer", "memberAddress"),
    43: _scaled_ui_amount,
    44: _pausable,
}
"""By the first byte of the instruction."""
