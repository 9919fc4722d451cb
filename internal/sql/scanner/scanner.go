package scanner

import (
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// maxNesting is how many open brackets are remembered as subscripts or not;
// the parser refuses deeper nesting.
const maxNesting = 1024

// maxParam is the largest number of a placeholder, as in PostgreSQL's protocol.
const maxParam = 65535

// nameLength is PostgreSQL's limit on identifiers; longer ones are cut.
const nameLength = 63

// Scanner reads the tokens of one text. The zero value with Init is ready.
type Scanner struct {
	text    string
	pos     int
	err     *sqlerr.Error
	operand bool // the token before may end an operand
	dot     bool // the token before is a dot
	not     bool // the token before is NOT
	style   ParamStyle
	count   int      // highest placeholder so far
	names   []string // named placeholders by order of appearance
	depth   int
	slices  [maxNesting / 64]uint64 // bit i: bracket i is a subscript
}

// Init starts at the beginning of text.
func (s *Scanner) Init(text string) { s.text = text }

// Err returns the error behind a TokError.
func (s *Scanner) Err() *sqlerr.Error { return s.err }

// Params returns the style of the placeholders read so far, the highest index,
// and the names where the style has names.
func (s *Scanner) Params() (ParamStyle, int, []string) { return s.style, s.count, s.names }

// Character classes of a byte.
const (
	classSpace = 1 << iota
	classIdentStart
	classIdent
	classDigit
	classOp
)

var classes = func() (t [256]uint8) {
	for _, c := range " \t\n\r\f\v" {
		t[c] |= classSpace
	}
	for c := 0; c < 256; c++ {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c >= 0x80:
			t[c] |= classIdentStart | classIdent
		case '0' <= c && c <= '9':
			t[c] |= classDigit | classIdent
		case c == '$':
			t[c] |= classIdent
		}
	}
	for _, c := range "~!@#^&|`?+-*/%<>=" {
		t[c] |= classOp
	}
	t['`'] &^= classOp // MySQL's quote, not an operator character here
	return t
}()

// Next reads a token. It reports an error as a TokError; Err has it.
func (s *Scanner) Next() Token {
	var t Token
	s.Read(&t)
	return t
}

// Read is Next into a token that the caller owns.
func (s *Scanner) Read(t *Token) {
	*t = Token{}
	if s.err != nil || !s.skipBlank() {
		s.fail(t)
		return
	}
	t.Pos = s.pos
	if s.pos >= len(s.text) {
		t.End = s.pos
		s.operand, s.dot = false, false
		return
	}
	c := s.text[s.pos]
	class := classes[c]
	switch {
	case class&classIdentStart != 0:
		s.word(t, c)
	case class&classDigit != 0:
		s.number(t)
	case c == '\'':
		s.pos++
		t.Kind = TokString
		t.Text = s.quoted(t)
	case c == '"' || c == '`':
		s.quotedIdent(t, c)
	case class&classOp != 0:
		s.operator(t)
	default:
		s.punctuation(t, c)
	}
	t.End = s.pos
	if s.err != nil {
		s.fail(t)
		return
	}
	s.note(t)
}

// note remembers what the next token depends on.
func (s *Scanner) note(t *Token) {
	operand := false
	switch t.Kind {
	case TokIdent:
		operand = t.Keyword == NoKeyword || s.dot || t.Keyword.completesOperand()
		if (s.operand || s.not) && !t.Quoted && (t.Text == "glob" || t.Text == "regexp") {
			operand = false // the operators of SQLite
		}
	case TokInt, TokNumeric, TokString, TokBytes, TokBits, TokParam, TokRParen, TokRBracket:
		operand = true
	}
	s.operand, s.dot, s.not = operand, t.Kind == TokDot, t.Keyword == Not
}

// fail makes t the error token.
func (s *Scanner) fail(t *Token) {
	*t = Token{Kind: TokError, Pos: s.pos, End: s.pos}
}

// errorAt records an error with PostgreSQL's "at or near".
func (s *Scanner) errorAt(start int, message string) {
	if s.err == nil && start >= len(s.text) {
		s.err = sqlerr.New(sqlerr.SyntaxError, "%s at end of input", message).At(start)
	}
	if s.err == nil {
		s.err = sqlerr.New(sqlerr.SyntaxError, "%s at or near \"%s\"", message, sqlerr.Clip(s.text[start:s.pos])).At(start)
	}
}

// unterminated records an error about what runs to the end of the text.
func (s *Scanner) unterminated(start int, message string) {
	s.pos = len(s.text)
	s.errorAt(start, message)
}

// skipBlank skips space and comments; false is an unterminated comment.
func (s *Scanner) skipBlank() bool {
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		switch {
		case classes[c]&classSpace != 0:
			s.pos++
		case c == '-' && s.at(1) == '-':
			s.skipLine()
		case c == '/' && s.at(1) == '*':
			if !s.skipComment() {
				return false
			}
		default:
			return true
		}
	}
	return true
}

