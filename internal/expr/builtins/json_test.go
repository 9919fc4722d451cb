package builtins

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	for name, t := range map[string]typ{"json": types.JSON, "jsonb": types.JSONB, "jsonpath": types.JSONPath, "nulljsonb": types.JSONB} {
		testTypes[name] = t
	}
}

// TestJSONPostgres compares with what PostgreSQL answered.
func TestJSONPostgres(t *testing.T) {
	f, err := os.Open("testdata/json.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, failed := 0, map[string]int{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		line := sc.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		lines++
		fields := strings.Split(line, "\t")
		n := len(fields)
		list := fields[1 : n-2]
		for i, a := range list {
			if a == "nulljsonb:" {
				list[i] = "null:"
			}
		}
		if strings.Contains(line, "$.c.keyvalue()") && strings.Contains(line, "\"id\"") {
			continue // ids are offsets in PostgreSQL's own form
		}
		got := strings.NewReplacer("\\", "\\\\", "\n", "\\n").Replace(evaluate(fields[0], list))
		if got != fields[n-1] {
			if failed[fields[0]]++; failed[fields[0]] <= 12 {
				t.Errorf("%s(%s)\n  got  %s\n  want %s", fields[0], strings.Join(list, ", "), got, fields[n-1])
			}
		}
	}
	if lines < 3000 {
		t.Errorf("only %d cases were read", lines)
	}
	for name, n := range failed {
		t.Errorf("%s: %d differ", name, n)
	}
}

// FuzzJSONPath runs paths on a value: errors are fine, panics are not.
func FuzzJSONPath(f *testing.F) {
	for _, s := range []string{"$.a[*] ? (@.b > 1 && @ starts with \"x\")", "strict $.**{1 to last}.c", "($.a + 1).type()", "$[last - 1 to last]",
		"$.c.keyvalue().key", "\"2020-01-01\".datetime(\"YYYY-MM-DD\") < $x", "$ ? (@ like_regex \"^a\" flag \"iq\") is unknown", "$.\"a\\u0041\""} {
		f.Add(s)
	}
	doc, err := types.ParseJSONB(`{"a": [1, 2, {"b": "x"}], "c": {"d": null}}`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := openPath(testContext, []value{doc, types.NewText(s)}, false)
		if err == nil {
			_, _ = x.query()
			_, _ = x.exists()
		}
	})
}

