"""The statements by which a chat begins to watch wallets, in their order; they are sent together."""

from typing import Final

LOCK_CHAT: Final = "SELECT FROM chats WHERE id = %(chat_id)s FOR NO KEY UPDATE"

LOCK_OWNER: Final = """
SELECT FROM users u, chats c
 WHERE c.id = %(chat_id)s AND u.id = coalesce(c.owner_id, c.id)
   FOR NO KEY UPDATE OF u
"""
"""Whoever answers for the chat, so that no two chats of theirs take the last place."""

_ADMITTED: Final = """
theirs AS (
    SELECT DISTINCT w.address
      FROM chats mine
      JOIN chats c ON coalesce(mine.owner_id, mine.id) IN (c.owner_id, c.id)
      JOIN subscriptions s ON s.chat_id = c.id
      JOIN wallets w ON w.id = s.wallet_id
     WHERE mine.id = %(chat_id)s
), admitted AS (
    SELECT address, label, position
      FROM (SELECT n.address, n.label, n.position, theirs.address IS NOT NULL AS known,
                   count(*) FILTER (WHERE theirs.address IS NULL) OVER (ORDER BY n.position) AS place,
                   %(limit)s - (SELECT count(*) FROM theirs) AS free
              FROM unnest(%(addresses)s::text[], %(labels)s::text[])
                   WITH ORDINALITY n (address, label, position)
              LEFT JOIN theirs USING (address)
             WHERE NOT EXISTS (SELECT FROM subscriptions s
                                 JOIN wallets w ON w.id = s.wallet_id
                                WHERE s.chat_id = %(chat_id)s AND w.address = n.address)) new
     WHERE EXISTS (SELECT FROM chats c WHERE c.id = %(chat_id)s)
       AND CASE WHEN known THEN free >= 0 ELSE place <= free END
)
"""
"""The wallets that are new to the chat and within its owner's limit, which holds for all of their chats.

One that another of their chats watches takes no place. Chat and owner are locked, so they stay the same.
"""

ADD_WALLETS: Final = f"""
WITH {_ADMITTED}
INSERT INTO wallets AS w (address)
SELECT address FROM admitted ORDER BY address
ON CONFLICT (address) DO UPDATE SET discovered_at = w.discovered_at
"""
"""The update changes nothing; it locks the wallets, in one order, against others that subscribe now."""

ADD_SUBSCRIPTIONS: Final = f"""
WITH {_ADMITTED}, wallet AS (
    SELECT w.id, w.address, w.watch_slot, admitted.label, admitted.position,
           EXISTS (SELECT FROM subscriptions s
                     JOIN chats c ON c.id = s.chat_id
                    WHERE s.wallet_id = w.id AND c.active) AS watched
      FROM admitted
      JOIN wallets w ON w.address = admitted.address
), new AS (
    SELECT id, address, label, position, watched,
           CASE WHEN watched AND %(slot)s::bigint IS NULL
                THEN greatest(watch_slot, (SELECT max(greatest(a.state_slot, a.cursor_slot))
                                             FROM watched_accounts a
                                            WHERE a.wallet_id = wallet.id),
                                          (SELECT max(f.slot) FROM followers f))
                ELSE %(slot)s::bigint
            END AS start
      FROM wallet
), wallet_start AS (
    UPDATE wallets w
       SET watch_slot = CASE WHEN new.watched THEN least(w.watch_slot, new.start) ELSE new.start END
      FROM new
     WHERE w.id = new.id
), cursors AS (
    UPDATE watched_accounts a
       SET id = DEFAULT,
           cursor_slot = CASE WHEN new.watched THEN least(a.cursor_slot, new.start) ELSE new.start END,
           cursor_signature = CASE WHEN new.watched AND a.cursor_slot <= new.start
                                   THEN a.cursor_signature END,
           state_digest = CASE WHEN new.watched THEN a.state_digest END,
           state_slot = CASE WHEN new.watched THEN a.state_slot END
      FROM new
     WHERE a.wallet_id = new.id
), own_account AS (
    INSERT INTO watched_accounts (wallet_id, address, kind, cursor_slot)
    SELECT id, address, 'system', start FROM new
    ON CONFLICT (wallet_id, address) DO NOTHING
), waiting AS (
    UPDATE subscriptions s
       SET from_slot = new.start
      FROM new
     WHERE s.wallet_id = new.id AND s.from_slot IS NULL
)
INSERT INTO subscriptions (chat_id, wallet_id, label, from_slot)
SELECT %(chat_id)s, id, label, start FROM new ORDER BY position
RETURNING id
"""
"""A wallet that is watched goes on; its cursors never stand behind the new watcher's start.

The accounts get new ids, so that a check which began before, and so knows nothing of this watcher, cannot
move their cursors past what the watcher has to hear.
"""

RELABEL: Final = """
UPDATE subscriptions s
   SET label = n.label
  FROM unnest(%(addresses)s::text[], %(labels)s::text[]) n (address, label)
  JOIN wallets w ON w.address = n.address
 WHERE w.id = s.wallet_id AND s.chat_id = %(chat_id)s
   AND n.label IS NOT NULL AND s.label IS DISTINCT FROM n.label
"""
