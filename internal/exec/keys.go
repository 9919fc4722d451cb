package exec

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"strings"
	"unsafe"

	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// keyClass is how the equality of a key column is decided. Every column has
// one word per row; rows of different words differ, and for some classes rows
// of one word may still differ.
type keyClass uint8

const (
	wordKey    keyClass = iota // the word is the value
	floatKey                   // the word is the value, -0 and NaN made one
	pairKey                    // the word and a second one
	textKey                    // up to 7 bytes are in the word; else it is a hash of the string
	numericKey                 // coefficient and scale without zeros at the end, or a string
	codedKey                   // as textKey, of the ordered bytes of the value
)

// longText marks the word of a string that does not fit it.
const longText = 0xFF

func classOf(t *types.Type) keyClass {
	switch t.Kind {
	case types.KindBool, types.KindInt, types.KindDate, types.KindTime,
		types.KindTimestamp, types.KindTimestampTZ, types.KindEnum, types.KindMoney, types.KindMacaddr, types.KindVoid:
		return wordKey
	case types.KindFloat:
		return floatKey
	case types.KindUUID:
		return pairKey
	case types.KindNumeric:
		return numericKey
	case types.KindText:
		if t.Collation == "" || t.Collation == "C" || t.Collation == "POSIX" {
			return textKey
		}
	case types.KindBytes, types.KindInet, types.KindCidr, types.KindMacaddr8:
		return textKey
	}
	return codedKey
}

var hashSeed = maphash.MakeSeed()

// mix spreads a word over 64 bits.
func mix(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
	return hi ^ lo
}

func hashString(s string) uint64 { return maphash.String(hashSeed, s) }

// keyBatch turns the key columns of a batch into words. The slices may alias
// the batch and are valid until the next load.
type keyBatch struct {
	types []*types.Type
	class []keyClass
	trim  []bool // char(n): blanks at the end do not count
	word  [][]int64
	high  [][]int64
	str   [][]string
	nulls []uint64 // bit c: column c is NULL; nil where no column has NULLs
	hash  []uint64

	ownWord [][]int64
	ownHigh [][]int64
	ownStr  [][]string
	ownNull []uint64
	bytes   []byte
	rows    []expr.Rows
}

// maxKeys bounds the columns of a key.
const maxKeys = 64

func newKeyBatch(ts []*types.Type) (*keyBatch, error) {
	if len(ts) > maxKeys {
		return nil, sqlerr.New(sqlerr.TooManyColumns, "a key cannot have more than %d columns", maxKeys)
	}
	n := len(ts)
	k := &keyBatch{
		types: ts, class: make([]keyClass, n), trim: make([]bool, n),
		word: make([][]int64, n), high: make([][]int64, n), str: make([][]string, n),
		ownWord: make([][]int64, n), ownHigh: make([][]int64, n), ownStr: make([][]string, n),
		rows: make([]expr.Rows, n),
	}
	for i, t := range ts {
		k.class[i] = classOf(t)
		k.trim[i] = t.Is(types.Char)
	}
	return k, nil
}

// load computes words and hashes for the rows at sel (nil: 0..n-1).
func (k *keyBatch) load(cols []*vector.Vector, sel []int32, n int) error {
	k.nulls = nil
	for c, v := range cols {
		if v.HasNulls {
			k.loadNulls(c, v, n)
		}
		v = k.rows[c].Flat(v, n)
		if err := k.loadColumn(c, v, sel, n); err != nil {
			return err
		}
	}
	k.loadHashes(sel, n)
	return nil
}

func (k *keyBatch) loadNulls(c int, v *vector.Vector, n int) {
	if k.nulls == nil {
		k.ownNull = extend(k.ownNull[:0], n)
		clear(k.ownNull)
		k.nulls = k.ownNull
	}
	bit := uint64(1) << uint(c)
	if v.Const {
		if v.Null(0) {
			for i := range k.nulls {
				k.nulls[i] |= bit
			}
		}
		return
	}
	for w := 0; w*64 < n; w++ {
		for m := v.Nulls[w]; m != 0; m &= m - 1 {
			i := w*64 + bits.TrailingZeros64(m)
			if i >= n {
				break
			}
			k.nulls[i] |= bit
		}
	}
}

