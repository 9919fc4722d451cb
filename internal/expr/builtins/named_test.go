package builtins

import (
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
)

// TestNamedParameters checks that every function of the table has its names.
func TestNamedParameters(t *testing.T) {
	for _, p := range parameterNames {
		for _, name := range p.functions {
			found := false
			for _, f := range expr.Functions(name) {
				found = found || len(f.ArgNames) == len(p.names) && f.Defaults == len(p.defaults)
			}
			for _, f := range expr.SetFuncs(name) {
				found = found || len(f.ArgNames) == len(p.names) && f.Defaults == len(p.defaults)
			}
			if !found {
				t.Errorf("%s has no parameters %v", name, p.names)
			}
		}
	}
}
