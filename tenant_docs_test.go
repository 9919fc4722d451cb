package zqlite_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/zqlite/zqlite"
)

// The functions below hold the Go of docs/multi-tenancy.md, line by line.

func hoursOf(ctx context.Context, db *sql.DB, tenantID uuid.UUID) (string, error) {
	ctx = zqlite.WithTenant(ctx, tenantID)
	var hours string
	err := db.QueryRowContext(ctx, "SELECT sum(hours) FROM tickets").Scan(&hours)
	return hours, err
}

func report(ctx context.Context, file string, each func(rows *sql.Rows) error) error {
	admin, err := sql.Open("zqlite", file+"?cross_tenant=on&application_name=reports")
	if err != nil {
		return err
	}
	defer admin.Close()
	all := zqlite.WithCrossTenant(ctx, "monthly report")
	rows, err := admin.QueryContext(all, "SELECT tenant_id, sum(hours) FROM tickets GROUP BY tenant_id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// blocks gives the code blocks of a page in a language.
func blocks(page, language string) []string {
	var out []string
	for _, part := range strings.Split(page, "\n```"+language+"\n")[1:] {
		text, _, _ := strings.Cut(part, "\n```")
		out = append(out, text)
	}
	return out
}

// TestMultiTenancyPage: the page's Go is compiled here, its SQL runs.
func TestMultiTenancyPage(t *testing.T) {
	page, err := os.ReadFile("docs/multi-tenancy.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("tenant_docs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	golang, sqls := blocks(string(page), "go"), blocks(string(page), "sql")
	if len(golang) != 2 || len(sqls) != 2 {
		t.Fatalf("%d blocks of Go, %d of SQL", len(golang), len(sqls))
	}
	for _, b := range golang {
		if !strings.Contains(string(source), "\t"+strings.ReplaceAll(b, "\n", "\n\t")+"\n") {
			t.Errorf("not compiled:\n%s", b)
		}
	}
	file := filepath.Join(t.TempDir(), "page.db")
	db := open(t, file)
	ctx := context.Background()
	execOn(t, db, ctx, sqls[0])
	id := uuid.New()
	tenant := zqlite.WithTenant(ctx, id)
	execOn(t, db, tenant, "INSERT INTO clients (name) VALUES ('acme')")
	execOn(t, db, tenant, "INSERT INTO tickets (client_id, hours) SELECT id, 1.5 FROM clients")
	execOn(t, db, tenant, "DELETE FROM clients")
	execOn(t, db, ctx, sqls[1])
	if hours, err := hoursOf(ctx, db, id); hours != "1.50" || err != nil {
		t.Error(hours, err)
	}
	n := 0
	if err := report(ctx, file, func(*sql.Rows) error { n++; return nil }); err != nil || n != 1 {
		t.Error(n, err)
	}
}
