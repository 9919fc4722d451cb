package engine

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// The methods of this file answer functions that ask for the session
// (expr.Session).

// sequenceNamed finds a sequence by the text given to nextval and its kin: a
// name as SQL writes it, or an oid.
func (s *Session) sequenceNamed(text string) (*catalog.Sequence, error) {
	c := s.currentCatalog()
	schema, name := splitName(text)
	if q := c.Sequence(s.bindPath(), schema, name); q != nil {
		return q, nil
	}
	if id, err := parseID(text); err == nil {
		if q := c.SequenceByID(id); q != nil {
			return q, nil
		}
	}
	return nil, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", text)
}

// splitName takes a possibly quoted and qualified name apart.
func splitName(text string) (schema, name string) {
	var parts []string
	var b strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && quoted && i+1 < len(text) && text[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			parts = append(parts, b.String())
			b.Reset()
		case quoted:
			b.WriteByte(c)
		default:
			b.WriteString(strings.ToLower(string(c)))
		}
	}
	name = b.String()
	if len(parts) > 0 {
		schema = parts[len(parts)-1]
	}
	return schema, name
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
	c := s.currentCatalog()
	switch {
	case t.Is(types.RegClass):
		if r := c.RelationByID(catalog.ID(oid)); r != nil {
			return s.visibleName(c, r.Schema, r.Name)
		}
		if q := c.SequenceByID(catalog.ID(oid)); q != nil {
			return s.visibleName(c, q.Schema, q.Name)
		}
		return c.IndexName(catalog.ID(oid))
	case t.Is(types.RegType):
		if b := types.ByOID(types.OID(oid)); b != nil {
			return types.FormatName(b)
		}
		if u := c.TypeByOID(types.OID(oid)); u != nil {
			return u.Name
		}
	}
	return ""
}

// visibleName leaves the schema out where the search path finds the object.
func (s *Session) visibleName(c *catalog.Catalog, schema, name string) string {
	for _, p := range s.bindPath() {
		if p == schema {
			return quoteIdent(name)
		}
		if c.Taken(p, name) {
			break
		}
	}
	if schema == "pg_catalog" {
		return quoteIdent(name)
	}
	return quoteIdent(schema) + "." + quoteIdent(name)
}

// regOID finds the oid of a name written for a reg type.
func (s *Session) regOID(t *types.Type, name string) (int64, error) {
	c := s.currentCatalog()
	schema, bare := splitName(name)
	if t.Is(types.RegClass) {
		if r := c.Relation(s.bindPath(), schema, bare); r != nil {
			return int64(r.ID), nil
		}
		if q := c.Sequence(s.bindPath(), schema, bare); q != nil {
			return int64(q.ID), nil
		}
		if ix, _ := c.Index(s.bindPath(), schema, bare); ix != nil {
			return int64(ix.ID), nil
		}
		return 0, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", name)
	}
	if b := types.Lookup(bare); b != nil {
		return int64(b.OID), nil
	}
	if u := c.UserType(s.bindPath(), schema, bare); u != nil {
		return int64(u.ID), nil
	}
	return 0, sqlerr.New(sqlerr.UndefinedObject, "type %q does not exist", name)
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
	switch name {
	case "to_regclass":
		oid, err := s.regOID(types.RegClass, args[0].S)
		if err != nil {
			return types.Null, nil // a name that is not there is NULL
		}
		return types.NewInt(oid), nil
	case "pg_table_is_visible":
		r := c.RelationByID(catalog.ID(args[0].I))
		return types.NewBool(r != nil && c.Relation(s.bindPath(), "", r.Name) == r), nil
	}
	return types.Null, sqlerr.New(sqlerr.UndefinedFunction, "function %s does not exist", name)
}

func quoteIdent(s string) string {
	plain := s != ""
	for i := 0; i < len(s); i++ {
		c := s[i]
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || (i > 0 && c >= '0' && c <= '9'))
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
