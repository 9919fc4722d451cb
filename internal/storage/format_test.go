package storage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/storage/pager"
)

// dataFile reads a plain data file by what docs/format.md says, with nothing of
// the code that writes it.
type dataFile struct {
	t    *testing.T
	b    []byte
	size uint64
	uuid []byte
	seen map[uint64]bool // pages that something refers to
}

var (
	u16  = binary.LittleEndian.Uint16
	u32  = binary.LittleEndian.Uint32
	u64  = binary.LittleEndian.Uint64
	crcs = crc32.MakeTable(crc32.Castagnoli)
)

func (d *dataFile) want(ok bool, format string, args ...any) {
	d.t.Helper()
	if !ok {
		d.t.Fatalf(format, args...)
	}
}

// crc is the checksum over the UUID and b.
func (d *dataFile) crc(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(d.uuid, crcs), crcs, b)
}

// page verifies a page and gives its content and checksum.
func (d *dataFile) page(id, birth uint64, kind byte) ([]byte, uint32) {
	d.t.Helper()
	d.want((id+1)*d.size <= uint64(len(d.b)), "page %d lies beyond the end", id)
	b := d.b[id*d.size : (id+1)*d.size]
	d.want(u32(b) == d.crc(b[4:]), "page %d: checksum", id)
	d.want(b[4] == kind && b[5] == 0, "page %d: type %d, flags %d", id, b[4], b[5])
	d.want(bytes.Equal(b[6:16], make([]byte, 10)), "page %d: %x", id, b[6:16])
	d.want(u64(b[16:]) == id && u64(b[24:]) == birth, "page %d: id or birth", id)
	d.want(bytes.Equal(b[32:56], make([]byte, 24)) && bytes.Equal(b[d.size-16:], make([]byte, 16)), "page %d: nonce or tag", id)
	d.want(!d.seen[id], "page %d is referred to twice", id)
	d.seen[id] = true
	return b[56 : d.size-16], u32(b)
}

// blob reads what a blob reference names.
func (d *dataFile) blob(ref []byte, kind byte) []byte {
	d.t.Helper()
	first, birth, left := u64(ref), u64(ref[8:]), u64(ref[16:])
	var out, sums []byte
	for id := first; left > 0; id++ {
		c, crc := d.page(id, birth, kind)
		c = c[:min(uint64(len(c)), left)]
		out, left = append(out, c...), left-uint64(len(c))
		sums = binary.LittleEndian.AppendUint32(sums, crc)
	}
	d.want(u32(ref[24:]) == crc32.Checksum(sums, crcs), "blob at page %d: checksum", first)
	d.want(bytes.Equal(ref[28:44], make([]byte, 16)), "blob at page %d: tag", first)
	return out
}

// meta gives the valid one with the larger epoch.
func (d *dataFile) meta() []byte {
	var best []byte
	for slot := uint64(1); slot <= 2; slot++ {
		m := d.b[slot*d.size:][:1536]
		d.want(string(m[:8]) == "zqlite\x00\x01" && u32(m[1532:]) == d.crc(m[:1532]), "meta %d", slot)
		d.want(u64(m[8:])&1 == slot&1, "meta %d has epoch %d", slot, u64(m[8:]))
		if best == nil || u64(m[8:]) > u64(best[8:]) {
			best = m
		}
	}
	return best
}

// docColumn is a column of a layout in the directory.
type docColumn struct {
	id   uint16
	kind byte
	dflt string
}

type docTree struct {
	kind    byte
	root    []byte
	layouts map[uint32][]docColumn
	newest  uint32
}

func uvarint(b *[]byte) uint64 {
	v, n := binary.Uvarint(*b)
	*b = (*b)[n:]
	return v
}

func cut(b *[]byte, n uint64) []byte {
	out := (*b)[:n]
	*b = (*b)[n:]
	return out
}

func (d *dataFile) directory(b []byte) map[TreeID]docTree {
	trees := map[TreeID]docTree{}
	for len(b) > 0 {
		head := cut(&b, 13) // id, key kind, sequence of its creation
		t := docTree{kind: head[4], root: cut(&b, 56), layouts: map[uint32][]docColumn{}}
		for n := uvarint(&b); n > 0; n-- {
			t.newest = u32(cut(&b, 4))
			var columns []docColumn
			for k := uvarint(&b); k > 0; k-- {
				c := cut(&b, 20)
				text := cut(&b, uvarint(&b))
				columns = append(columns, docColumn{u16(c), c[2], docCell(c[2], c[3] != 0, int64(u64(c[4:])), int64(u64(c[12:])), text)})
			}
			t.layouts[t.newest] = columns
		}
		trees[TreeID(u32(head))] = t
	}
	return trees
}

