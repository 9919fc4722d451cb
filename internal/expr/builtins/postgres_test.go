package builtins

import (
	"bufio"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var testTypes = map[string]typ{
	"text": types.Text, "bpchar": types.Char, "bytea": types.Bytea, "bool": types.Bool, "int2": types.Int2, "int4": types.Int4,
	"int8": types.Int8, "numeric": types.Numeric, "float8": types.Float8, "date": types.Date, "time": types.Time,
	"timestamp": types.Timestamp, "timestamptz": types.TimestampTZ, "interval": types.Interval, "null": types.Unknown,
	"text[]": types.ArrayOf(types.Text), "int4[]": types.ArrayOf(types.Int4),
}

// callOf resolves a name with literal arguments, as the binder does.
func callOf(name string, list []string) (expr.Expr, error) {
	var ts args
	var exprs []expr.Expr
	for _, a := range list {
		kind, literal, _ := strings.Cut(a, ":")
		t := testTypes[kind]
		k := &expr.Const{Typ: t}
		if t != types.Unknown {
			v, err := types.Parse(literal, t, testContext.Env)
			if err != nil {
				return nil, err
			}
			k.Val = v
		}
		ts, exprs = append(ts, t), append(exprs, k)
	}
	resolve := expr.ResolveFunc
	if c := name[0]; (c < 'a' || c > 'z') && c != '_' {
		resolve = expr.ResolveOperator
	}
	fn, coerced, ret, err := resolve(name, ts)
	if err != nil {
		return nil, err
	}
	for i := range exprs {
		if coerced[i] != ts[i] {
			exprs[i] = &expr.Cast{Arg: exprs[i], To: coerced[i], Implicit: true, Pos: -1}
		}
	}
	return &expr.Call{Fn: fn, Args: exprs, Typ: ret, Pos: -1}, nil
}

func evaluate(name string, list []string) string {
	e, err := callOf(name, list)
	if err == nil {
		var s expr.Scalar
		if s, err = (&expr.Compiler{}).Scalar(e); err == nil {
			var v value
			if v, err = s(testContext, nil); err == nil {
				return asText(v, e.Type())
			}
		}
	}
	var se *sqlerr.Error
	if errors.As(err, &se) {
		return "ERROR " + se.Code + " " + se.Message
	}
	return "ERROR " + err.Error()
}

func asText(v value, t typ) string {
	if v.IsNull() {
		return "<null>"
	}
	if t.Is(types.RegType) {
		return types.ByOID(types.OID(v.I)).Display
	}
	cast, ok := types.FindCast(t, types.Text)
	if !ok {
		return "no cast from " + t.Display
	}
	s, err := cast.Apply(v, types.Text, testContext.Env)
	if err != nil {
		return err.Error()
	}
	return s.S
}

// TestPostgres compares with what PostgreSQL answered.
func TestPostgres(t *testing.T) {
	f, err := os.Open("testdata/postgres.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		line := sc.Text()
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		fields := strings.Split(line, "\t")
		n := len(fields)
		if n < 3 || fields[n-2] != "=>" {
			t.Errorf("bad line %q", line)
			continue
		}
		lines++
		got := evaluate(fields[0], fields[1:n-2])
		if got != fields[n-1] && !closeFloats(got, fields[n-1]) {
			t.Errorf("%s(%s)\n  got  %s\n  want %s", fields[0], strings.Join(fields[1:n-2], ", "), got, fields[n-1])
		}
	}
	if lines < 300 {
		t.Errorf("only %d cases were read", lines)
	}
}

// closeFloats allows the last digit to differ: Go's math is not the C library.
func closeFloats(a, b string) bool {
	x, err1 := types.Parse(a, types.Float8, nil)
	y, err2 := types.Parse(b, types.Float8, nil)
	if err1 != nil || err2 != nil || !strings.Contains(b, ".") || len(b) < 15 || strings.Contains(a, " ") {
		return false
	}
	d := x.Float() - y.Float()
	return math.Abs(d) < 1e-14 || math.Abs(d) < 1e-15*math.Abs(x.Float())
}
