package wal

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/faultfs"
	"github.com/zqlite/zqlite/internal/vfs/simdisk"
)

var testHeader = Header{FileUUID: [16]byte{1, 2, 3}, Generation: 7, Salt: 99, StartLSN: 1 << 20}

// maskCodec stands in for a cipher: it has the shape of one, and a checksum.
type maskCodec struct{}

func (maskCodec) Seal(dst, plain, additional []byte) ([]byte, error) {
	dst = append(dst, bytes.Repeat([]byte{0xAB}, nonceLen)...)
	for _, b := range plain {
		dst = append(dst, b^0x5A)
	}
	var tag [tagLen]byte
	le.PutUint32(tag[:], crc32.ChecksumIEEE(additional))
	le.PutUint32(tag[4:], crc32.ChecksumIEEE(plain))
	return append(dst, tag[:]...), nil
}

func (maskCodec) Open(dst, sealed, additional []byte) ([]byte, error) {
	from := len(dst)
	for _, b := range sealed[nonceLen : len(sealed)-tagLen] {
		dst = append(dst, b^0x5A)
	}
	tag := sealed[len(sealed)-tagLen:]
	if le.Uint32(tag) != crc32.ChecksumIEEE(additional) || le.Uint32(tag[4:]) != crc32.ChecksumIEEE(dst[from:]) {
		return nil, errors.New("message authentication failed")
	}
	return dst, nil
}

func (maskCodec) KeyGeneration() uint32 { return 3 }

