-- Who answers for a chat, what they may do, and who is kept out.

ALTER TABLE users
    ADD COLUMN banned_at     timestamptz,
    ADD COLUMN ban_reason    text CHECK (char_length(ban_reason) <= 200),
    ADD COLUMN premium_until timestamptz,
    ADD COLUMN quotas        jsonb NOT NULL DEFAULT '{}';
ALTER TABLE users ADD CONSTRAINT users_quotas_check CHECK (jsonb_typeof(quotas) = 'object') NOT VALID;
COMMENT ON COLUMN users.premium_until IS 'The premium plan ends then; the year 9999 stands for never.';
COMMENT ON COLUMN users.quotas IS 'What an administrator has set, by name; else what the plan has holds.';
CREATE INDEX users_seen ON users (seen_at);
CREATE INDEX users_banned ON users (banned_at) WHERE banned_at IS NOT NULL;

ALTER TABLE chats ADD COLUMN owner_id bigint;
CREATE INDEX chats_owner ON chats (owner_id) WHERE owner_id IS NOT NULL;
COMMENT ON COLUMN chats.owner_id IS 'Of a group or channel: whose quota it uses. A private chat is its person''s own.';
