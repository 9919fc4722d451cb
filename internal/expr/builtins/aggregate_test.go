package builtins

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// TestAggregates compares with PostgreSQL, each aggregate run over all rows at
// once, grouped, through a selection, and merged of two halves.
func TestAggregates(t *testing.T) {
	f, err := os.Open("testdata/aggregates.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		fields := strings.Split(sc.Text(), "\t")
		n := len(fields)
		if strings.HasPrefix(fields[0], "#") || n < 4 {
			continue
		}
		lines++
		checkAggregate(t, fields[0], fields[1:n-2], fields[n-1])
	}
	if lines < 80 {
		t.Errorf("only %d cases were read", lines)
	}
}

func checkAggregate(t *testing.T, name string, cols []string, want string) {
	t.Helper()
	var ts args
	var vecs []*vector.Vector
	n := 0
	for _, c := range cols {
		kind, list, _ := strings.Cut(c, ":")
		vals := strings.Split(list, "|")
		n = len(vals)
		typ := testTypes[kind]
		v := vector.New(typ, n)
		for i, s := range vals {
			if s == "NULL" {
				v.SetNull(i)
				continue
			}
			x, err := types.Parse(s, typ, testContext.Env)
			if err != nil {
				t.Fatal(err)
			}
			v.Set(i, x)
		}
		ts, vecs = append(ts, typ), append(vecs, v)
	}
	fn, _, ret, err := expr.ResolveAggregate(name, ts)
	if err != nil {
		t.Fatal(err)
	}
	all, half := make([]int32, n), []int32(nil)
	rest := []int32(nil)
	for i := range all {
		if i < n/2 {
			half = append(half, int32(i))
		} else {
			rest = append(rest, int32(i))
		}
	}
	ones := make([]int32, n)
	for i := range ones {
		ones[i] = 1
	}
	update := func(groups, sel []int32, size int) expr.Accumulator {
		acc := fn.New(testContext, ts, ret)
		acc.Resize(size)
		if err := acc.Update(groups, vecs, sel, n); err != nil {
			t.Fatal(err)
		}
		return acc
	}
	for i := range all {
		all[i] = int32(i)
	}
	report := func(how string, acc expr.Accumulator, group int) {
		v, err := acc.Result(group)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = asText(v, ret)
		}
		if got != want && !closeFloats(got, want) {
			t.Errorf("%s(%s) %s\n  got  %s\n  want %s", name, strings.Join(cols, ", "), how, got, want)
		}
	}
	report("ungrouped", update(nil, nil, 1), 0)
	report("selected", update(nil, all, 1), 0)
	report("grouped", update(ones, nil, 2), 1)
	report("grouped, selected", update(ones, all, 2), 1)
	first, second := update(nil, half, 1), update(nil, rest, 1)
	if len(half) == 0 {
		first = fn.New(testContext, ts, ret)
		first.Resize(1)
	}
	if err := first.Merge(second, []int32{0}); err != nil {
		t.Fatal(err)
	}
	report("merged", first, 0)
}
