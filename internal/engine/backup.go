package engine

import (
	"context"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/vfs"
)

// Backup writes the database as it is now into a new file; see
// storage.Tx.Backup.
func (db *Database) Backup(ctx context.Context, path string, progress func(done, total int64)) error {
	if path == "" {
		return sqlerr.New(sqlerr.InvalidParameterValue, "the backup needs the name of a file")
	}
	tx := db.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Rollback()
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	return tx.Backup(ctx, vfs.OS(), path, progress)
}

// vacuumInto is SQLite's VACUUM INTO 'file': a backup. It has the rows of all
// tenants, so that it needs their privilege where tables have tenants.
func (s *Session) vacuumInto(ctx context.Context, file ast.Expr) error {
	name, ok := file.(*ast.Literal)
	if !ok || name.Kind != ast.StringLiteral {
		return sqlerr.New(sqlerr.FeatureNotSupported, "VACUUM INTO takes the name of a file as a literal")
	}
	shared := false
	s.currentCatalog().Relations(func(r *catalog.Relation) bool {
		shared = r.Tenant != 0
		return !shared
	})
	if shared && !s.config.CrossTenant {
		return errNoCrossTenant
	}
	return s.db.Backup(ctx, name.Text, nil)
}
