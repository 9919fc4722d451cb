//go:build !linux

package vfs

// Sync is the strongest that the system has; on Darwin package os asks for
// F_FULLFSYNC, which empties the cache of the drive too.
func (f *osFile) Sync() error { return f.File.Sync() }
