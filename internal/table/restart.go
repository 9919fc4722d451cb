package table

import "github.com/zqlite/zqlite/internal/storage"

// Restart makes a scan ready to read other ranges (nil: everything), of the
// same access and columns and maybe in another transaction, with the memory
// that it has. What it gave before is void.
func (s *Scan) Restart(tx *storage.Tx, ranges []storage.Range) {
	s.Close()
	s.tx, s.a.Ranges = tx, ranges
	s.next, s.n, s.off, s.ended = 0, 0, 0, false
}
