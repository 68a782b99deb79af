-- Who made the exchange's pools and what became of their liquidity; how the lists that come from outside are; and
-- whom each watched wallet dealt with.

CREATE TABLE pool_creators (
    pool        text        PRIMARY KEY CHECK (pool ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'),
    creator     text        NOT NULL CHECK (creator ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'),
    mints       text[]      NOT NULL CHECK (cardinality(mints) = 2),
    vaults      text[]      NOT NULL CHECK (cardinality(vaults) = 2),
    lp_mint     text        NOT NULL CHECK (lp_mint ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'),
    lp_most     numeric(20) NOT NULL CHECK (lp_most >= 0),
    slot        bigint      NOT NULL CHECK (slot >= 0),
    seen_at     timestamptz NOT NULL,
    drained_at  timestamptz,
    listed_at   timestamptz,
    tvl_usd     numeric,
    tried_at    timestamptz,
    examined_at timestamptz,
    pull        jsonb       CHECK (jsonb_typeof(pull) = 'object'),
    CHECK (tvl_usd IS NULL OR listed_at IS NOT NULL)
);
CREATE INDEX pool_creators_creator ON pool_creators (creator);
CREATE INDEX pool_creators_drained ON pool_creators (creator) WHERE drained_at IS NOT NULL;
CREATE INDEX pool_creators_mints ON pool_creators USING gin (mints);
COMMENT ON COLUMN pool_creators.creator IS 'As the pool''s account says; never what an API says.';
COMMENT ON COLUMN pool_creators.lp_most IS 'The most LP tokens that it was ever seen to have.';
COMMENT ON COLUMN pool_creators.drained_at IS 'When its liquidity was first seen gone; null while it has some.';
COMMENT ON COLUMN pool_creators.listed_at IS 'When XDEX''s API last named it, and what it was worth then.';
COMMENT ON COLUMN pool_creators.examined_at IS 'When its creator''s deeds were last looked into; tried_at, in vain or not.';
COMMENT ON COLUMN pool_creators.pull IS 'walletwatch.domain.pools.PoolPull: the withdrawal that shows a pull.';

CREATE TABLE list_sources (
    source     text        PRIMARY KEY CHECK (char_length(source) BETWEEN 1 AND 64),
    count      integer     CHECK (count >= 0),
    at         timestamptz,
    refused_at timestamptz,
    reason     text        CHECK (char_length(reason) <= 200),
    CHECK ((count IS NULL) = (at IS NULL)),
    CHECK ((refused_at IS NULL) = (reason IS NULL))
);
COMMENT ON COLUMN list_sources.at IS 'Of the last answer that was good; it is kept while others are refused.';

-- One row for an address and a wallet, however often they meet, written at most once a day (docs/adr/0011).
-- No foreign key: what is left of a wallet that is gone ends with its age, like all others.
CREATE TABLE dealings (
    address   text   NOT NULL,
    wallet_id bigint NOT NULL,
    dealt_on  date   NOT NULL,
    PRIMARY KEY (address, wallet_id)
);
CREATE INDEX dealings_age ON dealings (dealt_on);

INSERT INTO dealings (address, wallet_id, dealt_on)
SELECT met.address, a.wallet_id, max((a.created_at AT TIME ZONE 'UTC')::date)
  FROM activities a
 CROSS JOIN LATERAL (
       SELECT leg ->> 'counterparty' AS address
         FROM jsonb_array_elements(jsonb_path_query_array(a.payload, '$.legs[*]')) leg
        UNION
       SELECT jsonb_array_elements_text(jsonb_path_query_array(a.payload, '$.programs[*]'))) met
 WHERE a.created_at > now() - interval '90 days' AND met.address ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'
 GROUP BY met.address, a.wallet_id;
