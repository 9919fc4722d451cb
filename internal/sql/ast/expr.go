package ast

// LiteralKind says what a Literal holds.
type LiteralKind uint8

// The kinds of literal.
const (
	NullLiteral    LiteralKind = iota // Text is empty
	BoolLiteral                       // Text is true or false
	IntLiteral                        // Text is decimal digits, or 0x and hexadecimal digits; any length
	NumericLiteral                    // Text is digits with a point or an exponent, as written
	StringLiteral                     // Text is the decoded string: PostgreSQL's unknown literal
	BytesLiteral                      // Text is the decoded bytes of X'...'
	BitLiteral                        // Text is zeros and ones of B'...'
)

// Literal is a constant as written. A sign is a Unary around it.
type Literal struct {
	Pos  int
	Kind LiteralKind
	Text string
}

// ColumnRef is a name with dots: a, t.a, s.t.a, or with Star a *, t.*, s.t.*
// (Parts are then what stands before the star, none for a bare star).
type ColumnRef struct {
	Pos   int
	Parts []Name
	Star  bool
}

// Param is a placeholder. Index counts from 1; equal names have equal indexes,
// given in the order of first appearance.
type Param struct {
	Pos   int
	Index int
	Name  string // of :name and @name, without the sign; otherwise empty
}

// Unary is a prefix operator: "-", "+", "~", "@", "|/", "||/", "!!" …
type Unary struct {
	Pos      int
	Op       string
	OpSchema string // of OPERATOR(schema.op), otherwise empty
	X        Expr
}

// Binary is an infix operator. Op is the operator as PostgreSQL names it: "!="
// becomes "<>", "==" becomes "=". The LIKE family, IS, IN, BETWEEN, AND and OR
// have nodes of their own; the regular-expression operators ("~", "!~*" …) are
// plain Binary. Pos is that of the operator.
type Binary struct {
	Pos      int
	Op       string
	OpSchema string // of OPERATOR(schema.op), otherwise empty
	L, R     Expr
}

// And is a conjunction of two or more terms; Args are never *And unless they
// stood in parentheses.
type And struct {
	Pos  int
	Args []Expr
}

// Or is a disjunction of two or more terms; Args are never *Or unless they
// stood in parentheses.
type Or struct {
	Pos  int
	Args []Expr
}

// Not is NOT x.
type Not struct {
	Pos int
	X   Expr
}

// IsKind is what an Is tests.
type IsKind uint8

// The tests after IS.
const (
	IsNull IsKind = iota
	IsTrue
	IsFalse
	IsUnknown
	IsDistinctFrom // with Y
	IsNormalized   // Form is NFC, NFD, NFKC or NFKD
)

// Is is x IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM y | NORMALIZED;
// ISNULL and NOTNULL too.
type Is struct {
	Pos  int
	X    Expr
	Kind IsKind
	Not  bool
	Y    Expr   // IsDistinctFrom only
	Form string // IsNormalized only
}

// Between is x [NOT] BETWEEN [SYMMETRIC] lo AND hi.
type Between struct {
	Pos       int
	X, Lo, Hi Expr
	Not       bool
	Symmetric bool
}

// In is x [NOT] IN (list) or (query). X and the members may be *RowExpr. With
// Query nil an empty List is IN (), which is false.
type In struct {
	Pos   int
	X     Expr
	Not   bool
	List  []Expr
	Query *Select
}

// LikeKind is the pattern language of a Like.
type LikeKind uint8

// The pattern predicates.
const (
	LikeLike LikeKind = iota
	LikeILike
	LikeSimilar
	LikeGlob
	LikeRegexp
)

// Like is x [NOT] LIKE | ILIKE | SIMILAR TO | GLOB | REGEXP pattern [ESCAPE e].
type Like struct {
	Pos     int
	Kind    LikeKind
	Not     bool
	X       Expr
	Pattern Expr
	Escape  Expr // nil without ESCAPE
}

// Quantified is x op ANY|ALL (query or array); SOME is ANY. LIKE and ILIKE are
// the operators ~~, ~~*, !~~ and !~~*. Exactly one of Query and Array is set.
type Quantified struct {
	Pos      int
	X        Expr
	Op       string
	OpSchema string
	All      bool
	Query    *Select
	Array    Expr
}

// Exists is EXISTS (query).
type Exists struct {
	Pos   int
	Query *Select
}

// Subquery is a query in the place of a value, or of a row.
type Subquery struct {
	Pos   int
	Query *Select
}

// ArrayExpr is ARRAY[...]; inner brackets without ARRAY are ArrayExpr too.
type ArrayExpr struct {
	Pos   int
	Elems []Expr
}

// ArraySubquery is ARRAY(query).
type ArraySubquery struct {
	Pos   int
	Query *Select
}

