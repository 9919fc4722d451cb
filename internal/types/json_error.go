package types

import (
	"strings"
	"unicode/utf8"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// unexpected is the error of the token at the position, where something else
// should stand.
func (p *jsonParser) unexpected(what string) error {
	if p.i >= len(p.s) {
		return p.syntax(p.i, p.i, "The input string ended unexpectedly.")
	}
	start := p.i
	end := start + 1
	switch c := p.s[start]; c {
	case '{', '}', '[', ']', ',', ':':
	case '"':
		q := *p
		if _, err := q.str(); err != nil {
			return err
		}
		end = q.i
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		n, ok := numberLength(p.s[start:])
		end = start + n
		if !ok {
			return p.badToken(start, end)
		}
	default:
		n := wordLength(p.s[start:])
		switch w := p.s[start : start+n]; w {
		case "true", "false", "null":
			end = start + n
		default:
			return p.badToken(start, start+max(n, 1))
		}
	}
	return p.syntax(start, end, "Expected "+what+", but found \""+p.s[start:end]+"\".")
}

func (p *jsonParser) badToken(start, end int) error {
	return p.syntax(start, end, "Token \""+p.s[start:end]+"\" is invalid.")
}

func (p *jsonParser) syntax(_, end int, detail string) error {
	if p.quiet {
		return errJSONQuiet
	}
	return p.place(sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type json").WithDetail("%s", detail), end)
}

// place adds the line of the data up to where the error was seen.
func (p *jsonParser) place(e *sqlerr.Error, end int) error {
	lineStart := strings.LastIndexByte(p.s[:end], '\n') + 1
	from := lineStart
	for end-from >= 50 {
		_, n := utf8.DecodeRuneInString(p.s[from:])
		from += n
	}
	if from-lineStart <= 3 {
		from = lineStart
	}
	before, after := "", ""
	if from > lineStart {
		before = "..."
	}
	if end < len(p.s) && p.s[end] != '\n' && p.s[end] != '\r' {
		after = "..."
	}
	return e.WithContext("JSON data, line %d: %s%s%s", strings.Count(p.s[:lineStart], "\n")+1, before, p.s[from:end], after)
}
