-- What a chat writes down about its wallets, when it last used them, and the lists it shares.

ALTER TABLE subscriptions
    ADD COLUMN tags      text[] NOT NULL DEFAULT '{}',
    ADD COLUMN note      text,
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN used_at   timestamptz;
ALTER TABLE subscriptions
    ADD CONSTRAINT subscriptions_tags_check CHECK (cardinality(tags) <= 10) NOT VALID,
    ADD CONSTRAINT subscriptions_note_check CHECK (char_length(note) BETWEEN 1 AND 500) NOT VALID;
COMMENT ON COLUMN subscriptions.tags IS 'As walletwatch.domain.wallet_book.tag_of writes them, sorted. A chat has few wallets, so they need no index.';
COMMENT ON COLUMN subscriptions.used_at IS 'When the chat last asked for this wallet by a button, to some minutes.';

CREATE INDEX deliveries_paused ON deliveries (chat_id, wallet_id, created_at)
    WHERE status = 'suppressed' AND reason = 'paused';

CREATE TABLE shares (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token      text        NOT NULL UNIQUE CHECK (token ~ '^[A-Za-z0-9_-]{22,43}$'),
    chat_id    bigint      NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    addresses  text[]      NOT NULL CHECK (cardinality(addresses) BETWEEN 1 AND 1000),
    labels     text[]      NOT NULL,
    named      boolean     NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK (cardinality(labels) = cardinality(addresses))
);
CREATE INDEX shares_chat ON shares (chat_id);
CREATE INDEX shares_expiry ON shares (expires_at);
COMMENT ON TABLE shares IS 'What whoever has the token may see: a copy, so that nothing the owner adds later is shown.';
COMMENT ON COLUMN shares.labels IS 'Null for a wallet without a name, and for all where the owner shares no names.';
