-- Alerts, what administrators do, and updates taken while Redis is away.

CREATE TABLE alerts (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    condition       text        NOT NULL CHECK (char_length(condition) BETWEEN 1 AND 64),
    subject         text        NOT NULL CHECK (char_length(subject) <= 255),
    level           text        NOT NULL CHECK (level IN ('info', 'warning', 'error', 'critical')),
    facts           jsonb       NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
    occurrences     integer     NOT NULL DEFAULT 1 CHECK (occurrences > 0),
    raised_at       timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,
    clear_since     timestamptz,
    resolved_at     timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by bigint,
    told            bigint[]    NOT NULL DEFAULT '{}',
    told_end        bigint[]    NOT NULL DEFAULT '{}',
    told_at         timestamptz,
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX alerts_open ON alerts (condition, subject) WHERE resolved_at IS NULL;
CREATE INDEX alerts_age ON alerts (resolved_at) WHERE resolved_at IS NOT NULL;
COMMENT ON COLUMN alerts.told IS 'Chats that know of its beginning, at its present level.';
COMMENT ON COLUMN alerts.clear_since IS 'First seen not to hold any more, while it is not resolved yet.';

CREATE TABLE audit (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    user_id bigint      NOT NULL,
    action  text        NOT NULL CHECK (char_length(action) BETWEEN 1 AND 64),
    details jsonb       NOT NULL CHECK (jsonb_typeof(details) = 'object')
);
COMMENT ON TABLE audit IS 'What administrators did; nothing deletes from it.';

CREATE TABLE maintenance (
    one     boolean     PRIMARY KEY DEFAULT true CHECK (one),
    since   timestamptz NOT NULL,
    user_id bigint      NOT NULL,
    note    text        NOT NULL CHECK (char_length(note) <= 500)
);
COMMENT ON TABLE maintenance IS 'Its only row is there while people are asked to come back later.';

CREATE TABLE update_claims (
    update_id bigint      PRIMARY KEY,
    done      boolean     NOT NULL DEFAULT false,
    ends_at   timestamptz NOT NULL
);
CREATE INDEX update_claims_age ON update_claims (ends_at);
COMMENT ON TABLE update_claims IS 'Updates of Telegram that were taken while Redis could not be asked.';
