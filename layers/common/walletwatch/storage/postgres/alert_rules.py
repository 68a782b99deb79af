"""`ports.AlertRules` on PostgreSQL. Every operation is one round trip."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from walletwatch.domain.alert_rules.rule import TRAITS, AlertKind, DueRule, NewRule, Rule, Terms
from walletwatch.domain.alert_rules.schedule import first_check
from walletwatch.domain.money import NATIVE
from walletwatch.domain.profile import WRAPPED_NATIVE_MINT
from walletwatch.ports.common import Clock
from walletwatch.storage.postgres.database import Connection, Database, together
from walletwatch.storage.postgres.rows import CHAT_COLUMNS, Row, storable, to_chat

REPEATED_WITHIN: Final = timedelta(hours=1)
"""Work that was killed is done again within this time, and asks what a rule said that was over then."""

RULE_COLUMNS: Final = """
r.id, r.chat_id, r.number, r.kind, r.wallet_id, r.terms, r.name, r.cooldown, r.repeats, r.urgent,
r.expires_at, r.paused, r.armed, r.fired, r.last_fired_at, r.ended_at, r.created_at,
(SELECT w.address FROM wallets w WHERE w.id = r.wallet_id),
(SELECT s.label FROM subscriptions s WHERE s.chat_id = r.chat_id AND s.wallet_id = r.wallet_id),
r.wallet_id IS NULL OR EXISTS (SELECT FROM subscriptions s
                                WHERE s.chat_id = r.chat_id AND s.wallet_id = r.wallet_id AND NOT s.paused)
"""
"""Of alert_rules r."""
_RULE_WIDTH: Final = 20

RULES_OF_CHAT: Final = f"""
SELECT {RULE_COLUMNS} FROM alert_rules r WHERE r.chat_id = %(chat_id)s ORDER BY r.number
"""

_LOCK_CHAT: Final = "SELECT FROM chats WHERE id = %(chat_id)s FOR NO KEY UPDATE"

_SAME: Final = f"""
SELECT {RULE_COLUMNS}
  FROM alert_rules r
 WHERE r.chat_id = %(chat_id)s AND r.kind = %(kind)s AND r.wallet_id IS NOT DISTINCT FROM %(wallet_id)s
   AND r.terms = %(terms)s AND r.ended_at IS NULL
 ORDER BY r.number
 LIMIT 1
"""

_ADD: Final = f"""
INSERT INTO alert_rules AS r (chat_id, number, kind, wallet_id, terms, name, cooldown, repeats, urgent,
                              expires_at, check_at, created_at)
SELECT c.id, 1 + coalesce((SELECT max(number) FROM alert_rules WHERE chat_id = c.id), 0), %(kind)s,
       %(wallet_id)s, %(terms)s, %(name)s, %(cooldown)s, %(repeats)s, %(urgent)s, %(expires_at)s,
       %(check_at)s, %(now)s
  FROM chats c
 WHERE c.id = %(chat_id)s
   AND (SELECT count(*)
          FROM chats theirs
          JOIN alert_rules own ON own.chat_id = theirs.id AND own.ended_at IS NULL
         WHERE coalesce(c.owner_id, c.id) IN (theirs.owner_id, theirs.id)) < %(limit)s
   AND NOT EXISTS (SELECT FROM alert_rules r
                    WHERE r.chat_id = c.id AND r.kind = %(kind)s AND r.terms = %(terms)s
                      AND r.wallet_id IS NOT DISTINCT FROM %(wallet_id)s AND r.ended_at IS NULL)
   AND (%(wallet_id)s::bigint IS NULL
        OR EXISTS (SELECT FROM subscriptions s WHERE s.chat_id = c.id AND s.wallet_id = %(wallet_id)s))
RETURNING {RULE_COLUMNS}
"""

_AFRESH: Final = "(r.terms, r.wallet_id) IS DISTINCT FROM (%(terms)s::jsonb, %(wallet_id)s::bigint)"

_CHANGE: Final = f"""
UPDATE alert_rules r
   SET terms = %(terms)s, wallet_id = %(wallet_id)s, name = %(name)s, cooldown = %(cooldown)s,
       repeats = %(repeats)s, urgent = %(urgent)s, expires_at = %(expires_at)s, paused = %(paused)s,
       check_at = %(check_at)s, armed = r.armed OR %(again)s OR {_AFRESH},
       ended_at = CASE WHEN NOT (%(again)s OR {_AFRESH}) THEN r.ended_at END,
       last_fired_at = CASE WHEN {_AFRESH} THEN NULL ELSE r.last_fired_at END,
       created_at = CASE WHEN {_AFRESH} THEN %(now)s ELSE r.created_at END
 WHERE r.chat_id = %(chat_id)s AND r.id = %(id)s
   AND (%(wallet_id)s::bigint IS NULL OR r.wallet_id = %(wallet_id)s
        OR EXISTS (SELECT FROM subscriptions s WHERE s.chat_id = r.chat_id AND s.wallet_id = %(wallet_id)s))
