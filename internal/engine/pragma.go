package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/syscat"
	"github.com/zqlite/zqlite/internal/types"
)

// fixedPragmas answer what SQLite's users ask and set without effect here: the
// value is what zqlite always does.
var fixedPragmas = map[string]string{
	"journal_mode": "wal", "encoding": "UTF-8", "auto_vacuum": "1", "locking_mode": "exclusive",
	"temp_store": "0", "mmap_size": "0", "wal_autocheckpoint": "1000", "case_sensitive_like": "1",
	"recursive_triggers": "1", "secure_delete": "0", "busy_timeout": "",
	"cache_size": "", "read_uncommitted": "0", "journal_size_limit": "-1", "automatic_index": "1",
}

// pragma answers the commonly used pragmas.
func (s *Session) pragma(ctx context.Context, stmt *ast.Pragma) (*Result, error) {
	name := strings.ToLower(stmt.Name)
	value := ""
	if stmt.Value != nil {
		var err error
		if value, err = settingWord(stmt.Value); err != nil {
			return nil, err
		}
	}
	if r, ok, err := s.shapePragma(name, value); ok {
		return r, err
	}
	switch name {
	case "integrity_check", "quick_check":
		return s.integrityCheck(ctx, name)
	case "synchronous":
		return s.synchronous(value)
	case "wal_checkpoint", "optimize":
		return s.done("PRAGMA", s.db.store.Checkpoint(ctx))
	case "incremental_vacuum":
		return s.done("PRAGMA", s.db.store.Compact(ctx))
	case "busy_timeout":
		if value != "" {
			if err := s.SetSetting("lock_timeout", value, false); err != nil {
				return nil, err
			}
		}
		return s.one("timeout", types.NewInt(s.settings.lock.Milliseconds())), nil
	}
	if n, ok := s.numberPragma(name); ok {
		if value != "" { // fixed
			return s.done("PRAGMA", nil)
		}
		return s.one(name, types.NewInt(n)), nil
	}
	if fixed, ok := fixedPragmas[name]; ok {
		return s.one(name, types.NewText(fixed)), nil
	}
	return nil, sqlerr.New(sqlerr.UndefinedObject, "unknown pragma %q", name).At(stmt.Pos)
}

// shapePragma answers the pragmas that describe tables and the like.
func (s *Session) shapePragma(name, value string) (r *Result, ok bool, err error) {
	switch name {
	case "table_info", "table_xinfo":
		r, err = s.tableInfo(value, name == "table_xinfo")
	case "table_list":
		r = s.tableList(value)
	case "index_list":
		r, err = s.indexList(value)
	case "index_info", "index_xinfo":
		r = s.indexInfo(value, name == "index_xinfo")
	case "foreign_key_list":
		r, err = s.foreignKeyList(value)
	case "foreign_key_check":
		r = s.grid("table", "+rowid", "parent", "+fkid") // broken keys are not stored
	case "database_list":
		r = s.grid("+seq", "name", "file")
		r.add(num(0), txt("main"), txt(s.db.config.Path))
	case "collation_list":
		r = s.grid("+seq", "name")
		for i, c := range []string{"RTRIM", "NOCASE", "BINARY"} {
			r.add(num(int64(i)), txt(c))
		}
	case "function_list":
		r = s.functionList()
	case "compile_options":
		r = s.grid("compile_options")
		for _, o := range []string{"DEFAULT_FOREIGN_KEYS", "THREADSAFE=1"} {
			r.add(txt(o))
		}
	case "pragma_list":
		r = s.grid("name")
		for _, n := range pragmaNames() {
			r.add(txt(n))
		}
	default:
		return nil, false, nil
	}
	return r, true, err
}

