package deparse

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// setOp writes UNION and its kin.
func (p *printer) setOp(op *ast.SetOp, f frame) {
	left, nested := inner(op.Left).(*ast.SetOp)
	paren := nested && (left.Kind != op.Kind || left.All != op.All)
	indent := 0
	if paren {
		p.s("(")
		indent = indentClause
		p.line("", indent, 0, 0)
	}
	p.arm(op.Left, f)
	if paren {
		p.line(") ", -indent, 0, 0)
	} else {
		p.line("", 0, 0, 0)
		if p.flat {
			p.s(" ")
		}
	}
	p.s([...]string{"UNION ", "INTERSECT ", "EXCEPT "}[op.Kind])
	if op.All {
		p.s("ALL ")
	}
	_, nested = inner(op.Right).(*ast.SetOp)
	indent = 0
	if nested {
		p.s("(")
		indent = indentClause
	}
	p.line("", indent, 0, 0)
	f.visible = false
	p.arm(op.Right, f)
	p.level -= indent
	if nested {
		p.line(")", 0, 0, 0)
	}
}

// inner is a body without parentheses that mean nothing.
func inner(body ast.SelectBody) ast.SelectBody {
	for {
		q, ok := body.(*ast.Select)
		if !ok || hasClauses(q) {
			return body
		}
		body = q.Body
	}
}

func hasClauses(q *ast.Select) bool {
	return q.With != nil || len(q.OrderBy) > 0 || q.Limit != nil || q.Offset != nil || len(q.Locking) > 0
}

// arm writes one side of a set operation.
func (p *printer) arm(body ast.SelectBody, f frame) {
	f.names = p.names
	switch b := inner(body).(type) {
	case *ast.SetOp:
		p.setOp(b, f)
	case *ast.Select:
		p.s("(")
		p.query(b, f)
		p.s(")")
	default:
		p.query(&ast.Select{Body: b}, f)
	}
}

// valuesQuery writes VALUES as a query; where its columns have other names,
// from a select list around it.
func (p *printer) valuesQuery(v *ast.Values, q *ast.Select, f frame) {
	kinds := f.types
	if kinds == nil {
		for _, c := range p.a.notes.Queries[q] {
			kinds = append(kinds, c.Type)
		}
	}
	renamed := false
	for i, name := range f.cols {
		renamed = renamed || name != "column"+itoa(i+1)
	}
	if !renamed {
		p.values(v, kinds)
		return
	}
	var outs []output
	p.s("SELECT")
	for i := range v.Rows[0] {
		name := "column" + itoa(i+1)
		outs = append(outs, output{name, &word{text: `"*VALUES*".` + name, t: types.Text}})
	}
	lines := false
	for i, o := range outs {
		p.s(map[bool]string{true: ", ", false: " "}[i > 0])
		p.item(i > 0, &lines, indentCase, func() {
			p.node(o.value, true)
			if f.cols[i] != o.name {
				p.s(" AS " + ast.QuoteIdent(f.cols[i]))
			}
		})
	}
	p.line(" FROM ", -indentClause, indentClause, 2)
	p.s("(")
	p.values(v, kinds)
	p.s(`) "*VALUES*"`)
}

func (p *printer) values(v *ast.Values, kinds []*types.Type) {
	p.s("VALUES ")
	for i, row := range v.Rows {
		if i > 0 {
			p.s(", ")
		}
		p.s("(")
		for k, e := range row {
			if k > 0 {
				p.s(",")
			}
			n := p.a.expr(e)
			if k < len(kinds) && !kinds[k].Is(types.Unknown) {
				n = p.a.implicitly(n, narrow(kinds[k]))
			} else if unknown(n) {
				n = p.a.implicitly(n, types.Text)
			}
			p.node(n, false)
		}
		p.s(")")
	}
}

// window writes a window definition.
func (p *printer) window(w *ast.WindowSpec) {
	sep := ""
	p.s("(")
	if w.Base != "" {
		p.s(ast.QuoteIdent(w.Base))
		sep = " "
	}
	if len(w.PartitionBy) > 0 {
		p.s(sep + "PARTITION BY ")
		for i, e := range w.PartitionBy {
			if i > 0 {
				p.s(", ")
			}
			p.key(p.a.value(e))
		}
		sep = " "
	}
	if len(w.OrderBy) > 0 {
		var keys []sortKey
		for _, k := range w.OrderBy {
			keys = append(keys, keyOf(p.a.value(k.Expr), k))
		}
		p.s(sep + "ORDER BY ")
		p.orderBy(keys)
		sep = " "
	}
	if w.Frame != nil {
		p.s(sep)
		p.frame(w)
	}
	p.s(")")
}

func (p *printer) frame(w *ast.WindowSpec) {
	f := w.Frame
	p.s([...]string{ast.FrameRange: "RANGE", ast.FrameRows: "ROWS", ast.FrameGroups: "GROUPS"}[f.Mode])
	bound := func(b ast.FrameBound) {
		switch b.Kind {
		case ast.UnboundedPreceding:
			p.s("UNBOUNDED PRECEDING")
		case ast.CurrentRow:
			p.s("CURRENT ROW")
		case ast.UnboundedFollowing:
			p.s("UNBOUNDED FOLLOWING")
		default:
			p.node(p.offset(b.Offset, w), false)
			p.s(map[bool]string{true: " PRECEDING", false: " FOLLOWING"}[b.Kind == ast.OffsetPreceding])
		}
	}
	if f.Short {
		p.s(" ")
		bound(f.Start)
	} else {
		p.s(" BETWEEN ")
		bound(f.Start)
		p.s(" AND ")
		bound(f.End)
	}
	p.s([...]string{"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"}[f.Exclude])
}

// offset analyses the offset of a frame: rows are counted, ranges are measured
// in the type that fits the key's.
func (p *printer) offset(e ast.Expr, w *ast.WindowSpec) node {
	n := p.a.expr(e)
	if w.Frame.Mode != ast.FrameRange {
		return p.a.implicitly(n, types.Int8)
	}
	if unknown(n) && len(w.OrderBy) == 1 {
		switch t := p.a.value(w.OrderBy[0].Expr).typ(); t.Kind {
		case types.KindDate, types.KindTime, types.KindTimestamp, types.KindTimestampTZ, types.KindTimeTZ, types.KindInterval:
			return p.a.implicitly(n, types.Interval)
		default:
			return p.a.implicitly(n, t)
		}
	}
	return n
}

// subquery writes a query in an expression, with what is compared with it.
func (p *printer) subquery(n *subquery) {
	open := "("
	if n.kind == "ARRAY" {
		open = "ARRAY("
	}
	p.s(open)
	if len(n.test) > 1 {
		p.s("(")
	}
	p.nodes(n.test, true)
	if len(n.test) > 1 {
		p.s(")")
	}
	words := n.kind != "" && n.kind != "ARRAY"
	switch {
	case len(n.test) > 0:
		p.s(" " + n.kind + " (")
	case words:
		p.s(n.kind + " (")
	}
	p.nested(n.query, false)
	if words {
		p.s(")")
	}
	p.s(")")
}

// named is the name of a written type.
func (a *analysis) named(t *ast.TypeName) string {
	typ, err := binder.ResolveType(a.bind, t)
	if err != nil {
		panic(err)
	}
	return a.typeName(narrow(typ))
}
