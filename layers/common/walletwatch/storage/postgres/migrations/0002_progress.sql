-- How far the watchers have come, one row each.

CREATE TABLE progress (
    watcher text        PRIMARY KEY CHECK (char_length(watcher) BETWEEN 1 AND 32),
    slot    bigint      NOT NULL CHECK (slot >= 0),
    at      timestamptz NOT NULL
);
COMMENT ON COLUMN progress.slot IS 'Every watched account was looked at in this slot or a later one.';
