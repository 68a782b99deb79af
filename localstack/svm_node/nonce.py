"""Durable nonces."""

from solders.message import Message, MessageV0, MessageV1

from svm_node.accounts import AccountStore
from svm_node.programs import SYSTEM_PROGRAM

NONCE_ACCOUNT_LENGTH = 80
_NONCE_OFFSET = 40


def nonce_is_current(message: Message | MessageV0 | MessageV1, accounts: AccountStore) -> bool:
    """Whether a message that starts with AdvanceNonceAccount carries the value its nonce account holds."""
    advance = message.instructions[0]
    if not advance.accounts:
        return False
    index = advance.accounts[0]
    keys = message.account_keys
    if index >= len(keys):
        return False
    account = accounts.newest(keys[index])
    if account is None or account.owner != SYSTEM_PROGRAM or len(account.data) != NONCE_ACCOUNT_LENGTH:
        return False
    return account.data[_NONCE_OFFSET : _NONCE_OFFSET + 32] == bytes(message.recent_blockhash)
