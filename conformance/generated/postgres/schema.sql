CREATE TYPE plan AS ENUM ('free', 'team', 'big-corp');
CREATE TABLE countries (
    code character(2) NOT NULL,
    name text NOT NULL,
    CONSTRAINT countries_pkey PRIMARY KEY (code)
);
CREATE TABLE customers (
    tenant_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name character varying(60) NOT NULL,
    email text,
    country character(2),
    plan plan DEFAULT 'free'::plan NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    extra jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT customers_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT customers_tenant_id_name_key UNIQUE (tenant_id, name)
);
CREATE TABLE events (
    tenant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    body bytea,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (tenant_id, id)
);
CREATE TABLE invoices (
    tenant_id uuid NOT NULL,
    number bigint NOT NULL,
    customer uuid NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    total numeric(12,2) NOT NULL,
    gross numeric GENERATED ALWAYS AS (total * 1.19) STORED,
    due date NOT NULL,
    paid_at timestamp with time zone,
    "order" bigint,
    rev bigint DEFAULT 0 NOT NULL,
    CONSTRAINT invoices_pkey PRIMARY KEY (tenant_id, number),
    CONSTRAINT invoices_state_check CHECK (state IN ('open', 'paid', 'void')),
    CONSTRAINT invoices_total_check CHECK (total >= 0)
);
COMMENT ON TABLE countries IS 'the countries that there are';
COMMENT ON COLUMN invoices.total IS 'without tax';
ALTER TABLE customers ADD CONSTRAINT customers_country_fkey FOREIGN KEY (country) REFERENCES countries (code);
ALTER TABLE invoices ADD CONSTRAINT invoices_tenant_id_customer_fkey FOREIGN KEY (tenant_id, customer) REFERENCES customers (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE customers ALTER COLUMN tenant_id SET DEFAULT current_setting('zqlite.tenant')::uuid;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON customers USING (tenant_id = current_setting('zqlite.tenant')::uuid) WITH CHECK (tenant_id = current_setting('zqlite.tenant')::uuid);
ALTER TABLE events ALTER COLUMN tenant_id SET DEFAULT current_setting('zqlite.tenant')::uuid;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON events USING (tenant_id = current_setting('zqlite.tenant')::uuid) WITH CHECK (tenant_id = current_setting('zqlite.tenant')::uuid);
ALTER TABLE invoices ALTER COLUMN tenant_id SET DEFAULT current_setting('zqlite.tenant')::uuid;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoices USING (tenant_id = current_setting('zqlite.tenant')::uuid) WITH CHECK (tenant_id = current_setting('zqlite.tenant')::uuid);
