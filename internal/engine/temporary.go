package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
)

// endTemporary does what temporary tables ask for at the end of a transaction
// that has changed something: ON COMMIT DELETE ROWS and ON COMMIT DROP.
func (s *Session) endTemporary(ctx context.Context, tx *storage.Tx) error {
	if s.temporary == "" || tx.Savepoint().Changes() == 0 {
		return nil
	}
	var empty []*catalog.Relation
	var drop []ast.QualifiedName
	tx.Attachment().(*catalog.Catalog).Relations(func(r *catalog.Relation) bool {
		switch {
		case r.Schema != s.temporary:
		case r.OnCommit == "delete rows":
			empty = append(empty, r)
		case r.OnCommit == "drop":
			drop = append(drop, ast.QualifiedName{Schema: r.Schema, Name: r.Name})
		}
		return true
	})
	for _, r := range empty {
		for _, tree := range table.Of(r).Trees() {
			if err := tx.TruncateTree(tree); err != nil {
				return err
			}
		}
	}
	if len(drop) == 0 || tx != s.tx {
		return nil
	}
	st := &Statement{text: "DROP TABLE", parts: make([]part, 1)}
	_, err := s.define(ctx, st, 0, &ast.Drop{Kind: ast.ObjectTable, Cascade: true, Objects: drop})
	return err
}

// dropsAtOnce reports whether a definition, alone in its transaction, makes
// what the commit drops again.
func dropsAtOnce(stmt ast.Stmt) bool {
	switch s := stmt.(type) {
	case *ast.CreateTable:
		return s.OnCommit == ast.OnCommitDrop
	case *ast.CreateTableAs:
		return s.OnCommit == ast.OnCommitDrop
	}
	return false
}
