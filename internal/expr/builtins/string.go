package builtins

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	text = types.Text
	int4 = types.Integer
	int8 = types.Int8
)

// maxLength bounds what repeat, lpad and the like may make.
const maxLength = expr.MaxBytes

var errTooLong = expr.ErrTooLong

func newText(s string) (value, error) { return types.NewText(s), nil }
func newInt(i int) (value, error)     { return types.NewInt(int64(i)), nil }

func init() {
	length := func(_ *expr.Context, a []value) (value, error) { return newInt(characters(a[0].S)) }
	for _, name := range []string{"length", "char_length", "character_length"} {
		fn(name, args{text}, int4, "Number of characters", length).Kernel = countKernel(characters)
		fn(name, args{types.Char}, int4, "Number of characters, without trailing blanks", func(_ *expr.Context, a []value) (value, error) {
			return newInt(utf8.RuneCountInString(strings.TrimRight(a[0].S, " ")))
		})
	}
	octets := func(_ *expr.Context, a []value) (value, error) { return newInt(len(a[0].S)) }
	bytes := countKernel(func(s string) int { return len(s) })
	fn("length", args{types.Bytea}, int4, "Number of bytes", octets).Kernel = bytes
	for _, t := range []typ{text, types.Bytea, types.Char} {
		fn("octet_length", args{t}, int4, "Number of bytes", octets).Kernel = bytes
	}
	for _, t := range []typ{text, types.Bytea} {
		fn("bit_length", args{t}, int4, "Number of bits", func(_ *expr.Context, a []value) (value, error) { return newInt(8 * len(a[0].S)) })
	}
	fn("lower", args{text}, text, "In lower case", text1(strings.ToLower))
	fn("upper", args{text}, text, "In upper case", text1(strings.ToUpper))
	fn("initcap", args{text}, text, "First letter of each word in upper case, the rest in lower", text1(initcap))
	fn("reverse", args{text}, text, "Characters in reverse order", text1(reverse))
	fn("ascii", args{text}, int4, "Code point of the first character", func(_ *expr.Context, a []value) (value, error) {
		if a[0].S == "" {
			return newInt(0)
		}
		r, _ := utf8.DecodeRuneInString(a[0].S)
		return newInt(int(r))
	})
	fn("chr", args{int4}, text, "Character with a code point", chr)
	fn("concat", args{types.Any}, text, "Text of all arguments, NULL left out", nil).Variadic = true
	fn("concat_ws", args{text, types.Any}, text, "Text of all arguments after the first, which separates them; NULL left out", nil).Variadic = true
	for _, name := range []string{"concat", "concat_ws"} {
		f := expr.Functions(name)[0]
		f.NotStrict, f.Volatility, f.EvalTyped = true, expr.Stable, concat
		if name == "concat_ws" {
			f.EvalTyped = concatWS
		}
	}
	fn("left", args{text, int4}, text, "First n characters, or all but the last -n", func(_ *expr.Context, a []value) (value, error) {
		return newText(left(a[0].S, a[1].I))
	})
	fn("right", args{text, int4}, text, "Last n characters, or all but the first -n", func(_ *expr.Context, a []value) (value, error) {
		return newText(right(a[0].S, a[1].I))
	})
	for _, p := range []struct {
		name string
		left bool
	}{{"lpad", true}, {"rpad", false}} {
		pad3 := func(_ *expr.Context, a []value) (value, error) { return pad(a[0].S, a[1].I, a[2].S, p.left) }
		fn(p.name, args{text, int4, text}, text, "Filled to a length with characters of the last argument", pad3)
		fn(p.name, args{text, int4}, text, "Filled to a length with blanks", func(_ *expr.Context, a []value) (value, error) {
			return pad(a[0].S, a[1].I, " ", p.left)
		})
	}
	registerTrim()
	fn("repeat", args{text, int4}, text, "Text n times", func(_ *expr.Context, a []value) (value, error) {
		if a[1].I <= 0 || a[0].S == "" {
			return newText("")
		}
		if a[1].I > int64(maxLength/len(a[0].S)) {
			return types.Null, errTooLong
		}
		return newText(strings.Repeat(a[0].S, int(a[1].I)))
	})
	fn("replace", args{text, text, text}, text, "Every occurrence of the second text replaced by the third", func(_ *expr.Context, a []value) (value, error) {
		if a[1].S == "" {
			return a[0], nil
		}
		if more := len(a[2].S) - len(a[1].S); more > 0 && strings.Count(a[0].S, a[1].S) > (maxLength-len(a[0].S))/more {
			return types.Null, errTooLong
		}
		return newText(strings.ReplaceAll(a[0].S, a[1].S, a[2].S))
	})
	fn("translate", args{text, text, text}, text, "Characters of the second text replaced by those of the third", func(_ *expr.Context, a []value) (value, error) {
		return newText(translate(a[0].S, a[1].S, a[2].S))
	})
	position := func(_ *expr.Context, a []value) (value, error) { return newInt(strpos(a[0].S, a[1].S)) }
	fn("strpos", args{text, text}, int4, "Place of the second text in the first, 0 if it is not there", position)
	fn("position", args{text, text}, int4, "Place of the second text in the first, 0 if it is not there", position)
	fn("position", args{types.Bytea, types.Bytea}, int4, "Place of the second bytes in the first, 0 if they are not there", func(_ *expr.Context, a []value) (value, error) {
		return newInt(strings.Index(a[0].S, a[1].S) + 1)
	})
	fn("starts_with", args{text, text}, types.Bool, "Whether the first text begins with the second", func(_ *expr.Context, a []value) (value, error) {
		return types.NewBool(strings.HasPrefix(a[0].S, a[1].S)), nil
	})
	op("^@", args{text, text}, types.Bool, "Whether the first text begins with the second", func(_ *expr.Context, a []value) (value, error) {
		return types.NewBool(strings.HasPrefix(a[0].S, a[1].S)), nil
	})
	fn("split_part", args{text, text, int4}, text, "n-th field of a separated text, counted from the end when negative", splitPart)
	registerSubstring()
	registerConcatOperators()
}

