package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/expr"
)

// Format writes a plan as EXPLAIN does: one line a node, what it reads
// indented below an arrow, its conditions on lines of their own.
func Format(n Node) string { return FormatWith(n, FormatOptions{}) }

// FormatOptions say what Format adds.
type FormatOptions struct {
	Verbose bool                // every node's output columns, with their ids and types
	Note    func(n Node) string // appended to a node's line: costs, or what ANALYZE measured
}

// FormatWith writes a plan with options.
func FormatWith(n Node, o FormatOptions) string {
	f := &formatter{o: o}
	f.node(n, 0, "")
	return f.b.String()
}

type formatter struct {
	b     strings.Builder
	o     FormatOptions
	subs  []numbered // subqueries of the node being written
	count int
}

// numbered is a subquery under the number that expressions refer to it by.
type numbered struct {
	n   int
	sub *expr.Subquery
}

// node writes one node at an indentation, after a label such as "CTE x".
func (f *formatter) node(n Node, indent int, label string) {
	pad := strings.Repeat(" ", indent)
	if label != "" {
		f.b.WriteString(pad + label + "\n")
		indent += 2
		pad += "  "
	}
	saved := f.subs
	f.subs = nil
	title, details := f.describe(n)
	body := indent
	if indent > 0 {
		f.b.WriteString(pad + "->  ")
		body = indent + 4
	}
	f.b.WriteString(title)
	if f.o.Note != nil {
		f.b.WriteString(f.o.Note(n))
	}
	f.b.WriteByte('\n')
	line := strings.Repeat(" ", body+2)
	if f.o.Verbose {
		if cols := n.Columns(); len(cols) > 0 {
			f.b.WriteString(line + "Output: " + columnList(cols) + "\n")
		}
	}
	for _, d := range details {
		f.b.WriteString(line + d + "\n")
	}
	for _, s := range f.subs {
		if p, ok := s.sub.Plan.(Node); ok {
			f.node(p, body+2, "SubPlan "+strconv.Itoa(s.n))
		}
	}
	f.subs = saved
	if w, ok := n.(*With); ok {
		for _, c := range w.CTEs {
			f.cte(c, body+2)
		}
		f.node(w.Body, body+2, "")
		return
	}
	for _, in := range n.Inputs() {
		f.node(in, body+2, "")
	}
}

func (f *formatter) cte(c *CTE, indent int) {
	if c.Recursive == nil {
		f.node(c.Plan, indent, "CTE "+c.Name)
		return
	}
	pad := strings.Repeat(" ", indent)
	union := "Recursive Union"
	if c.Recursive.All {
		union += " All"
	}
	f.b.WriteString(pad + "CTE " + c.Name + "\n" + pad + "  ->  " + union + "\n")
	f.node(c.Recursive.Base, indent+8, "")
	f.node(c.Recursive.Step, indent+8, "")
}

func columnList(cols []Column) string {
	parts := make([]string, len(cols))
	for i, c := range cols {
		parts[i] = fmt.Sprintf("%s#%d %s", c.Name, c.ID, c.Type.Display)
	}
	return strings.Join(parts, ", ")
}

func (f *formatter) describe(n Node) (string, []string) {
	var d []string
	add := func(label, text string) {
		if text != "" {
			d = append(d, label+": "+text)
		}
	}
	switch n := n.(type) {
	case *Scan:
		return f.scan(n)
	case *Values:
		if len(n.Cols) == 0 && len(n.Rows) == 1 {
			return "Result", nil
		}
		if len(n.Rows) <= 3 {
			for _, row := range n.Rows {
				add("Row", f.list(row))
			}
		}
		return "Values Scan (" + strconv.Itoa(len(n.Rows)) + " rows)", d
	case *FuncScan:
		for i := range n.Fns {
			add("Function Call", f.setCall(&n.Fns[i]))
		}
		return "Function Scan", d
	case *Project:
		items := make([]string, 0, len(n.Items)+len(n.Sets))
		for _, it := range n.Items {
			items = append(items, f.item(it))
		}
		for i := range n.Sets {
			items = append(items, f.setCall(&n.Sets[i].Call)+f.id(n.Sets[i].Col))
		}
		add("Items", strings.Join(items, ", "))
		if len(n.Sets) > 0 {
			return "ProjectSet", d
		}
		return "Project", d
	case *Filter:
		add("Filter", f.conds(n.Conds))
		return "Filter", d
	case *Join:
		return f.join(n)
	case *Aggregate:
		return f.aggregate(n)
	case *Window:
		add("Partition By", f.list(n.Partition))
		add("Order By", f.keys(n.OrderBy))
		for i := range n.Calls {
			add("Call", f.windowCall(&n.Calls[i]))
		}
		return "WindowAgg", d
	case *Sort:
		add("Sort Key", f.keys(n.Keys))
		if n.Limit != nil {
			return "Top-N Sort", d
		}
		return "Sort", d
	case *Limit:
		add("Count", f.expr(n.Count))
		add("Offset", f.expr(n.Offset))
		if n.WithTies {
			d = append(d, "With Ties")
		}
		return "Limit", d
	case *Distinct:
		add("On", f.list(n.On))
		return "Unique", d
	case *SetOp:
		name := [...]string{"Union", "Intersect", "Except"}[n.Kind]
		if n.All {
			name += " All"
		}
		return name, nil
	case *With:
		return "With", nil
	case *CTEScan:
		if n.Working {
			return "WorkTable Scan on " + n.CTE.Name, nil
		}
		return "CTE Scan on " + n.CTE.Name, nil
	}
	return f.change(n)
}

