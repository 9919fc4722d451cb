package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/vfs"
)

// toyCodec has the shape of encryption: a key in the file, wrapped by a
// password; masks; and tags that are checksums.
type toyCodec struct {
	password string
	areas    *atomic.Int64 // openings
}

func (t toyCodec) Keys(uuid [16]byte, area []byte) (*Keys, error) {
	key := crc32.ChecksumIEEE(append([]byte("key"), uuid[:]...))
	wrapped := binary.LittleEndian.AppendUint32([]byte("toy area "), key^crc32.ChecksumIEEE([]byte(t.password)))
	if area != nil && !bytes.Equal(area, wrapped) {
		return nil, sqlerr.New(sqlerr.InvalidAuthorization, "wrong password")
	}
	if t.areas != nil {
		t.areas.Add(1)
	}
	return &Keys{Area: wrapped, Pages: toySealer{key, 1}, Log: toySealer{key, 2}, Files: toySealer{key, 3}}, nil
}

type toySealer struct{ key, use uint32 }

func (t toySealer) KeyGeneration() uint32 { return 7 }

func (t toySealer) mask(dst, src, nonce []byte) []byte {
	x := crc32.ChecksumIEEE(nonce) ^ t.key ^ t.use
	for _, b := range src {
		x = x*1664525 + 1013904223
		dst = append(dst, b^byte(x>>24))
	}
	return dst
}

func (t toySealer) tag(nonce, cipher, additional []byte) []byte {
	h := crc32.ChecksumIEEE(binary.LittleEndian.AppendUint32(nil, t.key^t.use<<8))
	h = crc32.Update(crc32.Update(crc32.Update(h, crc32.IEEETable, nonce), crc32.IEEETable, additional), crc32.IEEETable, cipher)
	out := make([]byte, 16)
	for i := range 4 {
		binary.LittleEndian.PutUint32(out[4*i:], h*uint32(i+1))
	}
	return out
}

func (t toySealer) Seal(dst, plain, additional []byte) ([]byte, error) {
	from := len(dst)
	for range 3 {
		dst = binary.LittleEndian.AppendUint64(dst, rand.Uint64())
	}
	dst = t.mask(dst, plain, dst[from:from+24])
	return append(dst, t.tag(dst[from:from+24], dst[from+24:], additional)...), nil
}

func (t toySealer) Open(dst, sealed, additional []byte) ([]byte, error) {
	if binary.LittleEndian.Uint32(additional[28:]) != 7 {
		return nil, errors.New("no key of that generation")
	}
	nonce, cipher, tag := sealed[:24], sealed[24:len(sealed)-16], sealed[len(sealed)-16:]
	if !bytes.Equal(tag, t.tag(nonce, cipher, additional)) {
		return nil, errors.New("authentication failed")
	}
	return t.mask(dst, cipher, nonce), nil
}

const secret = "a secret that no file shows"

// writeSecrets puts the secret into leaves, overflow pages, side files and log.
func writeSecrets(t *testing.T, s *Store) {
	t.Helper()
	tx := s.Begin(TxOptions{Origin: secret})
	must(t, tx.CreateTree(Spec{ID: table, Key: page.KeyBytes, Layout: testLayout}))
	for i := range 300 {
		n := 1
		if i%50 == 0 {
			n = 1000
		}
		must(t, tx.Insert(table, append([]byte(secret), intKey(uint64(i))...), row(int64(i), strings.Repeat(secret, n))))
	}
	must(t, tx.Commit(ctx))
}

func checkSecrets(t *testing.T, s *Store) {
	t.Helper()
	if n := s.Rows(table); n != 300 {
		t.Fatalf("%d rows", n)
	}
	tx := s.Begin(TxOptions{})
	defer tx.Rollback()
	var r RowRef
	defer r.Release()
	for i := range 300 {
		ok, err := tx.Get(table, append([]byte(secret), intKey(uint64(i))...), &r)
		must(t, err)
		if b, err := r.Bytes(2); !ok || err != nil || !bytes.HasPrefix(b, []byte(secret)) {
			t.Fatal(ok, err)
		}
	}
	must(t, s.IntegrityCheck(ctx, func(l string) { t.Error(l) }))
}

// contents gives the bytes of all files.
func contents(t *testing.T, files vfs.FS) map[string][]byte {
	t.Helper()
	names, err := files.List(".")
	must(t, err)
	out := map[string][]byte{}
	for _, n := range names {
		f, err := files.Open(n, vfs.ReadOnly)
		must(t, err)
		size, err := f.Size()
		must(t, err)
		b := make([]byte, size)
		if _, err := f.ReadAt(b, 0); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		must(t, f.Close())
		out[filepath.Base(n)] = b
	}
	return out
}

