package codegen

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/engine"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/schema"
)

// query is an annotated query as the templates see it.
type query struct {
	Name    string
	Kind    string // one, many or exec
	Doc     []string
	Text    string // with $1, $2 … for placeholders
	Params  []param
	Columns []*column // of the result; Go names are fields
	Scoped  bool      // it uses tables that tenants share
	Row     string    // Go type of a row: a struct of its own, or the one column's type
}

type param struct {
	Go, Type string
}

// One, Many and Exec tell what the query gives.
func (q *query) One() bool  { return q.Kind == "one" }
func (q *query) Many() bool { return q.Kind == "many" }

// Single tells whether a row is one value.
func (q *query) Single() bool { return len(q.Columns) == 1 }

// Const is the name of the text.
func (q *query) Const() string { return strings.ToLower(q.Name[:1]) + q.Name[1:] + "Text" }

// Signature are the parameters of the method behind the context.
func (q *query) Signature() string {
	var b strings.Builder
	for _, p := range q.Params {
		fmt.Fprintf(&b, ", %s %s", p.Go, p.Type)
	}
	return b.String()
}

// Args are the arguments behind the text.
func (q *query) Args() string {
	var b strings.Builder
	for _, p := range q.Params {
		b.WriteString(", " + p.Go)
	}
	return b.String()
}

// Scans are the arguments of Scan for a row r.
func (q *query) Scans() string {
	list := make([]string, len(q.Columns))
	for i, c := range q.Columns {
		if list[i] = c.Scan(); q.Single() {
			list[i] = strings.ReplaceAll(list[i], "&r."+c.Go, "&r")
		}
	}
	return strings.Join(list, ", ")
}

// checker is an empty database with the schema, whose binder types queries.
type checker struct {
	db      *engine.Database
	session *engine.Session
}

