package pager

import "hash/crc32"

// Reseal makes the checksums of a page in a plain file's image match its
// content, so that tests can damage what lies behind them. Checksums that other
// pages keep of it are not changed.
func Reseal(image []byte, pageSize int, id uint64) {
	b := image[id*uint64(pageSize):][:pageSize]
	seed := crc32.Checksum(image[16:32], castagnoli)
	switch {
	case id == 0:
		le.PutUint32(b[pageSize-4:], crc32.Checksum(b[:pageSize-4], castagnoli))
	case id < firstPage:
		le.PutUint32(b[metaBytes-4:], crc32.Update(seed, castagnoli, b[:metaBytes-4]))
	default:
		le.PutUint32(b, crc32.Update(seed, castagnoli, b[4:]))
	}
}
