package engine

import "github.com/zqlite/zqlite/internal/storage"

// beginOwn starts the transaction of one autocommitted statement, in the
// memory of the last one where that has ended.
func (s *Session) beginOwn() *storage.Tx {
	tx := s.idleTx
	s.idleTx = nil
	if tx == nil {
		tx = &storage.Tx{}
	}
	s.db.store.BeginIn(tx, storage.TxOptions{
		Isolation: s.settings.level, ReadOnly: s.settings.ro || s.db.config.Mode == "ro",
		Autocommit: true, LockTimeout: s.settings.lock, Origin: s.config.ApplicationName,
	})
	s.ownTx = tx
	return tx
}

// keepOwn keeps the memory of an autocommitted transaction that has ended.
func (s *Session) keepOwn(tx *storage.Tx) {
	s.endAdvisory()
	tx.Forget()
	s.ownTx, s.idleTx = nil, tx
}

// newResult makes a result, in the memory of one that was released.
func (s *Session) newResult() *Result {
	r := s.spare
	if r == nil {
		return &Result{session: s}
	}
	s.spare = nil
	return r
}
