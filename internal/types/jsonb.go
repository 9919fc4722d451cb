package types

import (
	"encoding/binary"
	"strings"
	"sync"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// A jsonb's S is a node. The first byte is a tag: in the low three bits what
// the node is, in the next two the width of a container's numbers (1, 2 or 4
// bytes, little-endian). What follows the tag:
//
//	null, false, true   nothing
//	string              its bytes
//	small number        coefficient and scale as varints
//	big number          the big form of Numeric
//	array               count, the end of every element, the elements
//	object              count, the end of every key, the end of every value,
//	                    the keys, the values; keys are unique and ordered by
//	                    length, then by bytes
//
// Ends count from where keys or values begin, so a lookup touches the header
// and the keys it compares, and nothing else.
const (
	tagNull = iota
	tagString
	tagSmall
	tagBig
	tagFalse
	tagTrue
	tagArray
	tagObject
)

// JSONBNode is one node of the binary form, a string of bytes that shares the
// memory of the value it is part of. Damaged bytes read as null or as less
// than was written, never past the end.
type JSONBNode string

var tagKinds = [8]JSONKind{JSONNull, JSONString, JSONNumber, JSONNumber, JSONBool, JSONBool, JSONArray, JSONObject}

// Kind returns what the node is.
func (n JSONBNode) Kind() JSONKind {
	if n == "" {
		return JSONNull
	}
	return tagKinds[n[0]&7]
}

// Bool returns the truth of a boolean node.
func (n JSONBNode) Bool() bool { return n != "" && n[0]&7 == tagTrue }

// Str returns the text of a string node.
func (n JSONBNode) Str() string {
	if n == "" {
		return ""
	}
	return string(n[1:])
}

// Number returns the number of a number node.
func (n JSONBNode) Number() Value {
	if n == "" {
		return NumericFromInt(0)
	}
	if n[0]&7 == tagBig {
		v := Value{K: KindNumeric, S: string(n[1:])}
		if len(v.S) < 4 || v.S[0] != classNegative && v.S[0] != classPositive {
			return NumericFromInt(0)
		}
		return v
	}
	c, rest, ok := readVarint(string(n[1:]))
	scale, _, ok2 := readUvarint(rest)
	if !ok || !ok2 || scale > numericMaxScale {
		return NumericFromInt(0)
	}
	return NewNumeric(c, int(scale))
}

// container is the header of an array or object, checked against the length.
type container struct {
	node   JSONBNode
	width  int
	count  int
	keys   int // where keys begin
	values int // where values begin
	object bool
}

func (n JSONBNode) container() (c container, ok bool) {
	if n == "" || n[0]&7 < tagArray {
		return container{}, false
	}
	c.node, c.width = n, 1<<(n[0]>>3&3)
	c.object = n[0]&7 == tagObject
	if c.width > 4 || len(n) < 1+c.width {
		return container{}, false
	}
	c.count = c.number(1)
	ends := c.count
	if c.object {
		ends *= 2
	}
	c.keys = 1 + c.width + ends*c.width
	if c.count > len(n) || c.keys > len(n) {
		return container{}, false
	}
	c.values = c.keys
	if c.object && c.count > 0 {
		c.values += c.number(1 + c.count*c.width)
		if c.values > len(n) {
			return container{}, false
		}
	}
	return c, true
}

// number reads the number at an offset within the header.
func (c *container) number(at int) int {
	switch c.width {
	case 1:
		return int(c.node[at])
	case 2:
		return int(c.node[at]) | int(c.node[at+1])<<8
	}
	_ = c.node[at+3]
	return int(c.node[at]) | int(c.node[at+1])<<8 | int(c.node[at+2])<<16 | int(c.node[at+3])<<24
}

func (c *container) slice(base, index, slot int) JSONBNode {
	from := 0
	if index > 0 {
		from = c.number(1 + slot*c.width)
	}
	to := c.number(1 + (slot+1)*c.width)
	if from > to || base+to > len(c.node) {
		return ""
	}
	return c.node[base+from : base+to]
}

func (c *container) value(i int) JSONBNode {
	slot := i
	if c.object {
		slot += c.count
	}
	return c.slice(c.values, i, slot)
}

func (c *container) key(i int) string { return string(c.slice(c.keys, i, i)) }

// find returns the position of a key.
func (c *container) find(key string) (int, bool) {
	lo, hi := 0, c.count
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if lessKey(c.key(mid), key) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < c.count && c.key(lo) == key
}

// lessKey is the order of keys within an object.
func lessKey(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// Len counts elements or members; 0 for a scalar.
func (n JSONBNode) Len() int {
	c, _ := n.container()
	return c.count
}

// At returns an element of an array; negative positions count from the end.
func (n JSONBNode) At(i int) (JSONBNode, bool) {
	c, ok := n.container()
	if !ok || c.object {
		return "", false
	}
	if i < 0 {
		i += c.count
	}
	if i < 0 || i >= c.count {
		return "", false
	}
	return c.value(i), true
}

// Member returns the value of a key of an object.
func (n JSONBNode) Member(key string) (JSONBNode, bool) {
	c, ok := n.container()
	if !ok || !c.object {
		return "", false
	}
	i, ok := c.find(key)
	if !ok {
		return "", false
	}
	return c.value(i), true
}

// Each calls f with every element, or with the members in the order of their
// keys, until it returns an error.
func (n JSONBNode) Each(f func(key string, v JSONBNode) error) error {
	c, _ := n.container()
	for i := 0; i < c.count; i++ {
		key := ""
		if c.object {
			key = c.key(i)
		}
		if err := f(key, c.value(i)); err != nil {
			return err
		}
	}
	return nil
}

// Text returns a string as it is and other nodes in their text form.
func (n JSONBNode) Text() (string, error) {
	if n.Kind() == JSONString {
		return n.Str(), nil
	}
	return string(n.Append(nil)), nil
}

// Value returns the node as a value of type jsonb.
func (n JSONBNode) Value() Value {
	if n == "" {
		n = "\x00"
	}
	return Value{K: KindJSONB, S: string(n)}
}

// Append appends the text of the node as PostgreSQL spaces it.
func (n JSONBNode) Append(dst []byte) []byte { return n.append(dst, 0) }

func (n JSONBNode) append(dst []byte, depth int) []byte {
	if n == "" || depth > maxJSONDepth {
		return append(dst, "null"...)
	}
	switch n[0] & 7 {
	case tagNull:
		return append(dst, "null"...)
	case tagFalse:
		return append(dst, "false"...)
	case tagTrue:
		return append(dst, "true"...)
	case tagString:
		return AppendJSONString(dst, string(n[1:]))
	case tagSmall, tagBig:
		return AppendNumeric(dst, n.Number())
	}
	c, _ := n.container()
	open, end := byte('['), byte(']')
	if n[0]&7 == tagObject {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i := 0; i < c.count; i++ {
		if i > 0 {
			dst = append(dst, ',', ' ')
		}
		if c.object {
			dst = append(AppendJSONString(dst, c.key(i)), ':', ' ')
		}
		dst = c.value(i).append(dst, depth+1)
	}
	return append(dst, end)
}

var jsonbBuilders = sync.Pool{New: func() any { return new(JSONBBuilder) }}

// ParseJSONB makes a jsonb of its text.
func ParseJSONB(s string) (Value, error) {
	b := jsonbBuilders.Get().(*JSONBBuilder)
	b.Reset()
	p := jsonParser{s: s, b: b}
	err := p.document()
	v := Null
	if err == nil {
		v = b.Finish()
	}
	clear(b.entries)
	if cap(b.buf) < 1<<20 {
		jsonbBuilders.Put(b)
	}
	return v, err
}

// AppendJSONB appends the text of a jsonb.
func AppendJSONB(dst []byte, v Value) []byte { return JSONBNode(v.S).Append(dst) }

// compareJSONB orders two jsonb values as PostgreSQL does: an empty array at
// the top is below all, then null, strings, numbers, booleans, arrays by their
// length and elements, objects by their number of members, keys and values.
func compareJSONB(a, b Value) int {
	if a.S == b.S {
		return 0
	}
	x, y := JSONBNode(a.S), JSONBNode(b.S)
	ex, ey := x.Kind() == JSONArray && x.Len() == 0, y.Kind() == JSONArray && y.Len() == 0
	switch {
	case ex && ey:
		return 0
	case ex:
		return -1
	case ey:
		return 1
	}
	return CompareJSONB(x, y)
}

// CompareJSONB orders two nodes below the top of their values.
func CompareJSONB(x, y JSONBNode) int { return compareNodes(x, y, 0) }

func compareNodes(x, y JSONBNode, depth int) int {
	kx, ky := x.Kind(), y.Kind()
	if kx != ky {
		return cmp64(int64(kx), int64(ky))
	}
	switch kx {
	case JSONString:
		return strings.Compare(x.Str(), y.Str())
	case JSONNumber:
		return NumericCmp(x.Number(), y.Number())
	case JSONBool:
		return cmp64(int64(x[0]), int64(y[0]))
	case JSONNull:
		return 0
	}
	cx, _ := x.container()
	cy, _ := y.container()
	if cx.count != cy.count {
		return cmp64(int64(cx.count), int64(cy.count))
	}
	if depth > maxJSONDepth {
		return 0
	}
	for i := 0; i < cx.count; i++ {
		if cx.object {
			if c := strings.Compare(cx.key(i), cy.key(i)); c != 0 {
				return c
			}
		}
		if c := compareNodes(cx.value(i), cy.value(i), depth+1); c != 0 {
			return c
		}
	}
	return 0
}

// hashJSONB agrees with compareJSONB.
func hashJSONB(v Value, seed uint64) uint64 { return hashNode(JSONBNode(v.S), seed, 0) }

func hashNode(n JSONBNode, seed uint64, depth int) uint64 {
	k := n.Kind()
	h := mix(uint64(k), seed)
	switch k {
	case JSONNull:
		return h
	case JSONString:
		return hashString(n.Str(), h)
	case JSONNumber:
		return Hash(n.Number(), nil, h)
	case JSONBool:
		return mix(uint64(n[0]&7), h)
	}
	c, _ := n.container()
	for i := 0; i < c.count && depth <= maxJSONDepth; i++ {
		if c.object {
			h = hashString(c.key(i), h)
		}
		h = hashNode(c.value(i), h, depth+1)
	}
	return mix(uint64(c.count), h)
}

// jsonbScalar is the cast of a jsonb to a boolean or a number.
func jsonbScalar(v Value, to *Type, env *Env) (Value, error) {
	n := JSONBNode(v.S)
	k := n.Kind()
	switch {
	case k == JSONBool && to.Kind == KindBool:
		return NewBool(n.Bool()), nil
	case k == JSONNumber && to.Kind != KindBool:
		x := n.Number()
		if to.Kind == KindNumeric {
			return x, nil
		}
		c, _ := FindCast(Numeric, to)
		return c.Apply(x, WithoutMod(to), env)
	}
	what := k.String()
	if k == JSONNumber {
		what = "numeric"
	}
	return Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot cast jsonb %s to type %s", what, to.Display)
}

// CheckJSONB reports whether the bytes of a jsonb are whole.
func CheckJSONB(v Value) error {
	if !checkNode(JSONBNode(v.S), 0) {
		return sqlerr.New(sqlerr.DataCorrupted, "stored jsonb is damaged")
	}
	return nil
}

func checkNode(n JSONBNode, depth int) bool {
	if n == "" || depth > maxJSONDepth {
		return false
	}
	switch n[0] & 7 {
	case tagSmall:
		_, rest, ok := readVarint(string(n[1:]))
		_, rest, ok2 := readUvarint(rest)
		return ok && ok2 && rest == ""
	case tagBig:
		return len(n) > 11
	case tagArray, tagObject:
		c, ok := n.container()
		if !ok {
			return false
		}
		for i := 0; i < c.count; i++ {
			if !checkNode(c.value(i), depth+1) || c.object && i > 0 && !lessKey(c.key(i-1), c.key(i)) {
				return false
			}
		}
	}
	return true
}

func appendNumberNode(dst []byte, v Value) []byte {
	if v.S != "" {
		return append(append(dst, tagBig), v.S...)
	}
	dst = binary.AppendVarint(append(dst, tagSmall), v.I)
	return binary.AppendUvarint(dst, uint64(v.J))
}
