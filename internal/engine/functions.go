package engine

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/syscat"
	"github.com/zqlite/zqlite/internal/types"
)

// The methods of this file answer functions that ask for the session
// (expr.Session).

// sequenceNamed finds a sequence by the text given to nextval and its kin: a
// name as SQL writes it, or an oid.
func (s *Session) sequenceNamed(text string) (*catalog.Sequence, error) {
	c := s.currentCatalog()
	schema, name := syscat.SplitName(text)
	if q := c.Sequence(s.bindPath(), schema, name); q != nil {
		return q, nil
	}
	if id, err := parseID(text); err == nil {
		if q := c.SequenceByID(id); q != nil {
			return q, nil
		}
	}
	if c.Relation(s.bindPath(), schema, name) != nil {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a sequence", name)
	}
	return nil, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", text)
}

func parseID(text string) (catalog.ID, error) {
	var id catalog.ID
	err := json.Unmarshal([]byte(text), &id)
	return id, err
}

// NextVal is nextval().
func (s *Session) NextVal(sequence string) (int64, error) {
	q, err := s.sequenceNamed(sequence)
	if err != nil {
		return 0, err
	}
	if s.tx != nil && s.txReadOnly {
		return 0, sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute nextval() in a read-only transaction")
	}
	v, err := s.db.seqs.next(s.statementContext(), s.db, q)
	if err != nil {
		return 0, err
	}
	s.remember(q.ID, v)
	s.lastRowID, s.rowIDSet = v, true
	return v, nil
}

func (s *Session) statementContext() context.Context {
	if s.idleRun != nil && s.idleRun.Ctx != nil {
		return s.idleRun.Ctx
	}
	return context.Background()
}

func (s *Session) remember(id catalog.ID, v int64) {
	if s.currvals == nil {
		s.currvals = map[catalog.ID]int64{}
	}
	s.currvals[id] = v
	s.lastSeq = id
}

// CurrVal is currval().
func (s *Session) CurrVal(sequence string) (int64, error) {
	q, err := s.sequenceNamed(sequence)
	if err != nil {
		return 0, err
	}
	v, ok := s.currvals[q.ID]
	if !ok {
		return 0, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "currval of sequence %q is not yet defined in this session", q.Name)
	}
	return v, nil
}

// LastVal is lastval().
func (s *Session) LastVal() (int64, error) {
	v, ok := s.currvals[s.lastSeq]
	if !ok {
		return 0, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "lastval is not yet defined in this session")
	}
	return v, nil
}

// SetVal is setval().
func (s *Session) SetVal(sequence string, v int64, called bool) (int64, error) {
	q, err := s.sequenceNamed(sequence)
	if err != nil {
		return 0, err
	}
	if err := s.db.seqs.set(s.statementContext(), s.db, q, v, called); err != nil {
		return 0, err
	}
	if called {
		s.remember(q.ID, v)
	}
	return v, nil
}

// LastInsertRowID is last_insert_rowid().
func (s *Session) LastInsertRowID() int64 { return s.lastRowID }

// Changes is changes(): rows of the last changing statement.
func (s *Session) Changes() int64 { return s.changes }

// TotalChanges is total_changes(): rows changed by the session.
func (s *Session) TotalChanges() int64 { return s.total }

// CurrentSchema is current_schema().
func (s *Session) CurrentSchema() string { return s.createIn(s.currentCatalog()) }

// regName gives the name behind an oid of a reg type.
func (s *Session) regName(t *types.Type, oid int64) string {
	return s.systemView(s.currentCatalog()).RegName(t, oid)
}

// regOID finds the oid of a name written for a reg type.
func (s *Session) regOID(t *types.Type, name string) (int64, error) {
	return s.systemView(s.currentCatalog()).RegOID(t, name)
}

func (s *Session) typeByOID(oid types.OID) *types.Type {
	if u := s.currentCatalog().TypeByOID(oid); u != nil {
		return u.Type
	}
	return nil
}

// CatalogFunc answers functions that look at the catalog.
func (s *Session) CatalogFunc(name string, args []types.Value) (types.Value, error) {
	c := s.currentCatalog()
	if v, ok, err := s.systemView(c).Answer(name, args); ok {
		return v, err
	}
	if v, ok, err := s.sessionFunction(name, args); ok {
		return v, err
	}
	if strings.Contains(name, "advisory") {
		return s.advisory(name, args)
	}
	switch name {
	case "to_regclass", "to_regtype", "to_regproc", "to_regnamespace", "to_regprocedure", "to_regoper", "to_regoperator", "to_regrole", "to_regcollation":
		oid, err := s.regOID(types.Lookup(strings.TrimPrefix(name, "to_")), args[0].S)
		if err != nil {
			return types.Null, nil // a name that is not there is NULL
		}
		return types.NewInt(oid), nil
	case "pg_table_is_visible":
		return types.NewBool(s.relationVisible(c, catalog.ID(args[0].I))), nil
	case "pg_get_serial_sequence":
		return s.serialSequence(c, args[0].S, args[1].S)
	case "pg_sequence_last_value":
		if q := c.SequenceByID(catalog.ID(args[0].I)); q != nil {
			if last, ok := s.lastValueOf(q); ok {
				return types.NewInt(last), nil
			}
		}
		return types.Null, nil
	case "pg_my_temp_schema":
		if sc := c.Schema(s.tempSchema()); sc != nil {
			return types.NewInt(int64(sc.ID)), nil
		}
		return types.NewInt(0), nil
	case "pg_is_other_temp_schema":
		for _, sc := range c.Schemas() {
			if int64(sc.ID) == args[0].I {
				return types.NewBool(strings.HasPrefix(sc.Name, "pg_temp_") && sc.Name != s.tempSchema()), nil
			}
		}
		return types.NewBool(false), nil
	}
	return types.Null, sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", name)
}

// relationVisible tells whether the search path finds a relation, sequence or
// index by its bare name.
func (s *Session) relationVisible(c *catalog.Catalog, id catalog.ID) bool {
	if r := c.RelationByID(id); r != nil {
		return c.Relation(s.bindPath(), "", r.Name) == r
	}
	if q := c.SequenceByID(id); q != nil {
		return c.Sequence(s.bindPath(), "", q.Name) == q
	}
	if name := c.IndexName(id); name != "" {
		ix, _ := c.Index(s.bindPath(), "", name)
		return ix != nil && ix.ID == id
	}
	return false
}

// serialSequence is pg_get_serial_sequence: the sequence that a column owns.
func (s *Session) serialSequence(c *catalog.Catalog, relation, column string) (types.Value, error) {
	schema, name := syscat.SplitName(relation)
	r := c.Relation(s.bindPath(), schema, name)
	if r == nil {
		return types.Null, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", relation)
	}
	i := r.ColumnByName(column)
	if i < 0 {
		return types.Null, sqlerr.New(sqlerr.UndefinedColumn, "column %q of relation %q does not exist", column, r.Name)
	}
	found := types.Null
	c.Sequences(func(q *catalog.Sequence) bool {
		if q.OwnerRel == r.ID && q.OwnerCol == r.Columns[i].ID {
			found = types.NewText(ast.QuoteIdent(q.Schema) + "." + ast.QuoteIdent(q.Name))
			return false
		}
		return true
	})
	return found, nil
}
