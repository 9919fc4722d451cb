package builtins

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// TestResolve compares the choice among overloads with PostgreSQL's.
func TestResolve(t *testing.T) {
	f, err := os.Open("testdata/resolve.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	names := map[string]typ{"unknown": types.Unknown, "int8[]": types.ArrayOf(types.Int8), "int4": types.Integer, "int4[]": types.ArrayOf(types.Integer)}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		fields := strings.Split(sc.Text(), "\t")
		n := len(fields)
		if strings.HasPrefix(fields[0], "#") || n < 3 {
			continue
		}
		var ts args
		for _, a := range fields[1 : n-2] {
			typ := names[a]
			if typ == nil {
				typ = testTypes[a]
			}
			if typ == nil {
				typ = types.Lookup(a)
			}
			if typ == nil {
				t.Fatalf("unknown type %q", a)
			}
			ts = append(ts, typ)
		}
		if got := resolved(fields[0], ts); got != fields[n-1] {
			t.Errorf("%s(%s)\n  got  %s\n  want %s", fields[0], strings.Join(fields[1:n-2], ", "), got, fields[n-1])
		}
	}
}

func resolved(name string, ts args) string {
	var ret typ
	var err error
	switch c := name[0]; {
	case c < 'a' || c > 'z':
		_, _, ret, err = expr.ResolveOperator(name, ts)
	case expr.Aggregates(name) != nil && expr.Functions(name) == nil || len(ts) == 1 && expr.Aggregates(name) != nil:
		_, _, ret, err = expr.ResolveAggregate(name, ts)
	default:
		_, _, ret, err = expr.ResolveFunc(name, ts)
	}
	var se *sqlerr.Error
	if errors.As(err, &se) {
		return "ERROR " + se.Code + " " + se.Message
	}
	return ret.Display
}

func TestNarrow(t *testing.T) {
	_, _, ret, err := expr.ResolveOperator("+", args{types.Int4, types.Int4})
	if err != nil || ret.Width != 4 {
		t.Errorf("INT4 + INT4 gives %+v, %v", ret, err)
	}
	_, _, ret, err = expr.ResolveOperator("+", args{types.Int4, types.Integer})
	if err != nil || ret.Width != 8 {
		t.Errorf("INT4 + INTEGER gives %+v, %v", ret, err)
	}
	_, _, ret, err = expr.ResolveOperator("+", args{types.Int2, types.Int4})
	if err != nil || ret.Width != 4 {
		t.Errorf("SMALLINT + INT4 gives %+v, %v", ret, err)
	}
}