func newChecker(ctx context.Context, s *schema.Schema) (*checker, error) {
	db, err := engine.Open(ctx, engine.Config{Memory: true, Mode: "rwc", ForeignKeys: true})
	if err != nil {
		return nil, err
	}
	c := &checker{db: db, session: db.NewSession(engine.SessionConfig{})}
	st, err := c.session.Lookup(s.SQL())
	if err == nil {
		_, err = c.session.Exec(ctx, st, nil)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *checker) close() error { return errors.Join(c.session.Close(), c.db.Close()) }

// readQueries types the annotated queries of the options.
func (g *generator) readQueries() (err error) {
	if len(g.Queries) == 0 {
		return nil
	}
	c, err := newChecker(context.Background(), g.schema)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	var problems []error
	names := map[string]bool{}
	for _, f := range g.Queries {
		for _, part := range splitQueries(f) {
			q, err := g.query(c, part)
			if err == nil && names[q.Name] {
				err = part.errorf(part.nameAt, "there are two queries named %s", q.Name)
			}
			if err != nil {
				problems = append(problems, err)
				continue
			}
			names[q.Name] = true
			g.queries = append(g.queries, q)
		}
	}
	slices.SortFunc(g.queries, func(a, b *query) int { return strings.Compare(a.Name, b.Name) })
	return errors.Join(problems...)
}

// queryText is one query of a file: from its "-- name:" to the next.
type queryText struct {
	file   schema.File
	start  int // offset of the statement
	text   string
	nameAt int
	head   string // what stands behind "-- name:"
	doc    []string
	null   []string // @null: parameters that may be NULL
}

func (p *queryText) errorf(offset int, format string, args ...any) error {
	before := p.file.Text[:min(max(offset, 0), len(p.file.Text))]
	line := strings.Count(before, "\n") + 1
	return fmt.Errorf("%s:%d:%d: %s", p.file.Name, line, len(before)-strings.LastIndexByte(before, '\n'), fmt.Sprintf(format, args...))
}

var nameLine = regexp.MustCompile(`(?m)^--[ \t]*name:[ \t]*(.*)$`)

// splitQueries takes a file apart. What stands before the first name, and is no
// comment, is a query without a name, which query refuses.
func splitQueries(f schema.File) []*queryText {
	at := nameLine.FindAllStringSubmatchIndex(f.Text, -1)
	var out []*queryText
	if len(at) == 0 || strings.TrimSpace(stripComments(f.Text[:at[0][0]])) != "" {
		out = append(out, &queryText{file: f})
	}
	for i, m := range at {
		end := len(f.Text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		p := &queryText{file: f, nameAt: m[0], head: strings.TrimSpace(f.Text[m[2]:m[3]]), start: m[1]}
		for p.start < end { // comments below the name belong to the method
			line, _, _ := strings.Cut(f.Text[p.start:end], "\n")
			comment, ok := strings.CutPrefix(strings.TrimSpace(line), "--")
			if !ok && strings.TrimSpace(line) != "" {
				break
			}
			if comment = strings.TrimSpace(comment); strings.HasPrefix(comment, "@null ") {
				p.null = append(p.null, strings.Fields(comment)[1:]...)
			} else if comment != "" {
				p.doc = append(p.doc, comment)
			}
			p.start = min(p.start+len(line)+1, end)
		}
		p.text = strings.TrimRight(f.Text[p.start:end], " \t\r\n")
		p.text = strings.TrimSuffix(p.text, ";")
		out = append(out, p)
	}
	return out
}

func stripComments(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

var goIdent = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)

// query types one query.
func (g *generator) query(c *checker, p *queryText) (*query, error) {
	words := strings.Fields(p.head)
	if p.head == "" && p.text == "" {
		return nil, p.errorf(0, "a query needs a line before it: -- name: Name :one|:many|:exec")
	}
	if len(words) != 2 || !goIdent.MatchString(words[0]) || !slices.Contains([]string{":one", ":many", ":exec"}, words[1]) {
		return nil, p.errorf(p.nameAt, "a query is named -- name: Name :one|:many|:exec, with a Go name, not %q", p.head)
	}
	q := &query{Name: words[0], Kind: words[1][1:], Doc: p.doc}
	if strings.TrimSpace(p.text) == "" {
		return nil, p.errorf(p.nameAt, "query %s has no statement", q.Name)
	}
	d, err := c.session.Describe(p.text)
	if err != nil {
		offset, e := 0, sqlerr.From(err)
		if e.Position > 0 {
			offset = byteOffset(p.text, e.Position-1)
		}
		text := e.Message
		if e.Hint != "" {
			text += " (" + e.Hint + ")"
		}
		return nil, p.errorf(p.start+offset, "query %s: %s", q.Name, text)
	}
	if len(d.Columns) == 0 && q.Kind != "exec" {
		return nil, p.errorf(p.nameAt, "query %s gives no rows: it is :exec, or lacks RETURNING", q.Name)
	}
	if err := g.checkScope(p, q, d); err != nil {
		return nil, err
	}
	if q.Kind != "exec" {
		if err := g.resultOf(p, q, d); err != nil {
			return nil, err
		}
	}
	return q, g.paramsOf(p, q, d)
}

// byteOffset turns a count of characters into one of bytes.
func byteOffset(text string, chars int) int {
	for i := range text {
		if chars == 0 {
			return i
		}
		chars--
	}
	return len(text)
}

// checkScope proves that a query over tables of tenants is bound to one: the
// engine, or PostgreSQL's row level security, scopes tables with TENANT BY, and
// the method hangs on Scoped, which sets the tenant. Tables that only the
// repositories scope are refused.
func (g *generator) checkScope(p *queryText, q *query, d *engine.Description) error {
	for _, r := range d.Relations {
		q.Scoped = q.Scoped || r.Shared
		name := schema.Name{Namespace: r.Schema, Name: r.Name}.String()
		if t := g.schema.Table(name); !r.Shared && t != nil && t.Annotations.Tenant != "" {
			return p.errorf(p.start, "query %s would see the rows of all tenants: table %s has @tenant but not TENANT BY (%s)", q.Name, name, t.Annotations.Tenant)
		}
	}
	return nil
}

// resultOf makes the fields of a row.
func (g *generator) resultOf(p *queryText, q *query, d *engine.Description) error {
	names := map[string]bool{}
	for i, c := range d.Columns {
		if c.Name == "" || c.Name == "?column?" {
			return p.errorf(p.start, "column %d of query %s has no name; give it one with AS", i+1, q.Name)
		}
		x := &column{Column: &schema.Column{Name: c.Name, Type: c.Type, NotNull: c.NotNull}, Go: goName(c.Name)}
		if names[x.Go] {
			return p.errorf(p.start, "query %s gives two columns named %s; rename one with AS", q.Name, c.Name)
		}
		names[x.Go] = true
		if own := g.columnOf(c); own != nil {
			x.Type, x.Array = own.Type, own.Array
		} else {
			var err error
			if x.Type, x.Array, err = g.goType(c.Type); err != nil {
				return p.errorf(p.start, "column %s of query %s: %v", c.Name, q.Name, err)
			}
		}
		if x.Field = x.Type; !c.NotNull && !x.Array && x.Type != "[]byte" && x.Type != "json.RawMessage" {
			x.Field = "sql.Null[" + x.Type + "]"
		}
		q.Columns = append(q.Columns, x)
	}
	if q.Row = q.Name + "Row"; q.Single() {
		q.Row = q.Columns[0].Field
	}
	return nil
}

// columnOf finds the column of a table that a column of a result is.
func (g *generator) columnOf(c engine.DescribedColumn) *column {
	for _, t := range g.tables {
		if t.Name.Name != c.Table || t.Namespace != c.Schema && !(t.Namespace == "" && c.Schema == "public") {
			continue
		}
		for _, x := range t.Columns {
			if x.Name == c.Column {
				return x
			}
		}
	}
	return nil
}

// paramsOf names and types the placeholders, and numbers them in the text.
func (g *generator) paramsOf(p *queryText, q *query, d *engine.Description) error {
	guess := guessNames(d.Stmt)
	used := map[string]bool{}
	for i, t := range d.Params {
		name := ""
		if i < len(d.Names) {
			name = strings.TrimLeft(d.Names[i], ":@$")
		}
		if name == "" {
			name = guess[i+1]
		}
		if name == "" {
			name = "arg" + strconv.Itoa(i+1)
		}
		x := &column{Column: &schema.Column{Name: name, Type: t}, Go: goName(name)}
		var err error
		if x.Type, x.Array, err = g.goType(t); err != nil {
			return p.errorf(p.start, "placeholder $%d of query %s: %v", i+1, q.Name, err)
		}
		arg := param{x.Param(), x.Type}
		for used[arg.Go] {
			arg.Go += strconv.Itoa(i + 1)
		}
		used[arg.Go] = true
		if at := slices.Index(p.null, name); at >= 0 && !x.Array && x.Type != "[]byte" && x.Type != "json.RawMessage" {
			arg.Type = "sql.Null[" + x.Type + "]"
		}
		q.Params = append(q.Params, arg)
	}
	q.Text = numbered(p.text, d.Stmt)
	return nil
}

// guessNames names $1 and its kin after the columns that they are compared with
// or assigned to.
func guessNames(stmt ast.Stmt) map[int]string {
	out := map[int]string{}
	note := func(col, val ast.Expr) {
		c, ok := col.(*ast.ColumnRef)
		v := val
		if x, is := v.(*ast.Cast); is {
			v = x.X
		}
		p, is := v.(*ast.Param)
		if ok && is && len(c.Parts) > 0 && out[p.Index] == "" {
			out[p.Index] = c.Parts[len(c.Parts)-1].Text
		}
	}
	ast.Walk(stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Binary:
			note(n.L, n.R)
			note(n.R, n.L)
		case *ast.Insert:
			if n.Query == nil {
				break
			}
			if v, ok := n.Query.Body.(*ast.Values); ok {
				for _, row := range v.Rows {
					for i, e := range row {
						if i < len(n.Columns) {
							note(&ast.ColumnRef{Parts: []ast.Name{{Text: n.Columns[i].Name}}}, e)
						}
					}
				}
			}
		case *ast.Update:
			for _, s := range n.Set {
				if len(s.Targets) == 1 {
					note(&ast.ColumnRef{Parts: []ast.Name{{Text: s.Targets[0].Name}}}, s.Value)
				}
			}
		}
		return true
	})
	return out
}

// numbered writes $1, $2 … for the placeholders of a text, which PostgreSQL
// takes as well.
func numbered(text string, stmt ast.Stmt) string {
	places := map[int]int{}
	ast.Walk(stmt, func(n ast.Node) bool {
		if p, ok := n.(*ast.Param); ok {
			places[p.Pos] = p.Index
		}
		return true
	})
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		n, ok := places[i]
		if !ok {
			b.WriteByte(text[i])
			continue
		}
		fmt.Fprintf(&b, "$%d", n)
		for i+1 < len(text) && (text[i+1] == '_' || text[i+1] >= '0' && text[i+1] <= '9' || text[i+1]|0x20 >= 'a' && text[i+1]|0x20 <= 'z') {
			i++
		}
	}
	return strings.TrimSpace(b.String())
}
