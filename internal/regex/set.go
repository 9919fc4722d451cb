package regex

import (
	"sort"
	"unicode"
)

// set is a set of characters: bounds of ranges in pairs, ascending, disjoint.
type set []rune

func single(r rune) set { return set{r, r} }

func (s set) has(r rune) bool {
	if len(s) <= 8 {
		for i := 0; i < len(s); i += 2 {
			if r <= s[i+1] {
				return r >= s[i]
			}
		}
		return false
	}
	lo, hi := 0, len(s)/2
	for lo < hi {
		m := (lo + hi) / 2
		if s[2*m+1] < r {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo < len(s)/2 && r >= s[2*lo]
}

// normal sorts the ranges and joins those that touch.
func (s set) normal() set {
	n := len(s) / 2
	pairs := make([][2]rune, n)
	for i := range pairs {
		pairs[i] = [2]rune{s[2*i], s[2*i+1]}
	}
	sort.Slice(pairs, func(i, k int) bool { return pairs[i][0] < pairs[k][0] })
	out := make(set, 0, len(s))
	for _, p := range pairs {
		if len(out) > 0 && p[0] <= out[len(out)-1]+1 {
			out[len(out)-1] = max(out[len(out)-1], p[1])
			continue
		}
		out = append(out, p[0], p[1])
	}
	return out
}

func (s set) negate() set {
	var out set
	next := rune(0)
	for i := 0; i < len(s); i += 2 {
		if s[i] > next {
			out = append(out, next, s[i]-1)
		}
		next = s[i+1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}

func (s set) without(r rune) set {
	t := append(s.negate(), r, r).normal()
	return t.negate()
}

// folded adds the other case of every character.
func (s set) folded() set {
	out := append(set(nil), s...)
	for i := 0; i < len(s); i += 2 {
		if s[i+1]-s[i] > 0x3000 {
			continue // holds whole alphabets
		}
		for r := s[i]; r <= s[i+1]; r++ {
			if l := unicode.ToLower(r); l != r {
				out = append(out, l, l)
			}
			if u := unicode.ToUpper(r); u != r {
				out = append(out, u, u)
			}
		}
	}
	return out.normal()
}

func tables(ts ...*unicode.RangeTable) set {
	var s set
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			s = append(s, lo, hi)
			return
		}
		for r := lo; r <= hi; r += stride {
			s = append(s, r, r)
		}
	}
	for _, t := range ts {
		for _, r := range t.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return s.normal()
}

func (s set) plus(ts ...set) set {
	out := append(set(nil), s...)
	for _, t := range ts {
		out = append(out, t...)
	}
	return out.normal()
}

func (s set) minus(t set) set { return s.negate().plus(t).negate() }

// The classes of characters, as the C library's in the locale C.UTF-8.
var (
	ascii   = set{0, 0x7f}
	digits  = set{'0', '9'}
	letters = tables(unicode.L, unicode.Nl, unicode.Nd, unicode.Other_Alphabetic).minus(digits)
	alnum   = letters.plus(digits)
	wordSet = alnum.plus(single('_'))
	spaces  = tables(unicode.White_Space).minus(set{0x85, 0x85, 0xa0, 0xa0, 0x2007, 0x2007, 0x202f, 0x202f})
	blanks  = set{'\t', '\t', ' ', ' '}
	control = tables(unicode.Cc).plus(set{0x2028, 0x2029})
	printed = tables(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs, unicode.Cf, unicode.Co)
	graph   = printed.minus(spaces)
	punct   = graph.minus(alnum)

	classes = map[string]set{
		"alnum": alnum, "alpha": letters, "ascii": ascii, "blank": blanks, "cntrl": control,
		"digit": digits, "graph": graph, "lower": tables(unicode.Ll, unicode.Other_Lowercase),
		"print": printed, "punct": punct, "space": spaces, "upper": tables(unicode.Lu, unicode.Other_Uppercase),
		"word": wordSet, "xdigit": {'0', '9', 'A', 'F', 'a', 'f'},
	}
)

func isWord(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
	}
	return wordSet.has(r)
}

// collating are the names of characters that [.name.] may have.
var collating = map[string]rune{
	"NUL": 0, "SOH": 1, "STX": 2, "ETX": 3, "EOT": 4, "ENQ": 5, "ACK": 6, "BEL": 7, "alert": 7,
	"BS": 8, "backspace": 8, "HT": 9, "tab": 9, "LF": 10, "newline": 10, "VT": 11, "vertical-tab": 11,
	"FF": 12, "form-feed": 12, "CR": 13, "carriage-return": 13, "SO": 14, "SI": 15, "DLE": 16,
	"DC1": 17, "DC2": 18, "DC3": 19, "DC4": 20, "NAK": 21, "SYN": 22, "ETB": 23, "CAN": 24, "EM": 25,
	"SUB": 26, "ESC": 27, "IS4": 28, "FS": 28, "IS3": 29, "GS": 29, "IS2": 30, "RS": 30, "IS1": 31, "US": 31,
	"space": ' ', "exclamation-mark": '!', "quotation-mark": '"', "number-sign": '#', "dollar-sign": '$',
	"percent-sign": '%', "ampersand": '&', "apostrophe": '\'', "left-parenthesis": '(', "right-parenthesis": ')',
	"asterisk": '*', "plus-sign": '+', "comma": ',', "hyphen": '-', "hyphen-minus": '-', "period": '.',
	"full-stop": '.', "slash": '/', "solidus": '/', "zero": '0', "one": '1', "two": '2', "three": '3',
	"four": '4', "five": '5', "six": '6', "seven": '7', "eight": '8', "nine": '9', "colon": ':',
	"semicolon": ';', "less-than-sign": '<', "equals-sign": '=', "greater-than-sign": '>', "question-mark": '?',
	"commercial-at": '@', "left-square-bracket": '[', "backslash": '\\', "reverse-solidus": '\\',
	"right-square-bracket": ']', "circumflex": '^', "circumflex-accent": '^', "underscore": '_',
	"low-line": '_', "grave-accent": '`', "left-brace": '{', "left-curly-bracket": '{', "vertical-line": '|',
	"right-brace": '}', "right-curly-bracket": '}', "tilde": '~', "DEL": 127,
}
