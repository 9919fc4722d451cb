package engine

import (
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
)

// ParseDSN reads a data source name: `app.db`, `/path/app.db?key=value`,
// `file:app.db?…`, `:memory:`, or `memory:name`. An unknown key is an error
// that lists the known ones.
func ParseDSN(dsn string) (Config, error) {
	c := Config{Mode: "rwc", ForeignKeys: true, given: map[string]string{}}
	path, query, _ := strings.Cut(dsn, "?")
	path = strings.TrimPrefix(path, "zqlite:")
	if rest, ok := strings.CutPrefix(path, "file:"); ok {
		path = strings.TrimPrefix(rest, "//")
		if p, err := url.PathUnescape(path); err == nil {
			path = p
		}
	}
	switch {
	case path == ":memory:":
		c.Memory = true
	case strings.HasPrefix(path, "memory:"):
		c.Memory, c.Shared = true, true
		path = strings.TrimPrefix(path, "memory:")
	case path == "":
		return c, dsnError("the data source name has no file").
			WithHint("Name a file (\"app.db\"), \":memory:\", or \"memory:name\".")
	}
	c.Path = path
	values, err := url.ParseQuery(query)
	if err != nil {
		return c, dsnError("cannot read the settings %q: %v", query, err)
	}
	for _, key := range sortedKeys(values) {
		for _, v := range values[key] {
			if err := c.set(key, v); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

func dsnError(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "data source name: "+format, args...)
}

func sortedKeys(v url.Values) []string {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// dsnKey sets one key. It returns a message for a value that cannot be.
type dsnKey func(c *Config, v string) *sqlerr.Error

var dsnKeys = map[string]dsnKey{
	"mode":              setMode,
	"sync":              setSync,
	"cache_size":        func(c *Config, v string) *sqlerr.Error { return setBytes(&c.CacheBytes, v) },
	"memory_limit":      func(c *Config, v string) *sqlerr.Error { return setBytes(&c.MemoryLimit, v) },
	"isolation":         setIsolation,
	"lock_timeout":      func(c *Config, v string) *sqlerr.Error { return setDuration(&c.Session.LockTimeout, v) },
	"statement_timeout": func(c *Config, v string) *sqlerr.Error { return setDuration(&c.Session.StatementTimeout, v) },
	"time_zone":         setTimeZone,
	"application_name":  func(c *Config, v string) *sqlerr.Error { c.Session.ApplicationName = v; return nil },
	"tenant":            func(c *Config, v string) *sqlerr.Error { c.Session.Tenant = v; return nil },
	"cross_tenant":      func(c *Config, v string) *sqlerr.Error { return setBool(&c.Session.CrossTenant, v) },
	"foreign_keys":      func(c *Config, v string) *sqlerr.Error { return setBool(&c.ForeignKeys, v) },
	// mattn/go-sqlite3 and modernc.org/sqlite.
	"_busy_timeout": setBusyTimeout,
	"_timeout":      setBusyTimeout,
	"_synchronous":  setSync,
	"_sync":         setSync,
	"_txlock":       setTxLock,
	"_foreign_keys": func(c *Config, v string) *sqlerr.Error { return setBool(&c.ForeignKeys, v) },
	"_fk":           func(c *Config, v string) *sqlerr.Error { return setBool(&c.ForeignKeys, v) },
	"_loc":          setLocation,
	"_pragma":       setPragma,
	"cache":         setSharedCache,
}

// ignoredKeys are keys of SQLite's drivers that have nothing to set here; the
// reason stands beside each.
var ignoredKeys = map[string]string{
	"_journal_mode":             "there is one log, always on",
	"_journal":                  "there is one log, always on",
	"_cache_size":               "use cache_size, in bytes",
	"_auto_vacuum":              "free pages go back to the file by themselves",
	"_vacuum":                   "free pages go back to the file by themselves",
	"_case_sensitive_like":      "LIKE is case-sensitive, ILIKE is not",
	"_cslike":                   "LIKE is case-sensitive, ILIKE is not",
	"_defer_foreign_keys":       "declare the constraint DEFERRABLE",
	"_defer_fk":                 "declare the constraint DEFERRABLE",
	"_ignore_check_constraints": "checks are always made",
	"_locking_mode":             "one process owns a file",
	"_locking":                  "one process owns a file",
	"_mutex":                    "sessions need no mutex",
	"_query_only":               "use mode=ro",
	"_recursive_triggers":       "triggers recurse as in PostgreSQL",
	"_rt":                       "triggers recurse as in PostgreSQL",
	"_secure_delete":            "not offered",
	"_writable_schema":          "not offered",
	"_time_format":              "times are stored as timestamps",
	"_time_integer_format":      "times are stored as timestamps",
	"_inttotime":                "columns keep their type",
	"_texttotime":               "columns keep their type",
	"immutable":                 "use mode=ro",
	"nolock":                    "one process owns a file",
	"vfs":                       "there is one",
	"psow":                      "sectors are never assumed to be atomic",
	"_dqs":                      "a double-quoted string is an identifier",
}

func (c *Config) set(key, v string) error {
	f, ok := dsnKeys[key]
	if !ok {
		if _, ignored := ignoredKeys[key]; ignored {
			return nil
		}
		known := make([]string, 0, len(dsnKeys))
		for k := range dsnKeys {
			if !strings.HasPrefix(k, "_") {
				known = append(known, k)
			}
		}
		sort.Strings(known)
		return dsnError("unknown key %q", key).WithHint("Known keys: %s.", strings.Join(known, ", "))
	}
	if err := f(c, v); err != nil {
		return dsnError("%s=%s: %s", key, v, err.Message)
	}
	c.given[key] = v
	return nil
}

func valueError(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidParameterValue, format, args...)
}

func setMode(c *Config, v string) *sqlerr.Error {
	switch v {
	case "rwc", "rw", "ro":
		c.Mode = v
	case "memory":
		c.Memory, c.Shared = true, true
	default:
		return valueError("must be rwc, rw or ro")
	}
	return nil
}

func setSync(c *Config, v string) *sqlerr.Error {
	switch strings.ToLower(v) {
	case "full", "extra", "2", "3":
		c.Sync = storage.SyncFull
	case "normal", "1":
		c.Sync = storage.SyncNormal
	case "off", "0":
		c.Sync = storage.SyncOff
	default:
		return valueError("must be full, normal or off")
	}
	return nil
}

func setIsolation(c *Config, v string) *sqlerr.Error {
	level, ok := isolationNames[strings.ToLower(strings.ReplaceAll(v, "_", " "))]
	if !ok {
		return valueError("must be read committed, repeatable read or serializable")
	}
	c.Session.Isolation = level
	return nil
}

var isolationNames = map[string]storage.Isolation{
	"read uncommitted": storage.ReadCommitted,
	"read committed":   storage.ReadCommitted,
	"repeatable read":  storage.RepeatableRead,
	"serializable":     storage.Serializable,
}

func setTxLock(c *Config, v string) *sqlerr.Error {
	switch v {
	case "deferred":
	case "immediate", "exclusive":
		c.Session.BeginImmediate = true
	default:
		return valueError("must be deferred, immediate or exclusive")
	}
	return nil
}

func setLocation(c *Config, v string) *sqlerr.Error {
	if v == "auto" {
		v = "Local"
	}
	return setTimeZone(c, v)
}

func setTimeZone(c *Config, v string) *sqlerr.Error {
	if _, err := time.LoadLocation(v); err != nil {
		return valueError("is no time zone")
	}
	c.Session.TimeZone = v
	return nil
}

func setBusyTimeout(c *Config, v string) *sqlerr.Error {
	ms, err := strconv.ParseInt(v, 10, 32)
	if err != nil || ms < 0 {
		return valueError("must be a number of milliseconds")
	}
	c.Session.LockTimeout = time.Duration(ms) * time.Millisecond
	return nil
}

func setSharedCache(c *Config, v string) *sqlerr.Error {
	if v != "shared" && v != "private" {
		return valueError("must be shared or private")
	}
	return nil
}

// setPragma reads modernc's `_pragma=name(value)` or `name=value`.
func setPragma(c *Config, v string) *sqlerr.Error {
	name, arg, ok := strings.Cut(strings.TrimSuffix(strings.TrimSpace(v), ")"), "(")
	if !ok {
		name, arg, _ = strings.Cut(v, "=")
	}
	name, arg = strings.ToLower(strings.TrimSpace(name)), strings.Trim(strings.TrimSpace(arg), "'\"")
	switch name {
	case "busy_timeout":
		return setBusyTimeout(c, arg)
	case "synchronous":
		return setSync(c, arg)
	case "foreign_keys":
		return setBool(&c.ForeignKeys, arg)
	}
	if _, ignored := ignoredKeys["_"+name]; ignored || name == "mmap_size" || name == "temp_store" || name == "wal_autocheckpoint" {
		return nil
	}
	return valueError("unknown pragma %q", name)
}

func setBool(dst *bool, v string) *sqlerr.Error {
	switch strings.ToLower(v) {
	case "1", "true", "on", "yes":
		*dst = true
	case "0", "false", "off", "no":
		*dst = false
	default:
		return valueError("must be on or off")
	}
	return nil
}

func setDuration(dst *time.Duration, v string) *sqlerr.Error {
	if ms, err := strconv.ParseInt(v, 10, 64); err == nil && ms >= 0 {
		*dst = time.Duration(ms) * time.Millisecond
		return nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return valueError("must be milliseconds or a duration such as 5s")
	}
	*dst = d
	return nil
}

var byteUnits = []struct {
	suffix string
	factor int64
}{{"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30}, {"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"b", 1}}

func setBytes(dst *int64, v string) *sqlerr.Error {
	s := strings.ToLower(strings.TrimSpace(v))
	factor := int64(1)
	for _, u := range byteUnits {
		if rest, ok := strings.CutSuffix(s, u.suffix); ok {
			s, factor = strings.TrimSpace(rest), u.factor
			break
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/factor {
		return valueError("must be a size such as 64MB")
	}
	*dst = n * factor
	return nil
}
