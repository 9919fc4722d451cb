package types

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones by name on every machine

	"github.com/zqlite/zqlite/internal/sqlerr"
)

var zones sync.Map // lower-case name → *time.Location or nil

// LookupZone finds a time zone: a name of the IANA database in any case, an
// abbreviation ("EST"), or a POSIX offset ("UTC+3", hours west of UTC).
func LookupZone(name string) (*time.Location, error) {
	lower := strings.ToLower(name)
	if off, ok := zoneAbbreviation(lower); ok {
		return fixedZone(off), nil
	}
	if loc := namedZone(lower); loc != nil {
		return loc, nil
	}
	return nil, sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", name)
}

// SessionZone reads the setting time_zone: a name, a number of hours east of
// UTC ("+02", "5.5"), an offset west of UTC as POSIX has it ("+05:30"), or
// INTERVAL 'x' east. shown is how SHOW writes it.
func SessionZone(s string) (loc *time.Location, shown string, err error) {
	x := trimSpace(s)
	invalid := sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"TimeZone\": \"%s\"", s)
	if hours, err := strconv.ParseFloat(x, 64); err == nil {
		if !(math.Abs(hours) <= 167) { // NaN too
			return nil, "", invalid.WithDetail("UTC timezone offset is out of range.")
		}
		loc, shown = shownZone(int(hours * 3600))
		return loc, shown, nil
	}
	if len(x) > 8 && strings.EqualFold(x[:8], "interval") {
		v, err := parseInterval(strings.Trim(x[8:], " '"), -1, nil)
		months, days, _ := v.IntervalParts()
		switch {
		case err != nil:
			return nil, "", invalid
		case months != 0:
			return nil, "", invalid.WithDetail("Cannot specify months in time zone interval.")
		case days != 0:
			return nil, "", invalid.WithDetail("Cannot specify days in time zone interval.")
		}
		loc, shown = shownZone(int(v.I / usSecond))
		return loc, shown, nil
	}
	if x != "" && (x[0] == '+' || x[0] == '-' || x[0] >= '0' && x[0] <= '9') {
		if x[0] != '+' && x[0] != '-' {
			x = "+" + x
		}
		if off, code := decodeOffset(x); code == dtOK {
			return fixedZone(-off), s, nil
		}
	}
	if loc := namedZone(strings.ToLower(x)); loc != nil {
		if strings.EqualFold(loc.String(), x) {
			s = loc.String()
		}
		return loc, s, nil
	}
	if loc, err = LookupZone(x); err != nil {
		return nil, "", invalid
	}
	return loc, s, nil
}

// shownZone is the zone of an offset in seconds east and its name, which says
// it first for people and then as POSIX does.
func shownZone(east int) (*time.Location, string) {
	west := string(appendOffset(nil, -east))
	if east == 0 {
		west = "-00"
	}
	return fixedZone(east), "<" + string(appendOffset(nil, east)) + ">" + west
}

func fixedZone(east int) *time.Location {
	if east == 0 {
		return time.UTC
	}
	name := string(appendOffset(nil, east))
	return time.FixedZone(name, east)
}

// zoneLimit bounds the cache, since names come from outside.
const zoneLimit = 2000

var zoneCount int
var zoneMu sync.Mutex

func namedZone(lower string) *time.Location {
	if l, ok := zones.Load(lower); ok {
		return l.(*time.Location)
	}
	loc := loadZone(lower)
	zoneMu.Lock()
	defer zoneMu.Unlock()
	if zoneCount < zoneLimit {
		zoneCount++
		zones.Store(lower, loc)
	}
	return loc
}

func loadZone(lower string) *time.Location {
	if lower == "" || lower == "local" {
		return nil
	}
	if lower == "utc" || lower == "etc/utc" || lower == "gmt" {
		return time.UTC
	}
	if name, ok := irregularZones[lower]; ok {
		lower = name
	} else if strings.HasPrefix(lower, "us/") {
		lower = "US/" + titleZone(lower[3:])
	}
	for _, name := range []string{lower, titleZone(lower), strings.ToUpper(lower), upperTail(lower)} {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc
		}
	}
	return posixZone(lower)
}

// irregularZones are the names whose capitals follow no rule.
var irregularZones = map[string]string{
	"mexico/bajanorte": "Mexico/BajaNorte", "mexico/bajasur": "Mexico/BajaSur", "brazil/denoronha": "Brazil/DeNoronha",
	"chile/easterisland": "Chile/EasterIsland", "antarctica/mcmurdo": "Antarctica/McMurdo",
	"antarctica/dumontdurville": "Antarctica/DumontDUrville", "gb-eire": "GB-Eire",
	"america/argentina/comodrivadavia": "America/Argentina/ComodRivadavia", "america/knox_in": "America/Knox_IN",
	"est5edt": "EST5EDT", "cst6cdt": "CST6CDT", "mst7mdt": "MST7MDT", "pst8pdt": "PST8PDT",
}

// titleZone gives a lower-case name the capitals of the database:
// america/port-au-prince is America/Port-au-Prince.
func titleZone(s string) string {
	b := []byte(s)
	start := true
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			if start {
				word := s[i:]
				if j := strings.IndexAny(word, "/_-"); j >= 0 {
					word = word[:j]
				}
				if i == 0 || s[i-1] == '/' || word != "of" && word != "au" && word != "es" {
					b[i] = c - 'a' + 'A'
				}
			}
			start = false
			continue
		}
		start = c == '/' || c == '_' || c == '-'
	}
	return string(b)
}

