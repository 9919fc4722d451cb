package builtins

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	f := sqlite("typeof", args{types.Any}, text, "SQLite's storage class of the argument: null, integer, real, text or blob", func(_ *expr.Context, a []value) (value, error) {
		return newText(storageClass(a[0]))
	})
	f.NotStrict = true
	sqlite("hex", args{bytea}, text, "Bytes in upper-case hexadecimal", func(_ *expr.Context, a []value) (value, error) {
		return newText(strings.ToUpper(hex.EncodeToString([]byte(a[0].S))))
	})
	asText := func(f func(s string) (value, error)) func(*expr.Context, *expr.CallTypes, []value) (value, error) {
		return func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
			return f(textOf(c, call.Args[0], a[0]))
		}
	}
	h := sqlite("hex", args{types.Any}, text, "Bytes of the text in upper-case hexadecimal", nil)
	h.Volatility = expr.Stable
	h.EvalTyped = asText(func(s string) (value, error) { return newText(strings.ToUpper(hex.EncodeToString([]byte(s)))) })
	sqlite("unhex", args{text}, bytea, "Bytes of hexadecimal digits; NULL for other text", func(_ *expr.Context, a []value) (value, error) {
		b, err := hex.DecodeString(a[0].S)
		if err != nil {
			return types.Null, nil
		}
		return types.NewBytes(string(b)), nil
	})
	q := sqlite("quote", args{types.Any}, text, "The argument as an SQL literal", nil)
	q.NotStrict, q.Volatility, q.EvalTyped = true, expr.Stable, sqliteQuote
	sqlite("instr", args{text, text}, int4, "Place of the second text in the first, 0 if it is not there", func(_ *expr.Context, a []value) (value, error) {
		return newInt(strpos(a[0].S, a[1].S))
	})
	sqlite("instr", args{bytea, bytea}, int4, "Place of the second bytes in the first, 0 if they are not there", func(_ *expr.Context, a []value) (value, error) {
		return newInt(strings.Index(a[0].S, a[1].S) + 1)
	})
	sqlite("unicode", args{text}, int4, "Code point of the first character", func(_ *expr.Context, a []value) (value, error) {
		if a[0].S == "" {
			return types.Null, nil
		}
		r, _ := utf8.DecodeRuneInString(a[0].S)
		return newInt(int(r))
	})
	sqlite("char", args{int8}, text, "Text of code points", func(_ *expr.Context, a []value) (value, error) {
		var b strings.Builder
		for _, v := range a {
			r := rune(utf8.RuneError)
			if v.I >= 0 && v.I <= utf8.MaxRune {
				r = rune(v.I)
			}
			b.WriteRune(r)
		}
		return newText(b.String())
	}).Variadic = true
	sqlite("zeroblob", args{int8}, bytea, "So many zero bytes", func(_ *expr.Context, a []value) (value, error) {
		if a[0].I > maxLength {
			return types.Null, errTooLong
		}
		return types.NewBytes(strings.Repeat("\x00", int(max(a[0].I, 0)))), nil
	})
	sqlite("randomblob", args{int8}, bytea, "So many random bytes", randomBlob).Volatility = expr.Volatile
	fn("gen_random_bytes", args{int4}, bytea, "So many random bytes", randomBlob).Volatility = expr.Volatile
	for _, name := range []string{"likely", "unlikely"} {
		sqlite(name, args{anyElem}, anyElem, "The argument itself", func(_ *expr.Context, a []value) (value, error) { return a[0], nil }).NotStrict = true
	}
	sqlite("likelihood", args{anyElem, float8}, anyElem, "The first argument", func(_ *expr.Context, a []value) (value, error) { return a[0], nil }).NotStrict = true
	registerPrintf()
	registerGlob()
}

func storageClass(v value) string {
	switch v.K {
	case types.KindNull:
		return "null"
	case types.KindBool, types.KindInt:
		return "integer"
	case types.KindFloat, types.KindNumeric:
		return "real"
	case types.KindBytes:
		return "blob"
	}
	return "text"
}

func randomBlob(_ *expr.Context, a []value) (value, error) {
	n := max(a[0].I, 1)
	if n > maxLength {
		return types.Null, errTooLong
	}
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		return types.Null, sqlerr.Wrap(err, sqlerr.SystemError, "could not generate random bytes")
	}
	return types.NewBytes(string(b)), nil
}

func sqliteQuote(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
	switch v := a[0]; v.K {
	case types.KindNull:
		return newText("NULL")
	case types.KindInt, types.KindFloat, types.KindNumeric:
		return newText(textOf(c, call.Args[0], v))
	case types.KindBool:
		return newText(strconv.FormatInt(v.I, 10))
	case types.KindBytes:
		return newText("X'" + strings.ToUpper(hex.EncodeToString([]byte(v.S))) + "'")
	}
	return newText("'" + strings.ReplaceAll(textOf(c, call.Args[0], a[0]), "'", "''") + "'")
}

func registerPrintf() {
	for _, params := range []args{{text}, {text, types.Any}} {
		f := sqlite("printf", params, text, "Text with conversions as in C", nil)
		f.NotStrict, f.Variadic, f.Volatility, f.EvalTyped = true, len(params) > 1, expr.Stable, printf
	}
}

