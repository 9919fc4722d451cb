package builtins

import (
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	for _, o := range []struct {
		name, doc         string
		folded, unmatched bool
	}{
		{"~~", "Matches a LIKE pattern", false, false},
		{"!~~", "Does not match a LIKE pattern", false, true},
		{"~~*", "Matches a LIKE pattern, ignoring case", true, false},
		{"!~~*", "Does not match a LIKE pattern, ignoring case", true, true},
	} {
		registerLike(o.name, o.doc, o.folded, o.unmatched, op)
	}
	registerLike("like", "Matches a LIKE pattern", false, false, fn)
	registerLike("notlike", "Does not match a LIKE pattern", false, true, fn)
	f := fn("like_escape", args{types.Text, types.Text}, types.Text, "LIKE pattern with another escape character, made one with backslashes",
		func(_ *expr.Context, a []value) (value, error) {
			s, err := likeEscape(a[0].S, a[1].S)
			return types.NewText(s), err
		})
	f.Source = "PostgreSQL"
	fn("like_escape", args{types.Bytea, types.Bytea}, types.Bytea, "LIKE pattern with another escape character, made one with backslashes",
		func(_ *expr.Context, a []value) (value, error) {
			s, err := likeEscape(a[0].S, a[1].S)
			return types.NewBytes(s), err
		})
}

func registerLike(name, doc string, folded, unmatched bool, register func(string, args, typ, string, evaluet) *expr.Func) {
	kinds := []typ{types.Text, types.Char, types.Bytea}
	if folded {
		kinds = kinds[:2]
	}
	for _, t := range kinds {
		pattern := t
		if t == types.Char { // its trailing blanks count here
			pattern = types.Text
		}
		f := register(name, args{t, pattern}, types.Bool, doc, func(_ *expr.Context, a []value) (value, error) {
			m, err := newLike(a[1].S, folded, t == types.Bytea)
			if err != nil {
				return types.Null, err
			}
			if m.dangling != nil {
				if m.dangling.match(a[0].S) {
					return types.Null, errLikeEscape
				}
				return types.NewBool(unmatched), nil
			}
			return types.NewBool(m.match(a[0].S) != unmatched), nil
		})
		f.Matcher = func(pattern string) (func(string) bool, error) {
			m, err := newLike(pattern, folded, t == types.Bytea)
			if err != nil || m.dangling != nil {
				return nil, err
			}
			if unmatched {
				return func(s string) bool { return !m.match(s) }, nil
			}
			return m.matcher(), nil
		}
		f.Specialize = func(consts []*value) func(*expr.Context, []value) (value, error) {
			if consts[1] == nil || consts[1].IsNull() {
				return nil
			}
			match, err := f.Matcher(consts[1].S)
			if err != nil || match == nil {
				return nil
			}
			return func(_ *expr.Context, a []value) (value, error) { return types.NewBool(match(a[0].S)), nil }
		}
	}
}

// like is a compiled LIKE pattern: literal pieces between percent signs. Each
// piece is found leftmost after the one before, so matching never goes back.
type like struct {
	pieces   []likePiece
	anchored bool // no % at the start
	open     bool // ends with %
	folded   bool
	bytes    bool
	// dangling is set for a pattern that ends with the escape character, which
	// is an error for texts that reach it, and matches no other.
	dangling *like
}

var errLikeEscape = sqlerr.New(sqlerr.InvalidEscapeSequence, "LIKE pattern must not end with escape character")

// likePiece is text in which wild characters stand for any one character.
type likePiece struct {
	text string // without wild characters
	runs []likeRun
	wild bool
}

// likeRun is literal text followed by a number of wild characters.
type likeRun struct {
	text string
	skip int
}

func newLike(pattern string, folded, bytes bool) (*like, error) {
	m := &like{folded: folded, bytes: bytes, anchored: true}
	if folded {
		pattern = strings.ToLower(pattern)
	}
	var run strings.Builder
	var runs []likeRun
	wild := false
	flush := func() {
		if run.Len() > 0 || len(runs) == 0 {
			runs = append(runs, likeRun{text: run.String()})
			run.Reset()
		}
	}
	endPiece := func() {
		if run.Len() == 0 && len(runs) == 0 {
			return
		}
		flush()
		p := likePiece{runs: runs, wild: wild}
		if !wild {
			p.text = runs[0].text
		}
		m.pieces = append(m.pieces, p)
		runs, wild = nil, false
	}
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '%':
			endPiece()
			if len(m.pieces) == 0 {
				m.anchored = false
			}
			m.open = true
			continue
		case '_':
			flush()
			runs[len(runs)-1].skip++
			wild = true
		case '\\':
			i++
			if i == len(pattern) {
				m.dangling, _ = newLike(pattern[:i-1]+"_%", folded, bytes)
				return m, nil
			}
			run.WriteByte(pattern[i])
		default:
			run.WriteByte(c)
		}
		m.open = false
	}
	endPiece()
	return m, nil
}

