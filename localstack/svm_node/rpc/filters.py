"""Account filters of `getProgramAccounts` and `programSubscribe` (Agave's `RpcFilterType`)."""

from collections.abc import Callable, Sequence
from typing import Any

from solders.account import Account

from svm_node.accounts import token_key
from svm_node.errors import invalid_params
from svm_node.rpc.params import Config, as_u64, decode_bytes, wrong_type

MAX_FILTERS = 4
_MAX_MEMCMP_BYTES = 128

type AccountFilter = Callable[[Account], bool]


def read_filters(value: Any) -> list[AccountFilter]:
    """The `filters` option.

    Raises:
        RpcError: A filter is malformed, or there are more than four.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong_type(value, "a sequence")
    if len(value) > MAX_FILTERS:
        raise invalid_params(f"Too many filters provided; max {MAX_FILTERS}")
    return [_read_filter(item) for item in value]


def matches(filters: Sequence[AccountFilter], account: Account) -> bool:
    """Whether an account passes all filters."""
    return all(accepts(account) for accepts in filters)


def _read_filter(item: Any) -> AccountFilter:
    if item == "tokenAccountState":
        return _is_token_account
    if not isinstance(item, dict) or len(item) != 1:
        raise wrong_type(item, "a filter")
    ((kind, value),) = item.items()
    if kind == "dataSize":
        size = as_u64(value)
        return lambda account: len(account.data) == size
    if kind == "memcmp":
        if not isinstance(value, dict):
            raise wrong_type(value, "struct Memcmp")
        return _memcmp(Config(value))
    raise invalid_params(
        f"Invalid params: unknown variant `{kind}`, expected one of "
        "`dataSize`, `memcmp`, `tokenAccountState`, `valueCmp`."
    )


def _memcmp(config: Config) -> AccountFilter:
    offset = config.u64("offset")
    if offset is None:
        raise invalid_params("Invalid params: missing field `offset`.")
    wanted = _wanted_bytes(config.get("bytes"), config.get("encoding"))
    if len(wanted) > _MAX_MEMCMP_BYTES:
        raise invalid_params("Invalid param: Data too large")
    start, end = offset, offset + len(wanted)
    return lambda account: account.data[start:end] == wanted


def _wanted_bytes(value: Any, encoding: Any) -> bytes:
    if isinstance(value, list):
        try:
            return bytes(value)
        except (TypeError, ValueError):
            raise wrong_type(value, "bytes") from None
    if not isinstance(value, str):
        raise wrong_type(value, "a string")
    return decode_bytes(value, encoding or "base58")


def _is_token_account(account: Account) -> bool:
    return token_key(account) is not None
