package types

import "time"

// Env is what text input and output and zoned conversions depend on beyond
// the value: the session's settings. A nil *Env is UTC with no names known.
type Env struct {
	Zone  *time.Location // nil is UTC
	Now   int64          // start of the transaction, microseconds since 2000-01-01 UTC; 0 asks Clock
	Style Style          // how dates, intervals, bytea and floats are written and read
	// Clock gives Now where it is 0 and remembers it; nil is the machine's clock.
	Clock func() int64

	// RegName gives the text of an oid of regclass, regtype or regproc; nil, or
	// "" as its answer, is the number.
	RegName func(t *Type, oid int64) string
	// RegOID finds the oid of a name written for a reg type.
	RegOID func(t *Type, name string) (int64, error)
	// TypeByOID finds user-defined types, for records without a declared type.
	TypeByOID func(OID) *Type
}

// Location returns the time zone, UTC for a nil environment.
func (e *Env) Location() *time.Location {
	if e == nil || e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}

// Timestamp returns the start of the transaction in microseconds since
// 2000-01-01 UTC, or the clock where none is set.
func (e *Env) Timestamp() int64 {
	if e != nil && e.Now == 0 && e.Clock != nil {
		return e.Clock()
	}
	if e == nil || e.Now == 0 {
		return TimestampTZFromTime(time.Now()).I
	}
	return e.Now
}

func (e *Env) typeByOID(o OID) *Type {
	if t := ByOID(o); t != nil {
		return t
	}
	if e != nil && e.TypeByOID != nil {
		return e.TypeByOID(o)
	}
	return nil
}