// matcher returns the cheapest function that matches.
func (m *like) matcher() func(string) bool {
	if len(m.pieces) == 1 && !m.pieces[0].wild && !m.folded {
		text := m.pieces[0].text
		switch {
		case m.anchored && m.open:
			return func(s string) bool { return strings.HasPrefix(s, text) }
		case m.anchored:
			return func(s string) bool { return s == text }
		case m.open:
			return func(s string) bool { return strings.Contains(s, text) }
		default:
			return func(s string) bool { return strings.HasSuffix(s, text) }
		}
	}
	return m.match
}

func (m *like) match(s string) bool {
	if m.folded {
		s = strings.ToLower(s)
	}
	pieces := m.pieces
	if len(pieces) == 0 {
		return m.open || s == ""
	}
	if m.anchored {
		n, ok := m.at(&pieces[0], s)
		if !ok {
			return false
		}
		s, pieces = s[n:], pieces[1:]
		if len(pieces) == 0 {
			return m.open || s == ""
		}
	}
	for len(pieces) > 1 || m.open && len(pieces) == 1 {
		n, ok := m.find(&pieces[0], s)
		if !ok {
			return false
		}
		s, pieces = s[n:], pieces[1:]
	}
	return len(pieces) == 0 || m.atEnd(&pieces[0], s)
}

// at matches a piece at the start of s and returns how far it reaches.
func (m *like) at(p *likePiece, s string) (int, bool) {
	if !p.wild {
		return len(p.text), strings.HasPrefix(s, p.text)
	}
	n := 0
	for i := range p.runs {
		r := &p.runs[i]
		if !strings.HasPrefix(s[n:], r.text) {
			return 0, false
		}
		n += len(r.text)
		for k := 0; k < r.skip; k++ {
			if n >= len(s) {
				return 0, false
			}
			n += m.width(s[n:])
		}
	}
	return n, true
}

func (m *like) width(s string) int {
	if m.bytes || s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// find matches a piece at its leftmost place and returns its end.
func (m *like) find(p *likePiece, s string) (int, bool) {
	if !p.wild {
		i := strings.Index(s, p.text)
		return i + len(p.text), i >= 0
	}
	for start := 0; ; {
		if first := p.runs[0].text; first != "" {
			i := strings.Index(s[start:], first)
			if i < 0 {
				return 0, false
			}
			start += i
		}
		if n, ok := m.at(p, s[start:]); ok {
			return start + n, true
		}
		if start >= len(s) {
			return 0, false
		}
		start += m.width(s[start:])
	}
}

// atEnd matches a piece at the end of s.
func (m *like) atEnd(p *likePiece, s string) bool {
	if !p.wild {
		return strings.HasSuffix(s, p.text)
	}
	chars := 0
	for i := range p.runs {
		chars += p.runs[i].skip
		if m.bytes {
			chars += len(p.runs[i].text)
		} else {
			chars += utf8.RuneCountInString(p.runs[i].text)
		}
	}
	start := len(s)
	for ; chars > 0; chars-- {
		if start == 0 {
			return false
		}
		if m.bytes {
			start--
			continue
		}
		_, n := utf8.DecodeLastRuneInString(s[:start])
		start -= n
	}
	n, ok := m.at(p, s[start:])
	return ok && start+n == len(s)
}

// likeEscape rewrites a pattern with another escape character, or none, into
// one with backslashes.
func likeEscape(pattern, escape string) (string, error) {
	if escape == "\\" {
		return pattern, nil
	}
	if utf8.RuneCountInString(escape) > 1 {
		return "", sqlerr.New(sqlerr.InvalidEscapeSequence, "invalid escape string").
			WithHint("Escape string must be empty or one character.")
	}
	var b strings.Builder
	for i := 0; i < len(pattern); {
		switch {
		case escape != "" && strings.HasPrefix(pattern[i:], escape):
			i += len(escape)
			b.WriteByte('\\')
			if i < len(pattern) {
				_, n := utf8.DecodeRuneInString(pattern[i:])
				b.WriteString(pattern[i : i+n])
				i += n
			}
		case pattern[i] == '\\':
			b.WriteString(`\\`)
			i++
		default:
			b.WriteByte(pattern[i])
			i++
		}
	}
	return b.String(), nil
}
