-- What administrators look for, messages to many, and figures by day.

CREATE INDEX users_created ON users (created_at, id);
CREATE INDEX users_name ON users (lower(username) text_pattern_ops) WHERE username IS NOT NULL;

CREATE INDEX audit_user ON audit (user_id, id);
CREATE INDEX audit_action ON audit (action, id);

ALTER TABLE feedback ADD COLUMN answered_at timestamptz;
CREATE INDEX feedback_open ON feedback (id) WHERE answered_at IS NULL;

CREATE TABLE broadcasts (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_by  bigint      NOT NULL,
    audience    text        NOT NULL CHECK (char_length(audience) BETWEEN 1 AND 32),
    people      bigint[],
    html        text        NOT NULL CHECK (char_length(html) BETWEEN 1 AND 8192),
    link_text   text        CHECK (char_length(link_text) BETWEEN 1 AND 64),
    link_url    text        CHECK (char_length(link_url) <= 2048),
    per_second  integer     NOT NULL CHECK (per_second BETWEEN 1 AND 25),
    state       text        NOT NULL CHECK (state IN ('draft', 'running', 'stopped', 'done')),
    expected    integer     NOT NULL CHECK (expected >= 0),
    queued      integer     NOT NULL DEFAULT 0 CHECK (queued >= 0),
    reached     bigint,
    next_at     timestamptz,
    chat_id     bigint,
    message_id  bigint,
    created_at  timestamptz NOT NULL,
    started_at  timestamptz,
    ended_at    timestamptz,
    result      jsonb       CHECK (jsonb_typeof(result) = 'object'),
    CHECK ((link_text IS NULL) = (link_url IS NULL)),
    CHECK ((chat_id IS NULL) = (message_id IS NULL)),
    CHECK ((state = 'draft') = (started_at IS NULL)),
    CHECK ((state IN ('stopped', 'done')) = (ended_at IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX broadcasts_untold ON broadcasts (id) WHERE started_at IS NOT NULL AND result IS NULL;
COMMENT ON COLUMN broadcasts.audience IS 'walletwatch.domain.broadcasts.Audience';
COMMENT ON COLUMN broadcasts.people IS 'Who is meant where the audience is of named people: the administrators.';
COMMENT ON COLUMN broadcasts.reached IS 'All chats up to this id were seen to.';
COMMENT ON COLUMN broadcasts.next_at IS 'Before this nothing more is queued.';
COMMENT ON COLUMN broadcasts.message_id IS 'The message in chat_id that tells how far it is.';
COMMENT ON COLUMN broadcasts.result IS 'What became of its messages, once all of them are settled; it outlives their ledger entries.';

ALTER TABLE deliveries ADD COLUMN broadcast_id bigint;
CREATE INDEX deliveries_broadcast ON deliveries (broadcast_id, status) WHERE broadcast_id IS NOT NULL;
-- Which kinds there are is the code's to say.
ALTER TABLE deliveries DROP CONSTRAINT IF EXISTS deliveries_kind_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind_check CHECK (kind ~ '^[a-z_]{1,16}$') NOT VALID;

CREATE TABLE active_daily (
    user_id bigint NOT NULL,
    day     date   NOT NULL,
    PRIMARY KEY (user_id, day)
);
CREATE INDEX active_daily_day ON active_daily (day);
COMMENT ON TABLE active_daily IS 'Who was seen on which day (UTC), for a hundred days.';

CREATE TABLE usage_daily (
    day   date   NOT NULL,
    what  text   NOT NULL CHECK (char_length(what) BETWEEN 1 AND 64),
    count bigint NOT NULL CHECK (count >= 0),
    PRIMARY KEY (day, what)
);
COMMENT ON TABLE usage_daily IS 'Figures of a day (UTC), of nobody in particular; they are kept.';

CREATE TABLE usage_counters (
    what text   PRIMARY KEY CHECK (char_length(what) BETWEEN 1 AND 64),
    seen bigint NOT NULL CHECK (seen >= 0)
);
COMMENT ON TABLE usage_counters IS 'How far the instances'' counters in Redis were carried over; one that is lower began anew.';