// upperTail is for Etc/GMT+3, America/.../DumontDUrville stays unknown.
func upperTail(s string) string {
	i := strings.LastIndexByte(s, '/')
	return titleZone(s[:i+1]) + strings.ToUpper(s[i+1:])
}

// posixZone reads an abbreviation of three letters or more, or one in angle
// brackets, and an offset in hours west.
func posixZone(s string) *time.Location {
	i := 0
	if strings.HasPrefix(s, "<") {
		i = strings.IndexByte(s, '>') + 1
	} else {
		for i < len(s) && s[i] >= 'a' && s[i] <= 'z' {
			i++
		}
	}
	if i < 3 || i >= len(s) {
		return nil
	}
	off := s[i:]
	if off[0] != '+' && off[0] != '-' {
		off = "+" + off
	}
	east, code := decodeOffset(off)
	if code != dtOK {
		return nil
	}
	return time.FixedZone(strings.ToUpper(strings.Trim(s[:i], "<>")), -east)
}

// isFixed reports whether a zone has one offset at all times.
func isFixed(loc *time.Location) bool {
	start, end := time.Unix(epochShift, 0).In(loc).ZoneBounds()
	return start.IsZero() && end.IsZero()
}

// offsetAt returns the seconds east of UTC at an instant.
func offsetAt(loc *time.Location, us int64) int {
	if loc == time.UTC {
		return 0
	}
	_, off := time.Unix(floorDiv(us, usSecond)+epochShift, 0).In(loc).Zone()
	return off
}

// offsetLocal returns the seconds east of UTC for a local time. In a gap the
// offset before it holds, in an overlap the one after it, as in PostgreSQL.
func offsetLocal(loc *time.Location, local int64) int {
	if loc == time.UTC {
		return 0
	}
	sec := floorDiv(local, usSecond) + epochShift
	early := time.Unix(sec-86400, 0).In(loc)
	_, before := early.Zone()
	_, after := time.Unix(sec+86400, 0).In(loc).Zone()
	if before == after {
		return before
	}
	_, end := early.ZoneBounds()
	if end.IsZero() {
		return after
	}
	change := end.Unix()
	validBefore := sec-int64(before) < change
	validAfter := sec-int64(after) >= change
	if validAfter || !validBefore && before > after {
		return after
	}
	return before
}

// ZoneOffset returns seconds east of UTC and the abbreviation in use at a
// timestamptz in the environment's zone.
func ZoneOffset(v Value, env *Env) (east int, abbreviation string) {
	t := ToTime(v, env)
	abbreviation, east = t.Zone()
	return east, abbreviation
}

// LocalTime returns the calendar fields of a timestamptz in a zone, as a
// timestamp.
func LocalTime(v Value, loc *time.Location) Value {
	if isInfinite(v.I) {
		return NewTimestamp(v.I)
	}
	return NewTimestamp(v.I + int64(offsetAt(loc, v.I))*usSecond)
}

// Instant is the inverse of LocalTime.
func Instant(v Value, loc *time.Location) (Value, error) {
	if isInfinite(v.I) {
		return NewTimestampTZ(v.I), nil
	}
	r := v.I - int64(offsetLocal(loc, v.I))*usSecond
	if !validTimestamp(r) {
		return Null, errTimestampRange
	}
	return NewTimestampTZ(r), nil
}

// AtTimeZone is AT TIME ZONE: a timestamptz becomes the zone's local
// timestamp, a timestamp the instant it means there, a timetz moves to it.
func AtTimeZone(v Value, zone string, env *Env) (Value, error) {
	lower := strings.ToLower(trimSpace(zone))
	loc, err := LookupZone(lower)
	if err != nil {
		x := lower
		if x != "" && (x[0] >= '0' && x[0] <= '9') {
			x = "+" + x
		}
		off, code := decodeOffset(x)
		if code != dtOK {
			return Null, sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", zone)
		}
		loc = fixedZone(-off) // POSIX: positive is west
	}
	return atLocation(v, loc, env)
}

// AtTimeZoneInterval is AT TIME ZONE INTERVAL '...', an offset east of UTC.
func AtTimeZoneInterval(v, zone Value, env *Env) (Value, error) {
	if zone.J != 0 {
		return Null, sqlerr.New(sqlerr.InvalidParameterValue,
			"interval time zone \"%s\" must not include months or days", Format(zone, Interval, env))
	}
	return atLocation(v, fixedZone(int(zone.I/usSecond)), env)
}

func atLocation(v Value, loc *time.Location, env *Env) (Value, error) {
	switch v.K {
	case KindTimestampTZ:
		return LocalTime(v, loc), nil
	case KindTimestamp:
		return Instant(v, loc)
	case KindTimeTZ:
		east := offsetAt(loc, env.Timestamp())
		us := floorMod(v.I+(v.J+int64(east))*usSecond, usDay)
		return NewTimeTZ(us, -east), nil
	}
	return Null, sqlerr.New(sqlerr.InternalError, "AT TIME ZONE of a value that has no zone")
}
