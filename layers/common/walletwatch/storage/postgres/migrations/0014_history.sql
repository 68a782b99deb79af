-- Reading histories by time, what is carried forward of what is deleted, and reports that were ordered.

CREATE INDEX activities_time ON activities (wallet_id, block_time, slot) INCLUDE (kind, success);

CREATE TABLE daily_flows (
    wallet_id       bigint  NOT NULL REFERENCES wallets (id) ON DELETE CASCADE,
    day             date    NOT NULL,
    asset           text    NOT NULL CHECK (char_length(asset) BETWEEN 1 AND 44),
    counterparty    text    NOT NULL CHECK (char_length(counterparty) <= 44),
    nature          text    NOT NULL CHECK (nature IN ('market', 'aside', 'fee')),
    decimals        integer CHECK (decimals BETWEEN 0 AND 255),
    received        numeric NOT NULL,
    received_priced numeric NOT NULL,
    received_usd    numeric NOT NULL,
    sent            numeric NOT NULL,
    sent_priced     numeric NOT NULL,
    sent_usd        numeric NOT NULL,
    PRIMARY KEY (wallet_id, day, asset, counterparty, nature)
);
COMMENT ON TABLE daily_flows IS 'What is left of activities that were deleted: walletwatch.domain.carrying.';
COMMENT ON COLUMN daily_flows.counterparty IS 'Another watched wallet, which may be the same person''s; else empty.';

ALTER TABLE deliveries DROP CONSTRAINT IF EXISTS deliveries_kind_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind_check CHECK (kind ~ '^[a-z_]{1,16}$') NOT VALID;

CREATE TABLE report_schedules (
    chat_id bigint      NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    period  text        NOT NULL CHECK (period IN ('daily', 'weekly')),
    weekday smallint    CHECK (weekday BETWEEN 0 AND 6),
    minute  smallint    NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    due_at  timestamptz NOT NULL,
    PRIMARY KEY (chat_id, period),
    CHECK ((period = 'weekly') = (weekday IS NOT NULL))
);
CREATE INDEX report_schedules_due ON report_schedules (due_at, chat_id, period);
COMMENT ON COLUMN report_schedules.weekday IS 'Monday is 0.';
COMMENT ON COLUMN report_schedules.minute IS 'Of the day, in the chat''s time zone.';
COMMENT ON COLUMN report_schedules.due_at IS 'When the next one is written; recomputed in the zone the chat has then.';
