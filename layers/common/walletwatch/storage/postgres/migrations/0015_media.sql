-- Pictures and exports are in the ledger, too. Which kinds there are is the code's to say.

ALTER TABLE deliveries DROP CONSTRAINT IF EXISTS deliveries_kind_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind_check CHECK (kind ~ '^[a-z_]{1,16}$') NOT VALID;
