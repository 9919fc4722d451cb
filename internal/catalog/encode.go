package catalog

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/types"
)

// The stored form of descriptors is JSON with Go's field names: fields may be
// added at any time, and a reader that does not know one ignores it. A type
// is stored as a reference (oid, modifier, width, collation), which decoding
// leaves as a placeholder until Resolve has all user-defined types at hand.

// typeRef writes a type as `[]…oid,mod,width,collation`.
func typeRef(t *types.Type) string {
	if t == nil {
		return ""
	}
	if t.Elem != nil && t.Base == nil { // a domain over an array has its own number
		return "[]" + typeRef(t.Elem)
	}
	if t.Rel != 0 && t.Base == nil {
		return "R" + strconv.FormatUint(uint64(t.Rel), 10)
	}
	return fmt.Sprintf("%d,%d,%d,%s", t.OID, t.Mod, t.Width, t.Collation)
}

// placeholder stands for a type until Resolve finds it.
func placeholder(ref string) *types.Type {
	if ref == "" {
		return nil
	}
	return &types.Type{Display: ref}
}

// resolve turns a placeholder into its type.
func (c *Catalog) resolve(t *types.Type) (*types.Type, error) {
	if t == nil || t.OID != 0 {
		return t, nil
	}
	return c.typeOf(t.Display)
}

func (c *Catalog) typeOf(ref string) (*types.Type, error) {
	if rest, ok := strings.CutPrefix(ref, "[]"); ok {
		elem, err := c.typeOf(rest)
		if err != nil {
			return nil, err
		}
		return types.ArrayOf(elem), nil
	}
	if rest, ok := strings.CutPrefix(ref, "R"); ok {
		id, err := strconv.ParseUint(rest, 10, 32)
		if err != nil || c.RelationByID(ID(id)) == nil {
			return nil, fmt.Errorf("catalog: bad type reference %q", ref)
		}
		return c.rowType(ID(id)), nil
	}
	f := strings.SplitN(ref, ",", 4)
	if len(f) != 4 {
		return nil, fmt.Errorf("catalog: bad type reference %q", ref)
	}
	oid, err1 := strconv.ParseUint(f[0], 10, 32)
	mod, err2 := strconv.ParseInt(f[1], 10, 32)
	width, err3 := strconv.Atoi(f[2])
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, fmt.Errorf("catalog: bad type reference %q", ref)
	}
	var base *types.Type
	if u := c.TypeByOID(types.OID(oid)); u != nil {
		base = u.Type
	} else if types.OID(oid) == types.Integer.OID && width == int(types.Integer.Width) {
		base = types.Integer
	} else if base = types.ByOID(types.OID(oid)); base == nil {
		return nil, fmt.Errorf("catalog: unknown type oid %d", oid)
	}
	if base.Mod == int32(mod) && base.Collation == f[3] {
		return base, nil
	}
	t := *base
	t.Mod, t.Collation = int32(mod), f[3]
	return &t, nil
}

type valueJSON struct {
	S    []byte
	I, J int64
	K    types.Kind
}

type plainColumn Column

type columnJSON struct {
	*plainColumn
	Type    string
	Missing *valueJSON
}

