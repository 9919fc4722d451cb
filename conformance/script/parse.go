package script

import (
	"regexp"
	"strings"
)

// Statement is one statement of a script.
type Statement struct {
	Line    int    // of its first word, from 1
	SQL     string // without the semicolon
	Data    string // what follows COPY … FROM STDIN
	Differs string // the reason of `-- differs:`
	Gap     string // the reason of `-- gap:`
	Sorted  bool   // rows are compared as a set
	Full    bool   // DETAIL and HINT are compared
	Exact   bool   // and the place in the statement
}

// CopiesIn reports whether the statement reads Data.
func (s *Statement) CopiesIn() bool { return copyIn.MatchString(s.SQL) }

// CopiesOut reports whether the statement writes text rather than rows.
func (s *Statement) CopiesOut() bool { return copyOut.MatchString(s.SQL) }

var (
	copyIn    = regexp.MustCompile(`(?is)^\s*COPY\s.*\sFROM\s+STDIN\b`)
	copyOut   = regexp.MustCompile(`(?is)^\s*COPY\s.*\sTO\s+STDOUT\b`)
	orderBy   = regexp.MustCompile(`(?i)\border\s+by\b`)
	explains  = regexp.MustCompile(`(?i)^\s*(explain|fetch|show)\b`)
	directive = regexp.MustCompile(`(?m)^-- (differs|gap|anyorder|full|exact)(?:: *(.*))?$`)
)

// Parse cuts a script into statements.
func Parse(text string) []Statement {
	var all []Statement
	var anyOrder, full, exact bool
	for from := 0; from < len(text); {
		end := statementEnd(text, from)
		chunk := text[from:end]
		s := Statement{}
		for _, m := range directive.FindAllStringSubmatch(leading(chunk), -1) {
			switch m[1] {
			case "differs":
				s.Differs = m[2]
			case "gap":
				s.Gap = m[2]
			case "anyorder":
				anyOrder = true
			case "full":
				full = true
			case "exact":
				full, exact = true, true
			}
		}
		skip := len(leading(chunk))
		s.SQL = strings.TrimSpace(chunk[skip:])
		s.Line = 1 + strings.Count(text[:from+skip], "\n")
		from = end + 1
		if s.SQL == "" {
			continue
		}
		s.Full, s.Exact = full, exact
		s.Sorted = anyOrder || !orderBy.MatchString(s.SQL) && !explains.MatchString(s.SQL)
		if s.CopiesIn() {
			s.Data, from = copyData(text, from)
		}
		all = append(all, s)
	}
	return all
}

// copyData takes the lines from the next one to `\.`.
func copyData(text string, from int) (string, int) {
	if from >= len(text) {
		return "", from
	}
	nl := strings.IndexByte(text[from:], '\n')
	if nl < 0 {
		return "", len(text)
	}
	from += nl + 1
	rest := text[from:]
	if strings.HasPrefix(rest, "\\.\n") {
		return "", from + 3
	}
	if end := strings.Index(rest, "\n\\.\n"); end >= 0 {
		return rest[:end+1], from + end + 4
	}
	return rest, len(text)
}

// leading is the white space and line comments before a statement.
func leading(s string) string {
	i := 0
	for i < len(s) {
		switch {
		case s[i] == ' ', s[i] == '\n', s[i] == '\t', s[i] == '\r':
			i++
		case strings.HasPrefix(s[i:], "--"):
			nl := strings.IndexByte(s[i:], '\n')
			if nl < 0 {
				return s
			}
			i += nl + 1
		default:
			return s[:i]
		}
	}
	return s
}

var (
	dollarTag = regexp.MustCompile(`^\$([A-Za-z_][A-Za-z_0-9]*)?\$`)
	word      = regexp.MustCompile(`^[A-Za-z_][A-Za-z_0-9$]*`)
)

// statementEnd returns the place of the semicolon that ends the statement
// which begins at from, or the end of the text.
func statementEnd(text string, from int) int {
	body := 0 // depth of BEGIN ATOMIC … END
	last := ""
	for i := from; i < len(text); {
		rest := text[i:]
		switch {
		case text[i] == ';' && body == 0:
			return i
		case strings.HasPrefix(rest, "--"):
			i += until(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			i += until(rest, "*/")
		case text[i] == '\'':
			i += quoted(rest, '\'', i > 0 && (text[i-1] == 'E' || text[i-1] == 'e'))
			last = ""
		case text[i] == '"':
			i += quoted(rest, '"', false)
			last = ""
		case text[i] == '$' && dollarTag.MatchString(rest):
			tag := dollarTag.FindString(rest)
			i += len(tag) + until(rest[len(tag):], tag)
		default:
			w := word.FindString(rest)
			if w == "" {
				i++
				continue
			}
			i += len(w)
			w = strings.ToUpper(w)
			switch {
			case w == "ATOMIC" && last == "BEGIN", w == "CASE" && body > 0:
				body++
			case w == "END" && body > 0:
				body--
			}
			last = w
		}
	}
	return len(text)
}

// until is the length up to and with the mark.
func until(s, mark string) int {
	if i := strings.Index(s[1:], mark); i >= 0 {
		return i + 1 + len(mark)
	}
	return len(s)
}

func quoted(s string, q byte, escapes bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == q && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i + 1
		}
	}
	return len(s)
}
