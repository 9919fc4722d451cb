package types

import "testing"

var (
	sinkValue Value
	sinkInt   int
	sinkHash  uint64
	sinkBytes []byte
)

func BenchmarkNumericAdd(b *testing.B) {
	x, y := NewNumeric(12345, 2), NewNumeric(678, 2)
	for b.Loop() {
		x, _ = NumericAdd(x, y)
	}
	sinkValue = x
}

func BenchmarkNumericMul(b *testing.B) {
	x, y := NewNumeric(12345, 2), NewNumeric(678, 2)
	for b.Loop() {
		sinkValue, _ = NumericMul(x, y)
	}
}

func BenchmarkNumericDiv(b *testing.B) {
	x, y := NewNumeric(12345, 2), NewNumeric(678, 2)
	for b.Loop() {
		sinkValue, _ = NumericDiv(x, y)
	}
}

func BenchmarkNumericSum(b *testing.B) {
	var s NumericSum
	x := NewNumeric(12345, 2)
	for b.Loop() {
		s.Add(x)
	}
	sinkValue, _ = s.Result()
}

func BenchmarkCompareInt(b *testing.B) {
	x, y := NewInt(5), NewInt(7)
	n := 0
	for b.Loop() {
		n += Compare(x, y, Int8)
	}
	sinkInt = n
}

func BenchmarkCompareText(b *testing.B) {
	x, y := NewText("some text"), NewText("some test")
	for b.Loop() {
		sinkInt += Compare(x, y, Text)
	}
}

func BenchmarkHashInt(b *testing.B) {
	x := NewInt(5)
	for b.Loop() {
		sinkHash = Hash(x, Int8, sinkHash)
	}
}

func BenchmarkParseTimestamp(b *testing.B) {
	for b.Loop() {
		sinkValue, _ = Parse("2020-01-05 10:11:12.345678", Timestamp, nil)
	}
}

func BenchmarkAppendTimestamp(b *testing.B) {
	v := NewTimestamp(123456789012345)
	for b.Loop() {
		sinkBytes = Append(sinkBytes[:0], v, Timestamp, nil)
	}
}

func BenchmarkParseNumeric(b *testing.B) {
	for b.Loop() {
		sinkValue, _ = ParseNumeric("12345.6789")
	}
}

func BenchmarkCastIntNumeric(b *testing.B) {
	c, _ := FindCast(Int4, Numeric)
	x := NewInt(5)
	for b.Loop() {
		sinkValue, _ = c.Apply(x, Numeric, nil)
	}
}
