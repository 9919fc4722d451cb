-- name: TicketsOfClient :many
-- TicketsOfClient lists a client's tickets in a state, the newest first.
SELECT t.id, t.title, t.opened_at, u.name AS assignee
FROM tickets t LEFT JOIN technicians u ON u.id = t.assignee_id
WHERE t.client_id = :client AND t.state = :state
ORDER BY t.opened_at DESC LIMIT 50;

-- name: TimeList :many
-- TimeList is the work of some days with all that it belongs to.
SELECT te.id, te.worked_on, te.hours, te.billable, t.title AS ticket, c.name AS client,
       ct.name AS contract, u.name AS technician, a.name AS asset
FROM time_entries te
JOIN tickets t ON t.id = te.ticket_id
JOIN clients c ON c.id = t.client_id
LEFT JOIN contracts ct ON ct.id = t.contract_id
LEFT JOIN technicians u ON u.id = te.technician_id
LEFT JOIN assets a ON a.id = t.asset_id
WHERE te.worked_on BETWEEN :first AND :last
ORDER BY te.worked_on, te.id LIMIT :most;

-- name: HoursByClient :many
-- HoursByClient sums the hours of a period: all, billable, not on an invoice yet.
SELECT c.id, c.name, sum(te.hours) AS hours,
       coalesce(sum(te.hours) FILTER (WHERE te.billable), 0) AS billable,
       coalesce(sum(te.hours) FILTER (WHERE te.billable AND te.invoice IS NULL), 0) AS open
FROM time_entries te JOIN tickets t ON t.id = te.ticket_id JOIN clients c ON c.id = t.client_id
WHERE te.worked_on BETWEEN :first AND :last
GROUP BY c.id, c.name ORDER BY billable DESC, c.name;

-- name: AssetImpact :many
-- AssetImpact lists what stops working with an asset, however indirectly.
WITH RECURSIVE hit (id, depth) AS (
    SELECT :asset::uuid, 0
    UNION
    SELECT d.asset_id, h.depth + 1 FROM hit h JOIN asset_dependencies d ON d.needs_id = h.id WHERE h.depth < 20
)
SELECT a.id, a.name, a.kind, c.name AS client, min(h.depth) AS depth
FROM hit h JOIN assets a ON a.id = h.id JOIN clients c ON c.id = a.client_id
GROUP BY a.id, a.name, a.kind, c.name ORDER BY depth, a.name;

-- name: DueClients :many
-- DueClients lists the clients with recurring bills that are due.
SELECT DISTINCT client_id FROM recurring_billing WHERE next_on <= $1 ORDER BY client_id;

-- name: NextInvoiceNumber :one
SELECT coalesce(max(number), 0) + 1 AS number FROM invoices;

-- name: AddRecurringLines :exec
INSERT INTO invoice_lines (number, line, text, amount)
SELECT :number::bigint, row_number() OVER (ORDER BY id), text, amount
FROM recurring_billing WHERE client_id = :client AND next_on <= :day;

-- name: AddTimeLine :exec
-- AddTimeLine adds the hours that are not on an invoice yet, as one line.
INSERT INTO invoice_lines (number, line, text, amount)
SELECT :number::bigint, 1 + (SELECT count(*) FROM invoice_lines WHERE number = :number), sum(te.hours) || ' hours', round(sum(te.hours * u.rate), 2)
FROM tickets t JOIN time_entries te ON te.ticket_id = t.id JOIN technicians u ON u.id = te.technician_id
WHERE t.client_id = :client AND te.billable AND te.invoice IS NULL AND te.worked_on <= :day
HAVING count(*) > 0;

-- name: MarkBilled :exec
UPDATE time_entries SET invoice = :number FROM tickets t
WHERE t.id = ticket_id AND t.client_id = :client AND billable AND invoice IS NULL AND worked_on <= :day;

-- name: AdvanceBilling :exec
UPDATE recurring_billing SET next_on = (next_on + interval '1 month')::date WHERE client_id = :client AND next_on <= :day;

-- name: SumInvoice :one
UPDATE invoices SET total = (SELECT coalesce(sum(amount), 0) FROM invoice_lines l WHERE l.number = invoices.number)
WHERE number = $1 RETURNING total;

-- name: Turnover :one
-- Turnover is what invoices and their lines come to, which must be the same.
SELECT (SELECT coalesce(sum(total), 0) FROM invoices) AS invoices, (SELECT coalesce(sum(amount), 0) FROM invoice_lines) AS lines,
       (SELECT count(*) FROM invoices) AS number;
