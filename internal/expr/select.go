package expr

import "math"

// This file holds the kernels that narrow a selection. Each reads positions
// from in (nil: 0..n-1), writes those that pass to out and returns how many;
// out may be in itself, since writing never overtakes reading. Nulls are
// dropped separately (keepNotNull), words under null bits are compared like
// any other.

// bit is 1 for true, which the compiler makes without a branch.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// selRange keeps x with lo <= x <= hi, or the others when negated. Every
// comparison of an integer with a constant is such a range.
func selRange(x []int64, lo, hi int64, negated bool, in, out []int32, n int) int {
	k := 0
	span := uint64(hi - lo)
	if negated {
		if in == nil {
			out = out[:n]
			for i, v := range x[:n] {
				out[k] = int32(i)
				k += bit(uint64(v-lo) > span)
			}
			return k
		}
		for _, i := range in {
			v := x[i]
			out[k] = i
			k += bit(uint64(v-lo) > span)
		}
		return k
	}
	if in == nil {
		out = out[:n]
		for i, v := range x[:n] {
			out[k] = int32(i)
			k += bit(uint64(v-lo) <= span)
		}
		return k
	}
	for _, i := range in {
		v := x[i]
		out[k] = i
		k += bit(uint64(v-lo) <= span)
	}
	return k
}

// intRange translates a comparison with a constant into a range; empty is true
// where nothing can pass.
func intRange(op CompareOp, c int64) (lo, hi int64, negated, empty bool) {
	switch op {
	case EQ:
		return c, c, false, false
	case NE:
		return c, c, true, false
	case LT:
		if c == math.MinInt64 {
			return 0, 0, false, true
		}
		return math.MinInt64, c - 1, false, false
	case LE:
		return math.MinInt64, c, false, false
	case GT:
		if c == math.MaxInt64 {
			return 0, 0, false, true
		}
		return c + 1, math.MaxInt64, false, false
	default:
		return c, math.MaxInt64, false, false
	}
}

// selIntLess keeps a < b, or not when negated.
func selIntLess(a, b []int64, negated bool, in, out []int32, n int) int {
	k := 0
	if in == nil {
		a, b, out = a[:n], b[:n], out[:n]
		for i := range a {
			out[k] = int32(i)
			k += bit((a[i] < b[i]) != negated)
		}
		return k
	}
	for _, i := range in {
		less := a[i] < b[i]
		out[k] = i
		k += bit(less != negated)
	}
	return k
}

// selIntEqual keeps a = b, or not when negated.
func selIntEqual(a, b []int64, negated bool, in, out []int32, n int) int {
	k := 0
	if in == nil {
		a, b, out = a[:n], b[:n], out[:n]
		for i := range a {
			out[k] = int32(i)
			k += bit((a[i] == b[i]) != negated)
		}
		return k
	}
	for _, i := range in {
		equal := a[i] == b[i]
		out[k] = i
		k += bit(equal != negated)
	}
	return k
}

// floatLess orders as SQL does: NaN is above everything and equals itself.
func floatLess(a, b float64) bool { return a < b || b != b && a == a }

func floatEqual(a, b float64) bool { return a == b || a != a && b != b }

// selFloatConstLess keeps x < c (c no NaN), or x >= c when negated, which NaN is.
func selFloatConstLess(x []float64, c float64, negated bool, in, out []int32, n int) int {
	k := 0
	if in == nil {
		out = out[:n]
		for i, v := range x[:n] {
			out[k] = int32(i)
			k += bit((v < c) != negated)
		}
		return k
	}
	for _, i := range in {
		less := x[i] < c
		out[k] = i
		k += bit(less != negated)
	}
	return k
}

// selFloatConstLessEqual keeps x <= c (c no NaN), or x > c when negated.
func selFloatConstLessEqual(x []float64, c float64, negated bool, in, out []int32, n int) int {
	k := 0
	if in == nil {
		out = out[:n]
		for i, v := range x[:n] {
			out[k] = int32(i)
			k += bit((v <= c) != negated)
		}
		return k
	}
	for _, i := range in {
		less := x[i] <= c
		out[k] = i
		k += bit(less != negated)
	}
	return k
}

// selFloatLess keeps a < b, or not when negated; ca and cb mark constants.
func selFloatLess(a, b []float64, ca, cb, negated bool, in, out []int32, n int) int {
	k := 0
	forEach(in, n, func(i int32) {
		out[k] = i
		k += bit(floatLess(a[at(ca, i)], b[at(cb, i)]) != negated)
	})
	return k
}

