-- name: Claim :many
-- Claim takes executions that wait, oldest first, and passes by those that other
-- workers are taking at the moment.
UPDATE executions e SET state = 'running', worker = :worker, attempt = attempt + 1, lease_until = now() + :lease::interval
FROM (SELECT id FROM executions WHERE state = 'pending' ORDER BY id LIMIT 10 FOR UPDATE SKIP LOCKED) waiting
WHERE waiting.id = e.id
RETURNING e.id, e.flow_id, e.attempt, e.input;

-- name: AddEvent :exec
-- @null node value
-- AddEvent writes the next event of an execution.
INSERT INTO events (execution_id, seq, kind, node, value)
SELECT :execution, coalesce(max(seq), 0) + 1, :kind, :node, :value FROM events WHERE execution_id = :execution;

-- name: Finish :exec
-- Finish ends an execution that the worker still holds.
UPDATE executions SET state = 'done', result = :result, finished_at = now(), lease_until = NULL
WHERE id = :execution AND state = 'running' AND worker = :worker;

-- name: GiveBack :exec
-- GiveBack lets an execution be tried again, or fails it for good.
UPDATE executions SET state = CASE WHEN attempt < :attempts THEN 'pending' ELSE 'failed' END, worker = NULL, lease_until = NULL
WHERE id = :execution AND state = 'running' AND worker = :worker;

-- name: TakeBackLost :exec
-- TakeBackLost frees what workers hold that are gone.
UPDATE executions SET state = 'pending', worker = NULL, lease_until = NULL WHERE state = 'running' AND lease_until < now();

-- name: CountByState :many
SELECT state, count(*) AS n FROM executions GROUP BY state ORDER BY state;

-- name: History :many
SELECT seq, kind, node, value, at FROM events WHERE execution_id = $1 ORDER BY seq;

-- name: Prune :exec
-- Prune deletes finished executions with their history.
DELETE FROM executions WHERE state = 'done' AND id <= $1;

-- name: FlowsTagged :many
SELECT f.id, f.name, count(e.id) AS runs, max(e.finished_at) AS last
FROM flows f LEFT JOIN executions e ON e.flow_id = f.id
WHERE :tag = ANY (f.tags) GROUP BY f.id, f.name ORDER BY f.name;
