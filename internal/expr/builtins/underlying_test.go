package builtins

import (
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
)

// TestOperatorFunctions checks that every entry of the table found its operator.
func TestOperatorFunctions(t *testing.T) {
	for _, entry := range strings.Split(operatorFunctions, ";") {
		if f := strings.Fields(entry); len(f) == 4 && expr.Functions(f[0]) == nil {
			t.Errorf("%s: no operator %s of %s and %s", f[0], f[1], f[2], f[3])
		}
	}
}
