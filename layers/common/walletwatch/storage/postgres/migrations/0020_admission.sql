-- Every update is claimed here, in the look that greets its sender, and counted by its claim.

ALTER TABLE update_claims
    ADD COLUMN holder     uuid,
    ADD COLUMN user_id    bigint,
    ADD COLUMN counted_as text,
    ADD COLUMN taken_at   timestamptz NOT NULL DEFAULT now();
CREATE INDEX update_claims_of_user ON update_claims (user_id, taken_at) WHERE user_id IS NOT NULL;
COMMENT ON TABLE update_claims IS 'Updates of Telegram that were taken; done says only what Redis did not take.';
