package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/codegen"
	"github.com/zqlite/zqlite/schema"
)

// TestRun is the program on little data.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	err := start(context.Background(), filepath.Join(t.TempDir(), "workflow.db"), sizes{flows: 3, executions: 200, workers: 4}, &out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"200 executions by 4 workers", "200 histories replayed", "done: 200", "180 executions pruned"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// TestGenerated: package db is what codegen makes of the schema and the queries.
func TestGenerated(t *testing.T) {
	s, err := schema.ReadSQL(schema.File{Name: "schema.sql", Text: schemaText})
	if err != nil {
		t.Fatal(err)
	}
	queries, err := os.ReadFile("queries/workflow.sql")
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(s, codegen.Options{Import: "github.com/zqlite/zqlite/examples/workflow/db",
		Queries: []schema.File{{Name: "queries/workflow.sql", Text: string(queries)}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		have, err := os.ReadFile(filepath.Join("db", filepath.FromSlash(f.Name)))
		if err != nil || string(have) != string(f.Text) {
			t.Errorf("db/%s is not what the generator makes; run go generate: %v", f.Name, err)
		}
	}
}
