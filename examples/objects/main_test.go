package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out, "", 5000); err != nil {
		t.Fatal(err, out.String())
	}
}