func parseAs(t *testing.T, s string, of typ) value {
	t.Helper()
	v, err := types.Parse(s, of, testContext.Env)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestJSONRows(t *testing.T) {
	doc := `{"b": "x", "a": [1, 2], "b": null}`
	for _, c := range []struct {
		name string
		t    typ
		doc  string
		want string
	}{
		{"json_each", types.JSON, doc, `b,"x";a,[1, 2];b,null;`},
		{"jsonb_each", types.JSONB, doc, "a,[1, 2];b,null;"},
		{"json_each_text", types.JSON, doc, "b,x;a,[1, 2];b,<null>;"},
		{"jsonb_each_text", types.JSONB, doc, "a,[1, 2];b,<null>;"},
		{"json_object_keys", types.JSON, doc, "b;a;b;"},
		{"jsonb_object_keys", types.JSONB, doc, "a;b;"},
		{"json_array_elements", types.JSON, `[1, "a", null]`, `1;"a";null;`},
		{"jsonb_array_elements_text", types.JSONB, `[1, "a", null]`, "1;a;<null>;"},
		{"json_each", types.JSON, "[1]", "cannot deconstruct an array as an object"},
		{"json_each", types.JSON, "1", "cannot deconstruct a scalar"},
		{"jsonb_each_text", types.JSONB, "1", "cannot call jsonb_each_text on a non-object"},
		{"json_array_elements", types.JSON, "{}", "cannot call json_array_elements on a non-array"},
		{"jsonb_array_elements", types.JSONB, "{}", "cannot extract elements from an object"},
		{"jsonb_object_keys", types.JSONB, "[]", "cannot call jsonb_object_keys on an array"},
		{"json_tree", types.Text, `{"a": [1, "x y"], "b c": null}`,
			`<null>,{"a":[1,"x y"],"b c":null},object,<null>,0,<null>,$,$;a,[1,"x y"],array,<null>,1,0,$.a,$;` +
				`0,1,integer,1,2,1,$.a[0],$.a;1,x y,text,x y,3,1,$.a[1],$.a;b c,<null>,null,<null>,4,0,$."b c",$;`},
	} {
		if got := allColumns(c.name, args{c.t}, parseAs(t, c.doc, c.t)); got != c.want {
			t.Errorf("%s(%s)\n got %s\nwant %s", c.name, c.doc, got, c.want)
		}
	}
}

func TestPopulateRecords(t *testing.T) {
	rec := &types.Type{OID: 70001, Kind: types.KindRecord, Category: 'C', Name: "pr", Display: "pr", Mod: -1,
		Fields: []types.Field{{Name: "a", Type: types.Int4}, {Name: "b", Type: types.ArrayOf(types.Text)}, {Name: "c", Type: types.JSONB}}}
	base := types.MakeRecord(rec, []value{types.NewInt(5), types.Null, types.Null})
	for _, c := range []struct {
		name string
		base value
		doc  string
		want string
	}{
		{"json_populate_record", types.Null, `{"a":"1","b":["x",null],"c":{"z":1}}`, `(1,"{x,NULL}","{""z"": 1}")`},
		{"jsonb_populate_record", base, `{"b":"{q}"}`, "(5,{q},)"},
		{"json_populate_record", base, `{"b":1}`, "expected JSON array"},
		{"json_populate_record", base, `[1]`, "cannot call populate_composite on an array"},
		{"json_populate_record", base, `{"a":"x"}`, `invalid input syntax for type integer: "x"`},
		{"jsonb_populate_record", base, `{"b":[["1"],["2","3"]]}`, "malformed JSON array"},
	} {
		of := types.JSON
		if strings.HasPrefix(c.name, "jsonb") {
			of = types.JSONB
		}
		f, _, ret, err := expr.ResolveFunc(c.name, args{rec, of})
		if err != nil {
			t.Fatal(err)
		}
		v, err := f.EvalTyped(testContext, &expr.CallTypes{Args: args{rec, of}, Ret: ret}, []value{c.base, parseAs(t, c.doc, of)})
		got := types.Format(v, rec, nil)
		if err != nil {
			got = sqlerr.From(err).Message
		}
		if got != c.want {
			t.Errorf("%s(%s): %s, want %s", c.name, c.doc, got, c.want)
		}
	}
	set, _, _, err := expr.ResolveSetFunc("json_to_recordset", args{types.JSON})
	if err != nil {
		t.Fatal(err)
	}
	next, err := set.OpenColumns(testContext, rec.Fields[:2], []value{parseAs(t, `[{"a":1},{"b":["y"],"a":2}]`, types.JSON)})
	row, got := make([]value, 2), ""
	for err == nil {
		ok := false
		if ok, err = next(row); !ok {
			break
		}
		got += asText(row[0], types.Int4) + "," + asText(row[1], types.ArrayOf(types.Text)) + ";"
	}
	if err != nil || got != "1,<null>;2,{y};" {
		t.Errorf("json_to_recordset: %s, %v", got, err)
	}
}

// allColumns calls a set function and writes its rows.
func allColumns(name string, ts args, vals ...value) string {
	fn, coerced, cols, err := expr.ResolveSetFunc(name, ts)
	if err != nil {
		return err.Error()
	}
	next, err := fn.OpenWith(coerced)(testContext, vals)
	if err != nil {
		return sqlerr.From(err).Message
	}
	out, row := "", make([]value, len(cols))
	for {
		clear(row)
		ok, err := next(row)
		if err != nil {
			return err.Error()
		}
		if !ok {
			return out
		}
		for i := range row {
			if i > 0 {
				out += ","
			}
			out += asText(row[i], cols[i].Type)
		}
		out += ";"
	}
}

// TestLiteJSON has what SQLite answers, booleans apart.
func TestLiteJSON(t *testing.T) {
	for _, c := range []struct {
		name string
		want string
		args []string
	}{
		{"json_extract", "2", []string{`text:{"a":[1,2,{"b":"x"}]}`, "text:$.a[1]"}},
		{"json_extract", "x", []string{`jsonb:{"a":[1,2,{"b":"x"}]}`, "text:$.a[#-1].b"}},
		{"json_extract", `[1,{"b":"x"}]`, []string{`json:{"a": [1, {"b" : "x"}]}`, "text:$.a"}},
		{"json_extract", `[1,null]`, []string{`json:{"a": 1}`, "text:$.a", "text:$.b"}},
		{"json_extract", "<null>", []string{`text:{"a":null}`, "text:$.a"}},
		{"json_extract", "1", []string{`text:{"a b":true}`, `text:$."a b"`}},
		{"json_extract", "ERROR 22P02 malformed JSON", []string{`text:{`, "text:$.a"}},
		{"json_extract", "ERROR 22023 JSON path error near 'a'", []string{`text:{}`, "text:a"}},
		{"json_valid", "true", []string{"text:{}"}}, {"json_valid", "false", []string{"text:{a}"}},
		{"json_type", "array", []string{`text:[1]`}}, {"json_type", "real", []string{`text:[1.5]`, "text:$[0]"}}, {"json_type", "true", []string{"text:true"}},
		{"json_array_length", "3", []string{`text:{"a":[1,2,3]}`, "text:$.a"}},
		{"json_quote", `"a\"b"`, []string{`text:a"b`}},
		{"json_array", `[1,"2",null,[3]]`, []string{"int4:1", "text:2", "null:", "json:[3]"}},
		{"json_array", `[]`, nil},
		{"json_object", `{"a":1,"b":"x"}`, []string{"text:a", "int4:1", "text:b", "text:x"}},
		{"json_set", `{"a":1,"b":2}`, []string{`text:{"a":0}`, "text:$.a", "int4:1", "text:$.b", "int4:2"}},
		{"json_set", `[1,2,3]`, []string{`text:[1,2]`, "text:$[#]", "int4:3"}},
		{"json_set", `{"a":{"b":1}}`, []string{`text:{}`, "text:$.a.b", "int4:1"}},
		{"json_insert", `{"a":0,"b":2}`, []string{`text:{"a":0}`, "text:$.a", "int4:1", "text:$.b", "int4:2"}},
		{"json_replace", `{"a":1}`, []string{`text:{"a":0}`, "text:$.a", "int4:1", "text:$.b", "int4:2"}},
		{"json_set", `{"a":[1]}`, []string{`text:{"a":0}`, "text:$.a", "json:[1]"}},
		{"json_remove", `[0,2]`, []string{`text:[0,1,2]`, "text:$[1]"}},
		{"json_remove", `{"x":25}`, []string{`text:{"x":25,"y":42}`, "text:$.y"}},
		{"json_patch", `{"a":9,"c":8,"d":{"e":1}}`, []string{`text:{"a":1,"b":2}`, `text:{"a":9,"b":null,"c":8,"d":{"e":1,"f":null}}`}},
	} {
		if got := evaluate(c.name, c.args); got != c.want {
			t.Errorf("%s(%s): %s, want %s", c.name, strings.Join(c.args, ", "), got, c.want)
		}
	}
}

func TestJSONAggregates(t *testing.T) {
	for _, c := range []struct {
		name string
		cols []string
		want string
	}{
		{"json_agg", []string{"int4:1|NULL|3"}, "[1, null, 3]"},
		{"json_agg", []string{"text:a|b\"c"}, `["a", "b\"c"]`},
		{"json_agg", []string{"int4[]:{1}|{2,3}"}, "[[1], \n [2,3]]"},
		{"jsonb_agg", []string{"numeric:1.50|NULL|NaN"}, `[1.50, null, "NaN"]`},
		{"jsonb_agg", []string{`jsonb:{"b":1,"a":2}|[]`}, `[{"a": 2, "b": 1}, []]`},
		{"json_object_agg", []string{"int4:1|2", "text:x|NULL"}, `{ "1" : "x", "2" : null }`},
		{"jsonb_object_agg", []string{"text:b|a|b", "int4:1|2|3"}, `{"a": 2, "b": 3}`},
		{"json_group_array", []string{"text:a|NULL"}, `["a",null]`},
		{"json_group_object", []string{"text:a|b", "int4:1|2"}, `{"a":1,"b":2}`},
	} {
		checkAggregate(t, c.name, c.cols, c.want)
	}
}
