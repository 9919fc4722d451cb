package engine

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/catalog/store"
	_ "github.com/zqlite/zqlite/internal/expr/builtins" // fills the registry of functions
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/vfs"
)

// Database is an open database, shared by all who opened its path in this
// process. All methods may be called concurrently.
type Database struct {
	config     Config
	key        string // in the registry; "" for a private memory database
	refs       int    // guarded by registry.mu
	store      *storage.Store
	plans      planCache
	counters   table.Counters
	advisory   advisoryLocks
	sessions   atomic.Int64 // numbers temporary schemas
	open       sync.Map     // *Session → struct{}
	seqs       sequences
	statistics statistics
	auditor    auditor
	opened     time.Time
	xids       atomic.Int64 // the last number that a transaction was told
	tempDir    string       // for spilling; "" is the system's
}

// registry holds what this process has open: a second open of a path shares
// the engine.
var registry = struct {
	mu    sync.Mutex
	files map[string]*Database
}{files: map[string]*Database{}}

// Open opens the database that the configuration names, or shares the one that
// is open already. Every Open needs a Close.
func Open(ctx context.Context, c Config) (*Database, error) {
	key, err := registryKey(&c)
	if err != nil {
		return nil, err
	}
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if key != "" {
		if db := registry.files[key]; db != nil {
			if err := db.config.compatible(&c); err != nil {
				return nil, err
			}
			db.refs++
			return db, nil
		}
	}
	db := &Database{config: c, key: key, refs: 1, opened: time.Now()}
	db.xids.Store(db.opened.UnixMicro()) // larger than all that were told before
	if err := db.openStore(ctx); err != nil {
		return nil, err
	}
	makeHeadroom(db.store.CacheLimit())
	if key != "" {
		registry.files[key] = db
	}
	return db, nil
}

// registryKey names the database within the process: its real path, however
// it was written.
func registryKey(c *Config) (string, error) {
	if c.Memory {
		if c.Shared {
			return "memory:" + c.Path, nil
		}
		return "", nil
	}
	abs, err := filepath.Abs(c.Path)
	if err != nil {
		return "", sqlerr.Wrap(err, sqlerr.UndefinedFile, "cannot open %q: %v", c.Path, err)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs)), nil
	}
	return abs, nil
}

// compatible reports a database setting that differs from the open database's.
func (c *Config) compatible(o *Config) error {
	conflict := func(key string) error {
		return sqlerr.New(sqlerr.ObjectInUse, "%q is open in this process with another value of %s", c.Path, key).
			WithHint("Open it with the same database settings everywhere, or leave %s out.", key)
	}
	for key := range o.given {
		switch {
		case key == "mode" && o.Mode != c.Mode && (o.Mode == "ro" || c.Mode == "ro"):
			return conflict(key)
		case (key == "sync" || key == "_synchronous" || key == "_sync") && o.Sync != c.Sync:
			return conflict(key)
		case key == "cache_size" && o.CacheBytes != c.CacheBytes:
			return conflict(key)
		case key == "memory_limit" && o.MemoryLimit != c.MemoryLimit:
			return conflict(key)
		case (key == "foreign_keys" || key == "_foreign_keys" || key == "_fk") && o.ForeignKeys != c.ForeignKeys:
			return conflict(key)
		}
	}
	return nil
}

func (db *Database) openStore(ctx context.Context) error {
	c := &db.config
	o := storage.Options{
		ReadOnly: c.Mode == "ro", Create: c.Mode == "rwc", CacheBytes: c.CacheBytes, Sync: c.Sync,
	}
	if c.MemoryLimit > 0 {
		o.WriteSetBytes = min(max(c.MemoryLimit/2, 1<<20), 64<<20)
		o.DeltaBytes = min(max(c.MemoryLimit/4, 1<<20), 16<<20)
	}
	files, path := vfs.OS(), c.Path
	if c.Memory {
		files, path = vfs.Memory(), "memory.db"
		o.Create, o.ReadOnly, o.Sync = true, false, storage.SyncOff
		o.WriteSetBytes = math.MaxInt64 // a temporary file would be memory too
	}
	s, err := storage.Open(ctx, files, path, o)
	if err != nil {
		return explainOpen(c, err)
	}
	db.store = s
	if err := db.loadCatalog(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	if err := db.statistics.start(db); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

// explainOpen says what to do about a file that cannot be opened.
func explainOpen(c *Config, err error) error {
	var known *sqlerr.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, fs.ErrNotExist):
		e := sqlerr.Wrap(err, sqlerr.UndefinedFile, "database file %q does not exist", c.Path)
		if c.Mode == "rwc" {
			return e.WithHint("Create the directory %q first.", filepath.Dir(c.Path))
		}
		return e.WithHint("mode=rwc creates it.")
	case errors.Is(err, fs.ErrPermission):
		return sqlerr.Wrap(err, sqlerr.InsufficientPrivilege, "no permission to open %q", c.Path)
	}
	if info, e := os.Stat(c.Path); e == nil && info.IsDir() {
		return sqlerr.Wrap(err, sqlerr.WrongObjectType, "%q is a directory, not a database file", c.Path)
	}
	return sqlerr.Wrap(err, sqlerr.IOError, "cannot open %q: %v", c.Path, err)
}

// loadCatalog reads the catalog, or makes the first one, and publishes it as
// the attachment of the newest snapshot.
func (db *Database) loadCatalog(ctx context.Context) error {
	tx := db.store.Begin(storage.TxOptions{})
	defer tx.Rollback()
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	if db.store.HasTree(store.Tree) {
		c, err := store.Load(tx, virtuals)
		if err != nil {
			return err
		}
		db.store.Attach(c)
		return nil
	}
	c := catalog.New(virtuals)
	if db.config.Mode == "ro" && !db.config.Memory {
		db.store.Attach(c)
		return nil
	}
	if err := store.Create(tx); err != nil {
		return err
	}
	if err := createSequenceTree(tx); err != nil {
		return err
	}
	if err := store.Save(tx, c); err != nil {
		return err
	}
	tx.SetAttachment(c)
	return tx.Commit(ctx)
}

// Close gives up one Open. The last one rolls back what its sessions left open
// and closes the files.
func (db *Database) Close() error {
	registry.mu.Lock()
	db.refs--
	last := db.refs == 0
	if last && db.key != "" {
		delete(registry.files, db.key)
	}
	if !last {
		registry.mu.Unlock()
		return nil
	}
	// The file stays registered as ours until it is closed: an Open that comes
	// in between would fail on the file's lock.
	defer registry.mu.Unlock()
	db.open.Range(func(s, _ any) bool { s.(*Session).abandon(); return true })
	db.statistics.stop()
	err := db.seqs.settle(context.Background(), db)
	return errors.Join(err, db.store.Close())
}

// Config returns the configuration that the database was opened with first.
func (db *Database) Config() Config { return db.config }

// Store returns the storage, for checks and statistics.
func (db *Database) Store() *storage.Store { return db.store }

// Rows estimates the number of rows of a relation, for the optimizer.
func (db *Database) Rows(rel *catalog.Relation) float64 {
	return float64(db.store.Rows(storage.TreeID(rel.ID)))
}
