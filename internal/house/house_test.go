package house

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// listed is what `go list` says of a package.
type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func goList(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
}

func TestImportsRunDownwards(t *testing.T) {
	imports := map[string][]string{}
	for _, l := range goList(t) {
		imports[l.ImportPath] = l.Imports
	}
	for _, v := range violations(imports) {
		t.Error(v)
	}
}

// TestRulesBite feeds the rules imports that must be refused.
func TestRulesBite(t *testing.T) {
	bad := map[string][]string{
		module + "/internal/types":       {module + "/internal/engine"},
		module + "/internal/binder":      {module + "/internal/storage"},
		module + "/internal/storage/wal": {module + "/internal/types"},
		module + "/examples/quickstart":  {module + "/internal/engine"},
		module + "/newroom":              nil,
		module + "/internal/expr":        {module + "/internal/plan"},
	}
	if got := violations(bad); len(got) != len(bad) {
		t.Errorf("%d of %d planted violations were found:\n%s", len(got), len(bad), strings.Join(got, "\n"))
	}
}

// perTable are the packages that codegen makes one of for each table.
var perTable = regexp.MustCompile(`^(conformance|examples)/(.*/)?db/`)

// TestArchitectureIsTrue compares the packages that ARCHITECTURE.md names with
// those there are.
func TestArchitectureIsTrue(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^- \\*\\*`([^`]+)`\\*\\*").FindAllStringSubmatch(string(text), -1) {
		named[m[1]] = true
	}
	there := map[string]bool{}
	for _, l := range goList(t) {
		rel := strings.TrimPrefix(strings.TrimPrefix(l.ImportPath, module), "/")
		if rel == "" {
			rel = "."
		}
		there[rel] = true
		if !named[rel] && !perTable.MatchString(rel) {
			t.Errorf("ARCHITECTURE.md has no paragraph for %s", rel)
		}
	}
	for n := range named {
		if !there[n] {
			t.Errorf("ARCHITECTURE.md names %s, which is gone", n)
		}
	}
}

const (
	maxFileLines     = 500
	maxFunctionLines = 70
)

// flat lists files that are tables or dispatch, and may be longer; those of
// generated packages are as long as the tables that they are for are wide.
var flat = regexp.MustCompile(`_test\.go$|_gen\.go$|testdata/|scanner/keyword\.go$|conformance/generated/(postgres/)?db/`)

// TestFilesStayShort reports files over the limit.
func TestFilesStayShort(t *testing.T) {
	eachFile(t, func(path string, lines int, _ *token.FileSet, _ *ast.File) {
		if lines > maxFileLines {
			t.Errorf("%s has %d lines; split it by noun", path, lines)
		}
	})
}

// TestFunctionsStayShort reports functions over the limit that are not a
// single switch or a table.
func TestFunctionsStayShort(t *testing.T) {
	eachFile(t, func(path string, _ int, set *token.FileSet, f *ast.File) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line
			if n > maxFunctionLines && !isDispatch(set, fn) {
				t.Errorf("%s: %s has %d lines", path, fn.Name.Name, n)
			}
		}
	})
}

// isDispatch reports whether most of a function is one switch, or a list of
// calls one after the other (a registration table).
func isDispatch(set *token.FileSet, fn *ast.FuncDecl) bool {
	lines := func(n ast.Node) int { return set.Position(n.End()).Line - set.Position(n.Pos()).Line }
	largest := 0
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.SwitchStmt, *ast.TypeSwitchStmt:
			largest = max(largest, lines(n))
		}
		return true
	})
	calls := 0
	for _, s := range fn.Body.List {
		switch s.(type) {
		case *ast.ExprStmt, *ast.AssignStmt, *ast.RangeStmt:
			calls++
		}
	}
	return 2*largest > lines(fn) || calls >= len(fn.Body.List)-1
}

func eachFile(t *testing.T, f func(path string, lines int, set *token.FileSet, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || flat.MatchString(path) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f(strings.TrimPrefix(path, "../../"), strings.Count(string(text), "\n"), set, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
