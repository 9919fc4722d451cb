package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out, "../quickstart/packages.gz", "", 50); err != nil {
		t.Fatal(err, out.String())
	}
}