RETURNING {RULE_COLUMNS}
"""

_OF_WALLET: Final = f"""
SELECT {RULE_COLUMNS}
  FROM alert_rules r
 WHERE r.chat_id = ANY(%(chat_ids)s) AND (r.wallet_id IS NULL OR r.wallet_id = %(wallet_id)s)
   AND r.kind = ANY(%(kinds)s) AND NOT r.paused
   AND (r.ended_at IS NULL OR (NOT r.repeats AND r.ended_at > %(since)s))
 ORDER BY r.id
"""

_DUE: Final = f"""
SELECT r.check_at,
       ARRAY(SELECT a.address FROM watched_accounts a
              WHERE a.wallet_id = r.wallet_id AND a.kind IN ('token', 'token_2022')
                AND a.mint = CASE r.terms ->> 'asset' WHEN '{NATIVE}' THEN '{WRAPPED_NATIVE_MINT}'
                                                      ELSE r.terms ->> 'asset' END),
       {RULE_COLUMNS}, {CHAT_COLUMNS}
  FROM alert_rules r
  JOIN chats c ON c.id = r.chat_id
 WHERE r.check_at <= %(now)s AND (r.check_at, r.id) > (%(after)s, %(after_id)s)
   AND r.ended_at IS NULL AND NOT r.paused AND c.active AND r.kind = ANY(%(kinds)s)
 ORDER BY r.check_at, r.id
 LIMIT %(limit)s
"""

_POSTPONE: Final = """
UPDATE alert_rules r
   SET check_at = coalesce(n.at, r.check_at), armed = r.armed OR n.armed
  FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(armed)s::boolean[]) n (id, at, armed)
 WHERE r.id = n.id AND r.ended_at IS NULL AND r.created_at <= %(judged_at)s
"""

_PRICED: Final = """
SELECT DISTINCT terms ->> 'asset'
  FROM alert_rules
 WHERE kind IN ('price_above', 'price_below', 'price_moved') AND ended_at IS NULL AND check_at IS NOT NULL
 ORDER BY 1
 LIMIT %(limit)s
