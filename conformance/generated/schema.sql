-- The schema that the repositories of package db are generated from.
CREATE TYPE plan AS ENUM ('free', 'team', 'big-corp');

-- Countries belong to no tenant.
CREATE TABLE countries (
    code char(2) PRIMARY KEY,
    name text NOT NULL
);
COMMENT ON TABLE countries IS 'the countries that there are';

-- @audit created_at updated_at
-- @softdelete deleted_at
CREATE TABLE customers (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL DEFAULT gen_random_uuid(),
    name       varchar(60) NOT NULL,
    email      text,
    country    char(2) REFERENCES countries (code),
    plan       plan NOT NULL DEFAULT 'free',
    tags       text[] NOT NULL DEFAULT '{}',
    extra      jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
) TENANT BY (tenant_id);

-- @revision rev
CREATE TABLE invoices (
    tenant_id uuid NOT NULL,
    number    bigint NOT NULL,
    customer  uuid NOT NULL,
    state     text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'void')), -- @enum InvoiceState
    total     numeric(12,2) NOT NULL CHECK (total >= 0),
    gross     numeric GENERATED ALWAYS AS (total * 1.19) STORED,
    due       date NOT NULL,
    paid_at   timestamptz,
    "order"   bigint,
    rev       bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, number),
    FOREIGN KEY (tenant_id, customer) REFERENCES customers (tenant_id, id) ON DELETE CASCADE
) TENANT BY (tenant_id);
COMMENT ON COLUMN invoices.total IS 'without tax';

CREATE TABLE events (
    tenant_id uuid NOT NULL,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    kind      text NOT NULL,
    body      bytea,
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
) TENANT BY (tenant_id);