func docCell(kind byte, null bool, i, j int64, text []byte) string {
	switch {
	case null:
		return "null"
	case kind == 2:
		return fmt.Sprintf("%d/%d", i, j)
	case kind == 3:
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprint(i)
}

// rows walks a tree below a child pointer.
func (d *dataFile) rows(t docTree, ptr []byte, out []string) []string {
	d.t.Helper()
	if u64(ptr) == 0 {
		return out
	}
	level, before := ptr[20], len(out)
	d.want(bytes.Equal(ptr[21:24], make([]byte, 3)) && bytes.Equal(ptr[40:56], make([]byte, 16)), "child pointer %x", ptr)
	kind := byte(2)
	if level == 0 {
		kind = 1
	}
	c, crc := d.page(u64(ptr), u64(ptr[8:]), kind)
	d.want(crc == u32(ptr[16:]), "the checksum in a child pointer")
	if level == 0 {
		out = d.leaf(t, c, u64(ptr[32:]), out)
	} else {
		n := u16(c)
		c = c[8:]
		for range n {
			child := cut(&c, 56)
			d.want(child[20] == level-1, "level %d below %d", child[20], level)
			cut(&c, uint64(u16(cut(&c, 2)))) // the separator
			out = d.rows(t, child, out)
		}
	}
	d.want(uint64(len(out)-before) == u64(ptr[24:]), "%d rows below a pointer that counts %d", len(out)-before, u64(ptr[24:]))
	return out
}

// docBytes gives entry i of u32 ends and the bytes behind, and whether its end
// is marked.
func docBytes(ends, data []byte, i int) ([]byte, bool) {
	from := uint32(0)
	if i > 0 {
		from = u32(ends[4*i-4:]) &^ (1 << 31)
	}
	end := u32(ends[4*i:])
	return data[from : end&^(1<<31)], end>>31 != 0
}

func docUint(b []byte, width byte, i int) uint64 {
	var v [8]byte
	copy(v[:], b[i*int(width):(i+1)*int(width)])
	return u64(v[:])
}

func (d *dataFile) leaf(t docTree, c []byte, maxSeq uint64, out []string) []string {
	n := int(u16(c))
	d.want(c[2]&0x7f == t.kind && u64(c[16:]) == maxSeq, "leaf: key kind or sequence")
	written := t.layouts[u32(c[4:])]
	d.want(written != nil, "leaf: layout %d", u32(c[4:]))
	c = c[:u32(c[36:])]
	keys, most := c[u32(c[28:]):], uint64(0)
	for i := range n {
		var key []byte
		if t.kind == 0 {
			key = binary.BigEndian.AppendUint64(nil, u64(keys[8*i:]))
		} else {
			prefix := int(u16(c[26:]))
			suffix, _ := docBytes(keys[prefix+8*n:], keys[prefix+12*n:], i)
			key = append(slices.Clone(keys[:prefix]), suffix...)
			var head [8]byte
			copy(head[:], suffix)
			d.want(u64(keys[prefix+8*i:]) == binary.BigEndian.Uint64(head[:]), "leaf: head of key %d", i)
		}
		seq := u64(c[8:]) + docUint(c[u32(c[32:]):], c[3], i)
		most = max(most, seq)
		line := fmt.Sprintf("%x:", key)
		for _, col := range t.layouts[t.newest] {
			cell := col.dflt
			if k := slices.IndexFunc(written, func(w docColumn) bool { return w.id == col.id }); k >= 0 && c[2]&0x80 != 0 {
				row, _ := docBytes(c[40:], c[40+4*n:], i)
				cell = d.rowCell(written, k, row)
			} else if k >= 0 {
				cell = d.leafCell(c, n, col, i)
			}
			line += fmt.Sprintf(" %d=%s", col.id, cell)
		}
		out = append(out, line)
	}
	d.want(most == maxSeq, "leaf: largest sequence")
	return out
}

// leafCell reads a cell of a leaf that has columns.
func (d *dataFile) leafCell(c []byte, n int, col docColumn, i int) string {
	for k := range int(u16(c[24:])) {
		e := c[40+32*k:]
		if u16(e) != col.id {
			continue
		}
		d.want(e[2] == col.kind, "leaf: kind of column %d", col.id)
		if at := u32(e[4:]); at != 0 && c[at+uint32(i/8)]>>(i%8)&1 != 0 {
			return "null"
		}
		cells, width := c[u32(e[8:]):], e[3]
		switch col.kind {
		case 2:
			return fmt.Sprintf("%d/%d", int64(u64(cells[16*i:])), int64(u64(cells[16*i+8:])))
		case 3:
			if width == 2 {
				entries := int(u32(e[12:]))
				text, _ := docBytes(cells[n:], cells[n+4*entries:], int(cells[i]))
				return fmt.Sprintf("%q", text)
			}
			text, marked := docBytes(cells, cells[4*n:], i)
			d.want(!marked || width == 1, "leaf: a marked end at width %d", width)
			if marked {
				text = d.blob(text, 4)
			}
			return fmt.Sprintf("%q", text)
		}
		v := int64(u64(e[16:])) + int64(docUint(cells, width, i))
		d.want(v <= int64(u64(e[24:])), "leaf: %d is above the largest", v)
		return fmt.Sprint(v)
	}
	d.t.Fatalf("leaf: no column %d", col.id)
	return ""
}

// rowCell reads cell k of a row that is stored whole.
func (d *dataFile) rowCell(columns []docColumn, k int, row []byte) string {
	at, vars := 4+(len(columns)+7)/8, 0
	if row[4+k/8]>>(k%8)&1 != 0 {
		return "null"
	}
	for _, c := range columns[:k] {
		at += []int{1, 8, 16, 0}[c.kind]
		vars += int(c.kind / 3)
	}
	switch columns[k].kind {
	case 0:
		return fmt.Sprint(row[at])
	case 1:
		return fmt.Sprint(int64(u64(row[at:])))
	}
	d.t.Fatal("the golden file has no such row")
	return ""
}

// TestFormatIsDocumented reads the golden file by docs/format.md.
func TestFormatIsDocumented(t *testing.T) {
	b := golden(t)
	d := &dataFile{t: t, b: b, size: uint64(u32(b[12:])), uuid: b[16:32], seen: map[uint64]bool{0: true, 1: true, 2: true}}
	d.want(string(b[:8]) == "zqlite\x00\x01" && u32(b[8:]) == 1 && d.size == 4096, "header %x", b[:16])
	d.want(u64(b[32:]) == 0 && u64(b[40:]) == 0, "features %x", b[32:48])
	d.want(u32(b[d.size-4:]) == crc32.Checksum(b[:d.size-4], crcs), "header: checksum")
	m := d.meta()
	d.want(m[136] == 1, "not closed cleanly")
	d.want(u64(m[32:])*d.size <= uint64(len(b)), "%d pages", u64(m[32:]))
	trees := d.directory(d.blob(m[40:84], 3))
	used := d.blob(m[88:132], 3)
	for id, want := range goldenRows() {
		if got := d.rows(trees[id], trees[id].root, nil); !slices.Equal(got, want) {
			t.Errorf("tree %d: %.300q\nwant %.300q", id, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	for id := range uint64(len(used) * 8) {
		if set := used[id/8]>>(id%8)&1 != 0; set && !d.seen[id] {
			t.Errorf("page %d is marked as in use, and nothing refers to it", id)
		} else if !set && d.seen[id] {
			t.Errorf("page %d is referred to, and not marked as in use", id)
		}
	}
	if page.Bit != 0 || page.Fixed8 != 1 || page.Fixed16 != 2 || page.Var != 3 {
		t.Error("kinds have other numbers")
	}
}

// TestFormatTables checks that the tables of docs/format.md leave nothing out:
// every field begins where the one before ends, and those of a fixed size end
// where their heading says.
func TestFormatTables(t *testing.T) {
	text, err := os.ReadFile("../../docs/format.md")
	must(t, err)
	ends := map[string]int{"Header, page 0": 48, "Meta, pages 1 and 2": 1536, "Every other page": 56,
		"Child pointer, 56 bytes": pager.PtrBytes, "Blob reference, 44 bytes": pager.BlobBytes, "Leaf": 40, "Leaf, the second": 32}
	heading, at, tables := "", 0, 0
	finish := func() {
		if want, ok := ends[heading]; ok && at > 0 {
			if tables++; at != want {
				t.Errorf("%s: the table ends at %d, not %d", heading, at, want)
			}
			if at = 0; heading == "Leaf" {
				heading = "Leaf, the second"
			}
		}
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			heading, at = strings.Trim(line, "# \n"), 0
		}
		cells := strings.Split(line, "|")
		if len(cells) < 5 {
			finish()
			continue
		}
		off, err1 := strconv.Atoi(strings.TrimSpace(cells[1]))
		n, err2 := strconv.Atoi(strings.TrimSpace(cells[2]))
		if _, ok := ends[heading]; ok && err1 == nil && err2 == nil {
			if off != at {
				t.Errorf("%s: a field at %d, where the one before ends at %d", heading, off, at)
			}
			at = off + n
		}
	}
	if tables != len(ends) {
		t.Errorf("%d tables of %d were found", tables, len(ends))
	}
}