"""
_KINDS: Final = [kind.value for kind in AlertKind]
_EVENTS: Final = [kind.value for kind, traits in TRAITS.items() if not traits.is_timed]
"""While a release takes over, a kind that only the newer one knows is left to that one."""


class PostgresAlertRules:
    """What chats ask to be told of."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, chat_id: int, rule: NewRule, *, limit: int) -> Rule | None:
        """Store a rule under the chat's next number, or give back the same one that it has already."""
        now = self._clock.now()
        values = {
            **_values(rule),
            "chat_id": chat_id,
            "kind": rule.kind.value,
            "wallet_id": rule.wallet_id,
            "check_at": first_check(rule, now),
            "limit": limit,
            "now": now,
        }

        async def work(connection: Connection) -> Rule | None:
            async with together(connection):
                await connection.execute(_LOCK_CHAT, values)
                same = await connection.execute(_SAME, values)
                added = await connection.execute(_ADD, values)
            row = await same.fetchone() or await added.fetchone()
            return None if row is None else to_rule(row)

        return await self._database.run(work)

    async def of_chat(self, chat_id: int) -> Sequence[Rule]:
        """All rules of a chat, by number."""
        return await self._rules(RULES_OF_CHAT, {"chat_id": chat_id})

    async def find(self, chat_id: int, number: int) -> Rule | None:
        """The rule that this chat calls by this number."""
        return await self._one(
            f"SELECT {RULE_COLUMNS} FROM alert_rules r"
            " WHERE r.chat_id = %(chat_id)s AND r.number = %(number)s",
            {"chat_id": chat_id, "number": number},
        )

    async def change(self, chat_id: int, rule: Rule, *, again: bool = False) -> Rule | None:
        """Store what a person may change of a rule; None where it is gone, or its wallet is not watched."""
        now = self._clock.now()
        values = {
            **_values(rule),
            "chat_id": chat_id,
            "id": rule.id,
            "wallet_id": rule.wallet_id,
            "paused": rule.paused,
            "check_at": first_check(rule, now),
            "again": again,
            "now": now,
        }
        return await self._one(_CHANGE, values)

    async def delete(self, chat_id: int, number: int) -> Rule | None:
        """Delete a rule; None where there is none."""
        return await self._one(
            "DELETE FROM alert_rules r WHERE r.chat_id = %(chat_id)s AND r.number = %(number)s"
            f" RETURNING {RULE_COLUMNS}",
            {"chat_id": chat_id, "number": number},
        )

    async def of_wallet(self, wallet_id: int, chat_ids: Collection[int]) -> Sequence[Rule]:
        """The rules of these chats about this wallet or all, that an activity may make fire."""
        values = {
            "wallet_id": wallet_id,
            "chat_ids": list(chat_ids),
            "kinds": _EVENTS,
            "since": self._clock.now() - REPEATED_WITHIN,
        }
        return await self._rules(_OF_WALLET, values)

    async def due(
        self, now: datetime, *, after: tuple[datetime, int] | None, limit: int
    ) -> Sequence[DueRule]:
        """The next rules whose time has come, by `check_at` and id; those of silent chats are left out."""
        moment, last = after or ("-infinity", 0)
        values = {"now": now, "after": moment, "after_id": last, "limit": limit, "kinds": _KINDS}

        async def work(connection: Connection) -> Sequence[DueRule]:
            cursor = await connection.execute(_DUE, values)
            return [_to_due(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def postpone(
        self, moments: Mapping[int, datetime], armed: Collection[int], *, judged_at: datetime
    ) -> None:
        """When these rules are looked at again, by id; those in `armed` may fire again."""
        ids = sorted({*moments, *armed})
        values = {
            "ids": ids,
            "moments": [moments.get(rule_id) for rule_id in ids],
            "armed": [rule_id in armed for rule_id in ids],
            "judged_at": judged_at,
        }

        async def work(connection: Connection) -> None:
            await connection.execute(_POSTPONE, values)

        if ids:
            await self._database.run(work)

    async def priced_assets(self, limit: int) -> Sequence[str]:
        """Assets whose price some rule waits for."""

        async def work(connection: Connection) -> Sequence[str]:
            cursor = await connection.execute(_PRICED, {"limit": limit})
            return [row[0] for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def _rules(self, statement: str, values: dict[str, Any]) -> Sequence[Rule]:
        async def work(connection: Connection) -> Sequence[Rule]:
            cursor = await connection.execute(statement, values)
            return [to_rule(row) for row in await cursor.fetchall()]

        return await self._database.run(work)

    async def _one(self, statement: str, values: dict[str, Any]) -> Rule | None:
        return next(iter(await self._rules(statement, values)), None)


def to_rule(row: Row) -> Rule:
    """The rule of `RULE_COLUMNS`."""
    (id_, chat_id, number, kind, wallet_id, terms, name, cooldown, repeats, urgent, expires_at,
     paused, armed, fired, last_fired_at, ended_at, created_at, wallet, label, watching) = row  # fmt: skip
    return Rule(
        id=id_,
        chat_id=chat_id,
        number=number,
        kind=AlertKind(kind),
        wallet_id=wallet_id,
        terms=msgspec.convert(terms, Terms),
        name=name,
        cooldown=timedelta(seconds=cooldown),
        repeats=repeats,
        urgent=urgent,
        expires_at=expires_at,
        paused=paused,
        armed=armed,
        fired=fired,
        last_fired_at=last_fired_at,
        ended_at=ended_at,
        created_at=created_at,
        wallet=wallet,
        label=label,
        watching=watching,
    )


def _to_due(row: Row) -> DueRule:
    check_at, accounts, *rest = row
    rule, chat = to_rule(rest[:_RULE_WIDTH]), to_chat(rest[_RULE_WIDTH:])
    return DueRule(rule, chat, check_at, tuple(accounts))


def _values(rule: NewRule) -> dict[str, Any]:
    return {
        "terms": terms_json(rule.terms),
        "name": None if rule.name is None else storable(rule.name),
        "cooldown": round(rule.cooldown.total_seconds()),
        "repeats": rule.repeats,
        "urgent": rule.urgent,
        "expires_at": rule.expires_at,
    }


def terms_json(terms: Terms) -> str:
    """The terms that a rule has."""
    present = {
        name: value for name in Terms.__dataclass_fields__ if (value := getattr(terms, name)) is not None
    }
    return msgspec.json.encode(present).decode()
