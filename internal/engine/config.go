package engine

import (
	"time"

	"github.com/zqlite/zqlite/internal/storage"
)

// Config is what a DSN says. Database settings hold for everybody who opens
// the file in this process; session settings are the defaults of each session.
type Config struct {
	Path   string // file name, or the name of a memory database
	Memory bool
	Shared bool // memory database shared by name within the process

	// Database settings.
	Mode        string // "rwc" (default): create if missing; "rw"; "ro"
	Sync        storage.SyncMode
	CacheBytes  int64 // page cache; 0 is 64 MiB
	MemoryLimit int64 // bytes one query may hold before it spills; 0 is 256 MiB
	ForeignKeys bool  // default true

	Session SessionConfig
	given   map[string]string // keys that the DSN named, for conflicts with an open database
}

// SessionConfig holds the defaults of sessions.
type SessionConfig struct {
	Isolation        storage.Isolation
	LockTimeout      time.Duration // 0 waits as long as the context allows
	StatementTimeout time.Duration // 0 is none
	TimeZone         string        // "" is UTC
	ApplicationName  string
	Tenant           string // "" is none: tables with TENANT BY are out of reach
	CrossTenant      bool   // the session may SET zqlite.cross_tenant
	BeginImmediate   bool   // _txlock=immediate
}
