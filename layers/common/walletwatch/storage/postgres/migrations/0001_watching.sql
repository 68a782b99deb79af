-- Who watches what, what was seen, and what was told of it.

CREATE TABLE users (
    id         bigint      PRIMARY KEY,
    username   text        CHECK (char_length(username) <= 64),
    language   text        NOT NULL CHECK (char_length(language) BETWEEN 1 AND 35),
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE chats (
    id              bigint      PRIMARY KEY,
    kind            text        NOT NULL CHECK (kind IN ('private', 'group', 'supergroup', 'channel')),
    language        text        NOT NULL CHECK (char_length(language) BETWEEN 1 AND 35),
    active          boolean     NOT NULL DEFAULT true,
    inactive_reason text        CHECK (char_length(inactive_reason) <= 200),
    settings        jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    migrated_to     bigint      CHECK (migrated_to <> id),
    created_at      timestamptz NOT NULL DEFAULT now(),
    seen_at         timestamptz NOT NULL DEFAULT now(),
    CHECK (migrated_to IS NULL OR NOT active)
);
COMMENT ON COLUMN chats.settings IS 'Only what differs from the defaults of walletwatch.domain.chats.ChatSettings.';
COMMENT ON COLUMN chats.migrated_to IS 'The id this group has had since it became a supergroup; nothing belongs to this row any more.';

CREATE TABLE wallets (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address       text        NOT NULL UNIQUE CHECK (address ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'),
    watch_slot    bigint      CHECK (watch_slot >= 0),
    discovered_at timestamptz NOT NULL DEFAULT '-infinity',
    created_at    timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
COMMENT ON COLUMN wallets.watch_slot IS 'The watch covers slots after this one; null until the chain was reached once.';
COMMENT ON COLUMN wallets.discovered_at IS 'When its token accounts were last looked for.';

CREATE TABLE subscriptions (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chat_id    bigint      NOT NULL REFERENCES chats (id),
    wallet_id  bigint      NOT NULL REFERENCES wallets (id),
    label      text        CHECK (char_length(label) BETWEEN 1 AND 48),
    from_slot  bigint      CHECK (from_slot >= 0),
    paused     boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (chat_id, wallet_id)
);
CREATE INDEX subscriptions_wallet ON subscriptions (wallet_id);
COMMENT ON COLUMN subscriptions.from_slot IS 'Activities after this slot are told.';

-- Cursors and states change all the time and are in no index, so that updates stay in their page (HOT).
CREATE TABLE watched_accounts (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    wallet_id        bigint NOT NULL REFERENCES wallets (id),
    address          text   NOT NULL CHECK (address ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'),
    kind             text   NOT NULL CHECK (kind IN ('system', 'token', 'token_2022', 'stake')),
    mint             text   CHECK (mint ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'),
    cursor_slot      bigint CHECK (cursor_slot >= 0),
    cursor_signature text   CHECK (char_length(cursor_signature) <= 88),
    state_digest     bytea  CHECK (octet_length(state_digest) <= 64),
    state_slot       bigint CHECK (state_slot >= 0),
    UNIQUE (wallet_id, address),
    CHECK (cursor_signature IS NULL OR cursor_slot IS NOT NULL),
    CHECK ((state_digest IS NULL) = (state_slot IS NULL))
) WITH (fillfactor = 80);
COMMENT ON TABLE watched_accounts IS 'An account that belongs to two wallets has a row for each.';

CREATE TABLE activities (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    wallet_id  bigint      NOT NULL REFERENCES wallets (id),
    signature  text        NOT NULL CHECK (char_length(signature) BETWEEN 1 AND 88),
    slot       bigint      NOT NULL CHECK (slot >= 0),
    block_time bigint,
    kind       text        NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 32),
    success    boolean     NOT NULL,
    payload    jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (wallet_id, signature)
);
CREATE INDEX activities_history ON activities (wallet_id, slot DESC, id DESC);
CREATE INDEX activities_age ON activities USING brin (created_at);
COMMENT ON COLUMN activities.payload IS 'walletwatch.domain.activities.Activity.to_dict()';
COMMENT ON COLUMN activities.block_time IS 'Unix seconds.';

CREATE TABLE deliveries (
    key        text        PRIMARY KEY CHECK (key ~ '^[0-9a-f]{32}$'),
    kind       text        NOT NULL CHECK (kind IN ('activity', 'digest', 'scan')),
    chat_id    bigint      NOT NULL,
    wallet_id  bigint      REFERENCES wallets (id),
    signature  text        CHECK (char_length(signature) BETWEEN 1 AND 88),
    status     text        NOT NULL CHECK (status IN ('pending', 'sent', 'merged', 'suppressed', 'failed')),
    reason     text        CHECK (char_length(reason) <= 200),
    digest_key text        CHECK (digest_key ~ '^[0-9a-f]{32}$'),
    message_id bigint,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    CHECK ((status = 'pending') = (settled_at IS NULL)),
    CHECK ((status = 'merged') = (digest_key IS NOT NULL)),
    CHECK (kind <> 'activity' OR (wallet_id IS NOT NULL AND signature IS NOT NULL)),
    CHECK (kind <> 'digest' OR wallet_id IS NOT NULL)
) WITH (fillfactor = 90);
-- The rule that the whole product stands on: one entry for a transaction, a wallet and a chat. It holds even
-- where a group's id has changed, and with it the keys that are made now.
CREATE UNIQUE INDEX deliveries_activity ON deliveries (wallet_id, signature, chat_id) WHERE kind = 'activity';
CREATE INDEX deliveries_digest ON deliveries (digest_key) WHERE digest_key IS NOT NULL;
CREATE INDEX deliveries_chat ON deliveries (chat_id, created_at);
CREATE INDEX deliveries_pending ON deliveries (created_at) WHERE status = 'pending';
CREATE INDEX deliveries_age ON deliveries USING brin (created_at);
COMMENT ON COLUMN deliveries.chat_id IS 'No foreign key: what was told outlives the chat.';
