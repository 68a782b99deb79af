-- What the last look at each watched wallet's risk came to.

CREATE TABLE wallet_risks (
    wallet_id bigint      PRIMARY KEY REFERENCES wallets (id) ON DELETE CASCADE,
    score     smallint    NOT NULL CHECK (score BETWEEN 0 AND 100),
    level     smallint    NOT NULL CHECK (level BETWEEN 0 AND 4),
    rules     integer     NOT NULL,
    at        timestamptz NOT NULL
);
