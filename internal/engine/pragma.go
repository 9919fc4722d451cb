package engine

import (
	"context"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
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
	"recursive_triggers": "1", "secure_delete": "0", "busy_timeout": "", "page_size": "16384",
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
	switch name {
	case "table_info", "table_xinfo":
		return s.tableInfo(value)
	case "index_list":
		return s.indexList(value)
	case "foreign_key_list":
		return s.foreignKeyList(value)
	case "table_list", "database_list":
		return s.tableList(name)
	case "integrity_check", "quick_check":
		return s.integrityCheck(ctx)
	case "foreign_keys":
		return s.one(name, onOffNumber(s.db.config.ForeignKeys)), nil
	case "synchronous":
		return s.synchronous(value)
	case "wal_checkpoint", "incremental_vacuum", "optimize":
		return s.done("PRAGMA", s.db.store.Checkpoint(ctx))
	case "busy_timeout":
		if value != "" {
			if err := s.SetSetting("lock_timeout", value, false); err != nil {
				return nil, err
			}
		}
		return s.one("timeout", types.NewInt(s.settings.lock.Milliseconds())), nil
	}
	if fixed, ok := fixedPragmas[name]; ok {
		return s.one(name, types.NewText(fixed)), nil
	}
	return nil, sqlerr.New(sqlerr.UndefinedObject, "unknown pragma %q", name).At(stmt.Pos)
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

func (s *Session) tableInfo(name string) (*Result, error) {
	rel, err := s.relationNamed(name)
	if err != nil {
		return nil, err
	}
	r := s.table("PRAGMA", "cid", "name", "type", "notnull", "dflt_value", "pk")
	for _, i := range []int{0, 3, 5} {
		r.columns[i].Type = types.Int8
	}
	for i, c := range rel.Columns {
		pk := int64(0)
		if rel.Primary != nil {
			for k, p := range rel.Primary.Parts {
				if p.Column == c.ID {
					pk = int64(k + 1)
				}
			}
		}
		r.add(num(int64(i)), txt(c.Name), txt(types.FormatType(c.Type)), onOffNumber(c.NotNull), optional(c.Default), num(pk))
	}
	return r, nil
}

func (s *Session) indexList(name string) (*Result, error) {
	rel, err := s.relationNamed(name)
	if err != nil {
		return nil, err
	}
	r := s.table("PRAGMA", "seq", "name", "unique", "origin", "partial")
	for _, i := range []int{0, 2, 4} {
		r.columns[i].Type = types.Int8
	}
	for i, ix := range rel.Indexes {
		origin := "c"
		switch {
		case ix.Primary:
			origin = "pk"
		case ix.Constraint:
			origin = "u"
		}
		r.add(num(int64(i)), txt(ix.Name), onOffNumber(ix.Unique), txt(origin), onOffNumber(ix.Where != ""))
	}
	return r, nil
}

func (s *Session) foreignKeyList(name string) (*Result, error) {
	rel, err := s.relationNamed(name)
	if err != nil {
		return nil, err
	}
	c := s.currentCatalog()
	r := s.table("PRAGMA", "id", "seq", "table", "from", "to")
	r.columns[0].Type, r.columns[1].Type = types.Int8, types.Int8
	for i, f := range rel.Foreign {
		parent := c.RelationByID(f.Parent)
		for k := range f.Columns {
			r.add(num(int64(i)), num(int64(k)), txt(parent.Name),
				txt(rel.ColumnByID(f.Columns[k]).Name), txt(parent.ColumnByID(f.ParentColumns[k]).Name))
		}
	}
	return r, nil
}

func (s *Session) tableList(name string) (*Result, error) {
	if name == "database_list" {
		r := s.table("PRAGMA", "seq", "name", "file")
		r.columns[0].Type = types.Int8
		r.add(num(0), txt("main"), txt(s.db.config.Path))
		return r, nil
	}
	r := s.table("PRAGMA", "schema", "name", "type")
	s.currentCatalog().Relations(func(rel *catalog.Relation) bool {
		kind := "table"
		if rel.Kind == catalog.View {
			kind = "view"
		}
		r.add(txt(rel.Schema), txt(rel.Name), txt(kind))
		return true
	})
	return r, nil
}

// integrityCheck reports what is damaged, or ok.
func (s *Session) integrityCheck(ctx context.Context) (*Result, error) {
	r := s.table("PRAGMA", "integrity_check")
	err := s.db.store.IntegrityCheck(ctx, func(problem string) { r.add(txt(problem)) })
	if err != nil {
		return nil, err
	}
	if len(r.rows) == 0 {
		r.add(txt("ok"))
	}
	return r, nil
}