func (f *formatter) scan(n *Scan) (string, []string) {
	var d []string
	title := "Seq Scan"
	filter := n.Filter
	if a := n.Access; a != nil {
		key := len(a.Ranges) > 0
		switch {
		case a.Index != nil && a.IndexOnly:
			title = "Index Only Scan"
		case a.Index != nil || key:
			title = "Index Scan"
		}
		if a.Reverse {
			title += " Backward"
		}
		if a.Index != nil {
			title += " using " + a.Index.Name
		} else if key && n.Rel.Primary != nil {
			title += " using " + n.Rel.Primary.Name
		}
		for i := range a.Ranges {
			d = append(d, "Index Cond: "+f.keyRange(&a.Ranges[i]))
		}
		if key || a.Residual != nil {
			filter = a.Residual
		}
	}
	title += " on " + n.Rel.Name
	if n.Alias != "" && n.Alias != n.Rel.Name {
		title += " " + n.Alias
	}
	if len(filter) > 0 {
		d = append(d, "Filter: "+f.conds(filter))
	}
	if n.Lock != nil {
		d = append(d, "Lock: "+lockText(n.Lock))
	}
	if n.Sample != nil {
		d = append(d, "Sampling: "+n.Sample.Method+" ("+f.expr(n.Sample.Percent)+")")
	}
	return title, d
}

func lockText(l *Locking) string {
	s := lockStrengths[l.Strength]
	if l.NoWait {
		s += " nowait"
	}
	if l.SkipLocked {
		s += " skip locked"
	}
	return s
}

func (f *formatter) keyRange(r *KeyRange) string {
	var parts []string
	for i, e := range r.Eq {
		switch {
		case i < len(r.NullEq) && r.NullEq[i]:
			parts = append(parts, "IS NULL")
		case i < len(r.EqIn) && r.EqIn[i] != nil:
			parts = append(parts, "IN ("+f.list(r.EqIn[i])+")")
		default:
			parts = append(parts, "= "+f.expr(e))
		}
	}
	bound := func(e expr.Expr, excl bool, op string) {
		if e == nil {
			return
		}
		if !excl {
			op += "="
		}
		parts = append(parts, op+" "+f.expr(e))
	}
	bound(r.Low, r.LowExcl, ">")
	bound(r.High, r.HighExcl, "<")
	return "(" + strings.Join(parts, ", ") + ")"
}

func (f *formatter) join(n *Join) (string, []string) {
	kind := [...]string{"", " Left", " Right", " Full", " Semi", " Anti", " Null-Aware Anti", " Single"}[n.Kind]
	method := [...]string{"Join", "Hash", "Merge", "Nested Loop", "Lookup"}[n.Method]
	title := method + kind
	if n.Method != LoopJoin && n.Method != AnyJoin {
		title += " Join"
	} else if n.Method == LoopJoin && kind != "" {
		title += " Join"
	}
	if n.Method == AnyJoin {
		title = strings.TrimSpace(kind + " Join")
		if len(n.On) == 0 && n.Kind == InnerJoin {
			title = "Cross Join"
		}
	}
	if n.Lateral {
		title += " Lateral"
	}
	var d []string
	if len(n.Keys) > 0 {
		keys := make([]string, len(n.Keys))
		for i, k := range n.Keys {
			keys[i] = "(" + f.expr(k.Left) + " = " + f.expr(k.Right) + ")"
		}
		d = append(d, "Cond: "+strings.Join(keys, " AND "))
		if len(n.Residual) > 0 {
			d = append(d, "Join Filter: "+f.conds(n.Residual))
		}
	} else if len(n.On) > 0 {
		d = append(d, "Cond: "+f.conds(n.On))
	}
	return title, d
}

