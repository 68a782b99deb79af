"""The statements that read pages of histories: each begins with the chat's subscriptions."""

from dataclasses import dataclass
from typing import Final

from walletwatch.domain.browsing import Direction, HistoryFilter, Place
from walletwatch.domain.periods import Span

OWN: Final = """
SELECT s.id, s.wallet_id, w.address, s.label,
       coalesce(w.address = %(name)s OR lower(s.label) = lower(%(name)s), false) AS is_named
  FROM subscriptions s
  JOIN wallets w ON w.id = s.wallet_id
 WHERE s.chat_id = %(chat_id)s
"""

CHOSEN: Final = f"""
WITH own AS ({OWN}), chosen AS (
    SELECT id, wallet_id
      FROM own
     WHERE (%(subscription_id)s::bigint IS NULL OR id = %(subscription_id)s)
       AND (is_named OR NOT EXISTS (SELECT FROM own WHERE is_named))
)
"""

_STARTS: Final = """
AND a.block_time >= %(start)s
AND a.slot >= (SELECT b.slot FROM activities b
                WHERE b.wallet_id = chosen.wallet_id AND b.block_time >= %(start)s
                ORDER BY b.block_time, b.slot LIMIT 1)
"""
_ENDS: Final = """
AND a.block_time < %(end)s
AND a.slot <= (SELECT b.slot FROM activities b
                WHERE b.wallet_id = chosen.wallet_id AND b.block_time < %(end)s
                ORDER BY b.block_time DESC, b.slot DESC LIMIT 1)
"""
"""A time is found in its own index; between two slots the history is read in its order."""

_LEG: Final = """
EXISTS (SELECT
          FROM jsonb_to_recordset(a.payload -> 'legs') leg (asset text, amount numeric, counterparty text)
         WHERE {conditions})
"""

_NAMED: Final = """
(EXISTS (SELECT FROM own WHERE is_named)
 OR EXISTS (SELECT FROM jsonb_to_recordset(a.payload -> 'legs') leg (asset text, counterparty text)
             WHERE %(name)s IN (leg.asset, leg.counterparty))
 OR EXISTS (SELECT FROM jsonb_each(a.payload #> '{annotation,assets}') note
             WHERE lower(note.value ->> 'symbol') = lower(%(name)s)))
"""


@dataclass(frozen=True, slots=True)
class Statements:
    """Those of one page.

    Attributes:
        end: The place up to which all wallets were looked through; None where each was to its end.
    """

    rows: str
    end: str | None


def page_statements(wanted: HistoryFilter, span: Span, place: Place | None, *, is_named: bool) -> Statements:
    """The statements of a page.

    Args:
        wanted: Its values are parameters.
        span: Which of its ends are set.
        place: Whether there is one, and in which direction to read.
        is_named: Whether a name was written, which may be a wallet's or of something that moved.
    """
    newer = place is not None and place.newer
    order = "ASC" if newer else "DESC"
    within = (_STARTS if span.start is not None else "") + (_ENDS if span.end is not None else "")
    if place is not None:
        within += f" AND (a.slot, a.id) {'>' if newer else '<'} (%(slot)s, %(id)s)"
    recent = f"""
        SELECT a.id, a.slot, a.kind, a.payload FROM activities a
         WHERE a.wallet_id = chosen.wallet_id {within}
         ORDER BY a.slot {order}, a.id {order}
    """
    conditions = _conditions(wanted, is_named=is_named)
    if not conditions:
        return Statements(_merged(f"{recent} LIMIT %(limit)s", order), None)
    filtered = f"""
        SELECT a.id, a.slot, a.payload FROM ({recent} LIMIT %(depth)s) a
         WHERE {" AND ".join(conditions)}
         ORDER BY a.slot {order}, a.id {order} LIMIT %(limit)s
    """
    # The first wallet of which there is more than was looked through ends the page for all.
    end = f"""
        {CHOSEN}
        SELECT a.slot, a.id
          FROM chosen
         CROSS JOIN LATERAL (
               SELECT a.id, a.slot FROM activities a
                WHERE a.wallet_id = chosen.wallet_id {within}
                ORDER BY a.slot {order}, a.id {order} OFFSET %(depth)s - 1 LIMIT 1
               ) a
         ORDER BY a.slot {order}, a.id {order}
         LIMIT 1
    """
    return Statements(_merged(filtered, order), end)


def _merged(rows_of_wallet: str, order: str) -> str:
    return f"""
        {CHOSEN}
        SELECT a.id, a.payload
          FROM chosen
         CROSS JOIN LATERAL ({rows_of_wallet}) a
         ORDER BY a.slot {order}, a.id {order}
         LIMIT %(limit)s
    """


def _conditions(wanted: HistoryFilter, *, is_named: bool) -> list[str]:
    conditions = []
    if wanted.kinds:
        conditions.append("a.kind = ANY(%(kinds)s)")
    of_leg = []
    if wanted.asset:
        of_leg.append("starts_with(leg.asset, %(asset)s)")
    if wanted.counterparty:
        of_leg.append("starts_with(leg.counterparty, %(counterparty)s)")
    if wanted.direction:
        of_leg.append(f"leg.amount {'>' if wanted.direction is Direction.IN else '<'} 0")
    if of_leg:
        conditions.append(_LEG.format(conditions=" AND ".join(of_leg)))
    if is_named:
        conditions.append(_NAMED)
    return conditions
