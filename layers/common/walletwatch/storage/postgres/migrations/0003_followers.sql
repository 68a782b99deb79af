-- Following the chain block by block: how far, and for whom.

CREATE TABLE followers (
    name      text        PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 32),
    token     bigint      NOT NULL,
    begun     bigint      CHECK (begun >= 0),
    slot      bigint      CHECK (slot >= 0),
    blockhash text        CHECK (char_length(blockhash) BETWEEN 1 AND 44),
    at        timestamptz NOT NULL DEFAULT now(),
    CHECK ((slot IS NULL) = (blockhash IS NULL))
) WITH (fillfactor = 50);
COMMENT ON COLUMN followers.token IS 'Fencing token of the newest holder; one with a lower token writes nothing.';
COMMENT ON COLUMN followers.begun IS 'The newest block whose matching has begun.';
COMMENT ON COLUMN followers.slot IS 'Everything up to this block is queued.';

ALTER TABLE wallets ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN wallets.changed_at IS 'When a watcher was last added; a follower reads only what is newer.';
CREATE INDEX wallets_changed ON wallets (changed_at);

-- By triggers, so that no way of adding a watcher can forget it.
CREATE FUNCTION mark_wallet_of_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE wallets SET changed_at = clock_timestamp() WHERE id = NEW.wallet_id;
    RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_mark_wallet AFTER INSERT OR UPDATE OF chat_id ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION mark_wallet_of_subscription();

CREATE FUNCTION mark_wallets_of_chat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE wallets w SET changed_at = clock_timestamp()
      FROM subscriptions s WHERE s.chat_id = NEW.id AND w.id = s.wallet_id;
    RETURN NULL;
END $$;
CREATE TRIGGER chats_mark_wallets AFTER UPDATE OF active ON chats
    FOR EACH ROW WHEN (NEW.active AND NOT OLD.active) EXECUTE FUNCTION mark_wallets_of_chat();
