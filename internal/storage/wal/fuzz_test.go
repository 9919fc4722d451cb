package wal

import (
	"hash/crc32"
	"testing"

	"github.com/zqlite/zqlite/internal/vfs"
)

// FuzzReplay reads arbitrary files. With repair the checksums of header block
// and first frame are made right, so that the fields behind them are reached.
func FuzzReplay(f *testing.F) {
	m := vfs.Memory()
	l := writeLog(f, m, "log", testHeader, payloads(false)[:4], func(l *Log) { l.Sync() })
	good := content(f, m, "log")[:l.Size()] // small: the fuzzer minimizes what it finds
	f.Add(good, false)
	f.Add(good, true)
	f.Add(good[:700], true)
	f.Add([]byte{}, false)
	long := append([]byte(nil), good...)
	le.PutUint32(long[sector+offLength:], maxBody)
	f.Add(long, true)
	lost := append([]byte(nil), good...)
	lost[0] = 0
	f.Add(lost, false)
	f.Fuzz(func(t *testing.T, input []byte, repair bool) {
		b := append([]byte(nil), input...) // the fuzzer's own stays as it is
		if repair && len(b) >= sector+headerLen {
			h := testHeader
			prev := h.encodeBlock(b)
			head := b[sector:]
			le.PutUint32(head[offPrev:], prev)
			size := min(padded(headerLen+int64(le.Uint32(head[offLength:]))), int64(len(head)))
			le.PutUint32(head[offBodyCRC:], crc32.Checksum(head[offNonce:size], castagnoli))
			crc := crc32.Checksum(h.FileUUID[:], castagnoli)
			le.PutUint32(head[offCRC:], crc32.Update(crc, castagnoli, head[:offCRC]))
		}
		m := vfs.Memory()
		rewrite(t, m, "log", b)
		for _, codec := range []Codec{nil, maskCodec{}} {
			h := testHeader
			h.Codec = codec
			res, err := Replay(m, "log", h, func(f Frame) error {
				if len(f.Payload) > len(b) {
					t.Fatal("a payload larger than its file")
				}
				return nil
			})
			if err == nil && res.EndOffset > max(sector, int64(len(b))) {
				t.Fatal("the log ends beyond its file")
			}
		}
		if _, _, err := ReadHeader(m, "log"); err != nil {
			return // a later version: refused
		}
	})
}