// selFloatEqual keeps a = b, or not when negated; ca and cb mark constants.
func selFloatEqual(a, b []float64, ca, cb, negated bool, in, out []int32, n int) int {
	k := 0
	if in == nil {
		for i := int32(0); i < int32(n); i++ {
			out[k] = i
			k += bit(floatEqual(a[at(ca, i)], b[at(cb, i)]) != negated)
		}
		return k
	}
	for _, i := range in {
		equal := floatEqual(a[at(ca, i)], b[at(cb, i)])
		out[k] = i
		k += bit(equal != negated)
	}
	return k
}

// at is the position of row i in a vector that may be constant.
func at(constant bool, i int32) int32 {
	if constant {
		return 0
	}
	return i
}

// forEach calls f at every selected position.
func forEach(in []int32, n int, f func(i int32)) {
	if in == nil {
		for i := int32(0); i < int32(n); i++ {
			f(i)
		}
		return
	}
	for _, i := range in {
		f(i)
	}
}

// selText keeps rows whose text compares as op with c, by bytes.
func selText(x []string, op CompareOp, c string, in, out []int32, n int) int {
	switch op {
	case EQ, NE:
		return selTextEqual(x, c, op == NE, in, out, n)
	case LT, GE:
		return selTextLess(x, c, op == GE, in, out, n)
	default:
		return selTextGreater(x, c, op == LE, in, out, n)
	}
}

func selTextEqual(x []string, c string, negated bool, in, out []int32, n int) int {
	k := 0
	if in == nil {
		for i, v := range x[:n] {
			out[k] = int32(i)
			k += bit((v == c) != negated)
		}
		return k
	}
	for _, i := range in {
		equal := x[i] == c
		out[k] = i
		k += bit(equal != negated)
	}
	return k
}

func selTextLess(x []string, c string, negated bool, in, out []int32, n int) int {
	k := 0
	if in == nil {
		for i, v := range x[:n] {
			out[k] = int32(i)
			k += bit((v < c) != negated)
		}
		return k
	}
	for _, i := range in {
		less := x[i] < c
		out[k] = i
		k += bit(less != negated)
	}
	return k
}

func selTextGreater(x []string, c string, negated bool, in, out []int32, n int) int {
	k := 0
	if in == nil {
		for i, v := range x[:n] {
			out[k] = int32(i)
			k += bit((v > c) != negated)
		}
		return k
	}
	for _, i := range in {
		greater := x[i] > c
		out[k] = i
		k += bit(greater != negated)
	}
	return k
}

// selTextPair keeps rows where a compares as op with b, by bytes.
func selTextPair(a, b []string, op CompareOp, in, out []int32, n int) int {
	if op == GT || op == LE {
		a, b, op = b, a, op.Commute()
	}
	negated := op == NE || op == GE
	k := 0
	if op == EQ || op == NE {
		forEach(in, n, func(i int32) {
			out[k] = i
			k += bit((a[i] == b[i]) != negated)
		})
		return k
	}
	forEach(in, n, func(i int32) {
		out[k] = i
		k += bit((a[i] < b[i]) != negated)
	})
	return k
}

// selTruth keeps rows whose boolean word is not zero, or is when negated.
func selTruth(x []int64, negated bool, in, out []int32, n int) int {
	return selRange(x, 0, 0, !negated, in, out, n)
}

// keepNull keeps rows whose null bit equals want.
func keepNull(nulls []uint64, want bool, in, out []int32, n int) int {
	k := 0
	flip := uint64(1)
	if want {
		flip = 0
	}
	if in == nil {
		for i := 0; i < n; i++ {
			out[k] = int32(i)
			k += int(nulls[i>>6]>>(uint(i)&63)&1 ^ flip)
		}
		return k
	}
	for _, i := range in {
		keep := nulls[i>>6]>>(uint(i)&63)&1 ^ flip
		out[k] = i
		k += int(keep)
	}
	return k
}

// copySelection writes all selected positions to out.
func copySelection(in, out []int32, n int) int {
	if in != nil {
		return copy(out[:len(in)], in)
	}
	for i := range out[:n] {
		out[i] = int32(i)
	}
	return n
}

// selectionMinus writes the positions of in (nil: 0..n-1) that are not in gone,
// a subsequence of it, to out.
func selectionMinus(in, gone, out []int32, n int) int {
	k, g := 0, 0
	forEach(in, n, func(i int32) {
		if g < len(gone) && gone[g] == i {
			g++
			return
		}
		out[k] = i
		k++
	})
	return k
}

// selectionUnion merges two ascending disjoint selections into out, which may
// overlap neither.
func selectionUnion(a, b, out []int32) int {
	k := 0
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			out[k], a = a[0], a[1:]
		} else {
			out[k], b = b[0], b[1:]
		}
		k++
	}
	k += copy(out[k:], a)
	k += copy(out[k:], b)
	return k
}
