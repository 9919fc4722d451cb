package ecosystem

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// A session store: a token, bytes and an expiry, as web frameworks keep them.
func TestSessionStore(t *testing.T) {
	db := open(t)
	_, err := db.Exec(`CREATE TABLE sessions (token TEXT PRIMARY KEY, data BYTEA NOT NULL, expiry TIMESTAMPTZ NOT NULL);
		CREATE INDEX sessions_expiry_idx ON sessions (expiry)`)
	must(t, err)
	commit := func(token string, data []byte, expiry time.Time) {
		_, err := db.Exec("INSERT INTO sessions (token, data, expiry) VALUES ($1, $2, $3) ON CONFLICT (token) DO UPDATE SET data = EXCLUDED.data, expiry = EXCLUDED.expiry", token, data, expiry)
		must(t, err)
	}
	commit("t", []byte{0, 255}, time.Now().Add(time.Hour))
	commit("t", []byte("second"), time.Now().Add(time.Hour))
	commit("old", []byte("x"), time.Now().Add(-time.Hour))
	var b []byte
	must(t, db.QueryRow("SELECT data FROM sessions WHERE token = $1 AND current_timestamp < expiry", "t").Scan(&b))
	if string(b) != "second" {
		t.Errorf("data %q", b)
	}
	if err := db.QueryRow("SELECT data FROM sessions WHERE token = $1 AND current_timestamp < expiry", "old").Scan(&b); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("an expired session: %v", err)
	}
	r, err := db.Exec("DELETE FROM sessions WHERE expiry < current_timestamp")
	must(t, err)
	if n, _ := r.RowsAffected(); n != 1 {
		t.Errorf("%d sessions expired", n)
	}
}

// The shape of sqlc's output for PostgreSQL over database/sql.
type order struct {
	ID      uuid.UUID
	Total   decimal.Decimal
	Placed  time.Time
	Note    sql.NullString
	Payload json.RawMessage
}

const createOrder = `-- name: CreateOrder :one
INSERT INTO orders (total, note, payload) VALUES ($1, $2, $3) RETURNING id, total, placed, note, payload
`

const listOrders = `-- name: ListOrders :many
SELECT id, total, placed, note, payload FROM orders
WHERE ($1::text IS NULL OR note = $1) AND total >= ANY ($2::numeric[]) ORDER BY total LIMIT $3
`

func TestGeneratedQueries(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	_, err := db.Exec(`CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), total numeric(12,2) NOT NULL,
		placed timestamptz NOT NULL DEFAULT now(), note text, payload jsonb NOT NULL)`)
	must(t, err)
	var o order
	row := db.QueryRowContext(ctx, createOrder, decimal.RequireFromString("10.10"), sql.NullString{}, json.RawMessage(`{"n": 1}`))
	must(t, row.Scan(&o.ID, &o.Total, &o.Placed, &o.Note, &o.Payload))
	if o.Total.String() != "10.1" || o.Note.Valid || o.ID == uuid.Nil || time.Since(o.Placed) > time.Minute {
		t.Errorf("created %+v", o)
	}
	rows, err := db.QueryContext(ctx, listOrders, nil, []decimal.Decimal{decimal.NewFromInt(5), decimal.NewFromInt(500)}, 10)
	must(t, err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		must(t, rows.Scan(&o.ID, &o.Total, &o.Placed, &o.Note, &o.Payload))
		n++
	}
	must(t, rows.Err())
	if n != 1 {
		t.Errorf("%d orders", n)
	}
}
