-- name: OpenInvoices :many
-- OpenInvoices lists what is owed, with the customer where there is one.
SELECT i.number, i.state, i.total, i.total * 2 AS twice, c.name AS customer, c.country, k.name AS country_name, c.tags
FROM invoices i
LEFT JOIN customers c ON c.id = i.customer AND c.name <> :without
LEFT JOIN countries k ON k.code = c.country
WHERE i.state = :state AND i.total >= :least
ORDER BY i.number;

-- name: Owed :one
SELECT count(*) AS invoices, coalesce(sum(total), 0) AS total, max(due) AS latest FROM invoices WHERE state = $1;

-- name: LargestNumber :one
SELECT max(number) AS number FROM invoices;

-- name: VoidBefore :exec
UPDATE invoices SET state = 'void' WHERE due < $1 AND state = 'open';

-- name: AddEvent :one
-- @null body
INSERT INTO events (kind, body) VALUES (:kind, :body::bytea) RETURNING id;

-- name: CountryNames :many
SELECT name FROM countries ORDER BY name;
