package types

import (
	"slices"
	"strings"
)

// JSONBBuilder makes the binary form from left to right: a value, or between
// BeginArray and EndArray values, or between BeginObject and EndObject keys
// each followed by a value. Of equal keys the last one stays.
type JSONBBuilder struct {
	buf     []byte
	frames  []jsonbFrame
	entries []jsonbEntry
	scratch []byte
}

type jsonbFrame struct {
	start  int // of the body in buf
	first  int // of its entries
	object bool
}

// jsonbEntry is an element or member of an open container; its value begins
// where the one before ends.
type jsonbEntry struct {
	key        string
	start, end int
}

// Reset makes the builder empty.
func (b *JSONBBuilder) Reset() {
	b.buf, b.frames, b.entries = b.buf[:0], b.frames[:0], b.entries[:0]
}

// Finish returns what was built.
func (b *JSONBBuilder) Finish() Value {
	return Value{K: KindJSONB, S: string(b.buf)}
}

// Null adds null.
func (b *JSONBBuilder) Null() { b.begin(); b.buf = append(b.buf, tagNull); b.end() }

// Bool adds a boolean.
func (b *JSONBBuilder) Bool(x bool) {
	b.begin()
	if x {
		b.buf = append(b.buf, tagTrue)
	} else {
		b.buf = append(b.buf, tagFalse)
	}
	b.end()
}

// Number adds a numeric; NaN and the infinities become strings.
func (b *JSONBBuilder) Number(v Value) {
	if isSpecial(v) {
		b.String(string(AppendNumeric(nil, v)))
		return
	}
	b.begin()
	b.buf = appendNumberNode(b.buf, v)
	b.end()
}

// Int adds an integer.
func (b *JSONBBuilder) Int(i int64) { b.Number(NumericFromInt(i)) }

// String adds a string.
func (b *JSONBBuilder) String(s string) {
	b.begin()
	b.buf = append(b.buf, tagString)
	b.buf = append(b.buf, s...)
	b.end()
}

// Node adds a part of another value.
func (b *JSONBBuilder) Node(n JSONBNode) {
	if n == "" {
		b.Null()
		return
	}
	b.begin()
	b.buf = append(b.buf, n...)
	b.end()
}

// Key begins a member of an object. The string has to stay as it is until the
// object ends.
func (b *JSONBBuilder) Key(s string) { b.entries = append(b.entries, jsonbEntry{key: s}) }

// BeginArray begins an array.
func (b *JSONBBuilder) BeginArray() {
	b.begin()
	b.frames = append(b.frames, jsonbFrame{len(b.buf), len(b.entries), false})
}

// BeginObject begins an object.
func (b *JSONBBuilder) BeginObject() {
	b.begin()
	b.frames = append(b.frames, jsonbFrame{len(b.buf), len(b.entries), true})
}

func (b *JSONBBuilder) begin() {
	if n := len(b.frames); n > 0 {
		if !b.frames[n-1].object {
			b.entries = append(b.entries, jsonbEntry{})
		}
		b.entries[len(b.entries)-1].start = len(b.buf)
	}
}

func (b *JSONBBuilder) end() {
	if len(b.frames) > 0 {
		b.entries[len(b.entries)-1].end = len(b.buf)
	}
}

// EndArray ends the array begun last.
func (b *JSONBBuilder) EndArray() { b.close(tagArray) }

// EndObject ends the object begun last.
func (b *JSONBBuilder) EndObject() {
	f := b.frames[len(b.frames)-1]
	if list := b.entries[f.first:]; !orderedKeys(list) {
		list = b.orderMembers(f, list)
		b.entries = b.entries[:f.first+len(list)]
	}
	b.close(tagObject)
}

func orderedKeys(list []jsonbEntry) bool {
	for i := 1; i < len(list); i++ {
		if !lessKey(list[i-1].key, list[i].key) {
			return false
		}
	}
	return true
}

// orderMembers sorts members by key, drops those that are repeated later and
// moves the values accordingly.
func (b *JSONBBuilder) orderMembers(f jsonbFrame, list []jsonbEntry) []jsonbEntry {
	slices.SortStableFunc(list, func(x, y jsonbEntry) int {
		if len(x.key) != len(y.key) {
			return len(x.key) - len(y.key)
		}
		return strings.Compare(x.key, y.key)
	})
	kept := list[:0]
	for i, e := range list {
		if i+1 == len(list) || list[i+1].key != e.key {
			kept = append(kept, e)
		}
	}
	b.scratch = append(b.scratch[:0], b.buf[f.start:]...)
	b.buf = b.buf[:f.start]
	for i := range kept {
		e := &kept[i]
		from := len(b.buf)
		b.buf = append(b.buf, b.scratch[e.start-f.start:e.end-f.start]...)
		e.start, e.end = from, len(b.buf)
	}
	return kept
}

// close writes the header in front of the values of the container begun last.
func (b *JSONBBuilder) close(tag byte) {
	f := b.frames[len(b.frames)-1]
	b.frames = b.frames[:len(b.frames)-1]
	list := b.entries[f.first:]
	count := len(list)
	body := len(b.buf) - f.start
	keys, ends := 0, count
	if tag == tagObject {
		ends *= 2
		for i := range list {
			keys += len(list[i].key)
		}
	}
	width, code := 4, byte(2)
	switch most := max(body, keys, count); {
	case most < 1<<8:
		width, code = 1, 0
	case most < 1<<16:
		width, code = 2, 1
	}
	head := 1 + width + ends*width + keys
	b.buf = slices.Grow(b.buf, head)[:len(b.buf)+head]
	copy(b.buf[f.start+head:], b.buf[f.start:f.start+body])
	h := b.buf[f.start : f.start : f.start+head]
	h = append(h, tag|code<<3)
	h = appendNumber(h, count, width)
	if tag == tagObject {
		end := 0
		for i := range list {
			end += len(list[i].key)
			h = appendNumber(h, end, width)
		}
	}
	for i := range list {
		h = appendNumber(h, list[i].end-f.start, width)
	}
	if tag == tagObject {
		for i := range list {
			h = append(h, list[i].key...)
		}
	}
	clear(list)
	b.entries = b.entries[:f.first]
	b.end()
}

func appendNumber(dst []byte, n, width int) []byte {
	switch width {
	case 1:
		return append(dst, byte(n))
	case 2:
		return append(dst, byte(n), byte(n>>8))
	}
	return append(dst, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}
