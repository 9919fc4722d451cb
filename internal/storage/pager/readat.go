package pager

// ReadBlobAt reads len(dst) bytes of a blob from offset off on, which lie
// within it. Each page is verified by itself; the checksum over all of them,
// which ReadBlob compares, is not.
func (p *File) ReadBlobAt(r Blob, kind uint8, dst []byte, off uint64) error {
	if !p.HasBlob(r) {
		return damaged("a blob of %d bytes at page %d lies beyond the end of the file", r.Size, r.Page)
	}
	room := uint64(p.Room())
	first := off / room
	skip := off - first*room
	left := (skip + uint64(len(dst)) + room - 1) / room
	buf := make([]byte, min(left, max(readAhead/uint64(p.pageSize), 1))*uint64(p.pageSize))
	for id := r.Page + first; left > 0; {
		n := min(left, uint64(len(buf)/p.pageSize))
		if err := p.readPages(buf[:n*uint64(p.pageSize)], id); err != nil {
			return err
		}
		for i := range n {
			b := buf[i*uint64(p.pageSize):][:p.pageSize]
			if err := p.check(b, id+i, r.Birth); err != nil {
				return err
			}
			if b[offType] != kind {
				return damaged("page %d has the wrong type %d", id+i, b[offType])
			}
			c, err := p.content(b)
			if err != nil {
				return err
			}
			dst = dst[copy(dst, c[skip:]):]
			skip = 0
		}
		id, left = id+n, left-n
	}
	return nil
}
