package types

import (
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// textOrder is how a text type compares.
type textOrder uint8

const (
	orderBytes    textOrder = iota
	orderNoCase             // ASCII letters without case
	orderTrim               // trailing blanks do not count
	orderLanguage           // golang.org/x/text/collate, ties by bytes
)

func orderOf(t *Type) textOrder {
	if t == nil {
		return orderBytes
	}
	switch t.Collation {
	case "", "C", "POSIX", "BINARY", "default", "ucs_basic":
		if t.OID == 1042 {
			return orderTrim
		}
		return orderBytes
	}
	switch {
	case strings.EqualFold(t.Collation, "nocase"):
		return orderNoCase
	case strings.EqualFold(t.Collation, "rtrim"):
		return orderTrim
	case strings.EqualFold(t.Collation, "c"), strings.EqualFold(t.Collation, "binary"), strings.EqualFold(t.Collation, "posix"):
		return orderBytes
	}
	return orderLanguage
}

// ByteOrdered reports whether text of the type is compared by its bytes.
func ByteOrdered(t *Type) bool { return orderOf(t) == orderBytes }

func compareText(a, b string, t *Type) int {
	switch orderOf(t) {
	case orderNoCase:
		return compareNoCase(a, b)
	case orderTrim:
		return strings.Compare(trimBlanks(a), trimBlanks(b))
	case orderLanguage:
		if t.OID == 1042 {
			a, b = trimBlanks(a), trimBlanks(b)
		}
		return compareLanguage(a, b, t.Collation)
	}
	return strings.Compare(a, b)
}

func compareNoCase(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := foldASCII(a[i]), foldASCII(b[i]); x != y {
			return cmp64(int64(x), int64(y))
		}
	}
	return cmp64(int64(len(a)), int64(len(b)))
}

func foldASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// collator is a language's rules; its state is not for concurrent use.
type collator struct {
	c   *collate.Collator
	buf collate.Buffer
}

var collators sync.Map // name → *sync.Pool

func collatorOf(name string) *sync.Pool {
	if p, ok := collators.Load(name); ok {
		return p.(*sync.Pool)
	}
	tag, err := collationTag(name)
	if err != nil {
		tag = language.Und
	}
	p := &sync.Pool{New: func() any { return &collator{c: collate.New(tag, collate.OptionsFromTag(tag))} }}
	collators.Store(name, p)
	return p
}

// collationTag reads PostgreSQL's and BCP 47's names: de-x-icu, en_US.utf8, sv.
func collationTag(name string) (language.Tag, error) {
	n := strings.TrimSuffix(name, "-x-icu")
	if i := strings.IndexByte(n, '.'); i >= 0 {
		n = n[:i]
	}
	return language.Parse(strings.ReplaceAll(n, "_", "-"))
}

// CheckCollation reports an unknown collation as error 42704.
func CheckCollation(name string) error {
	if orderOf(&Type{Collation: name}) != orderLanguage {
		return nil
	}
	if _, err := collationTag(name); err != nil {
		return sqlerr.New(sqlerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", name)
	}
	return nil
}

func compareLanguage(a, b, collation string) int {
	if a == b {
		return 0
	}
	p := collatorOf(collation)
	c := p.Get().(*collator)
	r := c.c.CompareString(a, b)
	p.Put(c)
	if r == 0 {
		return strings.Compare(a, b)
	}
	return r
}

// CollationKey returns a string whose byte order is the order of the type's
// text: the text itself under C.
func CollationKey(t *Type, s string) (string, error) {
	switch orderOf(t) {
	case orderNoCase:
		return lowerASCII(s), nil
	case orderTrim:
		return trimBlanks(s), nil
	case orderLanguage:
		if t.OID == 1042 {
			s = trimBlanks(s)
		}
		p := collatorOf(t.Collation)
		c := p.Get().(*collator)
		c.buf.Reset()
		key := string(c.c.KeyFromString(&c.buf, s)) + "\x00\x00" + s
		p.Put(c)
		return key, nil
	}
	return s, nil
}

func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return string(appendLower(make([]byte, 0, len(s)), s))
		}
	}
	return s
}

// equalityKey maps texts that are equal under the type to one string.
func equalityKey(s string, t *Type) string {
	switch orderOf(t) {
	case orderNoCase:
		return lowerASCII(s)
	case orderTrim:
		return trimBlanks(s)
	case orderLanguage:
		if t.OID == 1042 {
			return trimBlanks(s)
		}
	}
	return s
}
