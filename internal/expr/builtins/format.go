package builtins

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	fn("quote_ident", args{text}, text, "Text as an identifier, quoted where needed", text1(quoteIdent))
	fn("quote_literal", args{text}, text, "Text as a string literal", text1(quoteLiteral))
	anyLiteral := func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		if a[0].IsNull() {
			return newText("NULL")
		}
		return newText(quoteLiteral(textOf(c, call.Args[0], a[0])))
	}
	f := fn("quote_literal", args{types.AnyElement}, text, "Text of a value as a string literal", nil)
	f.EvalTyped, f.Volatility = anyLiteral, expr.Stable
	for _, t := range []typ{text, types.AnyElement} {
		f := fn("quote_nullable", args{t}, text, "Text of a value as a string literal, NULL for NULL", nil)
		f.EvalTyped, f.Volatility, f.NotStrict = anyLiteral, expr.Stable, true
	}
	f = fn("format", args{text, types.Any}, text, "Text with %s, %I and %L replaced by the arguments", nil)
	f.Variadic, f.NotStrict, f.Volatility, f.EvalTyped = true, true, expr.Stable, format
	f = fn("format", args{text}, text, "Text with %% replaced", nil)
	f.NotStrict, f.EvalTyped = true, format
	fn("unistr", args{text}, text, "Text with Unicode escapes replaced", func(_ *expr.Context, a []value) (value, error) {
		return unistr(a[0].S)
	})
}

// plainIdent reports whether a name needs no quotes.
func plainIdent(s string) bool {
	if s == "" || !(s[0] == '_' || s[0] >= 'a' && s[0] <= 'z') || reserved[s] {
		return false
	}
	for i := 1; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// reserved are the words that cannot stand as names without quotes.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`all analyse analyze and any array as asc asymmetric authorization between bigint
		binary bit boolean both case cast char character check coalesce collate collation column concurrently constraint
		create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user
		dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze
		from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is
		isnull join lateral leading least left like limit localtime localtimestamp national natural nchar none normalize not
		notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary
		real references returning right row select session_user setof similar smallint some substring symmetric table
		tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose
		when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
		xmlserialize xmltable`) {
		m[w] = true
	}
	return m
}()

func quoteIdent(s string) string {
	if plainIdent(s) {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func quoteLiteral(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(q, `\`, `\\`)
	}
	return q
}

// format is PostgreSQL's format(): %[position$][-][width]type.
func format(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	f := formatter{c: c, call: call, a: a}
	s := a[0].S
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			f.out.WriteString(s)
			return newText(f.out.String())
		}
		f.out.WriteString(s[:i])
		rest, err := f.spec(s[i+1:])
		if err != nil {
			return types.Null, err
		}
		s = rest
	}
}

type formatter struct {
	c    *expr.Context
	call *expr.CallTypes
	a    []value
	last int // argument used last
	out  strings.Builder
}

var errFormatEnd = sqlerr.New(sqlerr.InvalidParameterValue, "unterminated format() type specifier").
	WithHint("For a single \"%%%%\" use \"%%%%%%%%\".")

// spec writes one specifier and returns the text after it.
func (f *formatter) spec(s string) (string, error) {
	if s == "" {
		return "", errFormatEnd
	}
	if s[0] == '%' {
		f.out.WriteByte('%')
		return s[1:], nil
	}
	arg, width, leftAlign := 0, 0, false
	if n, rest, ok := number(s); ok && strings.HasPrefix(rest, "$") {
		if n == 0 {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
		}
		arg, s = n, rest[1:]
	}
	for strings.HasPrefix(s, "-") {
		leftAlign, s = true, s[1:]
	}
	if strings.HasPrefix(s, "*") {
		s = s[1:]
		n, rest, ok := number(s)
		if ok && strings.HasPrefix(rest, "$") {
			s = rest[1:]
		} else {
			n = f.last + 1
		}
		v, _, err := f.arg(n)
		if err != nil {
			return "", err
		}
		if width = int(v.I); width < 0 {
			width, leftAlign = -width, true
		}
	} else if n, rest, ok := number(s); ok {
		width, s = n, rest
	}
	if s == "" {
		return "", errFormatEnd
	}
	if strings.IndexByte("sIL", s[0]) < 0 {
		r, _ := utf8.DecodeRuneInString(s)
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized format() type specifier \"%c\"", r).
			WithHint("For a single \"%%%%\" use \"%%%%%%%%\".")
	}
	if arg == 0 {
		arg = f.last + 1
	}
	v, t, err := f.arg(arg)
	if err != nil {
		return "", err
	}
	return s[1:], f.write(s[0], v, t, width, leftAlign)
}

func (f *formatter) arg(n int) (value, typ, error) {
	if n >= len(f.a) {
		return types.Null, nil, sqlerr.New(sqlerr.InvalidParameterValue, "too few arguments for format()")
	}
	f.last = n
	return f.a[n], f.call.Args[n], nil
}

func (f *formatter) write(kind byte, v value, t typ, width int, leftAlign bool) error {
	s := ""
	switch {
	case v.IsNull() && kind == 'I':
		return sqlerr.New(sqlerr.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
	case v.IsNull() && kind == 'L':
		s = "NULL"
	case v.IsNull():
	case kind == 'I':
		s = quoteIdent(textOf(f.c, t, v))
	case kind == 'L':
		s = quoteLiteral(textOf(f.c, t, v))
	default:
		s = textOf(f.c, t, v)
	}
	blanks := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if leftAlign {
		s, blanks = blanks, s
		f.out.WriteString(blanks)
		f.out.WriteString(s)
		return nil
	}
	f.out.WriteString(blanks)
	f.out.WriteString(s)
	return nil
}

// number reads digits at the start of s.
func number(s string) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' && i < 9 {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:], i > 0
}

// unistr replaces \XXXX, \+XXXXXX, \uXXXX and \UXXXXXXXX.
func unistr(s string) (value, error) {
	var b strings.Builder
	bad := sqlerr.New(sqlerr.SyntaxError, "invalid Unicode escape").
		WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
	var high rune
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		if strings.HasPrefix(s[i:], `\\`) {
			b.WriteByte('\\')
			i += 2
			continue
		}
		start, digits := i+1, 4
		if start < len(s) {
			switch s[start] {
			case '+':
				start, digits = start+1, 6
			case 'u':
				start++
			case 'U':
				start, digits = start+1, 8
			}
		}
		if start+digits > len(s) {
			return types.Null, bad
		}
		n, err := strconv.ParseUint(s[start:start+digits], 16, 32)
		if err != nil || n > utf8.MaxRune {
			return types.Null, bad
		}
		r := rune(n)
		i = start + digits
		switch {
		case high != 0 && r >= 0xDC00 && r < 0xE000:
			r, high = (high-0xD800)<<10+(r-0xDC00)+0x10000, 0
		case high != 0 || r >= 0xDC00 && r < 0xE000:
			return types.Null, sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair")
		case r >= 0xD800 && r < 0xDC00:
			high = r
			continue
		}
		b.WriteRune(r)
	}
	if high != 0 {
		return types.Null, sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair")
	}
	return newText(b.String())
}
