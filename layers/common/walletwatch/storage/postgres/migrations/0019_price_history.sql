-- What assets were worth, whoever asked for it.

CREATE TABLE IF NOT EXISTS price_samples (
    asset text        NOT NULL CHECK (char_length(asset) <= 44),
    at    timestamptz NOT NULL,
    usd   numeric     NOT NULL CHECK (usd > 0),
    PRIMARY KEY (asset, at)
);
CREATE INDEX IF NOT EXISTS price_samples_age ON price_samples USING brin (at);
COMMENT ON TABLE price_samples IS 'At most one for an asset and five minutes.';