func registerConcatOperators() {
	join := func(_ *expr.Context, a []value) (value, error) {
		if len(a[0].S)+len(a[1].S) > maxLength {
			return types.Null, errTooLong
		}
		return value{K: a[0].K, S: a[0].S + a[1].S}, nil
	}
	op("||", args{text, text}, text, "Concatenation", join)
	op("||", args{types.Bytea, types.Bytea}, types.Bytea, "Concatenation", join)
	anyText := func(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
		return newText(castText(c, call.Args[0], a[0]) + castText(c, call.Args[1], a[1]))
	}
	for _, params := range []args{{text, expr.AnyNonArray}, {expr.AnyNonArray, text}} {
		f := op("||", params, text, "Concatenation with the text of a value", nil)
		f.EvalTyped, f.TextVolatile = anyText, true
	}
}

// textOf is the text form of a value, as a cast to text gives it; booleans
// are t and f here, as in PostgreSQL's output functions.
func textOf(c *expr.Context, t typ, v value) string {
	if v.K == types.KindText {
		return v.S
	}
	return types.Format(v, t, c.Env)
}

// castText is textOf with true and false for booleans, and every prefix.
func castText(c *expr.Context, t typ, v value) string {
	switch v.K {
	case types.KindBool:
		return strconv.FormatBool(v.I != 0)
	case types.KindInet:
		return string(types.AppendNetwork(nil, v, true))
	}
	return textOf(c, t, v)
}

func concat(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
	var b strings.Builder
	for i, v := range a {
		if !v.IsNull() {
			b.WriteString(textOf(c, call.Args[i], v))
		}
	}
	return newText(b.String())
}

func concatWS(c *expr.Context, call *expr.CallTypes, a []value) (value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	var b strings.Builder
	first := true
	for i, v := range a[1:] {
		if v.IsNull() {
			continue
		}
		if !first {
			b.WriteString(a[0].S)
		}
		first = false
		b.WriteString(textOf(c, call.Args[i+1], v))
	}
	return newText(b.String())
}