func (k *keyBatch) loadColumn(c int, v *vector.Vector, sel []int32, n int) error {
	switch k.class[c] {
	case wordKey:
		k.word[c] = v.I
		if v.HasNulls { // NULLs are one value whatever the word below says
			w := k.words(c, n)
			copy(w, v.I[:n])
			bit := uint64(1) << uint(c)
			for i := range w {
				if k.nulls[i]&bit != 0 {
					w[i] = 0
				}
			}
			k.word[c] = w
		}
		return nil
	case floatKey:
		w := k.words(c, n)
		for i, f := range v.F[:n] {
			w[i] = floatWord(f)
		}
		k.word[c] = w
		k.clearNulls(c, v, n)
		return nil
	case pairKey:
		k.word[c], k.high[c] = v.I, v.J
		if v.HasNulls {
			w, h := k.words(c, n), k.highs(c, n)
			copy(w, v.I[:n])
			copy(h, v.J[:n])
			k.word[c], k.high[c] = w, h
			k.clearNulls(c, v, n)
		}
		return nil
	case textKey:
		k.loadText(c, v, sel, n)
		return nil
	case numericKey:
		return k.loadNumeric(c, v, sel, n)
	}
	return k.loadCoded(c, v, sel, n)
}

func (k *keyBatch) words(c, n int) []int64 {
	k.ownWord[c] = extend(k.ownWord[c][:0], n)
	return k.ownWord[c]
}

func (k *keyBatch) highs(c, n int) []int64 {
	k.ownHigh[c] = extend(k.ownHigh[c][:0], n)
	return k.ownHigh[c]
}

func (k *keyBatch) strings(c, n int) []string {
	k.ownStr[c] = extend(k.ownStr[c][:0], n)
	return k.ownStr[c]
}

func (k *keyBatch) clearNulls(c int, v *vector.Vector, n int) {
	if !v.HasNulls {
		return
	}
	bit := uint64(1) << uint(c)
	for i := 0; i < n; i++ {
		if k.nulls[i]&bit != 0 {
			k.word[c][i] = 0
			if k.high[c] != nil {
				k.high[c][i] = 0
			}
		}
	}
}

func floatWord(f float64) int64 {
	switch {
	case f == 0:
		return 0
	case f != f:
		return math.MaxInt64
	}
	return int64(math.Float64bits(f))
}

// textWord packs a short string, or marks and hashes a long one.
func textWord(s string) int64 {
	n := len(s)
	if n > 7 {
		return int64(hashString(s) | longText<<56)
	}
	var w uint64
	switch {
	case n >= 4:
		p := unsafe.StringData(s)
		b := unsafe.Slice(p, n)
		w = uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<(8*uint(n-4))
	case n > 0:
		w = uint64(s[0]) | uint64(s[n>>1])<<(8*uint(n>>1)) | uint64(s[n-1])<<(8*uint(n-1))
	}
	return int64(w | uint64(n)<<56)
}

func (k *keyBatch) loadText(c int, v *vector.Vector, sel []int32, n int) {
	w := k.words(c, n)
	k.word[c], k.str[c] = w, v.S
	if k.trim[c] {
		own := k.strings(c, n)
		eachRow(sel, n, func(i int) { own[i] = strings.TrimRight(v.S[i], " ") })
		k.str[c] = own
	}
	s := k.str[c]
	if sel == nil {
		for i, x := range s[:n] {
			w[i] = textWord(x)
		}
	} else {
		for _, i := range sel {
			w[i] = textWord(s[i])
		}
	}
	if v.HasNulls {
		k.clearNulls(c, v, n)
	}
}

func eachRow(sel []int32, n int, f func(i int)) {
	if sel == nil {
		for i := 0; i < n; i++ {
			f(i)
		}
		return
	}
	for _, i := range sel {
		f(int(i))
	}
}

func (k *keyBatch) loadNumeric(c int, v *vector.Vector, sel []int32, n int) error {
	w, h := k.words(c, n), k.highs(c, n)
	k.word[c], k.high[c] = w, h
	var own []string
	k.str[c] = nil
	if v.S != nil {
		own = k.strings(c, n)
		clear(own)
		k.str[c] = own
	}
	eachRow(sel, n, func(i int) {
		if v.Null(i) {
			w[i], h[i] = 0, 0
			return
		}
		if v.S != nil && v.S[i] != "" {
			w[i], h[i], own[i] = bigNumeric(types.Value{K: types.KindNumeric, S: v.S[i]})
			return
		}
		w[i], h[i] = smallNumeric(v.I[i], v.J[i])
	})
	return nil
}

