package ast

import (
	"strconv"
	"strings"
)

// stmt prints a statement that is no query.
func (p *printer) stmt(n Stmt) {
	switch n := n.(type) {
	case *Select:
		p.query(n)
	case *Insert:
		p.insert(n)
	case *Update:
		p.update(n)
	case *Delete:
		p.delete(n)
	case *Merge:
		p.merge(n)
	case *Truncate:
		p.s("TRUNCATE TABLE ")
		p.tableRefs(n.Tables)
		p.when(n.RestartIdentity, " RESTART IDENTITY")
		p.when(n.Cascade, " CASCADE")
	case *Copy:
		p.copy(n)
	case *Call:
		p.s("CALL ")
		p.call(n.Func)
	case *Begin, *Commit, *Rollback, *Savepoint, *Release, *RollbackTo, *SetTransaction, *SetConstraints:
		p.transaction(n)
	case *Set, *Show, *Reset, *Discard, *Pragma, *Prepare, *Execute, *Deallocate, *Declare, *Fetch, *Close:
		p.session(n)
	case *Explain, *Analyze, *Vacuum, *Checkpoint, *Reindex, *Cluster, *Refresh, *Lock:
		p.maintenance(n)
	default:
		p.definition(n)
	}
}

func (p *printer) transaction(n Stmt) {
	switch n := n.(type) {
	case *Begin:
		p.s("BEGIN" + []string{"", " DEFERRED", " IMMEDIATE", " EXCLUSIVE"}[n.Kind])
		p.modes(n.Modes)
	case *Commit:
		p.s("COMMIT")
		p.when(n.Chain, " AND CHAIN")
	case *Rollback:
		p.s("ROLLBACK")
		p.when(n.Chain, " AND CHAIN")
	case *Savepoint:
		p.s("SAVEPOINT ")
		p.word(n.Name)
	case *Release:
		p.s("RELEASE SAVEPOINT ")
		p.word(n.Name)
	case *RollbackTo:
		p.s("ROLLBACK TO SAVEPOINT ")
		p.word(n.Name)
	case *SetTransaction:
		if n.Session {
			p.s("SET SESSION CHARACTERISTICS AS TRANSACTION")
		} else {
			p.s("SET TRANSACTION")
		}
		if n.Snapshot != "" {
			p.s(" SNAPSHOT ")
			p.str(n.Snapshot)
		}
		p.modes(n.Modes)
	case *SetConstraints:
		p.s("SET CONSTRAINTS ")
		if len(n.Names) == 0 {
			p.s("ALL")
		}
		p.qualifieds(n.Names)
		if n.Deferred {
			p.s(" DEFERRED")
		} else {
			p.s(" IMMEDIATE")
		}
	}
}

func (p *printer) modes(m TransactionModes) {
	var list []string
	if m.Isolation != IsolationDefault {
		list = append(list, "ISOLATION LEVEL "+[]string{"", "READ UNCOMMITTED", "READ COMMITTED",
			"REPEATABLE READ", "SERIALIZABLE"}[m.Isolation])
	}
	if m.ReadOnly != Unset {
		list = append(list, []string{"", "READ ONLY", "READ WRITE"}[m.ReadOnly])
	}
	if m.Deferrable != Unset {
		list = append(list, []string{"", "DEFERRABLE", "NOT DEFERRABLE"}[m.Deferrable])
	}
	if len(list) > 0 {
		p.s(" " + strings.Join(list, ", "))
	}
}

func (p *printer) session(n Stmt) {
	switch n := n.(type) {
	case *Set:
		p.set(n)
	case *Show:
		p.s("SHOW ")
		p.settingName(n.Name)
	case *Reset:
		p.s("RESET ")
		p.settingName(n.Name)
	case *Discard:
		p.s("DISCARD " + strings.ToUpper(n.What))
	case *Pragma:
		p.s("PRAGMA ")
		if n.Schema != "" {
			p.ident(n.Schema)
			p.s(".")
		}
		p.ident(n.Name)
		switch {
		case n.Call:
			p.s("(")
			p.setting(n.Value)
			p.s(")")
		case n.Value != nil:
			p.s(" = ")
			p.setting(n.Value)
		}
	case *Prepare:
		p.s("PREPARE ")
		p.ident(n.Name)
		for i, t := range n.Types {
			p.s([]string{" (", ", "}[min(i, 1)])
			p.typeName(t)
		}
		p.when(len(n.Types) > 0, ")")
		p.s(" AS ")
		p.node(n.Stmt)
	case *Execute:
		p.s("EXECUTE ")
		p.ident(n.Name)
		p.mods(n.Args)
	case *Deallocate:
		p.s("DEALLOCATE ")
		p.nameOrAll(n.Name)
	case *Declare:
		p.declare(n)
	case *Fetch:
		p.fetch(n)
	case *Close:
		p.s("CLOSE ")
		p.nameOrAll(n.Name)
	}
}