// TestCodec creates, crashes, recovers and reopens an encrypted store.
func TestCodec(t *testing.T) {
	files := vfs.Memory()
	o := Options{PageSize: 4096, Codec: toyCodec{password: "sesame"}, LogPrealloc: -1}
	s := openStore(t, files, o)
	writeSecrets(t, s)
	checkSecrets(t, s)
	must(t, s.lock.Close()) // as after a crash
	s = openStore(t, files, o)
	checkSecrets(t, s)
	must(t, s.Checkpoint(ctx))
	for name, b := range contents(t, files) {
		if bytes.Contains(b, []byte(secret[:8])) {
			t.Errorf("%s shows the secret", name)
		}
	}
	must(t, s.Close())
	for _, codec := range []Codec{nil, toyCodec{password: "wrong"}} {
		_, err := Open(ctx, files, "db", Options{Codec: codec})
		wantCode(t, err, sqlerr.InvalidAuthorization)
	}
	s = openStore(t, files, o)
	checkSecrets(t, s)
	must(t, s.Close())

	plain := vfs.Memory()
	must(t, openStore(t, plain, Options{}).Close())
	_, err := Open(ctx, plain, "db", Options{Codec: toyCodec{}})
	wantCode(t, err, sqlerr.InvalidAuthorization)
}

// TestCodecTampering alters an encrypted file and repairs the checksums.
func TestCodecTampering(t *testing.T) {
	files := vfs.Memory()
	o := Options{PageSize: 4096, Codec: toyCodec{password: "sesame"}, LogPrealloc: -1}
	s := openStore(t, files, o)
	writeSecrets(t, s)
	must(t, s.Close())
	good := contents(t, files)["db"]
	pages := len(good) / 4096
	seed := crc32.Checksum(good[16:32], castagnoli)
	reseal := func(b []byte, id int) {
		p := b[id*4096:][:4096]
		if id < 3 {
			binary.LittleEndian.PutUint32(p[1532:], crc32.Update(seed, castagnoli, p[:1532]))
			return
		}
		binary.LittleEndian.PutUint32(p, crc32.Update(seed, castagnoli, p[4:]))
	}
	noticed := 0
	for id := 1; id < pages; id++ {
		for _, at := range []int{9, 33, 60, 100, 2000, 4095} {
			b := bytes.Clone(good)
			b[id*4096+at] ^= 4
			reseal(b, id)
			tampered := vfs.Memory()
			f, err := tampered.Open("db", vfs.Create)
			must(t, err)
			_, err = f.WriteAt(b, 0)
			must(t, err)
			s, err := Open(ctx, tampered, "db", o)
			if err != nil {
				noticed++
				continue
			}
			wrong := 0
			must(t, s.IntegrityCheck(ctx, func(string) { wrong++ }))
			if wrong > 0 {
				noticed++
			} else {
				checkSecrets(t, s)
			}
			s.Close()
		}
	}
	if noticed < pages*3 {
		t.Errorf("noticed %d of %d", noticed, (pages-1)*6)
	}
}

// TestNotADatabase opens what is none, and files of other times.
func TestNotADatabase(t *testing.T) {
	write := func(b []byte) vfs.FS {
		files := vfs.Memory()
		f, err := files.Open("db", vfs.Create)
		must(t, err)
		if len(b) > 0 {
			_, err = f.WriteAt(b, 0)
			must(t, err)
		}
		return files
	}
	files := vfs.Memory()
	s := openStore(t, files, Options{PageSize: 4096})
	writeSecrets(t, s)
	must(t, s.Close())
	good := contents(t, files)["db"]
	change := func(f func(b []byte)) []byte {
		b := bytes.Clone(good)
		f(b)
		binary.LittleEndian.PutUint32(b[4092:], crc32.Checksum(b[:4092], castagnoli))
		return b
	}
	for name, c := range map[string]struct {
		content []byte
		code    string
		says    string
	}{
		"text":          {[]byte("This is a letter to nobody in particular."), sqlerr.WrongObjectType, "not a zqlite database"},
		"short":         {good[:20], sqlerr.DataCorrupted, "cut off"},
		"half a header": {good[:2000], sqlerr.DataCorrupted, "cut off"},
		"cut":           {good[:len(good)/2], sqlerr.DataCorrupted, "cut off"},
		"newer":         {change(func(b []byte) { b[8] = 2 }), sqlerr.FeatureNotSupported, "format version 2"},
		"feature":       {change(func(b []byte) { b[33] = 1 }), sqlerr.FeatureNotSupported, "does not know"},
		"page size":     {change(func(b []byte) { b[12] = 1 }), sqlerr.DataCorrupted, "page size of 4097"},
		"read only":     {change(func(b []byte) { b[40] = 1 }), sqlerr.FeatureNotSupported, "read-only"},
	} {
		_, err := Open(ctx, write(c.content), "db", Options{Create: true})
		if sqlerr.Code(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := Open(ctx, write(nil), "db", Options{Create: true}) // somebody reserved the name
	must(t, err)
	must(t, s.Close())
	_, err = Open(ctx, write(nil), "db", Options{})
	wantCode(t, err, sqlerr.WrongObjectType)
	_, err = Open(ctx, vfs.OS(), t.TempDir(), Options{})
	wantCode(t, err, sqlerr.WrongObjectType)
}