func initcap(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		was := inWord
		inWord = unicode.IsLetter(r) || unicode.IsDigit(r)
		if was {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

func reverse(s string) string {
	b := make([]byte, 0, len(s))
	for len(s) > 0 {
		_, n := utf8.DecodeLastRuneInString(s)
		b = append(b, s[len(s)-n:]...)
		s = s[:len(s)-n]
	}
	return string(b)
}

func chr(_ *expr.Context, a []value) (value, error) {
	switch n := a[0].I; {
	case n == 0:
		return types.Null, sqlerr.New(sqlerr.ProgramLimitExceeded, "null character not permitted")
	case n < 0:
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "character number must be positive")
	case n > unicode.MaxRune:
		return types.Null, sqlerr.New(sqlerr.ProgramLimitExceeded, "requested character too large for encoding: %d", n)
	case n >= 0xD800 && n < 0xE000:
		return types.Null, sqlerr.New(sqlerr.ProgramLimitExceeded, "requested character not valid for encoding: %d", n)
	default:
		return newText(string(rune(n)))
	}
}

// byteOffset is where the n-th character starts (0-based), or the length.
func byteOffset(s string, n int64) int {
	if n <= 0 {
		return 0
	}
	if int64(len(s)) <= n && isASCII(s) {
		return len(s)
	}
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func left(s string, n int64) string {
	if n < 0 {
		n += int64(utf8.RuneCountInString(s))
	}
	return s[:byteOffset(s, n)]
}

func right(s string, n int64) string {
	if n < 0 {
		return s[byteOffset(s, -n):]
	}
	return s[byteOffset(s, int64(utf8.RuneCountInString(s))-n):]
}

func pad(s string, n int64, fill string, atLeft bool) (value, error) {
	have := int64(utf8.RuneCountInString(s))
	switch {
	case n > maxLength:
		return types.Null, errTooLong
	case have >= n || fill == "":
		return newText(s[:byteOffset(s, n)])
	}
	var b strings.Builder
	missing := n - have
	size := int64(utf8.RuneCountInString(fill))
	if missing/size > int64(maxLength/len(fill)) {
		return types.Null, errTooLong
	}
	full := strings.Repeat(fill, int(missing/size)) + fill[:byteOffset(fill, missing%size)]
	if atLeft {
		b.WriteString(full)
		b.WriteString(s)
	} else {
		b.WriteString(s)
		b.WriteString(full)
	}
	return newText(b.String())
}

func registerTrim() {
	for _, t := range []struct {
		name string
		trim func(s, cut string) string
	}{
		{"btrim", func(s, cut string) string { return trimSet(s, cut, true, true) }},
		{"ltrim", func(s, cut string) string { return trimSet(s, cut, true, false) }},
		{"rtrim", func(s, cut string) string { return trimSet(s, cut, false, true) }},
		{"trim", func(s, cut string) string { return trimSet(s, cut, true, true) }},
	} {
		fn(t.name, args{text}, text, "Without blanks at the end(s)", func(_ *expr.Context, a []value) (value, error) {
			return newText(t.trim(a[0].S, " "))
		})
		fn(t.name, args{text, text}, text, "Without characters of the second text at the end(s)", func(_ *expr.Context, a []value) (value, error) {
			return newText(t.trim(a[0].S, a[1].S))
		})
		fn(t.name, args{types.Bytea, types.Bytea}, types.Bytea, "Without bytes of the second argument at the end(s)", func(_ *expr.Context, a []value) (value, error) {
			set := a[1].S
			inSet := func(b byte) bool { return strings.IndexByte(set, b) >= 0 }
			cut := func(s string) string {
				for t.name != "rtrim" && s != "" && inSet(s[0]) {
					s = s[1:]
				}
				for t.name != "ltrim" && s != "" && inSet(s[len(s)-1]) {
					s = s[:len(s)-1]
				}
				return s
			}
			return types.NewBytes(cut(a[0].S)), nil
		})
	}
}

func trimSet(s, cut string, atLeft, atRight bool) string {
	if cut == "" {
		return s
	}
	if atLeft {
		s = strings.TrimLeft(s, cut)
	}
	if atRight {
		s = strings.TrimRight(s, cut)
	}
	return s
}

func translate(s, from, to string) string {
	src, dst := []rune(from), []rune(to)
	return strings.Map(func(r rune) rune {
		for i, f := range src {
			if f == r {
				if i < len(dst) {
					return dst[i]
				}
				return -1
			}
		}
		return r
	}, s)
}

// strpos counts characters from 1.
func strpos(s, sub string) int {
	i := strings.Index(s, sub)
	if i < 0 {
		return 0
	}
	return utf8.RuneCountInString(s[:i]) + 1
}

func splitPart(_ *expr.Context, a []value) (value, error) {
	s, sep, n := a[0].S, a[1].S, a[2].I
	if n == 0 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "field position must not be zero")
	}
	if s == "" {
		return newText("")
	}
	if sep == "" {
		if n == 1 || n == -1 {
			return a[0], nil
		}
		return newText("")
	}
	if n < 0 {
		n += int64(strings.Count(s, sep)) + 2
		if n <= 0 {
			return newText("")
		}
	}
	for ; n > 1; n-- {
		_, rest, found := strings.Cut(s, sep)
		if !found {
			return newText("")
		}
		s = rest
	}
	field, _, _ := strings.Cut(s, sep)
	return newText(field)
}

