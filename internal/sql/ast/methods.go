package ast

// The methods that make the structs nodes.

// Position returns the byte offset of the node.
func (n *Literal) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *ColumnRef) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Param) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Unary) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Binary) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *And) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Or) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Not) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Is) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Between) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *In) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Like) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Quantified) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Exists) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Subquery) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *ArrayExpr) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *ArraySubquery) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *RowExpr) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Case) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Cast) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Collate) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *AtTimeZone) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *FuncCall) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Subscript) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *FieldSelect) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Default) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *GroupingSet) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Select) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Insert) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Update) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Delete) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Merge) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Truncate) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Copy) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateSchema) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateExtension) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateView) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateSequence) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *AlterSequence) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateEnum) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateComposite) Position() int { return n.Pos }

// Position returns where the statement begins.
func (n *CreateType) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *AlterEnum) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateDomain) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *AlterDomain) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateIndex) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Drop) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Rename) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *SetSchema) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *SetOwner) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Comment) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateTable) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateTableAs) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *AlterTable) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateTrigger) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *SetNew) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CreateFunction) Position() int { return n.Pos }
func (n *AlterFunction) Position() int  { return n.Pos }

// Position returns the byte offset of the node.
func (n *Call) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Begin) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Commit) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Rollback) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Savepoint) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Release) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *RollbackTo) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *SetTransaction) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *SetConstraints) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Set) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Show) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Reset) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Discard) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Pragma) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Prepare) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Execute) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Deallocate) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Declare) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Fetch) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Close) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Explain) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Analyze) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Vacuum) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Checkpoint) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Reindex) Position() int { return n.Pos }

// Position is the byte offset in the source.
func (n *Cluster) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Refresh) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Lock) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *TableRef) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *SubqueryRef) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *FuncRef) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Join) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *WindowSpec) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Frame) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *CTE) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *With) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *SelectCore) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Values) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *SetOp) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *OnConflict) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *ColumnDef) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Constraint) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Reference) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *LikeClause) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *TypeName) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Exclusion) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *TableSample) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Search) Position() int { return n.Pos }

// Position returns the byte offset of the node.
func (n *Cycle) Position() int { return n.Pos }

func (*Literal) exprNode()       {}
func (*ColumnRef) exprNode()     {}
func (*Param) exprNode()         {}
func (*Unary) exprNode()         {}
func (*Binary) exprNode()        {}
func (*And) exprNode()           {}
func (*Or) exprNode()            {}
func (*Not) exprNode()           {}
func (*Is) exprNode()            {}
func (*Between) exprNode()       {}
func (*In) exprNode()            {}
func (*Like) exprNode()          {}
func (*Quantified) exprNode()    {}
func (*Exists) exprNode()        {}
func (*Subquery) exprNode()      {}
func (*ArrayExpr) exprNode()     {}
func (*ArraySubquery) exprNode() {}
func (*RowExpr) exprNode()       {}
func (*Case) exprNode()          {}
func (*Cast) exprNode()          {}
func (*Collate) exprNode()       {}
func (*AtTimeZone) exprNode()    {}
func (*FuncCall) exprNode()      {}
func (*Subscript) exprNode()     {}
func (*FieldSelect) exprNode()   {}
func (*Default) exprNode()       {}
func (*GroupingSet) exprNode()   {}

func (*Select) stmtNode()          {}
func (*Insert) stmtNode()          {}
func (*Update) stmtNode()          {}
func (*Delete) stmtNode()          {}
func (*Merge) stmtNode()           {}
func (*Truncate) stmtNode()        {}
func (*Copy) stmtNode()            {}
func (*CreateSchema) stmtNode()    {}
func (*CreateExtension) stmtNode() {}
func (*CreateView) stmtNode()      {}
func (*CreateSequence) stmtNode()  {}
func (*AlterSequence) stmtNode()   {}
func (*CreateEnum) stmtNode()      {}
func (*CreateComposite) stmtNode() {}
func (*CreateType) stmtNode()      {}
func (*AlterEnum) stmtNode()       {}
func (*CreateDomain) stmtNode()    {}
func (*AlterDomain) stmtNode()     {}
func (*CreateIndex) stmtNode()     {}
func (*Drop) stmtNode()            {}
func (*Rename) stmtNode()          {}
func (*SetSchema) stmtNode()       {}
func (*SetOwner) stmtNode()        {}
func (*Comment) stmtNode()         {}
func (*CreateTable) stmtNode()     {}
func (*CreateTableAs) stmtNode()   {}
func (*AlterTable) stmtNode()      {}
func (*CreateTrigger) stmtNode()   {}
func (*SetNew) stmtNode()          {}
func (*CreateFunction) stmtNode()  {}
func (*AlterFunction) stmtNode()   {}
func (*Call) stmtNode()            {}
func (*Begin) stmtNode()           {}
func (*Commit) stmtNode()          {}
func (*Rollback) stmtNode()        {}
func (*Savepoint) stmtNode()       {}
func (*Release) stmtNode()         {}
func (*RollbackTo) stmtNode()      {}
func (*SetTransaction) stmtNode()  {}
func (*SetConstraints) stmtNode()  {}
func (*Set) stmtNode()             {}
func (*Show) stmtNode()            {}
func (*Reset) stmtNode()           {}
func (*Discard) stmtNode()         {}
func (*Pragma) stmtNode()          {}
func (*Prepare) stmtNode()         {}
func (*Execute) stmtNode()         {}
func (*Deallocate) stmtNode()      {}
func (*Declare) stmtNode()         {}
func (*Fetch) stmtNode()           {}
func (*Close) stmtNode()           {}
func (*Explain) stmtNode()         {}
func (*Analyze) stmtNode()         {}
func (*Vacuum) stmtNode()          {}
func (*Checkpoint) stmtNode()      {}
func (*Reindex) stmtNode()         {}
func (*Cluster) stmtNode()         {}
func (*Refresh) stmtNode()         {}
func (*Lock) stmtNode()            {}

func (*TableRef) tableNode()    {}
func (*SubqueryRef) tableNode() {}
func (*FuncRef) tableNode()     {}
func (*Join) tableNode()        {}

func (*Select) bodyNode()     {}
func (*SelectCore) bodyNode() {}
func (*Values) bodyNode()     {}
func (*SetOp) bodyNode()      {}