// pragmaNames lists the pragmas.
func pragmaNames() []string {
	list := []string{"application_id", "busy_timeout", "collation_list", "compile_options", "data_version", "database_list",
		"foreign_key_check", "foreign_key_list", "foreign_keys", "freelist_count", "function_list", "incremental_vacuum",
		"index_info", "index_list", "index_xinfo", "integrity_check", "optimize", "page_count", "page_size", "pragma_list",
		"quick_check", "schema_version", "synchronous", "table_info", "table_list", "table_xinfo", "user_version", "wal_checkpoint"}
	for n := range fixedPragmas {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}

// numberPragma answers the pragmas that are a number.
func (s *Session) numberPragma(name string) (int64, bool) {
	const page = 16384
	switch name {
	case "user_version", "application_id":
		if public := s.currentCatalog().Schema(catalog.PublicSchema); public != nil {
			return public.Numbers[name], true
		}
		return 0, true
	case "foreign_keys":
		return onOffNumber(s.db.config.ForeignKeys).I, true
	case "page_size":
		return page, true
	case "page_count":
		return (s.fileBytes() + page - 1) / page, true
	case "freelist_count":
		return s.db.store.Stats().FreePages, true
	case "schema_version", "data_version":
		return int64(s.currentCatalog().Version), true
	}
	return 0, false
}

// grid makes a result of columns; a plus before the name says that it is a
// number.
func (s *Session) grid(names ...string) *Result {
	bare := make([]string, len(names))
	for i, n := range names {
		bare[i] = strings.TrimPrefix(n, "+")
	}
	r := s.table("PRAGMA", bare...)
	for i, n := range names {
		if n[0] == '+' {
			r.columns[i].Type = types.Int8
		}
	}
	return r
}

func onOffNumber(b bool) types.Value {
	if b {
		return types.NewInt(1)
	}
	return types.NewInt(0)
}

func (s *Session) one(name string, v types.Value) *Result {
	r := s.table("PRAGMA", name)
	if v.K == types.KindInt {
		r.columns[0].Type = types.Int8
	}
	r.add(v)
	return r
}

func (s *Session) synchronous(value string) (*Result, error) {
	if value != "" {
		c := Config{}
		if err := setSync(&c, value); err != nil {
			return nil, err
		}
		s.db.config.Sync = c.Sync
		s.db.store.SetSync(c.Sync)
		return s.done("PRAGMA", nil)
	}
	level := map[storage.SyncMode]int64{storage.SyncOff: 0, storage.SyncNormal: 1, storage.SyncFull: 2}
	return s.one("synchronous", types.NewInt(level[s.db.config.Sync])), nil
}

func (s *Session) relationNamed(name string) (*catalog.Relation, error) {
	schema, bare := syscat.SplitName(name)
	r := s.currentCatalog().Relation(s.bindPath(), schema, bare)
	if r == nil {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", name)
	}
	return r, nil
}

func (s *Session) tableInfo(name string, extended bool) (*Result, error) {
	names := []string{"+cid", "name", "type", "+notnull", "dflt_value", "+pk"}
	if extended {
		names = append(names, "+hidden")
	}
	r := s.grid(names...)
	rel, err := s.relationNamed(name)
	if err != nil {
		return nil, err
	}
	cid := int64(0)
	for _, c := range rel.Columns {
		pk := int64(0)
		if rel.Primary != nil {
			for k, p := range rel.Primary.Parts {
				if p.Column == c.ID {
					pk = int64(k + 1)
				}
			}
		}
		hidden := int64(0)
		if c.Generated != "" {
			hidden = 3
			if !extended { // as SQLite, which hides what is computed
				continue
			}
		}
		row := []types.Value{num(cid), txt(c.Name), txt(types.FormatType(c.Type)), onOffNumber(c.NotNull), optional(c.Default), num(pk)}
		if extended {
			row = append(row, num(hidden))
		}
		r.add(row...)
		cid++
	}
	return r, nil
}

func (s *Session) indexList(name string) (*Result, error) {
	rel, err := s.relationNamed(name)
	if err != nil {
		return nil, err
	}
	r := s.grid("+seq", "name", "+unique", "origin", "+partial")
	seq := int64(0)
	for i := len(rel.Indexes) - 1; i >= 0; i-- { // the newest first
		ix := rel.Indexes[i]
		origin := "c"
		switch {
		case ix.Primary && rel.RowIDKey && rel.KeyColumn != 0:
			continue // the table itself
		case ix.Primary:
			origin = "pk"
		case ix.Constraint:
			origin = "u"
		}
		r.add(num(seq), txt(ix.Name), onOffNumber(ix.Unique), txt(origin), onOffNumber(ix.Where != ""))
		seq++
	}
	return r, nil
}

// indexInfo is index_info and index_xinfo; an index that is not there has no
// columns.
func (s *Session) indexInfo(name string, extended bool) *Result {
	names := []string{"+seqno", "+cid", "name"}
	if extended {
		names = append(names, "+desc", "coll", "+key")
	}
	r := s.grid(names...)
	schema, bare := syscat.SplitName(name)
	ix, rel := s.currentCatalog().Index(s.bindPath(), schema, bare)
	if ix == nil {
		return r
	}
	part := func(i int, column uint16, desc bool, collation string, key bool) {
		cid, label := int64(-2), types.Null // an expression
		if c := rel.ColumnByID(column); c != nil {
			cid, label = int64(rel.Ordinal(column)), txt(c.Name)
		}
		row := []types.Value{num(int64(i)), num(cid), label}
		if extended {
			row = append(row, onOffNumber(desc), txt(collation), onOffNumber(key))
		}
		r.add(row...)
	}
	for i, p := range ix.Parts {
		collation := "BINARY"
		if p.Collation != "" && p.Collation != "C" {
			collation = strings.ToUpper(p.Collation)
		}
		part(i, p.Column, p.Desc, collation, true)
	}
	if extended {
		r.add(num(int64(len(ix.Parts))), num(-1), types.Null, num(0), txt("BINARY"), num(0)) // the row's key
	}
	return r
}

func (s *Session) foreignKeyList(name string) (*Result, error) {
	rel, err := s.relationNamed(name)
	if err != nil {
		return nil, err
	}
	actions := map[catalog.Action]string{catalog.NoAction: "NO ACTION", catalog.Restrict: "RESTRICT", catalog.Cascade: "CASCADE",
		catalog.SetNull: "SET NULL", catalog.SetDefault: "SET DEFAULT"}
	c := s.currentCatalog()
	r := s.grid("+id", "+seq", "table", "from", "to", "on_update", "on_delete", "match")
	id := int64(0)
	for i := len(rel.Foreign) - 1; i >= 0; i-- { // the newest first
		f := rel.Foreign[i]
		parent := c.RelationByID(f.Parent)
		for k := range f.Columns {
			r.add(num(id), num(int64(k)), txt(parent.Name), txt(rel.ColumnByID(f.Columns[k]).Name),
				txt(parent.ColumnByID(f.ParentColumns[k]).Name), txt(actions[f.OnUpdate]), txt(actions[f.OnDelete]), txt("NONE"))
		}
		id++
	}
	return r, nil
}

// tableList is table_list, of one name or of all.
func (s *Session) tableList(name string) *Result {
	r := s.grid("schema", "name", "type", "+ncol", "+wr", "+strict")
	_, bare := syscat.SplitName(name)
	s.currentCatalog().Relations(func(rel *catalog.Relation) bool {
		if name != "" && rel.Name != bare {
			return true
		}
		kind := "table"
		if rel.Kind == catalog.View {
			kind = "view"
		}
		withoutRowID := rel.Kind == catalog.Table && !rel.RowIDKey
		schema := rel.Schema
		if schema == catalog.PublicSchema {
			schema = "main"
		}
		r.add(txt(schema), txt(rel.Name), txt(kind), num(int64(len(rel.Columns))), onOffNumber(withoutRowID), onOffNumber(rel.Kind == catalog.Table))
		return true
	})
	return r
}

// functionList is function_list: s scalar, w window or table, a aggregate.
func (s *Session) functionList() *Result {
	r := s.grid("name", "+builtin", "type", "enc", "+narg", "+flags")
	all := expr.All()
	add := func(name, kind string, args int) {
		r.add(txt(name), num(1), txt(kind), txt("utf8"), num(int64(args)), num(0))
	}
	for _, f := range all.Functions {
		add(f.Name, "s", len(f.Args))
	}
	for _, f := range all.Aggregates {
		add(f.Name, "w", len(f.Args))
	}
	return r
}

// integrityCheck reports what is damaged, or ok.
func (s *Session) integrityCheck(ctx context.Context, name string) (*Result, error) {
	r := s.table("PRAGMA", name)
	err := s.db.store.IntegrityCheck(ctx, func(problem string) { r.add(txt(problem)) })
	if err != nil {
		return nil, err
	}
	if len(r.rows) == 0 {
		r.add(txt("ok"))
	}
	return r, nil
}