func registerSubstring() {
	for _, name := range []string{"substr", "substring"} {
		fn(name, args{text, int4}, text, "Text from a position", func(_ *expr.Context, a []value) (value, error) {
			return newText(a[0].S[byteOffset(a[0].S, a[1].I-1):])
		})
		fn(name, args{text, int4, int4}, text, "Text from a position, so many characters", func(_ *expr.Context, a []value) (value, error) {
			from, to, err := window(a[1].I, a[2].I)
			if err != nil {
				return types.Null, err
			}
			s := a[0].S
			start := byteOffset(s, from)
			return newText(s[start : start+byteOffset(s[start:], to-from)])
		})
		fn(name, args{types.Bytea, int4}, types.Bytea, "Bytes from a position", func(_ *expr.Context, a []value) (value, error) {
			return types.NewBytes(a[0].S[clamp(a[1].I-1, len(a[0].S)):]), nil
		})
		fn(name, args{types.Bytea, int4, int4}, types.Bytea, "Bytes from a position, so many", func(_ *expr.Context, a []value) (value, error) {
			from, to, err := window(a[1].I, a[2].I)
			if err != nil {
				return types.Null, err
			}
			n := len(a[0].S)
			return types.NewBytes(a[0].S[clamp(from, n):clamp(to, n)]), nil
		})
	}
	fn("overlay", args{text, text, int4, int4}, text, "Text with a part replaced", func(_ *expr.Context, a []value) (value, error) {
		return overlay(a[0].S, a[1].S, a[2].I, a[3].I)
	})
	fn("overlay", args{text, text, int4}, text, "Text with a part replaced", func(_ *expr.Context, a []value) (value, error) {
		return overlay(a[0].S, a[1].S, a[2].I, int64(utf8.RuneCountInString(a[1].S)))
	})
}

// endOf is where a part ends that begins at a position and is so long.
func endOf(from, n int64) error {
	if end := from + n; end != int64(int32(end)) {
		return types.IntOutOfRange(types.Int4)
	}
	return nil
}

// window turns a 1-based position and a length into 0-based bounds.
func window(pos, n int64) (from, to int64, err error) {
	if n < 0 {
		return 0, 0, sqlerr.New(sqlerr.SubstringError, "negative substring length not allowed")
	}
	end, ok := expr.AddInt(pos, n)
	if !ok {
		end = 1 << 62
	}
	from, to = max(pos, 1)-1, max(end, 1)-1
	return from, max(from, to), nil
}

func clamp(i int64, n int) int { return int(min(max(i, 0), int64(n))) }

func overlay(s, with string, from, count int64) (value, error) {
	if from <= 0 {
		return types.Null, sqlerr.New(sqlerr.SubstringError, "negative substring length not allowed")
	}
	if err := endOf(from, count); err != nil {
		return types.Null, err
	}
	return newText(s[:byteOffset(s, from-1)] + with + s[byteOffset(s, from-1+count):])
}