// MarshalJSON writes the column with its type as a reference.
func (c *Column) MarshalJSON() ([]byte, error) {
	j := columnJSON{plainColumn: (*plainColumn)(c), Type: typeRef(c.Type)}
	if m := c.Missing; m != nil {
		j.Missing = &valueJSON{[]byte(m.S), m.I, m.J, m.K}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote; the type is a placeholder.
func (c *Column) UnmarshalJSON(b []byte) error {
	j := columnJSON{plainColumn: (*plainColumn)(c)}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	c.Type = placeholder(j.Type)
	if m := j.Missing; m != nil {
		c.Missing = &types.Value{S: string(m.S), I: m.I, J: m.J, K: m.K}
	}
	return nil
}

type plainPart IndexPart

type partJSON struct {
	*plainPart
	Type string
}

// MarshalJSON writes the part with its type as a reference.
func (p *IndexPart) MarshalJSON() ([]byte, error) {
	return json.Marshal(partJSON{(*plainPart)(p), typeRef(p.Type)})
}

// UnmarshalJSON reads what MarshalJSON wrote; the type is a placeholder.
func (p *IndexPart) UnmarshalJSON(b []byte) error {
	j := partJSON{plainPart: (*plainPart)(p)}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	p.Type = placeholder(j.Type)
	return nil
}

type fieldJSON struct{ Name, Type string }

// typeJSON is the stored form of a user-defined type.
type typeJSON struct {
	ID           ID
	Schema, Name string
	Comment      string
	Labels       []string
	Fields       []fieldJSON
	Base         string
	Domain       *types.Domain
	PartComments map[string]string `json:",omitempty"`
	Sorts        []float32         `json:",omitempty"`
	Shell        bool              `json:",omitempty"`
	Range        *RangeOptions     `json:",omitempty"`
	Sub          string            `json:",omitempty"` // of the bounds of a range; of the range of a multirange
}

// MarshalJSON writes the definition behind the type.
func (u *UserType) MarshalJSON() ([]byte, error) {
	j := typeJSON{ID: u.ID, Schema: u.Schema, Name: u.Name, Comment: u.Comment,
		Labels: u.Type.Labels, Base: typeRef(u.Type.Base), Domain: u.Type.Domain, PartComments: u.PartComments,
		Sorts: u.Sorts, Shell: u.Shell, Range: u.Range, Sub: typeRef(u.Type.Sub)}
	for _, f := range u.Type.Fields {
		j.Fields = append(j.Fields, fieldJSON{f.Name, typeRef(f.Type)})
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote; types below are placeholders.
func (u *UserType) UnmarshalJSON(b []byte) error {
	var j typeJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	u.ID, u.Schema, u.Name, u.Comment, u.PartComments = j.ID, j.Schema, j.Name, j.Comment, j.PartComments
	u.Sorts, u.Shell, u.Range = j.Sorts, j.Shell, j.Range
	switch {
	case j.Shell:
		u.Type = NewShellType(j.ID, j.Name)
	case j.Domain == nil && j.Sub != "": // Resolve puts a range and its multirange together
		kind := types.KindMultirange
		if j.Range != nil {
			kind = types.KindRange
		}
		u.Type = &types.Type{OID: types.OID(j.ID), Kind: kind, Category: 'R', Name: j.Name, Display: j.Name, Mod: -1, Sub: placeholder(j.Sub)}
	case j.Domain != nil:
		u.Type = NewDomainType(j.ID, j.Name, placeholder(j.Base), j.Domain)
	case j.Labels != nil:
		u.Type = NewEnumType(j.ID, j.Name, j.Labels)
	default:
		fields := make([]types.Field, len(j.Fields))
		for i, f := range j.Fields {
			fields[i] = types.Field{Name: f.Name, Type: placeholder(f.Type)}
		}
		u.Type = NewCompositeType(j.ID, j.Name, fields)
	}
	return nil
}

// NewEnumType makes the type of CREATE TYPE … AS ENUM.
func NewEnumType(id ID, name string, labels []string) *types.Type {
	return &types.Type{OID: types.OID(id), Kind: types.KindEnum, Category: 'E', Name: name, Display: name, Mod: -1, Labels: labels}
}

// NewShellType makes the type of CREATE TYPE without a definition.
func NewShellType(id ID, name string) *types.Type {
	return &types.Type{OID: types.OID(id), Kind: types.KindVoid, Category: 'P', Name: name, Display: name, Mod: -1}
}

// SortOrder returns the places of an enum's labels in pg_enum.
func (u *UserType) SortOrder() []float32 {
	if len(u.Sorts) == len(u.Type.Labels) {
		return u.Sorts
	}
	return counted(len(u.Type.Labels))
}

func counted(n int) []float32 {
	sorts := make([]float32, n)
	for i := range sorts {
		sorts[i] = float32(i + 1)
	}
	return sorts
}

// InsertSort gives a label that comes at a place its number: between those of
// its neighbours, as PostgreSQL does, or all labels new ones where none lies
// between.
func InsertSort(sorts []float32, at int) []float32 {
	var s float32
	switch {
	case len(sorts) == 0:
		s = 1
	case at == 0:
		s = sorts[0] - 1
	case at == len(sorts):
		s = sorts[at-1] + 1
	default:
		if s = (sorts[at-1] + sorts[at]) / 2; s == sorts[at-1] || s == sorts[at] {
			return InsertSort(counted(len(sorts)), at)
		}
	}
	out := append(append(make([]float32, 0, len(sorts)+1), sorts[:at]...), s)
	return append(out, sorts[at:]...)
}

// NewDomainType makes the type of CREATE DOMAIN.
func NewDomainType(id ID, name string, base *types.Type, d *types.Domain) *types.Type {
	t := *base
	t.OID, t.Name, t.Display, t.Base, t.Domain = types.OID(id), name, name, base, d
	t.Preferred = false
	return &t
}

// NewCompositeType makes the type of CREATE TYPE … AS (…).
func NewCompositeType(id ID, name string, fields []types.Field) *types.Type {
	return &types.Type{OID: types.OID(id), Kind: types.KindRecord, Category: 'C', Name: name, Display: name, Mod: -1, Fields: fields}
}

type plainSequence Sequence

type sequenceJSON struct {
	*plainSequence
	Type string
}

// MarshalJSON writes the sequence with its type as a reference.
func (s *Sequence) MarshalJSON() ([]byte, error) {
	return json.Marshal(sequenceJSON{(*plainSequence)(s), typeRef(s.Type)})
}

// UnmarshalJSON reads what MarshalJSON wrote; the type is a placeholder.
func (s *Sequence) UnmarshalJSON(b []byte) error {
	j := sequenceJSON{plainSequence: (*plainSequence)(s)}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	s.Type = placeholder(j.Type)
	return nil
}

type plainFunction SQLFunction

type functionJSON struct {
	*plainFunction
	Args, Cols []fieldJSON
	Ret        string
}

func fieldRefs(fields []types.Field) (out []fieldJSON) {
	for _, f := range fields {
		out = append(out, fieldJSON{f.Name, typeRef(f.Type)})
	}
	return out
}

func fieldsOf(refs []fieldJSON) (out []types.Field) {
	for _, f := range refs {
		out = append(out, types.Field{Name: f.Name, Type: placeholder(f.Type)})
	}
	return out
}

// MarshalJSON writes the function with its types as references.
func (f *SQLFunction) MarshalJSON() ([]byte, error) {
	return json.Marshal(functionJSON{(*plainFunction)(f), fieldRefs(f.Args), fieldRefs(f.Cols), typeRef(f.Ret)})
}

// UnmarshalJSON reads what MarshalJSON wrote; the types are placeholders.
func (f *SQLFunction) UnmarshalJSON(b []byte) error {
	j := functionJSON{plainFunction: (*plainFunction)(f)}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	f.Args, f.Cols, f.Ret = fieldsOf(j.Args), fieldsOf(j.Cols), placeholder(j.Ret)
	return nil
}
