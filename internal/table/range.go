package table

import (
	"math"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/codec"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/types"
)

// Bounds says which keys of an order are wanted: the first len(Eq) parts equal
// the values, the next one lies between Low and High where given. A NULL in Eq
// means IS NULL where EqNull says so, and no row otherwise.
type Bounds struct {
	Eq                []types.Value
	EqNull            []bool // may be nil
	Low, High         *types.Value
	LowExcl, HighExcl bool
}

// Range encodes bounds as a range of keys of an index, or with ix nil of the
// relation's own order. empty is true where no key can be in it.
func (t *Table) Range(ix *catalog.Index, b *Bounds) (r storage.Range, empty bool, err error) {
	for i, v := range b.Eq {
		if v.IsNull() && (b.EqNull == nil || i >= len(b.EqNull) || !b.EqNull[i]) {
			return r, true, nil
		}
	}
	if (b.Low != nil && b.Low.IsNull()) || (b.High != nil && b.High.IsNull()) {
		return r, true, nil
	}
	parts := t.key
	if ix == nil || ix == t.Rel.Primary {
		if t.Rel.RowIDKey {
			return integerRange(b)
		}
	} else if x := t.index(ix); x != nil {
		if parts = x.parts; ix.Hashed() {
			return hashRange(parts, b)
		}
	}
	return partsRange(parts, b)
}

// hashRange is where the rows are whose key has the hash of the one value, and
// perhaps those of others.
func hashRange(parts []codec.Part, b *Bounds) (r storage.Range, empty bool, err error) {
	if len(b.Eq) != 1 || b.Low != nil || b.High != nil {
		return r, false, sqlerr.New(sqlerr.InternalError, "a hash index answers equality alone")
	}
	key, err := codec.Append(nil, &parts[0], b.Eq[0])
	if err != nil {
		return r, false, err
	}
	key = appendHash(key, 0)
	return storage.Range{Lo: key, Hi: codec.Successor(key)}, false, nil
}

// integerRange is the range of a single integer key.
func integerRange(b *Bounds) (r storage.Range, empty bool, err error) {
	if len(b.Eq) > 0 {
		if b.Eq[0].IsNull() {
			return r, true, nil
		}
		key := codec.AppendUint64Key(nil, b.Eq[0].I)
		return storage.Range{Lo: key, Hi: key, HiIncl: true}, false, nil
	}
	if b.Low != nil {
		if b.LowExcl && b.Low.I == math.MaxInt64 {
			return r, true, nil
		}
		r.Lo, r.LoExcl = codec.AppendUint64Key(nil, b.Low.I), b.LowExcl
	}
	if b.High != nil {
		r.Hi, r.HiIncl = codec.AppendUint64Key(nil, b.High.I), !b.HighExcl
	}
	return r, b.Low != nil && b.High != nil && (b.Low.I > b.High.I || (b.Low.I == b.High.I && (b.LowExcl || b.HighExcl))), nil
}

func partsRange(parts []codec.Part, b *Bounds) (r storage.Range, empty bool, err error) {
	var prefix []byte
	for i, v := range b.Eq {
		if prefix, err = codec.Append(prefix, &parts[i], v); err != nil {
			return r, false, err
		}
	}
	if b.Low == nil && b.High == nil {
		return storage.Range{Lo: prefix, Hi: codec.Successor(prefix)}, false, nil
	}
	p := &parts[len(b.Eq)]
	low, high, lowExcl, highExcl := b.Low, b.High, b.LowExcl, b.HighExcl
	if p.Desc {
		low, high, lowExcl, highExcl = high, low, highExcl, lowExcl
	}
	// Without a bound the range ends where the values end, so that NULLs,
	// which satisfy no comparison, stay out.
	first, last := codec.ValueSpan(prefix, p)
	if low != nil {
		if first, err = codec.Append(append([]byte(nil), prefix...), p, *low); err != nil {
			return r, false, err
		}
		if lowExcl {
			first = codec.Successor(first)
		}
	}
	if high != nil {
		if last, err = codec.Append(append([]byte(nil), prefix...), p, *high); err != nil {
			return r, false, err
		}
		if !highExcl {
			last = codec.Successor(last)
		}
	}
	return storage.Range{Lo: first, Hi: last}, string(first) >= string(last) && last != nil, nil
}