// printf is SQLite's: %d %i %u %f %e %g %x %X %o %c %s %q %Q %w %%, with
// flags, width and precision.
func printf(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	var b strings.Builder
	next := 1
	take := func() (value, string) {
		if next >= len(a) {
			return types.Null, ""
		}
		v := a[next]
		s := ""
		if !v.IsNull() {
			s = textOf(c, call.Args[next], v)
		}
		next++
		return v, s
	}
	s := a[0].S
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 || i+1 == len(s) {
			b.WriteString(strings.TrimSuffix(s, "%"))
			return newText(b.String())
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		k := 0
		for k < len(s) && strings.IndexByte("-+ #0,!123456789.*lh", s[k]) >= 0 {
			k++
		}
		if k == len(s) {
			return newText(b.String())
		}
		flags, verb := strings.Map(dropLengths, s[:k]), s[k]
		s = s[k+1:]
		for strings.Contains(flags, "*") {
			v, _ := take()
			flags = strings.Replace(flags, "*", strconv.FormatInt(v.I, 10), 1)
		}
		if verb == '%' {
			b.WriteByte('%')
			continue
		}
		v, str := take()
		b.WriteString(printfOne(flags, verb, v, str))
	}
}

func dropLengths(r rune) rune {
	if r == 'l' || r == 'h' || r == '!' {
		return -1
	}
	return r
}

func printfOne(flags string, verb byte, v value, s string) string {
	grouped := strings.Contains(flags, ",")
	flags = strings.ReplaceAll(flags, ",", "")
	switch verb {
	case 'd', 'i', 'u':
		n := integerOf(v, s)
		if grouped {
			return fmt.Sprintf("%"+flags+"s", groupDigits(strconv.FormatInt(n, 10)))
		}
		return fmt.Sprintf("%"+flags+"d", n)
	case 'x', 'X', 'o':
		return fmt.Sprintf("%"+flags+string(verb), uint64(integerOf(v, s)))
	case 'f', 'e', 'E', 'g', 'G':
		f := floatOf(v, s)
		if verb == 'g' || verb == 'G' {
			if !strings.Contains(flags, ".") {
				flags += ".6"
			}
		}
		return fmt.Sprintf("%"+flags+string(verb), f)
	case 'c':
		r, _ := utf8.DecodeRuneInString(s)
		if s == "" {
			return ""
		}
		return string(r)
	case 's', 'z':
		return fmt.Sprintf("%"+flags+"s", s)
	case 'q':
		return fmt.Sprintf("%"+flags+"s", strings.ReplaceAll(s, "'", "''"))
	case 'Q':
		if v.IsNull() {
			return "NULL"
		}
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	case 'w':
		return strings.ReplaceAll(s, `"`, `""`)
	}
	return ""
}

func groupDigits(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// integerOf reads a value as an integer, as SQLite's casts do.
func integerOf(v value, s string) int64 {
	switch v.K {
	case types.KindInt, types.KindBool:
		return v.I
	case types.KindFloat:
		return int64(v.Float())
	}
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func floatOf(v value, s string) float64 {
	switch v.K {
	case types.KindInt, types.KindBool:
		return float64(v.I)
	case types.KindFloat:
		return v.Float()
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return 0
	}
	return f
}

func registerGlob() {
	sqlite("glob", args{text, text}, types.Bool, "Whether the second text matches the glob pattern in the first", func(_ *expr.Context, a []value) (value, error) {
		return types.NewBool(glob(a[0].S, a[1].S)), nil
	})
}

// glob matches * ? [...] over characters; after a star the leftmost match of
// what follows is enough, so it only ever goes back to the last star.
func glob(pattern, s string) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, i
			p++
			continue
		}
		if n, m, ok := globOne(pattern[p:], s[i:]); ok {
			p, i = p+n, i+m
			continue
		}
		if star < 0 {
			return false
		}
		_, m := utf8.DecodeRuneInString(s[mark:])
		mark += m
		p, i = star+1, mark
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// globOne matches one pattern element with one character.
func globOne(p, s string) (np, ns int, ok bool) {
	if p == "" {
		return 0, 0, false
	}
	r, ns := utf8.DecodeRuneInString(s)
	switch p[0] {
	case '?':
		return 1, ns, true
	case '[':
		return globClass(p, r, ns)
	}
	q, np := utf8.DecodeRuneInString(p)
	return np, ns, q == r
}

func globClass(p string, r rune, ns int) (int, int, bool) {
	i, negated, found := 1, false, false
	if i < len(p) && p[i] == '^' {
		negated = true
		i++
	}
	for first := true; i < len(p) && (p[i] != ']' || first); first = false {
		lo, n := utf8.DecodeRuneInString(p[i:])
		i += n
		hi := lo
		if i+1 < len(p) && p[i] == '-' && p[i+1] != ']' {
			hi, n = utf8.DecodeRuneInString(p[i+1:])
			i += 1 + n
		}
		found = found || lo <= r && r <= hi
	}
	if i >= len(p) {
		return 0, 0, false
	}
	return i + 1, ns, found != negated
}