func (p *printer) nameOrAll(name string) {
	if name == "" {
		p.s("ALL")
	} else {
		p.word(name)
	}
}

func (p *printer) settingName(name string) {
	if name == "all" {
		p.s("ALL")
	} else {
		p.dotted(name)
	}
}

func (p *printer) set(n *Set) {
	p.s("SET ")
	p.when(n.Local, "LOCAL ")
	for i, part := range strings.Split(n.Name, ".") {
		p.when(i > 0, ".")
		p.word(part)
	}
	if n.FromCurrent {
		p.s(" FROM CURRENT")
		return
	}
	p.s(" TO ")
	p.when(n.Default, "DEFAULT")
	for i, v := range n.Values {
		p.when(i > 0, ", ")
		p.setting(v)
	}
}

func (p *printer) declare(n *Declare) {
	p.s("DECLARE ")
	p.ident(n.Name)
	p.when(n.Binary, " BINARY")
	p.s([]string{"", " INSENSITIVE", " ASENSITIVE"}[n.Insensitive])
	p.s([]string{"", " SCROLL", " NO SCROLL"}[n.Scroll])
	p.s(" CURSOR")
	p.s([]string{"", " WITH HOLD", " WITHOUT HOLD"}[n.Hold])
	p.s(" FOR ")
	p.query(n.Query)
}

func (p *printer) fetch(n *Fetch) {
	if n.Move {
		p.s("MOVE ")
	} else {
		p.s("FETCH ")
	}
	p.s([]string{"FORWARD ", "BACKWARD ", "ABSOLUTE ", "RELATIVE ", "FIRST ", "LAST "}[n.Direction])
	switch {
	case n.All:
		p.s("ALL ")
	case n.Direction < FetchFirst:
		p.s(strconv.FormatInt(n.Count, 10) + " ")
	}
	p.s("FROM ")
	p.word(n.Name)
}

func (p *printer) maintenance(n Stmt) {
	switch n := n.(type) {
	case *Explain:
		p.s("EXPLAIN ")
		p.optionsBefore(n.Options)
		p.node(n.Stmt)
	case *Analyze:
		p.s("ANALYZE ")
		p.optionsBefore(n.Options)
		p.vacuumTables(n.Tables)
	case *Vacuum:
		p.s("VACUUM ")
		p.optionsBefore(n.Options)
		p.vacuumTables(n.Tables)
		if n.Into != nil {
			p.s(" INTO ")
			p.expr(n.Into, 0)
		}
	case *Checkpoint:
		p.s("CHECKPOINT")
	case *Reindex:
		p.s("REINDEX ")
		p.optionsBefore(n.Options)
		if n.AnyKind {
			if n.Name.Name != "" {
				p.quotedQualified(n.Name)
			}
			return
		}
		p.s(objectWords[n.Kind] + " ")
		p.when(n.Concurrently, "CONCURRENTLY ")
		p.quotedQualified(n.Name)
	case *Cluster:
		p.s("CLUSTER ")
		p.optionsBefore(n.Options)
		if n.Table.Name != "" {
			p.qualified(n.Table)
		}
		if n.Index != "" {
			p.s(" USING ")
			p.ident(n.Index)
		}
	case *Refresh:
		p.s("REFRESH MATERIALIZED VIEW ")
		p.when(n.Concurrently, "CONCURRENTLY ")
		p.qualified(n.Name)
		p.when(n.NoData, " WITH NO DATA")
	case *Lock:
		p.s("LOCK TABLE ")
		p.tableRefs(n.Tables)
		p.s(" IN " + strings.ToUpper(n.Mode) + " MODE")
		p.when(n.Nowait, " NOWAIT")
	}
}

// quotedQualified prints a name whose first part no keyword may be.
func (p *printer) quotedQualified(q QualifiedName) {
	if q.Schema == "" {
		p.word(q.Name)
		return
	}
	if q.Catalog != "" {
		p.word(q.Catalog)
		p.s(".")
		p.ident(q.Schema)
	} else {
		p.word(q.Schema)
	}
	p.s(".")
	p.ident(q.Name)
}

func (p *printer) optionsBefore(list []Option) {
	if len(list) > 0 {
		p.options(list)
		p.s(" ")
	}
}

func (p *printer) vacuumTables(list []VacuumTable) {
	for i, t := range list {
		p.when(i > 0, ", ")
		p.qualified(t.Name)
		p.parenNames(t.Columns)
	}
}
