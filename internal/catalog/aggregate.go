package catalog

import (
	"encoding/json"

	"github.com/zqlite/zqlite/internal/types"
)

// Aggregate is what CREATE AGGREGATE says beside the name, the arguments and
// the result, which are those of its SQLFunction.
type Aggregate struct {
	Kind   byte `json:",omitempty"` // n, o (ordered set) or h (hypothetical set)
	Direct int  `json:",omitempty"` // arguments before ORDER BY

	Trans, Final           FuncRef // Final is empty where the state is the result
	Combine                FuncRef
	Serial, Deserial       FuncRef
	MTrans, MInv, MFinal   FuncRef // of a moving frame
	State, MState          *types.Type
	Init, MInit            *string // nil: the state begins as NULL
	FinalExtra, MExtra     bool
	FinalModify, MFModify  byte // r, s or w
	SortOp, SortOpSchema   string
	StateSpace, MStateSize int
}

// FuncRef names a function that an object uses: one of the catalog by its id,
// a built-in one by its name.
type FuncRef struct {
	ID   ID     `json:",omitempty"`
	Name string `json:",omitempty"` // of a built-in one
}

// None reports that there is no function.
func (f FuncRef) None() bool { return f.ID == 0 && f.Name == "" }

// Refs lists the functions that the aggregate uses.
func (a *Aggregate) Refs() []FuncRef {
	var out []FuncRef
	for _, f := range []FuncRef{a.Trans, a.Final, a.Combine, a.Serial, a.Deserial, a.MTrans, a.MInv, a.MFinal} {
		if !f.None() {
			out = append(out, f)
		}
	}
	return out
}

type plainAggregate Aggregate

type aggregateJSON struct {
	*plainAggregate
	State, MState string
}

// MarshalJSON writes the aggregate with its types as references.
func (a *Aggregate) MarshalJSON() ([]byte, error) {
	return json.Marshal(aggregateJSON{(*plainAggregate)(a), typeRef(a.State), typeRef(a.MState)})
}

// UnmarshalJSON reads what MarshalJSON wrote; the types are placeholders.
func (a *Aggregate) UnmarshalJSON(b []byte) error {
	j := aggregateJSON{plainAggregate: (*plainAggregate)(a)}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	a.State, a.MState = placeholder(j.State), placeholder(j.MState)
	return nil
}