func (s *Scanner) skipLine() {
	for s.pos < len(s.text) && s.text[s.pos] != '\n' && s.text[s.pos] != '\r' {
		s.pos++
	}
}

// skipComment skips a comment with the comments nested in it.
func (s *Scanner) skipComment() bool {
	start, level := s.pos, 0
	for s.pos < len(s.text) {
		switch {
		case s.text[s.pos] == '/' && s.at(1) == '*':
			level++
			s.pos += 2
		case s.text[s.pos] == '*' && s.at(1) == '/':
			level--
			s.pos += 2
			if level == 0 {
				return true
			}
		default:
			s.pos++
		}
	}
	s.unterminated(start, "unterminated /* comment")
	return false
}

// at returns the byte n places ahead, 0 at the end.
func (s *Scanner) at(n int) byte {
	if s.pos+n < len(s.text) {
		return s.text[s.pos+n]
	}
	return 0
}

// word reads an identifier or keyword, or a string with a letter before it.
func (s *Scanner) word(t *Token, c byte) {
	if s.at(1) == '\'' || s.at(1) == '&' {
		if s.prefixed(t, c) {
			return
		}
	}
	start, h, upper := s.pos, uint32(0), false
	i := start
	for i < len(s.text) {
		c := s.text[i]
		if classes[c]&classIdent == 0 {
			break
		}
		if 'A' <= c && c <= 'Z' {
			upper = true
		}
		h = hashByte(h, c)
		i++
	}
	s.pos = i
	raw := s.text[start:i]
	t.Kind = TokIdent
	if k := lookupRaw(h, raw); k != NoKeyword {
		t.Keyword, t.Text = k, keywords[k].word
		return
	}
	if upper {
		raw = foldLower(raw)
	}
	t.Text = truncateName(raw)
}

// foldLower folds ASCII letters, as PostgreSQL does in UTF-8.
func foldLower(raw string) string {
	b := []byte(raw)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// truncateName cuts a name to PostgreSQL's limit, between characters.
func truncateName(name string) string {
	if len(name) <= nameLength {
		return name
	}
	n := nameLength
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n]
}

// punctuation reads what is neither word, number, string nor operator.
func (s *Scanner) punctuation(t *Token, c byte) {
	s.pos++
	switch c {
	case '(':
		t.Kind = TokLParen
		s.open(false)
	case ')':
		t.Kind = TokRParen
		s.close()
	case '[':
		t.Kind = TokLBracket
		s.open(s.operand)
	case ']':
		t.Kind = TokRBracket
		s.close()
	case ',':
		t.Kind = TokComma
	case ';':
		t.Kind = TokSemicolon
	case '.':
		if classes[s.at(0)]&classDigit != 0 {
			s.pos--
			s.number(t)
			return
		}
		if s.at(0) == '.' {
			s.pos++
			t.Kind = TokDotDot
			return
		}
		t.Kind = TokDot
	case ':':
		s.colon(t)
	case '$':
		s.dollar(t)
	default:
		s.errorAt(t.Pos, "syntax error")
	}
}

// open notes a bracket; one after an operand is a subscript.
func (s *Scanner) open(subscript bool) {
	s.depth++
	if s.depth < maxNesting {
		word, bit := s.depth/64, uint64(1)<<(s.depth%64)
		s.slices[word] &^= bit
		if subscript {
			s.slices[word] |= bit
		}
	}
}

func (s *Scanner) close() {
	if s.depth > 0 {
		s.depth--
	}
}

func (s *Scanner) inSubscript() bool {
	return s.depth < maxNesting && s.slices[s.depth/64]>>(s.depth%64)&1 == 1
}

// number reads 12, 1.5, .5, 1e9, 0x1F; the position is at its first character.
func (s *Scanner) number(t *Token) {
	start := s.pos
	t.Kind = TokInt
	if s.text[start] == '0' && s.at(1)|0x20 == 'x' && isHex(s.at(2)) {
		s.pos += 2
		for isHex(s.at(0)) {
			s.pos++
		}
	} else {
		s.digits()
		// 1..2 is two dots of a range elsewhere, never a number
		if s.at(0) == '.' && s.at(1) != '.' {
			t.Kind = TokNumeric
			s.pos++
			s.digits()
		}
		if s.at(0)|0x20 == 'e' {
			n := 1
			if s.at(1) == '+' || s.at(1) == '-' {
				n = 2
			}
			if classes[s.at(n)]&classDigit != 0 {
				t.Kind = TokNumeric
				s.pos += n
				s.digits()
			} else if n == 2 {
				s.pos += n
				s.errorAt(start, "trailing junk after numeric literal")
				return
			}
		}
	}
	t.Text = s.text[start:s.pos]
	if classes[s.at(0)]&classIdentStart != 0 {
		for classes[s.at(0)]&classIdent != 0 {
			s.pos++
		}
		s.errorAt(start, "trailing junk after numeric literal")
	}
}

func (s *Scanner) digits() {
	for s.pos < len(s.text) && classes[s.text[s.pos]]&classDigit != 0 {
		s.pos++
	}
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
