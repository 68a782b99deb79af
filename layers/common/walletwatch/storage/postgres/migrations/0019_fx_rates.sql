-- What a dollar was in other currencies, by day, and in the chain's own token.

CREATE TABLE fx_rates (
    currency text    NOT NULL CHECK (currency ~ '^([a-z]{3}|native)$'),
    day      date    NOT NULL,
    per_usd  numeric NOT NULL CHECK (per_usd > 0),
    PRIMARY KEY (currency, day)
);
COMMENT ON TABLE fx_rates IS 'A dozen rows a day; a process reads all of them once an hour.';
COMMENT ON COLUMN fx_rates.day IS 'In UTC: of the money of countries as its source dates it, of the token the day itself.';
COMMENT ON COLUMN fx_rates.per_usd IS 'Units for one dollar. Of the token: by the mean of its price samples of the day.';

INSERT INTO fx_rates (currency, day, per_usd)
SELECT 'native', (at AT TIME ZONE 'UTC')::date, round(1 / avg(usd), 18)
  FROM price_samples
 WHERE asset = 'native' AND usd > 0
 GROUP BY 2
HAVING round(1 / avg(usd), 18) > 0;
