-- A platform for managed service providers: each provider is a tenant, with its
-- clients, their contracts and assets, tickets, hours worked and invoices.

CREATE TABLE clients (
    provider_id uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    name        text NOT NULL,
    active      boolean NOT NULL DEFAULT true,
    PRIMARY KEY (provider_id, id),
    UNIQUE (provider_id, name)
) TENANT BY (provider_id);

CREATE TABLE technicians (
    provider_id uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    name        text NOT NULL,
    rate        numeric(8,2) NOT NULL CHECK (rate >= 0),
    PRIMARY KEY (provider_id, id)
) TENANT BY (provider_id);

CREATE TABLE contracts (
    provider_id    uuid NOT NULL,
    id             uuid NOT NULL DEFAULT uuidv7(),
    client_id      uuid NOT NULL,
    name           text NOT NULL,
    included_hours numeric(8,2) NOT NULL DEFAULT 0,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY (provider_id, client_id) REFERENCES clients (provider_id, id) ON DELETE CASCADE
) TENANT BY (provider_id);

CREATE TABLE assets (
    provider_id uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    client_id   uuid NOT NULL,
    name        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('server', 'network', 'service', 'workstation')), -- @enum AssetKind
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY (provider_id, client_id) REFERENCES clients (provider_id, id) ON DELETE CASCADE
) TENANT BY (provider_id);

-- asset_id stops working when needs_id does.
CREATE TABLE asset_dependencies (
    provider_id uuid NOT NULL,
    asset_id    uuid NOT NULL,
    needs_id    uuid NOT NULL,
    PRIMARY KEY (provider_id, asset_id, needs_id),
    FOREIGN KEY (provider_id, asset_id) REFERENCES assets (provider_id, id) ON DELETE CASCADE,
    FOREIGN KEY (provider_id, needs_id) REFERENCES assets (provider_id, id) ON DELETE CASCADE
) TENANT BY (provider_id);
CREATE INDEX asset_needed ON asset_dependencies (provider_id, needs_id);

-- @audit opened_at
-- @revision rev
CREATE TABLE tickets (
    provider_id uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    client_id   uuid NOT NULL,
    contract_id uuid,
    asset_id    uuid,
    assignee_id uuid,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'waiting', 'closed')), -- @enum TicketState
    title       text NOT NULL,
    opened_at   timestamptz NOT NULL DEFAULT now(),
    rev         bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY (provider_id, client_id) REFERENCES clients (provider_id, id) ON DELETE CASCADE,
    FOREIGN KEY (provider_id, contract_id) REFERENCES contracts (provider_id, id) ON DELETE SET NULL (contract_id),
    FOREIGN KEY (provider_id, asset_id) REFERENCES assets (provider_id, id) ON DELETE SET NULL (asset_id),
    FOREIGN KEY (provider_id, assignee_id) REFERENCES technicians (provider_id, id) ON DELETE SET NULL (assignee_id)
) TENANT BY (provider_id);
CREATE INDEX tickets_of_client ON tickets (provider_id, client_id, state, opened_at);

CREATE TABLE invoices (
    provider_id uuid NOT NULL,
    number      bigint NOT NULL,
    client_id   uuid NOT NULL,
    issued_on   date NOT NULL,
    total       numeric(12,2) NOT NULL,
    PRIMARY KEY (provider_id, number),
    FOREIGN KEY (provider_id, client_id) REFERENCES clients (provider_id, id)
) TENANT BY (provider_id);

CREATE TABLE invoice_lines (
    provider_id uuid NOT NULL,
    number      bigint NOT NULL,
    line        integer NOT NULL,
    text        text NOT NULL,
    amount      numeric(12,2) NOT NULL,
    PRIMARY KEY (provider_id, number, line),
    FOREIGN KEY (provider_id, number) REFERENCES invoices (provider_id, number) ON DELETE CASCADE
) TENANT BY (provider_id);

CREATE TABLE time_entries (
    provider_id   uuid NOT NULL,
    id            uuid NOT NULL DEFAULT uuidv7(),
    ticket_id     uuid NOT NULL,
    technician_id uuid NOT NULL,
    worked_on     date NOT NULL,
    hours         numeric(6,2) NOT NULL CHECK (hours > 0),
    billable      boolean NOT NULL,
    invoice       bigint,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY (provider_id, ticket_id) REFERENCES tickets (provider_id, id) ON DELETE CASCADE,
    FOREIGN KEY (provider_id, technician_id) REFERENCES technicians (provider_id, id),
    FOREIGN KEY (provider_id, invoice) REFERENCES invoices (provider_id, number) ON DELETE SET NULL (invoice)
) TENANT BY (provider_id);
CREATE INDEX time_by_day ON time_entries (provider_id, worked_on);
CREATE INDEX time_of_ticket ON time_entries (provider_id, ticket_id);

CREATE TABLE recurring_billing (
    provider_id uuid NOT NULL,
    id          uuid NOT NULL DEFAULT uuidv7(),
    client_id   uuid NOT NULL,
    text        text NOT NULL,
    amount      numeric(12,2) NOT NULL,
    next_on     date NOT NULL,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY (provider_id, client_id) REFERENCES clients (provider_id, id) ON DELETE CASCADE
) TENANT BY (provider_id);
CREATE INDEX billing_due ON recurring_billing (provider_id, next_on);
