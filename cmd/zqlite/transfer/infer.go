package transfer

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// kind is the narrowest type that holds the values of a column so far.
type kind int

const (
	unknown kind = iota
	boolean
	integer
	decimal
	date
	timestamp
	uuids
	object // JSON
	text
)

var kindSQL = map[kind]string{
	unknown: "text", boolean: "boolean", integer: "bigint", decimal: "numeric", date: "date", timestamp: "timestamptz",
	uuids: "uuid", object: "jsonb", text: "text",
}

func (k kind) sql() string { return kindSQL[k] }

// with widens the type to hold one more value.
func (k kind) with(v string) kind {
	n := kindOf(v)
	switch {
	case k == unknown || k == n:
		return n
	case (k == integer || k == decimal) && (n == integer || n == decimal):
		return decimal
	case (k == date || k == timestamp) && (n == date || n == timestamp):
		return timestamp
	}
	return text
}

func kindOf(v string) kind {
	switch v {
	case "true", "false", "t", "f":
		return boolean
	}
	if _, err := strconv.ParseInt(v, 10, 64); err == nil && plain(v) {
		return integer
	}
	if _, ok := new(big.Float).SetString(v); ok && plain(v) && strings.Trim(v, "+-0123456789.eE") == "" {
		return decimal
	}
	if _, err := time.Parse(time.DateOnly, v); err == nil {
		return date
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00"} {
		if _, err := time.Parse(layout, v); err == nil {
			return timestamp
		}
	}
	if len(v) == 36 {
		if _, err := uuid.Parse(v); err == nil {
			return uuids
		}
	}
	if len(v) > 1 && (v[0] == '{' || v[0] == '[') && json.Valid([]byte(v)) {
		return object
	}
	return text
}

// plain tells a number from a code with leading zeros, which are to stay.
func plain(v string) bool {
	digits := strings.TrimLeft(v, "+-")
	return len(digits) < 2 || digits[0] != '0' || digits[1] == '.'
}
