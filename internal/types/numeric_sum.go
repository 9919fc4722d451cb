package types

import (
	"math"
	"math/big"
	"math/bits"
)

// NumericSum adds up numerics without losing a digit: in 128 bits as long as
// they suffice, in a big integer behind them. The zero value is an empty sum.
// Its result has the largest scale among the values.
type NumericSum struct {
	hi       int64 // the 128-bit part, at scale
	lo       uint64
	scale    int64
	big      *big.Int // what overflowed, at bigScale
	bigScale int64
	n        int64 // values, specials included
	maxScale int64
	atMax    int64 // values of the largest scale
	nans     int64
	posInfs  int64
	negInfs  int64
}

// Add adds a value.
func (s *NumericSum) Add(v Value) {
	if len(v.S) == 0 && v.J == s.scale {
		lo, carry := bits.Add64(s.lo, uint64(v.I), 0)
		hi := s.hi + v.I>>63 + int64(carry)
		if hi > math.MinInt64/2 && hi < math.MaxInt64/2 {
			s.hi, s.lo = hi, lo
			s.n++
			s.countScale(v.J)
			return
		}
	}
	s.change(v, 1)
}

// AddInt adds an integer.
func (s *NumericSum) AddInt(i int64) { s.Add(Value{K: KindNumeric, I: i}) }

// Remove takes back a value that was added. It reports false where the scale
// of the sum is no longer known, and the sum must be built anew.
func (s *NumericSum) Remove(v Value) bool {
	if !isSpecial(v) && s.n > 1 && int64(NumericScale(v)) == s.maxScale && s.atMax == 1 && s.maxScale > 0 {
		return false
	}
	s.change(v, -1)
	return true
}

func (s *NumericSum) countScale(scale int64) {
	if scale > s.maxScale {
		s.maxScale, s.atMax = scale, 0
	}
	if scale == s.maxScale {
		s.atMax++
	}
}

func (s *NumericSum) change(v Value, sign int64) {
	s.n += sign
	if isSpecial(v) {
		switch v.S[0] {
		case classNaN:
			s.nans += sign
		case classPosInf:
			s.posInfs += sign
		default:
			s.negInfs += sign
		}
		return
	}
	scale := int64(NumericScale(v))
	if sign > 0 {
		s.countScale(scale)
	} else if scale == s.maxScale {
		s.atMax--
	}
	if sign < 0 {
		v = NumericNeg(v)
	}
	if v.S != "" {
		c, sc := NumericBig(v)
		s.addBig(c, int64(sc))
		return
	}
	if scale > s.scale {
		s.flush()
		s.scale = scale
	}
	i, up := v.I, s.scale-scale
	if up > 18 {
		s.addBig(big.NewInt(i), scale)
		return
	}
	// i × 10^up in 128 bits
	hi, lo := bits.Mul64(abs64(i), pow10[up])
	if i < 0 {
		lo = -lo
		hi = ^hi
		if lo == 0 {
			hi++
		}
	}
	rlo, carry := bits.Add64(s.lo, lo, 0)
	rhi := s.hi + int64(hi) + int64(carry)
	s.hi, s.lo = rhi, rlo
	if rhi > math.MaxInt64/4 || rhi < math.MinInt64/4 {
		s.flush()
	}
}

// flush moves the 128-bit part into the big integer.
func (s *NumericSum) flush() {
	if s.hi == 0 && s.lo == 0 {
		return
	}
	c := big.NewInt(s.hi)
	c.Lsh(c, 64)
	c.Add(c, new(big.Int).SetUint64(s.lo))
	s.hi, s.lo = 0, 0
	s.addBig(c, s.scale)
}

func (s *NumericSum) addBig(c *big.Int, scale int64) {
	if s.big == nil {
		s.big, s.bigScale = c, scale
		return
	}
	if scale < s.bigScale {
		c.Mul(c, bigPow10(int(s.bigScale-scale)))
	} else if scale > s.bigScale {
		s.big.Mul(s.big, bigPow10(int(scale-s.bigScale)))
		s.bigScale = scale
	}
	s.big.Add(s.big, c)
}

// Merge adds another sum, which stays as it is.
func (s *NumericSum) Merge(o *NumericSum) {
	if o.n == 0 {
		return
	}
	n, nans, pos, neg := s.n+o.n, s.nans+o.nans, s.posInfs+o.posInfs, s.negInfs+o.negInfs
	maxScale, atMax := s.maxScale, s.atMax
	if o.maxScale > maxScale {
		maxScale, atMax = o.maxScale, o.atMax
	} else if o.maxScale == maxScale {
		atMax += o.atMax
	}
	s.flush()
	c := big.NewInt(o.hi)
	c.Lsh(c, 64)
	c.Add(c, new(big.Int).SetUint64(o.lo))
	s.addBig(c, o.scale)
	if o.big != nil {
		s.addBig(new(big.Int).Set(o.big), o.bigScale)
	}
	s.n, s.nans, s.posInfs, s.negInfs, s.maxScale, s.atMax = n, nans, pos, neg, maxScale, atMax
}

// Count returns how many values were added.
func (s *NumericSum) Count() int64 { return s.n }

// Result returns the sum; of no values, zero.
func (s *NumericSum) Result() (Value, error) {
	switch {
	case s.nans > 0 || s.posInfs > 0 && s.negInfs > 0:
		return NumericNaN, nil
	case s.posInfs > 0:
		return NumericPosInf, nil
	case s.negInfs > 0:
		return NumericNegInf, nil
	}
	if s.big == nil && s.hi == int64(s.lo)>>63 {
		return NumericRescale(Value{K: KindNumeric, I: int64(s.lo), J: s.scale}, int(s.maxScale))
	}
	c := big.NewInt(s.hi)
	c.Lsh(c, 64)
	c.Add(c, new(big.Int).SetUint64(s.lo))
	scale := s.scale
	if s.big != nil {
		if scale < s.bigScale {
			c.Mul(c, bigPow10(int(s.bigScale-scale)))
			scale = s.bigScale
			c.Add(c, s.big)
		} else {
			c.Add(c, new(big.Int).Mul(s.big, bigPow10(int(scale-s.bigScale))))
		}
	}
	v, err := NumericFromBig(c, int(scale))
	if err != nil {
		return Null, err
	}
	return NumericRescale(v, int(s.maxScale))
}

// Average returns the sum divided by the number of values, NULL for none.
func (s *NumericSum) Average() (Value, error) {
	if s.n == 0 {
		return Null, nil
	}
	sum, err := s.Result()
	if err != nil {
		return Null, err
	}
	return NumericDiv(sum, NumericFromInt(s.n))
}
