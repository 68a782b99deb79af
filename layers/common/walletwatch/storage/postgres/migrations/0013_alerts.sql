-- What is not told, what waits, and what people ask to be told of.

ALTER TABLE subscriptions ADD COLUMN filter jsonb;
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_filter_check
    CHECK (filter IS NULL OR jsonb_typeof(filter) = 'object') NOT VALID;
COMMENT ON COLUMN subscriptions.filter IS 'walletwatch.domain.filters.Filter of this wallet; it stands before the chat''s.';

-- Which kinds there are is the code's to say.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_kind_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind_check CHECK (kind ~ '^[a-z_]{1,16}$') NOT VALID;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_due_at_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_due_at_check
    CHECK (due_at IS NULL OR kind IN ('digest', 'alert')) NOT VALID;
ALTER TABLE deliveries ADD COLUMN payload jsonb;
COMMENT ON COLUMN deliveries.payload IS 'Of an alert: walletwatch.domain.alert_rules.firing.Firing, so that it can be written again.';
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_held ON deliveries (chat_id) WHERE due_at IS NOT NULL;

CREATE TABLE alert_rules (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chat_id       bigint      NOT NULL REFERENCES chats (id),
    number        integer     NOT NULL CHECK (number > 0),
    kind          text        NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 32),
    wallet_id     bigint      REFERENCES wallets (id) ON DELETE CASCADE,
    terms         jsonb       NOT NULL CHECK (jsonb_typeof(terms) = 'object'),
    name          text        CHECK (char_length(name) BETWEEN 1 AND 48),
    cooldown      integer     NOT NULL CHECK (cooldown >= 0),
    repeats       boolean     NOT NULL,
    urgent        boolean     NOT NULL,
    expires_at    timestamptz,
    paused        boolean     NOT NULL DEFAULT false,
    armed         boolean     NOT NULL DEFAULT true,
    fired         integer     NOT NULL DEFAULT 0,
    last_fired_at timestamptz,
    ended_at      timestamptz,
    check_at      timestamptz,
    created_at    timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX alert_rules_chat ON alert_rules (chat_id, number);
CREATE INDEX alert_rules_wallet ON alert_rules (wallet_id) WHERE wallet_id IS NOT NULL;
CREATE INDEX alert_rules_due ON alert_rules (check_at, id) WHERE check_at IS NOT NULL;
COMMENT ON COLUMN alert_rules.number IS 'What the chat calls it by; never given twice while a later one exists.';
COMMENT ON COLUMN alert_rules.wallet_id IS 'Null for all wallets of the chat, or for what is about none.';
COMMENT ON COLUMN alert_rules.terms IS 'walletwatch.domain.alert_rules.rule.Terms';
COMMENT ON COLUMN alert_rules.cooldown IS 'Seconds.';
COMMENT ON COLUMN alert_rules.armed IS 'False after it fired, until what it waits for is over.';
COMMENT ON COLUMN alert_rules.check_at IS 'When time alone may make it fire or end; null where only an activity does.';

CREATE TABLE price_samples (
    asset text        NOT NULL CHECK (char_length(asset) <= 44),
    at    timestamptz NOT NULL,
    usd   numeric     NOT NULL CHECK (usd > 0),
    PRIMARY KEY (asset, at)
);
CREATE INDEX price_samples_age ON price_samples USING brin (at);
COMMENT ON TABLE price_samples IS 'One for an asset and five minutes, of those that somebody asked for.';
