-- What people say of the bot.

CREATE TABLE feedback (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint      NOT NULL,
    text    text        NOT NULL CHECK (char_length(text) BETWEEN 1 AND 1000),
    at      timestamptz NOT NULL
);
CREATE INDEX feedback_by ON feedback (user_id);
