package table

import "github.com/zqlite/zqlite/internal/storage"

// Restart makes a scan ready to read other ranges (nil: everything), of the
// same access and columns and maybe in another transaction, with the memory
// that it has. What it gave before is void.
func (s *Scan) Restart(tx *storage.Tx, ranges []storage.Range) {
	s.Close()
	s.tx, s.a.Ranges = tx, ranges
	s.next, s.n, s.off, s.ended = 0, 0, 0, false
	s.want, s.rest = 0, nil
}

// Hint says how many rows the consumer may do with, before the first Next: an
// index scan then fetches no more than these at first, and more if asked.
func (s *Scan) Hint(rows int) { s.want = max(rows, 0) }

// leave ends the block after entry i; the rest of the range is read later.
func (s *Scan) leave(i int) {
	key := append([]byte(nil), s.block.Key(i, nil)...)
	r := s.rng
	if s.a.Reverse {
		r.Hi, r.HiIncl = key, false
	} else {
		r.Lo, r.LoExcl = key, true
	}
	s.rest = &r
	s.cur.Close()
	s.cur = nil
}
