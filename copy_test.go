package zqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zqlite/zqlite"
)

// TestCopy loads rows that refer to later rows, says where bad data stands,
// and leaves nothing of a failed load.
func TestCopy(t *testing.T) {
	ctx := context.Background()
	db, err := sql.Open("zqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "CREATE TABLE t (id int PRIMARY KEY, next int REFERENCES t, name varchar(5))"); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "%d,%d,n%d\n", i, (i+1)%5000, i%10)
	}
	n, err := zqlite.CopyFrom(ctx, conn, "COPY t FROM STDIN CSV", strings.NewReader(text.String()))
	if err != nil || n != 5000 {
		t.Fatalf("%d rows, %v", n, err)
	}
	var out strings.Builder
	if n, err = zqlite.CopyTo(ctx, conn, "COPY (SELECT * FROM t ORDER BY id) TO STDOUT CSV", &out); err != nil || n != 5000 || out.String() != text.String() {
		t.Fatalf("%d rows of %d bytes, %v", n, out.Len(), err)
	}
	_, err = zqlite.CopyFrom(ctx, conn, "COPY t FROM STDIN CSV HEADER", strings.NewReader("id,next,name\n6000,1,ok\n6001,1,too long\n"))
	var e *zqlite.Error
	if !errors.As(err, &e) || e.Code != "22001" || e.Context != `COPY t, line 3, column name: "too long"` {
		t.Fatalf("%v", err)
	}
	var count int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM t").Scan(&count); err != nil || count != 5000 {
		t.Fatalf("%d rows are left, %v", count, err)
	}
	if _, err := conn.ExecContext(ctx, "COPY t TO STDOUT"); !errors.As(err, &e) || e.Code != "0A000" || !strings.Contains(e.Hint, "CopyTo") {
		t.Fatalf("%v", err)
	}
}
