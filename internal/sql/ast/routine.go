package ast

// TriggerTiming is when a trigger fires.
type TriggerTiming uint8

// The timings.
const (
	TriggerBefore TriggerTiming = iota
	TriggerAfter
	TriggerInsteadOf
)

// TriggerEventKind is what a trigger fires on.
type TriggerEventKind uint8

// The trigger events.
const (
	TriggerInsert TriggerEventKind = iota
	TriggerUpdate
	TriggerDelete
	TriggerTruncate
)

// TriggerEvent is one event; Columns is that of UPDATE OF.
type TriggerEvent struct {
	Pos     int
	Kind    TriggerEventKind
	Columns []Name
}

// TriggerTransition is one item of REFERENCING: OLD|NEW TABLE|ROW AS name.
type TriggerTransition struct {
	Pos  int
	New  bool
	Row  bool
	Name string
}

// CreateTrigger is CREATE TRIGGER with either EXECUTE FUNCTION (Function is
// set) or a body of SQL statements. BodyBegin says that BEGIN ... END stood
// around it.
type CreateTrigger struct {
	Pos               int
	OrReplace         bool
	Temp              bool
	IfNotExists       bool
	Constraint        bool
	Name              QualifiedName
	Timing            TriggerTiming
	Events            []TriggerEvent
	Table             QualifiedName
	From              QualifiedName // constraint trigger: the referenced table
	Deferrable        bool
	InitiallyDeferred bool
	Referencing       []TriggerTransition
	ForEachStatement  bool // otherwise FOR EACH ROW, which is the default with a body
	ForEachWritten    bool
	When              Expr
	Function          QualifiedName
	FuncArgs          []string
	BodyBegin         bool
	Body              []Stmt
}

// SetNew is SET NEW.column = expr, … in the body of a trigger: it changes the
// row that is about to be stored.
type SetNew struct {
	Pos     int
	Columns []Name
	Values  []Expr
}

// ParamMode is the mode of a function parameter.
type ParamMode uint8

// The modes.
const (
	ParamIn ParamMode = iota
	ParamOut
	ParamInOut
	ParamVariadic
	ParamTable // a column of RETURNS TABLE
)

// FuncParam is a parameter of a function.
type FuncParam struct {
	Pos     int
	Mode    ParamMode
	Name    string
	Type    *TypeName
	Default Expr
}

// Volatility is how freely a function may be evaluated.
type Volatility uint8

// The volatilities.
const (
	VolatilityDefault Volatility = iota
	VolatilityImmutable
	VolatilityStable
	VolatilityVolatile
)

// CreateFunction is CREATE FUNCTION and CREATE PROCEDURE. The body is Source
// (AS 'text', then HasSource), or Return (RETURN expression), or Body (BEGIN
// ATOMIC ... END, then Atomic).
type CreateFunction struct {
	Pos             int
	OrReplace       bool
	Procedure       bool
	Name            QualifiedName
	Params          []FuncParam // RETURNS TABLE's columns last, with ParamTable
	Returns         *TypeName   // nil where OUT parameters or RETURNS TABLE say it
	Language        string
	Volatility      Volatility
	Strict          bool // STRICT, RETURNS NULL ON NULL INPUT
	SecurityDefiner bool
	Leakproof       bool
	Window          bool
	Parallel        string
	Cost, Rows      string
	Settings        []*Set
	HasSource       bool
	Source          string
	Return          Expr
	Conflict        int // 1 + where a clause stands that contradicts or repeats another; 0 for none
	Atomic          bool
	Body            []Stmt
}

// AlterFunction is ALTER FUNCTION, PROCEDURE or ROUTINE with new properties,
// which stand in Clauses. CalledOnNull, Invoker and NotLeakproof take them back.
type AlterFunction struct {
	Pos          int
	Kind         ObjectKind
	Function     FuncSignature
	Clauses      CreateFunction
	CalledOnNull bool
	Invoker      bool
	NotLeakproof bool
	ResetPath    bool // RESET search_path, RESET ALL
}

// Call is CALL procedure(args).
type Call struct {
	Pos  int
	Func *FuncCall
}