func (f *formatter) aggregate(n *Aggregate) (string, []string) {
	var d []string
	groups := make([]string, len(n.Groups))
	for i, g := range n.Groups {
		groups[i] = f.item(g)
	}
	if len(groups) > 0 && n.Sets == nil {
		d = append(d, "Group Key: "+strings.Join(groups, ", "))
	}
	for _, set := range n.Sets {
		parts := make([]string, len(set))
		for i, at := range set {
			parts[i] = groups[at]
		}
		d = append(d, "Group Key: ("+strings.Join(parts, ", ")+")")
	}
	for _, a := range n.Aggs {
		d = append(d, "Aggregate: "+f.expr(a.Agg)+f.id(a.Col))
	}
	for _, g := range n.Grouping {
		d = append(d, fmt.Sprintf("Grouping: %v%s", g.Args, f.id(g.Col)))
	}
	switch {
	case n.Sets != nil:
		return "Grouping Sets Aggregate", d
	case len(n.Groups) > 0:
		return "HashAggregate", d
	}
	return "Aggregate", d
}

func (f *formatter) change(n Node) (string, []string) {
	var d []string
	assigns := func(label string, as []Assign, t *Target) {
		parts := make([]string, len(as))
		for i, a := range as {
			parts[i] = t.Rel.Columns[a.Ordinal].Name + " = " + f.expr(a.Expr)
		}
		if len(parts) > 0 {
			d = append(d, label+": "+strings.Join(parts, ", "))
		}
	}
	target := func(t *Target) {
		if t.Tenant != nil {
			d = append(d, "Tenant: "+f.expr(t.Tenant))
		}
		for _, c := range t.Checks {
			d = append(d, "Check "+c.Name+": "+f.expr(c.Cond))
		}
		assigns("Generated", t.Generated, t)
		for _, c := range t.ViewChecks {
			d = append(d, "View Check "+c.Name+": "+f.expr(c.Cond))
		}
	}
	returning := func(items []Item) {
		parts := make([]string, len(items))
		for i, it := range items {
			parts[i] = f.item(it)
		}
		if len(parts) > 0 {
			d = append(d, "Returning: "+strings.Join(parts, ", "))
		}
	}
	switch n := n.(type) {
	case *Insert:
		d = append(d, "Row: "+f.list(n.Row))
		target(&n.Target)
		if c := n.OnConflict; c != nil {
			names := make([]string, len(c.Arbiters))
			for i, a := range c.Arbiters {
				names[i] = a.Name
			}
			text := "nothing"
			if c.Update != nil {
				text = "update"
			}
			d = append(d, "On Conflict ("+strings.Join(names, ", ")+"): "+text)
			assigns("Conflict Set", c.Update, &n.Target)
			if c.Where != nil {
				d = append(d, "Conflict Filter: "+f.expr(c.Where))
			}
		}
		returning(n.Returning)
		return "Insert on " + n.Target.Rel.Name, d
	case *Update:
		assigns("Set", n.Set, &n.Target)
		target(&n.Target)
		returning(n.Returning)
		return "Update on " + n.Target.Rel.Name, d
	case *Delete:
		returning(n.Returning)
		return "Delete on " + n.Target.Rel.Name, d
	case *Merge:
		d = append(d, "Matched: "+f.expr(n.Matched))
		for _, w := range n.Whens {
			word := "When not matched: "
			if w.Matched {
				word = "When matched: "
			}
			if w.Cond != nil {
				word += f.expr(w.Cond) + " then "
			}
			d = append(d, word+w.Action)
			assigns("Set", w.Set, &n.Target)
			if w.Row != nil {
				d = append(d, "Row: "+f.list(w.Row))
			}
		}
		target(&n.Target)
		return "Merge on " + n.Target.Rel.Name, d
	case *Truncate:
		names := make([]string, len(n.Rels))
		for i, r := range n.Rels {
			names[i] = r.Name
		}
		return "Truncate " + strings.Join(names, ", "), nil
	}
	return fmt.Sprintf("%T", n), nil
}
