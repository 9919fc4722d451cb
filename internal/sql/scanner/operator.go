package scanner

import (
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// operator reads an operator by PostgreSQL's rules: the longest run of operator
// characters, cut before a comment; a run of several may end in + or - only if
// it has one of ~ ! @ # ^ & | ? % in it.
func (s *Scanner) operator(t *Token) {
	if c := s.text[s.pos]; c == '?' {
		s.question(t)
		return
	} else if c == '@' && !s.operand && classes[s.at(1)]&classIdentStart != 0 {
		s.pos++
		s.named(t, AtParams)
		return
	}
	start := s.pos
	end := start
	for end < len(s.text) && classes[s.text[end]]&classOp != 0 {
		if end > start && s.endsRun(start, end) {
			break
		}
		end++
	}
	run := s.text[start:end]
	if len(run) > 1 && (run[len(run)-1] == '+' || run[len(run)-1] == '-') &&
		!strings.ContainsAny(run[:len(run)-1], "~!@#^&|?%") {
		for len(run) > 1 && (run[len(run)-1] == '+' || run[len(run)-1] == '-') {
			run = run[:len(run)-1]
		}
	}
	s.pos = start + len(run)
	t.Text = run
	t.Kind = operatorKind(run)
	switch t.Kind {
	case TokNe:
		t.Text = "<>"
	case TokEq:
		t.Text = "="
	}
}

// endsRun reports whether the character at end cannot belong to the operator
// that began at start: it begins a comment or a placeholder.
func (s *Scanner) endsRun(start, end int) bool {
	next := byte(0)
	if end+1 < len(s.text) {
		next = s.text[end+1]
	}
	switch s.text[end] {
	case '-':
		return next == '-'
	case '/':
		return next == '*'
	case '?':
		return !(s.operand && s.text[start:end] == "@")
	case '@':
		// x = @name: no operator but <@ ends in @ and has a name right after it
		return classes[next]&classIdentStart != 0 && s.text[start:end] != "<" && s.text[start:end] != "@"
	}
	return false
}

func operatorKind(run string) Kind {
	switch len(run) {
	case 1:
		switch run[0] {
		case '+':
			return TokPlus
		case '-':
			return TokMinus
		case '*':
			return TokStar
		case '/':
			return TokSlash
		case '%':
			return TokPercent
		case '^':
			return TokCaret
		case '=':
			return TokEq
		case '<':
			return TokLt
		case '>':
			return TokGt
		}
	case 2:
		switch run {
		case "<=":
			return TokLe
		case ">=":
			return TokGe
		case "<>", "!=":
			return TokNe
		case "==":
			return TokEq
		case "=>":
			return TokArrow
		}
	}
	return TokOp
}

// question reads ? as an operator after an operand, as a placeholder elsewhere.
func (s *Scanner) question(t *Token) {
	start := s.pos
	s.pos++
	if s.operand {
		if c := s.at(0); (c == '|' || c == '&') && classes[s.at(1)]&classOp == 0 {
			s.pos++
		}
		t.Kind, t.Text = TokOp, s.text[start:s.pos]
		return
	}
	t.Kind = TokParam
	if classes[s.at(0)]&classDigit == 0 {
		s.setStyle(start, QuestionParams)
		t.Index = s.count + 1
		s.count = t.Index
		s.checkIndex(start, t.Index)
		return
	}
	s.setStyle(start, NumberedParams)
	t.Index = s.paramNumber(start)
}

// colon reads ::, :=, :name and the slice colon; the colon itself is read.
func (s *Scanner) colon(t *Token) {
	switch c := s.at(0); {
	case c == ':':
		s.pos++
		t.Kind = TokDoubleColon
	case c == '=':
		s.pos++
		t.Kind = TokColonEquals
	case classes[c]&classIdentStart != 0 && !s.inSubscript():
		s.named(t, ColonParams)
	default:
		t.Kind = TokColon
	}
}

// named reads the name of a placeholder whose sign is read.
func (s *Scanner) named(t *Token, style ParamStyle) {
	start := s.pos
	for s.pos < len(s.text) && classes[s.text[s.pos]]&classIdent != 0 {
		s.pos++
	}
	s.setStyle(t.Pos, style)
	t.Kind = TokParam
	t.Text = s.text[start:s.pos] // names of arguments keep their case
	for i, name := range s.names {
		if name == t.Text {
			t.Index = i + 1
			return
		}
	}
	s.names = append(s.names, t.Text)
	s.count = len(s.names)
	t.Index = s.count
	s.checkIndex(t.Pos, t.Index)
}

// dollar reads $1 or a dollar-quoted string; the dollar is read.
func (s *Scanner) dollar(t *Token) {
	start := s.pos - 1
	if classes[s.at(0)]&classDigit != 0 {
		t.Kind = TokParam
		s.setStyle(start, DollarParams)
		t.Index = s.paramNumber(start)
		if s.err == nil && classes[s.at(0)]&classIdentStart != 0 {
			s.pos++
			s.errorAt(start, "trailing junk after parameter")
		}
		return
	}
	i := s.pos
	for i < len(s.text) && s.text[i] != '$' {
		if classes[s.text[i]]&classIdent == 0 {
			break
		}
		i++
	}
	if i >= len(s.text) || s.text[i] != '$' {
		s.errorAt(start, "syntax error")
		return
	}
	tag := s.text[start : i+1]
	end := strings.Index(s.text[i+1:], tag)
	if end < 0 {
		s.unterminated(start, "unterminated dollar-quoted string")
		return
	}
	t.Kind = TokString
	t.Text = s.text[i+1 : i+1+end]
	s.pos = i + 1 + end + len(tag)
}

// paramNumber reads the digits of ?1 and $1.
func (s *Scanner) paramNumber(start int) int {
	n := 0
	for s.pos < len(s.text) && classes[s.text[s.pos]]&classDigit != 0 {
		if n <= maxParam {
			n = n*10 + int(s.text[s.pos]-'0')
		}
		s.pos++
	}
	if s.checkIndex(start, n) && n > s.count {
		s.count = n
	}
	return n
}

func (s *Scanner) checkIndex(start, n int) bool {
	if n >= 1 && n <= maxParam {
		return true
	}
	if s.err == nil {
		s.err = sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter %s", s.text[start:s.pos]).At(start)
	}
	return false
}

// setStyle refuses a second style of placeholder.
func (s *Scanner) setStyle(start int, style ParamStyle) {
	if s.style == NoParams {
		s.style = style
	}
	if s.style != style && s.err == nil {
		s.err = sqlerr.New(sqlerr.SyntaxError, "a statement text takes one style of placeholder").
			WithHint("Write all placeholders as $1, ?, ?1, :name or @name.").At(start)
	}
}
