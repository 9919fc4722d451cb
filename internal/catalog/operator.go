package catalog

import (
	"encoding/json"

	"github.com/zqlite/zqlite/internal/types"
)

// Operator is what CREATE OPERATOR made.
type Operator struct {
	ID         ID
	Schema     string
	Name       string
	Left       *types.Type // nil before its operand
	Right, Ret *types.Type
	Func       FuncRef
	Commutator string `json:",omitempty"` // as written, with a schema where that was
	Negator    string `json:",omitempty"`
	Restrict   string `json:",omitempty"` // names of estimators, which nothing calls
	Join       string `json:",omitempty"`
	Hashes     bool   `json:",omitempty"`
	Merges     bool   `json:",omitempty"`
	Comment    string `json:",omitempty"`
}

// Args are the types of the operands.
func (o *Operator) Args() []*types.Type {
	if o.Left == nil {
		return []*types.Type{o.Right}
	}
	return []*types.Type{o.Left, o.Right}
}

type plainOperator Operator

type operatorJSON struct {
	*plainOperator
	Left, Right, Ret string
}

// MarshalJSON writes the operator with its types as references.
func (o *Operator) MarshalJSON() ([]byte, error) {
	return json.Marshal(operatorJSON{(*plainOperator)(o), typeRef(o.Left), typeRef(o.Right), typeRef(o.Ret)})
}

// UnmarshalJSON reads what MarshalJSON wrote; the types are placeholders.
func (o *Operator) UnmarshalJSON(b []byte) error {
	j := operatorJSON{plainOperator: (*plainOperator)(o)}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	o.Left, o.Right, o.Ret = placeholder(j.Left), placeholder(j.Right), placeholder(j.Ret)
	return nil
}

// Cast is what CREATE CAST made.
type Cast struct {
	ID       ID
	From, To *types.Type
	Func     FuncRef
	Params   int    `json:",omitempty"` // of the function
	Method   byte   // f (function), i (INOUT) or b (as it stands)
	Context  byte   // e (explicit), a (assignment) or i (implicit)
	Comment  string `json:",omitempty"`
}

type plainCast Cast

type castJSON struct {
	*plainCast
	From, To string
}

// MarshalJSON writes the cast with its types as references.
func (c *Cast) MarshalJSON() ([]byte, error) {
	return json.Marshal(castJSON{(*plainCast)(c), typeRef(c.From), typeRef(c.To)})
}

// UnmarshalJSON reads what MarshalJSON wrote; the types are placeholders.
func (c *Cast) UnmarshalJSON(b []byte) error {
	j := castJSON{plainCast: (*plainCast)(c)}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	c.From, c.To = placeholder(j.From), placeholder(j.To)
	return nil
}

// Operators returns the operators of that name along the path.
func (c *Catalog) Operators(searchPath []string, schema, name string) []*Operator {
	if c.operators.Len() == 0 {
		return nil
	}
	if schema != "" {
		searchPath = []string{schema}
	}
	var out []*Operator
	for _, s := range searchPath {
		c.operators.Scan(func(_ ID, o *Operator) bool {
			if o.Schema == s && o.Name == name {
				for _, x := range out {
					if x == o {
						return true
					}
				}
				out = append(out, o)
			}
			return true
		})
	}
	return out
}

// EachOperator calls f for every operator in order of id.
func (c *Catalog) EachOperator(f func(*Operator) bool) {
	c.operators.Scan(func(_ ID, o *Operator) bool { return f(o) })
}

// EachCast calls f for every cast in order of id.
func (c *Catalog) EachCast(f func(*Cast) bool) {
	c.casts.Scan(func(_ ID, x *Cast) bool { return f(x) })
}

// CastBetween finds the cast between two types, or nil.
func (c *Catalog) CastBetween(from, to *types.Type) (found *Cast) {
	c.casts.Scan(func(_ ID, x *Cast) bool {
		if x.From.Is(from) && x.To.Is(to) {
			found = x
		}
		return found == nil
	})
	return found
}

// HasCasts reports whether anybody made a cast.
func (c *Catalog) HasCasts() bool { return c.casts.Len() > 0 }

// WithOperator adds or replaces an operator.
func (c *Catalog) WithOperator(o *Operator) *Catalog {
	d := c.clone()
	d.touch(ClassOperator, o.ID)
	d.operators.Set(o.ID, o)
	d.Kinds = d.Stamp
	return d
}

// WithoutOperator removes an operator.
func (c *Catalog) WithoutOperator(id ID) *Catalog {
	d := c.clone()
	d.touch(ClassOperator, id)
	d.operators.Delete(id)
	d.Kinds = d.Stamp
	return d
}

// WithCast adds or replaces a cast.
func (c *Catalog) WithCast(x *Cast) *Catalog {
	d := c.clone()
	d.touch(ClassCast, x.ID)
	d.casts.Set(x.ID, x)
	d.Kinds = d.Stamp
	return d
}

// WithoutCast removes a cast.
func (c *Catalog) WithoutCast(id ID) *Catalog {
	d := c.clone()
	d.touch(ClassCast, id)
	d.casts.Delete(id)
	d.Kinds = d.Stamp
	return d
}

func (c *Catalog) resolveOperators() (err error) {
	set := func(t **types.Type) {
		if err == nil {
			*t, err = c.resolve(*t)
		}
	}
	c.operators.Scan(func(_ ID, o *Operator) bool {
		set(&o.Left)
		set(&o.Right)
		set(&o.Ret)
		return err == nil
	})
	c.casts.Scan(func(_ ID, x *Cast) bool {
		set(&x.From)
		set(&x.To)
		return err == nil
	})
	return err
}