// payloads of sizes around every boundary that the format has.
func payloads(large bool) [][]byte {
	sizes := []int{0, 1, 100, 383, 384, 385, 511, 512, 513, 895, 896, 897, 5000, 70000}
	if large {
		sizes = append(sizes, directBytes-1, directBytes, directBytes+384, directBytes+385, 3<<20, 10)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var all [][]byte
	for _, n := range sizes {
		p := make([]byte, n)
		for i := range p {
			p[i] = byte(rng.Uint32())
		}
		all = append(all, p)
	}
	return all
}

// pieces cuts a payload at places that differ from frame to frame.
func pieces(p []byte, i int) (out [][]byte) {
	rng := rand.New(rand.NewPCG(uint64(i), 3))
	for i%2 == 0 && len(p) > 0 {
		n := min(len(p), []int{0, 1, 100, sector - headerLen, sector, 70_000, directBytes, directBytes - headerLen}[rng.IntN(8)])
		out, p = append(out, p[:n]), p[n:]
	}
	return append(out, p)
}

func writeLog(t testing.TB, fsys vfs.FS, path string, h Header, all [][]byte, each func(l *Log)) *Log {
	t.Helper()
	l, err := Create(fsys, path, h, 64<<10)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range all {
		want := l.EndLSN()
		lsn, err := l.Append(uint64(10*i), uint64(10*i+5), p)
		if err != nil || lsn != want {
			t.Fatal(lsn, want, err)
		}
		if each != nil {
			each(l)
		}
	}
	return l
}

func replayAll(fsys vfs.FS, path string, h Header) (got [][]byte, res Result, err error) {
	res, err = Replay(fsys, path, h, func(f Frame) error {
		if f.FirstSeq != uint64(10*len(got)) || f.LastSeq != f.FirstSeq+5 {
			return fmt.Errorf("sequences %d..%d", f.FirstSeq, f.LastSeq)
		}
		got = append(got, append([]byte(nil), f.Payload...))
		return nil
	})
	return got, res, err
}

func TestRoundTrip(t *testing.T) {
	for _, codec := range []Codec{nil, maskCodec{}} {
		for _, buffered := range []bool{false, true} {
			for name, fsys := range map[string]vfs.FS{"os": vfs.OS(), "memory": vfs.Memory(), "disk": simdisk.New()} {
				t.Run(fmt.Sprintf("%v/%v/%s", codec != nil, buffered, name), func(t *testing.T) {
					path := filepath.Join(t.TempDir(), "log")
					h := testHeader
					h.Codec = codec
					all := payloads(true)
					l := writeLog(t, fsys, path, h, nil, nil)
					l.SetBuffered(buffered)
					for i, p := range all {
						if _, err := l.Append(uint64(10*i), uint64(10*i+5), pieces(p, i)...); err != nil {
							t.Fatal(err)
						}
						if i%3 == 0 {
							if err := l.Sync(); err != nil || l.DurableLSN() != l.EndLSN() {
								t.Fatal(err)
							}
						}
					}
					if err := l.Close(); err != nil {
						t.Fatal(err)
					}
					if _, err := l.Append(0, 0, nil); err == nil {
						t.Fatal("append after close")
					}
					got, res, err := replayAll(fsys, path, h)
					if err != nil || len(got) != len(all) || res.Tail != TailClean || res.EndLSN() != l.EndLSN() {
						t.Fatal(len(got), res, err)
					}
					for i := range all {
						if !bytes.Equal(got[i], all[i]) {
							t.Fatalf("frame %d differs", i)
						}
					}
					h.Salt, h.StartLSN = 0, 0
					if _, res, err = replayAll(fsys, path, h); err != nil || res.Header.StartLSN != 1<<20 {
						t.Fatal("salt from the file:", res, err)
					}
				})
			}
		}
	}
}

func TestForeignAndMissing(t *testing.T) {
	m := vfs.Memory()
	if _, err := Replay(m, "log", testHeader, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	writeLog(t, m, "log", testHeader, payloads(false), nil).Close()
	for i, change := range []func(h *Header){
		func(h *Header) { h.FileUUID[5] = 1 },
		func(h *Header) { h.Generation++ },
		func(h *Header) { h.Salt++ },
		func(h *Header) { h.StartLSN += 512 },
	} {
		h := testHeader
		change(&h)
		if got, _, err := replayAll(m, "log", h); len(got) != 0 || err != nil {
			t.Fatal(i, len(got), err)
		}
		h.DurableLSN = 1 << 30
		if _, _, err := replayAll(m, "log", h); !corrupted(err) {
			t.Fatal(i, err)
		}
	}
	// A recycled file: what stood there does not count.
	h := testHeader
	h.Generation, h.Salt = 8, 100
	l := writeLog(t, m, "log", h, payloads(false)[:2], nil)
	got, res, err := replayAll(m, "log", h)
	if len(got) != 2 || err != nil || res.Tail != TailClean || l.Size() != res.EndOffset {
		t.Fatal(len(got), res, err)
	}
	if found, ok, err := ReadHeader(m, "log"); !ok || err != nil || found.Generation != 8 {
		t.Fatal(found, ok, err)
	}
	h.Codec = maskCodec{}
	if _, _, err := replayAll(m, "log", h); err == nil {
		t.Fatal("a plain frame was taken for an encrypted one")
	}
}

func corrupted(err error) bool {
	var e *sqlerr.Error
	return errors.As(err, &e) && e.Code == sqlerr.DataCorrupted
}

func content(t testing.TB, fsys vfs.FS, path string) []byte {
	t.Helper()
	f, err := fsys.Open(path, vfs.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	size, _ := f.Size()
	b := make([]byte, size)
	f.ReadAt(b, 0)
	return b
}

func rewrite(t testing.TB, fsys vfs.FS, path string, b []byte) {
	t.Helper()
	f, err := fsys.Open(path, vfs.Create)
	if err != nil {
		t.Fatal(err)
	}
	f.Truncate(0)
	f.WriteAt(b, 0)
	f.Close()
}

// TestEveryBit flips each bit: where all is known durable that is always
// damage, and where it is not, the frames found are a prefix of the true ones.
func TestEveryBit(t *testing.T) {
	all := [][]byte{[]byte("one"), bytes.Repeat([]byte("two"), 200), []byte("three"), nil}
	for _, codec := range []Codec{nil, maskCodec{}} {
		m := vfs.Memory()
		h := testHeader
		h.Codec = codec
		l := writeLog(t, m, "log", h, all, func(l *Log) { l.Sync() })
		good := content(t, m, "log")[:l.Size()]
		bad := append([]byte(nil), good...)
		known := h
		known.DurableLSN = l.EndLSN()
		for bit := range len(good) * 8 {
			bad[bit/8] ^= 1 << (bit % 8)
			rewrite(t, m, "bad", bad)
			if _, _, err := replayAll(m, "bad", known); err == nil {
				t.Fatalf("bit %d of byte %d: not found", bit%8, bit/8)
			}
			got, _, err := replayAll(m, "bad", h)
			if err == nil && len(got) != 3 { // only the last frame may be thought torn
				t.Fatalf("bit %d of byte %d: %d frames", bit%8, bit/8, len(got))
			}
			for i, p := range got {
				if !bytes.Equal(p, all[i]) {
					t.Fatalf("bit %d of byte %d: frame %d is wrong", bit%8, bit/8, i)
				}
			}
			bad[bit/8] = good[bit/8]
		}
	}
}

// TestTornAndDamaged cuts and clears parts of logs with and without syncs.
func TestTornAndDamaged(t *testing.T) {
	m := vfs.Memory()
	all := payloads(false)
	ends := []int64{sector}
	l := writeLog(t, m, "log", testHeader, all, func(l *Log) { ends = append(ends, l.Size()) })
	good := content(t, m, "log")
	for cut := int64(0); cut < l.Size(); cut += 97 {
		rewrite(t, m, "cut", good[:cut])
		got, _, err := replayAll(m, "cut", testHeader)
		want := 0
		for want+1 < len(ends) && ends[want+1] <= cut {
			want++
		}
		if err != nil || len(got) != want {
			t.Fatalf("cut at %d: %d frames, not %d: %v", cut, len(got), want, err)
		}
	}
	// Unsynced frames: a hole is a torn tail. Synced: it is damage.
	hole := append([]byte(nil), good...)
	clear(hole[ends[3]:ends[4]])
	rewrite(t, m, "hole", hole)
	if got, res, err := replayAll(m, "hole", testHeader); err != nil || len(got) != 3 || res.Tail != TailTorn {
		t.Fatal(len(got), res, err)
	}
	writeLog(t, m, "synced", testHeader, all, func(l *Log) { l.Sync() })
	hole = content(t, m, "synced")
	clear(hole[ends[3]:ends[4]])
	rewrite(t, m, "hole", hole)
	if got, _, err := replayAll(m, "hole", testHeader); !corrupted(err) || len(got) != 3 {
		t.Fatal(len(got), err)
	}
	// The next generation knows too.
	next := testHeader
	next.Generation, next.Salt, next.StartLSN = 8, 5, l.EndLSN()
	writeLog(t, m, "next", next, all[:1], nil)
	durable, err := Peek(m, "next", Header{FileUUID: testHeader.FileUUID, Generation: 8})
	if err != nil || durable < l.EndLSN() {
		t.Fatal(durable, err)
	}
	h := testHeader
	h.DurableLSN = durable
	rewrite(t, m, "cut", good[:ends[5]])
	if _, _, err := replayAll(m, "cut", h); !corrupted(err) {
		t.Fatal(err)
	}
	if _, _, err := replayAll(m, "log", h); err != nil {
		t.Fatal(err)
	}
}

func TestPoison(t *testing.T) {
	for _, class := range []faultfs.Class{faultfs.Write, faultfs.Sync} {
		ffs := faultfs.New(simdisk.New())
		l := writeLog(t, ffs, "log", testHeader, payloads(false)[:3], nil)
		ffs.Inject(faultfs.Fault{Class: class, N: 1, Kind: faultfs.ENOSPC})
		_, err := l.Append(30, 35, []byte("x"))
		if class == faultfs.Sync {
			if err != nil {
				t.Fatal(err)
			}
			err = l.Sync()
		}
		if !errors.Is(err, syscall.ENOSPC) || !errors.Is(err, &sqlerr.Error{Code: sqlerr.DiskFull}) {
			t.Fatal(err)
		}
		syncs := ffs.Count(faultfs.Sync)
		if again := l.Sync(); again != err || ffs.Count(faultfs.Sync) != syncs {
			t.Fatal("a failed log was synced again", again)
		}
		if _, again := l.Append(40, 45, nil); again != err || l.Flush() != err || l.Err() != err {
			t.Fatal(again)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAppendAllocates(t *testing.T) {
	l := writeLog(t, vfs.OS(), filepath.Join(t.TempDir(), "log"), testHeader, nil, nil)
	defer l.Close()
	p := make([]byte, 300)
	if n := testing.AllocsPerRun(100, func() { l.Append(1, 1, p) }); n != 0 {
		t.Fatal(n)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, mode := range []string{"pwrite", "write", "buffered", "sync"} {
		b.Run(mode, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "log")
			l, err := Create(vfs.OS(), path, testHeader, 64<<20)
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			l.SetBuffered(mode == "buffered")
			p := make([]byte, 200)
			var sectors [sector]byte
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if mode == "pwrite" { // the floor
					l.file.WriteAt(sectors[:], int64(i%100000)*sector)
					continue
				}
				l.Append(1, 1, p)
				if mode == "sync" {
					l.Sync()
				}
			}
		})
	}
}
