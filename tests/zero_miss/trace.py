"""What the test remembers of a run, so that a transaction that was missed can be explained afterwards.

Triggers write down every step of a cursor and every state that was taken as seen, and every message of the
balance queue with what became of it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg

from tests.fakes.metrics import FakeMetrics
from walletwatch.chain.rpc.client import RpcClient
from walletwatch.chain.rpc.reader import RpcChain
from walletwatch.domain.wallets import Cursor

MAX_EXPLAINED: Final = 2
MAX_ROWS: Final = 200
SLOTS_AROUND: Final = 4

ACCOUNTS: Final = """
CREATE SCHEMA trace;
CREATE TABLE trace.accounts (at timestamptz NOT NULL DEFAULT clock_timestamp(), wallet_id bigint NOT NULL,
                             id bigint NOT NULL, address text NOT NULL, cursor_slot bigint,
                             cursor_signature text, state_slot bigint, state_digest bytea);
CREATE FUNCTION trace.account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trace.accounts (wallet_id, id, address, cursor_slot, cursor_signature, state_slot,
                                state_digest)
    VALUES (NEW.wallet_id, NEW.id, NEW.address, NEW.cursor_slot, NEW.cursor_signature, NEW.state_slot,
            NEW.state_digest);
    RETURN NULL;
END $$;
CREATE TRIGGER trace AFTER INSERT OR UPDATE ON watched_accounts FOR EACH ROW EXECUTE FUNCTION trace.account();
"""
"""For the database of the system."""

CHECKS: Final = """
CREATE TABLE trace (at timestamptz NOT NULL DEFAULT clock_timestamp(), step text NOT NULL, id bigint NOT NULL,
                    received int NOT NULL, body text NOT NULL);
CREATE FUNCTION trace_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE message balance := coalesce(NEW, OLD);
BEGIN
    INSERT INTO trace (step, id, received, body)
    VALUES (CASE WHEN TG_OP = 'INSERT' THEN 'sent' WHEN TG_OP = 'DELETE' THEN 'done'
                 WHEN NEW.received > OLD.received THEN 'received' ELSE 'given back' END,
            message.id, message.received, message.body);
    RETURN NULL;
END $$;
CREATE TRIGGER trace AFTER INSERT OR UPDATE OR DELETE ON balance
   FOR EACH ROW EXECUTE FUNCTION trace_balance();
"""
"""For the database of the queues."""


async def explain(
    missed: Collection[tuple[str, str, int]],
    slots: Mapping[str, int],
    *,
    database: str,
    queues: str,
    node: str,
) -> str:
    """How some of the missed transactions were lost, as far as it can be seen.

    Args:
        missed: Signature, wallet and chat.
        slots: Of all transactions, by signature.
        database: URL of the system's database.
        queues: URL of the queues' database.
        node: URL of the node, sound and still running.
    """
    client = RpcClient([node], metrics=FakeMetrics(), timeout=5.0)
    chain = RpcChain(client)
    parts = []
    for signature, wallet in sorted({(signature, wallet) for signature, wallet, _ in missed})[:MAX_EXPLAINED]:
        slot = slots[signature]
        chats = sorted(chat for other, owner, chat in missed if (other, owner) == (signature, wallet))
        lines = [f"missed {signature} of {wallet} in slot {slot} by chats {chats}"]
        accounts = _rows(
            database,
            "SELECT a.address, a.id, a.kind, a.cursor_slot, a.cursor_signature, a.state_slot"
            "  FROM watched_accounts a JOIN wallets w ON w.id = a.wallet_id"
            " WHERE w.address = %s ORDER BY a.id",
            [wallet],
        )
        for address, *account in accounts:
            lines.append(f"account {address} {account}")
            history = await chain.signatures(
                address, after=Cursor(slot - SLOTS_AROUND - 1), min_context_slot=None
            )
            lines += (
                f"  history {info.slot} {info.signature}"
                for info in reversed(history)
                if info.slot <= slot + SLOTS_AROUND
            )
        lines += _steps(database, queues, wallet, slot)
        parts.append("\n".join(lines))
    await client.close()
    return "\n\n".join(parts)


def _steps(database: str, queues: str, wallet: str, slot: int) -> Iterator[str]:
    """What happened to the wallet's cursors and states, and its checks, in the order of time."""
    accounts = _rows(
        database,
        "SELECT t.at, 'account', t.id, t.address, t.cursor_slot, t.cursor_signature, t.state_slot,"
        "       left(encode(t.state_digest, 'hex'), 8)"
        "  FROM trace.accounts t JOIN wallets w ON w.id = t.wallet_id"
        " WHERE w.address = %s AND greatest(t.cursor_slot, t.state_slot) >= %s"
        " ORDER BY t.at LIMIT %s",
        [wallet, slot - SLOTS_AROUND, MAX_ROWS],
    )
    since = accounts[0][0] if accounts else None
    checks = _rows(
        queues,
        "SELECT at, step, id, received, body FROM trace"
        " WHERE strpos(body, %s) > 0 AND at >= coalesce(%s::timestamptz, at) - interval '10 seconds'"
        " ORDER BY at LIMIT %s",
        [wallet, since, MAX_ROWS],
    )
    for at, *step in sorted([*accounts, *checks], key=lambda row: row[0]):
        yield f"{at:%H:%M:%S.%f} {' '.join(map(str, step))}"


def _rows(url: str, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement.encode(), values).fetchall()
