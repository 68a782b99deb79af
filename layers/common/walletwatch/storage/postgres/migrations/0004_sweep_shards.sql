-- The sweep is shared by several invocations, and looks for stake accounts too.

ALTER TABLE wallets
    ADD COLUMN bucket smallint NOT NULL
        GENERATED ALWAYS AS (get_byte(sha256(decode(address, 'escape')), 0) & 63) STORED,
    ADD COLUMN stakes_discovered_at timestamptz NOT NULL DEFAULT '-infinity';
CREATE INDEX wallets_bucket ON wallets (bucket, id);
COMMENT ON COLUMN wallets.bucket IS 'walletwatch.domain.sweep.bucket_of(address); a shard is a range of buckets.';
COMMENT ON COLUMN wallets.stakes_discovered_at IS 'When its stake accounts were last looked for.';

CREATE TABLE sweep_shards (
    shard smallint    PRIMARY KEY CHECK (shard BETWEEN 0 AND 63),
    slot  bigint      CHECK (slot >= 0),
    at    timestamptz,
    CHECK ((slot IS NULL) = (at IS NULL))
);
INSERT INTO sweep_shards (shard, slot, at)
SELECT 0, p.slot, p.at FROM (VALUES (0)) one LEFT JOIN progress p ON p.watcher = 'sweep';
COMMENT ON TABLE sweep_shards IS 'One row for each shard there is, numbered from 0: the plan, and how far each has come.';
COMMENT ON COLUMN sweep_shards.slot IS 'Every account of the shard was looked at in this slot or a later one.';
