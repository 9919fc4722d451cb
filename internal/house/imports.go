package house

import (
	"fmt"
	"sort"
	"strings"
)

// module is the path of this module.
const module = "github.com/zqlite/zqlite"

// floors orders the rooms from the ground up: a package may import packages
// of lower floors, and of its own room (a package and those below its folder).
// The numbers have gaps only in meaning, none in use.
var floors = map[string]int{
	"internal/house":         0,
	"internal/sqlerr":        0,
	"internal/vfs":           1,
	"internal/regex":         1,
	"internal/elementary":    0,
	"internal/types":         1,
	"internal/sql/scanner":   1,
	"internal/sql/ast":       2,
	"internal/sql/parser":    3,
	"internal/vector":        2,
	"internal/storage":       3,
	"internal/codec":         4,
	"internal/catalog":       4,
	"internal/catalog/store": 5,
	"internal/table":         6,
	"internal/expr":          5,
	"internal/plan":          6,
	"internal/stats":         3,
	"internal/binder":        7,
	"internal/optimizer":     7,
	"internal/exec":          8,
	"internal/ddl":           9,
	"internal/deparse":       8,
	"internal/syscat":        9,
	"internal/copyfile":      1,
	"internal/gotype":        7,
	"internal/engine":        10,
	"":                       11,
	"schema":                 12,
	"codegen":                13,
	"conformance":            14,
	"examples":               14,
	"cmd":                    15,
}

// forbidden lists imports that the floors would allow but the design does not.
var forbidden = []struct{ from, to, why string }{
	{"internal/binder", "internal/storage", "binding knows no storage"},
	{"internal/optimizer", "internal/storage", "plans know no storage"},
	{"internal/plan", "internal/storage", "plans know no storage"},
	{"internal/expr", "internal/storage", "expressions know no storage"},
	{"internal/storage", "internal/types", "storage knows no SQL types"},
	{"internal/sql", "internal/types", "syntax knows no SQL types"},
	{"schema", "internal/storage", "schema works without the engine"},
	{"codegen", "internal/storage", "codegen works without the engine"},
	{"conformance", "internal", "conformance uses the public API"},
	{"examples", "internal", "examples use the public API"},
}

// room returns the key of floors that a package belongs to: the longest that
// is a prefix of its path.
func room(pkg string) (string, bool) {
	rel := strings.TrimPrefix(strings.TrimPrefix(pkg, module), "/")
	for {
		if _, ok := floors[rel]; ok {
			return rel, true
		}
		i := strings.LastIndexByte(rel, '/')
		if i < 0 {
			return "", false
		}
		rel = rel[:i]
	}
}

// violations returns the imports that break the rules, sorted.
func violations(imports map[string][]string) []string {
	var out []string
	for pkg, list := range imports {
		from, ok := room(pkg)
		if !ok {
			out = append(out, pkg+": belongs to no room; give it a floor in internal/house")
			continue
		}
		for _, imp := range list {
			if !strings.HasPrefix(imp, module) {
				continue
			}
			to, ok := room(imp)
			switch {
			case !ok, from == to:
			case floors[to] >= floors[from]:
				out = append(out, fmt.Sprintf("%s imports %s: imports run downwards only", pkg, imp))
			default:
				for _, f := range forbidden {
					if under(pkg, f.from) && under(imp, f.to) {
						out = append(out, fmt.Sprintf("%s imports %s: %s", pkg, imp, f.why))
					}
				}
			}
		}
	}
	sort.Strings(out)
	return out
}

func under(pkg, folder string) bool {
	rel := strings.TrimPrefix(pkg, module+"/")
	return rel == folder || strings.HasPrefix(rel, folder+"/")
}
