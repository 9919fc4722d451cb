package engine

import (
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	dateStyles     = []string{types.DateISO: "ISO", types.DateSQL: "SQL", types.DatePostgres: "Postgres", types.DateGerman: "German"}
	dateOrders     = []string{types.OrderMDY: "MDY", types.OrderDMY: "DMY", types.OrderYMD: "YMD"}
	intervalStyles = []string{types.IntervalPostgres: "postgres", types.IntervalVerbose: "postgres_verbose", types.IntervalSQL: "sql_standard", types.IntervalISO: "iso_8601"}
)

// checkDateStyle reads the words of DateStyle; what they leave open stays as
// it was.
func checkDateStyle(v, old string) (string, error) {
	style, order, _ := strings.Cut(old, ", ")
	fail := func(format string, args ...any) (string, error) {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"DateStyle\": \"%s\"", v).WithDetail(format, args...)
	}
	haveStyle, haveOrder, conflict := false, false, false
	setStyle := func(s string) {
		conflict = conflict || haveStyle && style != s
		style, haveStyle = s, true
	}
	setOrder := func(s string) {
		conflict = conflict || haveOrder && order != s
		order, haveOrder = s, true
	}
	for _, word := range strings.Split(v, ",") {
		word = strings.Trim(strings.TrimSpace(word), `"`)
		switch w := strings.ToUpper(word); {
		case w == "ISO", w == "SQL":
			setStyle(w)
		case strings.HasPrefix(w, "POSTGRES"):
			setStyle("Postgres")
		case w == "GERMAN":
			setStyle("German")
			if !haveOrder {
				order = "DMY"
			}
		case w == "YMD":
			setOrder("YMD")
		case w == "DMY", strings.HasPrefix(w, "EURO"):
			setOrder("DMY")
		case w == "MDY", w == "US", strings.HasPrefix(w, "NONEURO"):
			setOrder("MDY")
		case w == "DEFAULT":
			if !haveStyle {
				style = "ISO"
			}
			if !haveOrder {
				order = "MDY"
			}
		case w == "" && strings.TrimSpace(v) != "":
			return fail("List syntax is invalid.")
		case w == "":
		default:
			return fail("Unrecognized key word: \"%s\".", word)
		}
	}
	if conflict {
		return fail("Conflicting \"datestyle\" specifications.")
	}
	return style + ", " + order, nil
}

func checkFloatDigits(v string) (string, *sqlerr.Error) {
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil {
		return "", checkFailed
	}
	if n < -15 || n > 3 {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "%d is outside the valid range for parameter \"extra_float_digits\" (-15 .. 3)", n)
	}
	return strconv.Itoa(n), nil
}

// styleWith applies a setting, whose value was checked, to a style.
func styleWith(s types.Style, name, v string) types.Style {
	switch name {
	case "datestyle":
		style, order, _ := strings.Cut(v, ", ")
		s.Date, s.Order = types.DateStyle(indexOf(dateStyles, style)), types.DateOrder(indexOf(dateOrders, order))
	case "intervalstyle":
		s.Interval = types.IntervalStyle(indexOf(intervalStyles, v))
	case "bytea_output":
		s.Escape = v == "escape"
	case "extra_float_digits":
		s.FloatDigits = 0
		if n, err := strconv.Atoi(v); err == nil && n <= 0 {
			s.FloatDigits = int8(1 - n)
		}
	}
	return s
}

// indexOf is the place of a word that is known to be in the list.
func indexOf(list []string, v string) int {
	for i, s := range list {
		if s == v {
			return i
		}
	}
	return 0
}