// smallNumeric drops zeros at the end of a fraction and brings whole numbers
// to scale 0 or less, so that equal numbers have equal words.
func smallNumeric(coefficient, scale int64) (int64, int64) {
	if coefficient == 0 {
		return 0, 0
	}
	for coefficient%10 == 0 {
		coefficient /= 10
		scale--
	}
	return coefficient, scale
}

// bigNumeric canonicalizes a number in the big form, which may still be small
// enough for words once zeros are gone.
func bigNumeric(v types.Value) (word, high int64, s string) {
	text := types.Format(v, types.Numeric, nil)
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	fraction = strings.TrimRight(fraction, "0")
	all := strings.TrimLeft(whole+fraction, "0")
	scale := int64(len(fraction))
	if fraction == "" {
		trimmed := strings.TrimRight(all, "0")
		scale -= int64(len(all) - len(trimmed))
		all = trimmed
	}
	if all == "" {
		return 0, 0, ""
	}
	if len(all) <= 18 && all[0] >= '0' && all[0] <= '9' {
		for i := 0; i < len(all); i++ {
			word = word*10 + int64(all[i]-'0')
		}
		if negative {
			word = -word
		}
		return word, scale, ""
	}
	if negative {
		all = "-" + all
	}
	return int64(hashString(all)), scale, all
}

func (k *keyBatch) loadCoded(c int, v *vector.Vector, sel []int32, n int) error {
	w, s := k.words(c, n), k.strings(c, n)
	k.word[c], k.str[c] = w, s
	part := codec.Part{Type: k.types[c]}
	type span struct{ i, from, to int }
	spans := make([]span, 0, n)
	k.bytes = k.bytes[:0]
	var failed error
	eachRow(sel, n, func(i int) {
		if v.Null(i) || failed != nil {
			w[i], s[i] = 0, ""
			return
		}
		from := len(k.bytes)
		var err error
		if k.bytes, err = codec.Append(k.bytes, &part, v.Value(i)); err != nil {
			failed = noEquality(k.types[c], err)
			return
		}
		spans = append(spans, span{i, from, len(k.bytes)})
	})
	for _, p := range spans {
		s[p.i] = unsafe.String(&k.bytes[p.from], p.to-p.from)
		w[p.i] = textWord(s[p.i])
	}
	return failed
}

func noEquality(t *types.Type, err error) error {
	if t.Kind == types.KindJSON {
		return sqlerr.New(sqlerr.UndefinedFunction, "could not identify an equality operator for type %s", t.Display)
	}
	return err
}

func (k *keyBatch) loadHashes(sel []int32, n int) {
	k.hash = extend(k.hash[:0], n)
	h := k.hash
	if len(k.word) == 0 {
		clear(h)
		return
	}
	for c, w := range k.word {
		switch {
		case c == 0 && sel == nil:
			for i, x := range w[:n] {
				h[i] = mix(uint64(x))
			}
		case c == 0:
			for _, i := range sel {
				h[i] = mix(uint64(w[i]))
			}
		case sel == nil:
			for i, x := range w[:n] {
				h[i] = mix(h[i] + uint64(x))
			}
		default:
			for _, i := range sel {
				h[i] = mix(h[i] + uint64(w[i]))
			}
		}
		if k.class[c] == pairKey {
			for i, x := range k.high[c][:n] {
				h[i] = mix(h[i] ^ uint64(x))
			}
		}
	}
	if k.nulls != nil {
		for i, m := range k.nulls {
			if m != 0 {
				h[i] = mix(h[i] + m)
			}
		}
	}
}

// same compares two rows of the batch, NULL being equal to NULL.
func (k *keyBatch) same(i, j int) bool {
	if k.nulls != nil && k.nulls[i] != k.nulls[j] {
		return false
	}
	for c, class := range k.class {
		w := k.word[c][i]
		if w != k.word[c][j] {
			return false
		}
		switch class {
		case pairKey:
			if k.high[c][i] != k.high[c][j] {
				return false
			}
		case numericKey:
			if k.high[c][i] != k.high[c][j] || k.str[c] != nil && k.str[c][i] != k.str[c][j] {
				return false
			}
		case textKey, codedKey:
			if uint64(w)>>56 == longText && k.str[c][i] != k.str[c][j] {
				return false
			}
		}
	}
	return true
}
