-- Digests that are open for an interval.

ALTER TABLE deliveries ADD COLUMN due_at timestamptz;
-- Not validated, so that the table is not read while it is locked; there is nothing in the column yet.
ALTER TABLE deliveries ADD CONSTRAINT deliveries_due_at_check CHECK (due_at IS NULL OR kind = 'digest') NOT VALID;
COMMENT ON COLUMN deliveries.due_at IS 'A digest that is open, and so takes in more, ends then; null once it is closed.';
CREATE INDEX deliveries_open ON deliveries (wallet_id) WHERE due_at IS NOT NULL;
