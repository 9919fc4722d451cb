-- Workflows: what is to be run, its runs, and all that happened in them.

CREATE TABLE flows (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    tags text[] NOT NULL DEFAULT '{}',
    spec jsonb NOT NULL -- {"nodes": ["fetch", …]}
);

CREATE TABLE executions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flow_id     bigint NOT NULL REFERENCES flows (id),
    state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'done', 'failed')), -- @enum State
    attempt     bigint NOT NULL DEFAULT 0,
    worker      text,
    lease_until timestamptz,
    input       bigint NOT NULL,
    result      bigint,
    created_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
CREATE INDEX executions_by_state ON executions (state, id);

-- The history of an execution is never changed, only added to.
CREATE TABLE events (
    execution_id bigint NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
    seq          bigint NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('started', 'node', 'failed', 'finished')), -- @enum Kind
    node         text,
    value        bigint,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (execution_id, seq)
);
