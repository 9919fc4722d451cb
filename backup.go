package zqlite

import "context"

// BackupOptions of DB.Backup.
type BackupOptions struct {
	// Progress is called now and then with the rows copied and about how many
	// there are, entries of indexes counted, by the goroutine of Backup.
	Progress func(done, total int64)
}

// Backup writes the database as it is at the call into a new file, while
// others go on reading and writing. The file is a database of its own, packed
// and without a log, and has its name only when it is complete and synced; a
// failing or killed backup leaves nothing under that name. A file that is
// there already is an error (SQLSTATE 58P02). A database in memory is saved in
// the same way.
//
// Beside the file it needs some 100 MB of memory, and what others write
// meanwhile stays in memory or in the file until it has ended.
func (db *DB) Backup(ctx context.Context, path string, o BackupOptions) error {
	return db.engine.Backup(ctx, path, o.Progress)
}
