package types

import "math"

// Value is one SQL value or NULL. It carries its kind, not its type: what
// int4 and int8 or two enums have in common is told apart by the plan, which
// knows the type of every expression. Values are copied freely; S may point
// into memory that lives as long as its owner says (a batch, a row, a leaf).
type Value struct {
	S string
	I int64
	J int64
	K Kind
}

// Null is the NULL value.
var Null Value

// IsNull reports whether the value is NULL.
func (v Value) IsNull() bool { return v.K == KindNull }

// NewBool makes a boolean.
func NewBool(b bool) Value {
	if b {
		return Value{K: KindBool, I: 1}
	}
	return Value{K: KindBool}
}

// NewInt makes an integer of any width.
func NewInt(i int64) Value { return Value{K: KindInt, I: i} }

// NewFloat makes a floating-point number of either width.
func NewFloat(f float64) Value { return Value{K: KindFloat, I: int64(math.Float64bits(f))} }

// NewText makes a text, varchar or char value.
func NewText(s string) Value { return Value{K: KindText, S: s} }

// NewBytes makes a bytea; the bytes are held as a string.
func NewBytes(s string) Value { return Value{K: KindBytes, S: s} }

// Bool returns the truth of a boolean (or the non-zeroness of an integer).
func (v Value) Bool() bool { return v.I != 0 }

// Float returns the number of a float value.
func (v Value) Float() float64 { return math.Float64frombits(uint64(v.I)) }
