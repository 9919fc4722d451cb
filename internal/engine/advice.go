package engine

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
)

// The rule by which an index is proposed: a scan of all rows of a table of at
// least adviceRows, of which at most one in adviceShare is expected to pass,
// by a comparison of columns with what does not depend on the row. Columns
// that an index of the table begins with already are not proposed: the
// optimizer has decided against it.
const (
	adviceRows  = 1000
	adviceShare = 20
)

// advice is an index that would help.
type advice struct {
	table   string
	columns []string
}

func (a advice) String() string {
	return "an index on " + a.table + " (" + strings.Join(a.columns, ", ") + ") would help"
}

// advise proposes indexes for the scans of a plan.
func (s *Session) advise(root plan.Node, rows func(plan.Node) float64) []advice {
	var list []advice
	var walk func(n plan.Node)
	walk = func(n plan.Node) {
		if sc, ok := n.(*plan.Scan); ok {
			if a, ok := s.adviseScan(sc, rows(sc)); ok && !slices.ContainsFunc(list, func(b advice) bool { return a.String() == b.String() }) {
				list = append(list, a)
			}
		}
		if w, ok := n.(*plan.With); ok {
			for _, c := range w.CTEs {
				if c.Recursive == nil {
					walk(c.Plan)
				}
			}
			walk(w.Body)
			return
		}
		for _, in := range n.Inputs() {
			walk(in)
		}
	}
	walk(root)
	return list
}

func (s *Session) adviseScan(n *plan.Scan, rows float64) (advice, bool) {
	if n.Rel.Kind != catalog.Table && n.Rel.Kind != catalog.MaterializedView || n.Sample != nil {
		return advice{}, false
	}
	if a := n.Access; a != nil && (a.Index != nil || len(a.Ranges) > 0) {
		return advice{}, false
	}
	all := s.db.Rows(n.Rel)
	if all < adviceRows || rows*adviceShare > all {
		return advice{}, false
	}
	var equal, ordered []string
	for _, cond := range n.Filter {
		column, op, ok := compared(n, cond)
		if !ok || indexBegins(n.Rel, column) {
			continue
		}
		switch {
		case op == expr.EQ && !slices.Contains(equal, column):
			equal = append(equal, column)
		case op != expr.EQ && op != expr.NE && !slices.Contains(ordered, column):
			ordered = append(ordered, column)
		}
	}
	columns := equal
	if len(ordered) > 0 && !slices.Contains(columns, ordered[0]) {
		columns = append(columns, ordered[0])
	}
	for i, c := range columns {
		columns[i] = ast.QuoteIdent(c)
	}
	return advice{ast.QuoteIdent(n.Rel.Name), columns}, len(columns) > 0
}

// compared is the column of the scan that a condition compares with a value.
func compared(n *plan.Scan, cond expr.Expr) (column string, op expr.CompareOp, ok bool) {
	c, ok := cond.(*expr.Compare)
	if !ok {
		return "", 0, false
	}
	for _, sides := range [][2]expr.Expr{{c.A, c.B}, {c.B, c.A}} {
		col, isColumn := sides[0].(*expr.Column)
		if !isColumn || !fixed(sides[1]) {
			continue
		}
		for i, x := range n.Cols {
			if x.ID == col.ID && n.Ordinals[i] >= 0 {
				return n.Rel.Columns[n.Ordinals[i]].Name, c.Op, true
			}
		}
	}
	return "", 0, false
}

// fixed reports whether an operand is the same for all rows of a scan.
func fixed(e expr.Expr) bool {
	switch e := e.(type) {
	case *expr.Const, *expr.Param:
		return true
	case *expr.Cast:
		return fixed(e.Arg)
	}
	return false
}

func indexBegins(rel *catalog.Relation, column string) bool {
	for _, ix := range rel.Indexes {
		if c := rel.ColumnByID(ix.Parts[0].Column); c != nil && c.Name == column {
			return true
		}
	}
	return false
}
