package engine

// Retain is another Open of a database that is open: it needs a Close of its
// own.
func (db *Database) Retain() {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	db.refs++
}

// Config returns what the session was made with.
func (s *Session) Config() SessionConfig { return s.config }

// Pristine reports whether the session is as a new one: no transaction, nothing
// set, no temporary tables, nothing kept of a tenant it worked for.
func (s *Session) Pristine() bool {
	return s.tx == nil && !s.visited && s.running == nil && len(s.cursors) == 0 && s.temporary == "" && s.settings.isDefault() && s.atSession.isDefault()
}
