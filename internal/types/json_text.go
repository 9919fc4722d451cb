package types

import "strings"

// JSONText is one JSON value within a well-formed text, without space around.
// Its parts are found by walking the text; of equal keys the last one counts.
type JSONText string

// NewJSONText returns the JSON value of a json.
func NewJSONText(s string) JSONText { return JSONText(trimJSON(s)) }

func trimJSON(s string) string {
	for s != "" && isJSONSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isJSONSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isJSONSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// Kind returns what the value is.
func (n JSONText) Kind() JSONKind {
	if n == "" {
		return JSONNull
	}
	switch n[0] {
	case '"':
		return JSONString
	case '{':
		return JSONObject
	case '[':
		return JSONArray
	case 't', 'f':
		return JSONBool
	case 'n':
		return JSONNull
	}
	return JSONNumber
}

// skipJSON returns the end of the value that begins at i.
func skipJSON(s string, i int) int {
	switch {
	case i >= len(s):
		return len(s)
	case s[i] == '"':
		return skipJSONString(s, i)
	case s[i] != '{' && s[i] != '[':
		for i < len(s) && s[i] != ',' && s[i] != '}' && s[i] != ']' && s[i] != ':' && !isJSONSpace(s[i]) {
			i++
		}
		return i
	}
	for depth := 0; i < len(s); {
		switch s[i] {
		case '"':
			i = skipJSONString(s, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(s)
}

func skipJSONString(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return len(s)
}

func skipJSONSpace(s string, i int) int {
	for i < len(s) && isJSONSpace(s[i]) {
		i++
	}
	return i
}

// next returns the bounds of the element or member at position i of the body
// of a container, and where to look for the one after it.
func (n JSONText) next(i int) (key, val JSONText, after int, ok bool) {
	s := string(n)
	i = skipJSONSpace(s, i)
	if i >= len(s) || s[i] == ']' || s[i] == '}' {
		return "", "", i, false
	}
	if s[0] == '{' {
		end := skipJSON(s, i)
		key = n[i:end]
		i = skipJSONSpace(s, end)
		if i < len(s) && s[i] == ':' {
			i++
		}
		i = skipJSONSpace(s, i)
	}
	end := skipJSON(s, i)
	if end == i {
		return "", "", i, false
	}
	val = n[i:end]
	i = skipJSONSpace(s, end)
	if i < len(s) && s[i] == ',' {
		i++
	}
	return key, val, i, true
}

// Len counts elements or members; 0 for a scalar.
func (n JSONText) Len() int {
	if k := n.Kind(); k != JSONArray && k != JSONObject {
		return 0
	}
	count := 0
	for i := 1; ; count++ {
		var ok bool
		if _, _, i, ok = n.next(i); !ok {
			return count
		}
	}
}

// At returns an element of an array; negative positions count from the end.
func (n JSONText) At(at int) (JSONText, bool) {
	if n.Kind() != JSONArray {
		return "", false
	}
	if at < 0 {
		if at += n.Len(); at < 0 {
			return "", false
		}
	}
	for i := 1; ; at-- {
		_, val, after, ok := n.next(i)
		if !ok {
			return "", false
		}
		if at == 0 {
			return val, true
		}
		i = after
	}
}

// Member returns the value of a key of an object.
func (n JSONText) Member(key string) (found JSONText, ok bool) {
	if n.Kind() != JSONObject {
		return "", false
	}
	for i := 1; ; {
		k, val, after, more := n.next(i)
		if !more {
			return found, ok
		}
		if len(k) == len(key)+2 && string(k[1:len(k)-1]) == key || len(k) > len(key)+2 && escapedEqual(k, key) {
			found, ok = val, true
		}
		i = after
	}
}

func escapedEqual(k JSONText, key string) bool {
	if strings.IndexByte(string(k), '\\') < 0 {
		return false
	}
	text, err := k.Text()
	return err == nil && text == key
}

// Each calls f with every element or member in the order of the text until it
// returns an error.
func (n JSONText) Each(f func(key string, v JSONText) error) error {
	if k := n.Kind(); k != JSONArray && k != JSONObject {
		return nil
	}
	for i := 1; ; {
		k, val, after, ok := n.next(i)
		if !ok {
			return nil
		}
		key := ""
		if k != "" {
			var err error
			if key, err = k.Text(); err != nil {
				return err
			}
		}
		if err := f(key, val); err != nil {
			return err
		}
		i = after
	}
}

// Text returns a string without quotes and escapes, other values as written.
func (n JSONText) Text() (string, error) {
	if n.Kind() != JSONString || len(n) < 2 {
		return string(n), nil
	}
	if s := string(n[1:]); s[len(s)-1] == '"' && strings.IndexByte(s, '\\') < 0 {
		return s[:len(s)-1], nil
	}
	p := jsonParser{s: string(n), b: decodes}
	return p.str()
}

// decodes makes a parser resolve escapes; nothing is ever built in it.
var decodes = &JSONBBuilder{}

// Value returns the JSON as a value of type json.
func (n JSONText) Value() Value { return Value{K: KindJSON, S: string(n)} }

// Append appends the text as written.
func (n JSONText) Append(dst []byte) []byte { return append(dst, n...) }
