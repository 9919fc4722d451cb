//go:build windows || plan9 || js || wasip1

package vfs

// SyncDir does nothing: there is no such call on this system, and names are
// durable with the journal of its file system.
func (osFS) SyncDir(string) error { return nil }
