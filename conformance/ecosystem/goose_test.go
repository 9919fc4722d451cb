package ecosystem

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

func TestGoose(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	files := fstest.MapFS{
		"00001_users.sql": {Data: []byte("-- +goose Up\nCREATE TABLE users (id bigserial PRIMARY KEY, name text);\nINSERT INTO users (name) VALUES ('a');\n-- +goose Down\nDROP TABLE users;\n")},
		"00002_func.sql":  {Data: []byte("-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION shout(s text) RETURNS text LANGUAGE SQL AS $$ SELECT upper(s) $$;\n-- +goose StatementEnd\n-- +goose Down\nDROP FUNCTION shout;\n")},
		"00003_index.sql": {Data: []byte("-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY users_name ON users (name);\n-- +goose Down\nDROP INDEX users_name;\n")},
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files)
	must(t, err)
	results, err := p.Up(ctx)
	must(t, err)
	if len(results) != 3 {
		t.Errorf("%d migrations ran", len(results))
	}
	var s string
	must(t, db.QueryRow("SELECT shout(name) FROM users").Scan(&s))
	if s != "A" {
		t.Errorf("shout gave %q", s)
	}
	_, err = p.DownTo(ctx, 0)
	must(t, err)
	v, err := p.GetDBVersion(ctx)
	must(t, err)
	if v != 0 {
		t.Errorf("version %d", v)
	}
}
