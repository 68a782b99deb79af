-- Addresses that people were warned of, those that are vouched for, and what people report.

CREATE TABLE listed_addresses (
    address  text        NOT NULL CHECK (char_length(address) BETWEEN 32 AND 44),
    source   text        NOT NULL CHECK (char_length(source) BETWEEN 1 AND 64),
    kind     text        NOT NULL CHECK (kind IN ('block', 'allow', 'dropped')),
    reason   text        NOT NULL CHECK (char_length(reason) <= 200),
    added_at timestamptz NOT NULL,
    added_by bigint,
    PRIMARY KEY (address, source)
);
CREATE INDEX listed_addresses_newest ON listed_addresses (kind, added_at DESC, address);
COMMENT ON COLUMN listed_addresses.kind IS 'Dropped: an administrator took it off, and its source cannot put it back.';

CREATE TABLE address_reports (
    address   text        NOT NULL CHECK (char_length(address) BETWEEN 32 AND 44),
    user_id   bigint      NOT NULL,
    appeal    boolean     NOT NULL,
    reason    text        NOT NULL CHECK (char_length(reason) <= 200),
    at        timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (address, user_id, appeal)
);
CREATE INDEX address_reports_open ON address_reports (address, appeal) WHERE closed_at IS NULL;
CREATE INDEX address_reports_by ON address_reports (user_id, at);
COMMENT ON COLUMN address_reports.closed_at IS 'When an administrator decided; the same person cannot report it again.';
