package deparse

import (
	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// node is an analysed expression. The kinds are those that PostgreSQL's printer
// tells apart.
type node interface{ typ() *types.Type }

// column is a reference to a column of an item of FROM, or to a whole row.
type column struct {
	m binder.Meaning
	t *types.Type
}

// constant is a value by its text; of the type unknown until a context says.
type constant struct {
	text string
	null bool
	t    *types.Type
}

// word is what prints as it is: VALUE, CURRENT_DATE, $1.
type word struct {
	text string
	call bool // counts as a function call where parentheses are decided
	t    *types.Type
}

// cast is a conversion. Those that the analysis inserted are implicit.
type cast struct {
	arg      node
	t        *types.Type
	implicit bool
	// function says that PostgreSQL converts by a function; other casts are
	// relabelings, conversions through text, of arrays, or to a domain.
	function bool
}

// operator is a prefix or infix operator.
type operator struct {
	op   string
	args []node
	t    *types.Type
}

// junction is AND, OR, or NOT.
type junction struct {
	op   string
	args []node
}

// call is a function call with parentheses. syntax marks the words of the
// standard (EXTRACT, TRIM), and calls that are really of the grammar (COALESCE,
// ROW) have grammar set.
type call struct {
	name     string // as printed
	args     []node
	argNames []string
	variadic bool
	syntax   string
	grammar  bool
	bare     bool // ARRAY: brackets
	suffix   string
	t        *types.Type
}

// aggregate is an aggregate or window function.
type aggregate struct {
	call
	star     bool
	distinct bool
	direct   []node // of an ordered-set aggregate
	within   bool
	order    []sortKey
	filter   node
	over     *ast.WindowSpec
}

// sortKey is one key of an ORDER BY.
type sortKey struct {
	arg        node
	desc       bool
	nullsFirst bool
	place      int // the number of an output column, where it is to be written so
}

// test is x IS [NOT] NULL, TRUE, …; or with b IS [NOT] DISTINCT FROM.
type test struct {
	arg, b node
	words  string
}

// arrayTest is x op ANY|ALL (array).
type arrayTest struct {
	op         string
	arg, array node
	all        bool
}

// rowCompare is ROW(…) op ROW(…).
type rowCompare struct {
	op   string
	l, r []node
}

// choice is a CASE.
type choice struct {
	arg       node // nil in the searched form
	when      [][2]node
	otherwise node
	t         *types.Type
}

// subscript is x[i] or x[lo:hi].
type subscript struct {
	arg   node
	steps []*bounds
	t     *types.Type
}

type bounds struct {
	slice  bool
	lo, hi node // without slice hi is the index
}

// field is (x).name.
type field struct {
	arg  node
	name string
	t    *types.Type
}

// collated is x COLLATE name.
type collated struct {
	arg  node
	name string
}

// subquery is a query in an expression.
type subquery struct {
	kind  string // EXISTS, IN, "= ANY", …, "" for a value, ARRAY
	test  []node
	query *ast.Select
	t     *types.Type
}

func (n *column) typ() *types.Type     { return n.t }
func (n *constant) typ() *types.Type   { return n.t }
func (n *word) typ() *types.Type       { return n.t }
func (n *cast) typ() *types.Type       { return n.t }
func (n *operator) typ() *types.Type   { return n.t }
func (n *junction) typ() *types.Type   { return types.Bool }
func (n *call) typ() *types.Type       { return n.t }
func (n *test) typ() *types.Type       { return types.Bool }
func (n *arrayTest) typ() *types.Type  { return types.Bool }
func (n *rowCompare) typ() *types.Type { return types.Bool }
func (n *choice) typ() *types.Type     { return n.t }
func (n *subscript) typ() *types.Type  { return n.t }
func (n *field) typ() *types.Type      { return n.t }
func (n *collated) typ() *types.Type   { return n.arg.typ() }
func (n *subquery) typ() *types.Type   { return n.t }