// RowExpr is ROW(...) or (a, b, ...).
type RowExpr struct {
	Pos      int
	Explicit bool // the word ROW is written
	Elems    []Expr
}

// Case is CASE [operand] WHEN ... THEN ... [ELSE ...] END.
type Case struct {
	Pos     int
	Operand Expr // nil for the searched form
	Whens   []When
	Else    Expr // nil without ELSE
}

// When is one branch of a Case.
type When struct {
	Pos  int
	Cond Expr
	Then Expr
}

// CastKind is how a cast was written; the meaning is the same, except that
// PostgreSQL names a result column after the operand.
type CastKind uint8

// The ways to write a cast.
const (
	CastCall    CastKind = iota // CAST(x AS t)
	CastColons                  // x::t
	CastLiteral                 // t 'text'
)

// Cast converts X to Type. For CastLiteral X is a string *Literal.
type Cast struct {
	Pos  int
	Kind CastKind
	X    Expr
	Type *TypeName
}

// Collate is x COLLATE name.
type Collate struct {
	Pos       int
	X         Expr
	Collation QualifiedName
}

// AtTimeZone is x AT TIME ZONE zone.
type AtTimeZone struct {
	Pos  int
	X    Expr
	Zone Expr
}

// FuncCall is a call of a function, an aggregate or a window function, and the
// special syntax that stands for one: EXTRACT(f FROM x) is extract('f', x),
// TRIM is btrim, ltrim or rtrim, SUBSTRING(x FROM a FOR b) is substring(x,a,b),
// POSITION(a IN b) is position(b, a), COLLATION FOR (x) is pg_collation_for(x).
// COALESCE, NULLIF, GREATEST, LEAST and GROUPING are calls with those names.
type FuncCall struct {
	Pos         int
	Name        QualifiedName
	Args        []Expr
	ArgNames    []string // nil, or as long as Args; "" is a positional argument
	Variadic    bool     // the last argument is written VARIADIC
	Star        bool     // f(*)
	Distinct    bool
	Words       bool // written with the standard's words between the arguments, where commas can stand too
	Special     bool // a word without parentheses (CURRENT_DATE), or CURRENT_TIME(p) and the like
	OrderBy     []OrderItem
	WithinGroup []OrderItem
	Filter      Expr
	Over        *WindowSpec
}

// WindowSpec is what stands after OVER, or a definition in a WINDOW clause.
type WindowSpec struct {
	Pos         int
	Name        string // OVER name; the other fields are then empty
	Base        string // OVER (base ...)
	PartitionBy []Expr
	OrderBy     []OrderItem
	Frame       *Frame
}

// FrameMode is the unit of a window frame.
type FrameMode uint8

// The frame modes.
const (
	FrameRange FrameMode = iota
	FrameRows
	FrameGroups
)

// BoundKind is the kind of a frame boundary, in the order of the frame.
type BoundKind uint8

// The frame boundaries.
const (
	UnboundedPreceding BoundKind = iota
	OffsetPreceding
	CurrentRow
	OffsetFollowing
	UnboundedFollowing
)

// FrameExclusion is what a frame leaves out.
type FrameExclusion uint8

// The exclusions.
const (
	ExcludeNoOthers FrameExclusion = iota
	ExcludeCurrentRow
	ExcludeGroup
	ExcludeTies
)

// FrameBound is one end of a frame; Offset for the two Offset kinds.
type FrameBound struct {
	Pos    int
	Kind   BoundKind
	Offset Expr
}

// Frame is ROWS|RANGE|GROUPS BETWEEN start AND end EXCLUDE ...; the short form
// has End at CurrentRow.
type Frame struct {
	Pos     int
	Mode    FrameMode
	Start   FrameBound
	End     FrameBound
	Exclude FrameExclusion
	Short   bool // written without BETWEEN
}

// Subscript is x[i], or with Slice x[lo:hi], where either bound may be nil.
type Subscript struct {
	Pos    int
	X      Expr
	Slice  bool
	Index  Expr
	Lo, Hi Expr
}

// FieldSelect is (x).field, or with Star (x).*.
type FieldSelect struct {
	Pos   int
	X     Expr
	Field string
	Star  bool
}

// Default is the word DEFAULT in VALUES and SET.
type Default struct {
	Pos int
}

// GroupingKind is the kind of a GroupingSet.
type GroupingKind uint8

// The grouping elements.
const (
	GroupingEmpty GroupingKind = iota // ()
	GroupingRollup
	GroupingCube
	GroupingSets
)

// GroupingSet stands in GROUP BY only. The items of ROLLUP and CUBE are
// expressions (a *RowExpr groups several), those of GROUPING SETS may be
// GroupingSets too.
type GroupingSet struct {
	Pos   int
	Kind  GroupingKind
	Items []Expr
}
