-- What people buy, and what groups and channels are called.

CREATE TABLE orders (
    id         text        PRIMARY KEY CHECK (id ~ '^[0-9a-f]{32}$'),
    user_id    bigint      NOT NULL,
    days       integer     NOT NULL CHECK (days > 0),
    stars      integer     NOT NULL CHECK (stars > 0),
    created_at timestamptz NOT NULL,
    paid_at    timestamptz
);
CREATE INDEX orders_by ON orders (user_id);
CREATE INDEX orders_age ON orders (created_at);
COMMENT ON COLUMN orders.id IS 'The payload of the invoice.';

CREATE TABLE payments (
    charge_id   text        PRIMARY KEY CHECK (char_length(charge_id) BETWEEN 1 AND 256),
    order_id    text        NOT NULL CHECK (char_length(order_id) <= 128),
    user_id     bigint      NOT NULL,
    days        integer     NOT NULL CHECK (days >= 0),
    stars       integer     NOT NULL CHECK (stars > 0),
    paid_at     timestamptz NOT NULL,
    refund_by   bigint,
    refunded_at timestamptz
);
CREATE INDEX payments_by ON payments (user_id, paid_at DESC);
COMMENT ON COLUMN payments.order_id IS 'No foreign key: a payment outlives its order.';
COMMENT ON COLUMN payments.days IS '0 where nobody knows what was ordered.';
COMMENT ON COLUMN payments.refund_by IS 'Who began to give it back; who paid, or an administrator.';

-- Which kinds there are is the code's to say.
ALTER TABLE deliveries DROP CONSTRAINT IF EXISTS deliveries_kind_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind_check CHECK (kind ~ '^[a-z_]{1,16}$') NOT VALID;

CREATE INDEX users_premium ON users (premium_until) WHERE premium_until IS NOT NULL;

ALTER TABLE chats ADD COLUMN title text;
ALTER TABLE chats ADD CONSTRAINT chats_title_check CHECK (char_length(title) <= 255) NOT VALID;
COMMENT ON COLUMN chats.title IS 'Of a group or channel, as it was last seen.';
