"""Rows of SQL and the domain's types: each column list stands beside the function that reads it."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from walletwatch.domain.activities import Activity
from walletwatch.domain.chats import Chat, ChatKind, ChatSettings, Owner, Subscription
from walletwatch.domain.delivery import DeliveryKind, PendingDelivery
from walletwatch.domain.filters import Filter
from walletwatch.domain.sweep import SweptAccount, SweptWallet
from walletwatch.domain.wallets import AccountKind, AccountState, Cursor, WatchedAccount

type Row = Sequence[Any]

REPLACEMENT_CHARACTER: Final = "\ufffd"
_NOT_STORABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL's text has no NUL, and UTF-8 has no surrogates."""

CHAT_COLUMNS: Final = """
c.id, c.kind, c.language, c.active, c.settings, c.title, c.owner_id,
(SELECT jsonb_build_object(
            'banned', o.banned_at IS NOT NULL, 'premium_until', o.premium_until, 'quotas', o.quotas)
   FROM users o
  WHERE o.id = coalesce(c.owner_id, c.id)
    AND (o.banned_at IS NOT NULL OR o.premium_until IS NOT NULL OR o.quotas <> '{}'))
"""
"""Of chats c."""

CHECKED_SLOT: Final = """
greatest(
    (SELECT own.state_slot FROM watched_accounts own WHERE own.wallet_id = w.id AND own.address = w.address),
    (SELECT max(f.slot) FROM followers f)
)
"""

IS_URGENT: Final = """
d.kind = 'alert' AND EXISTS (SELECT FROM deliveries part
                              WHERE part.digest_key = d.key AND (part.payload ->> 'urgent')::boolean)
"""
"""Whether an open message of deliveries d is of urgent alerts."""

PROGRESS: Final = """
SELECT slot, at FROM (
    SELECT min(slot) AS slot, min(at) AS at FROM sweep_shards HAVING bool_and(slot IS NOT NULL)
    UNION ALL
    SELECT slot, at FROM followers WHERE slot IS NOT NULL
) watchers ORDER BY slot DESC LIMIT 1
"""
"""How far the watcher has come that is ahead; no row before the first look."""

SUBSCRIPTION_COLUMNS: Final = (
    f"s.id, s.wallet_id, w.address, s.label, s.from_slot, s.paused, {CHECKED_SLOT}, s.filter, {CHAT_COLUMNS}"
)
"""Of subscriptions s, wallets w and chats c."""

SUBSCRIPTIONS: Final = f"""
SELECT {SUBSCRIPTION_COLUMNS}
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
  JOIN chats c ON c.id = s.chat_id
"""

WATCHED: Final = f"{SUBSCRIPTIONS} WHERE s.chat_id = %(chat_id)s ORDER BY s.id"

ACCOUNT_COLUMNS: Final = (
    "a.id, a.wallet_id, w.address, a.address, a.kind, a.mint, a.cursor_slot, a.cursor_signature, "
    "a.state_digest, a.state_slot"
)
"""Of watched_accounts a and wallets w."""

SWEPT_COLUMNS: Final = (
    "w.id, w.address, greatest(w.discovered_at, 'epoch'), greatest(w.stakes_discovered_at, 'epoch'), "
    "a.id, a.address, a.kind, a.state_digest, a.state_slot"
)
"""Of watched_accounts a and wallets w, the rows of a wallet behind each other."""

_KINDS: Final[Mapping[str, AccountKind]] = {kind.value: kind for kind in AccountKind}


def to_chat(row: Row) -> Chat:
    """The chat of `CHAT_COLUMNS`."""
    chat_id, kind, language, active, settings, title, owner_id, standing = row
    if owner_id is None and kind == ChatKind.PRIVATE:
        owner_id = chat_id
    return Chat(
        chat_id,
        ChatKind(kind),
        language,
        active,
        msgspec.convert(settings, ChatSettings) if settings else ChatSettings(),
        msgspec.convert({"user_id": owner_id, **(standing or {})}, Owner),
        title,
    )


def to_subscription(row: Row) -> Subscription:
    """The subscription of `SUBSCRIPTION_COLUMNS`."""
    subscription_id, wallet_id, address, label, from_slot, paused, checked_slot, own, *chat = row
    return Subscription(
        subscription_id,
        to_chat(chat),
        wallet_id,
        address,
        label,
        from_slot,
        paused,
        checked_slot,
        msgspec.convert(own, Filter) if own else Filter(),
    )


def to_account(row: Row) -> WatchedAccount:
    """The account of `ACCOUNT_COLUMNS`, whose cursor is set."""
    account_id, wallet_id, wallet, address, kind, mint, slot, signature, digest, state_slot = row
    return WatchedAccount(
        account_id,
        wallet_id,
        wallet,
        address,
        _KINDS[kind],
        mint,
        Cursor(slot, signature),
        None if digest is None else AccountState(digest, state_slot),
    )


def to_swept(rows: Sequence[Row]) -> Sequence[SweptWallet]:
    """The wallets of `SWEPT_COLUMNS`, each with its accounts."""
    wallets: list[SweptWallet] = []
    accounts: list[SweptAccount] = []
    for wallet_id, wallet, tokens, stakes, account_id, address, kind, digest, slot in rows:
        if not wallets or wallets[-1].id != wallet_id:
            accounts = []
            wallets.append(SweptWallet(wallet_id, wallet, tokens, stakes, accounts))
        if account_id is None:
            continue
        state = None if digest is None else AccountState(digest, slot)
        accounts.append(SweptAccount(account_id, address, _KINDS[kind], state))
    return wallets


def to_pending(row: Row) -> PendingDelivery:
    """A ledger entry: key, kind, created_at, activities, the chat's labels, and `SUBSCRIPTION_COLUMNS`."""
    key, kind, created_at, payloads, names, *subscription = row
    moment: datetime = created_at
    activities = tuple(Activity.from_dict(payload) for payload in payloads)
    return PendingDelivery(
        key, DeliveryKind(kind), to_subscription(subscription), activities, moment, names or {}
    )


def settings_json(settings: ChatSettings) -> str:
    """The settings that differ from the defaults, so that a new default reaches who never chose."""
    return msgspec.json.encode(_changed(settings, ChatSettings())).decode()


def filter_json(wanted: Filter) -> str:
    """What a filter says."""
    return msgspec.json.encode(_changed(wanted, Filter())).decode()


def _changed(value: ChatSettings | Filter, defaults: ChatSettings | Filter) -> dict[str, Any]:
    changed: dict[str, Any] = {
        name: own
        for name in value.__dataclass_fields__
        if (own := getattr(value, name)) != getattr(defaults, name)
    }
    return {
        name: _changed(own, Filter()) if isinstance(own, Filter) else _plain(own)
        for name, own in changed.items()
    }


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def storable(text: str, limit: int | None = None) -> str:
    """The text without what PostgreSQL cannot hold, and not longer than `limit` characters."""
    return _NOT_STORABLE.sub(REPLACEMENT_CHARACTER, text)[:limit]


def payload_json(activity: Activity) -> str:
    """The activity as JSON; text from the chain may hold anything, and PostgreSQL does not."""
    return json.dumps(_clean(activity.to_stored()), ensure_ascii=False, separators=(",", ":"))


def _clean(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case Mapping():
            return {storable(str(name)): _clean(item) for name, item in value.items()}
        case list() | tuple():
            return [_clean(item) for item in value]
        case _:
            return value
