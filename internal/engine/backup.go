package engine

import (
	"context"

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
