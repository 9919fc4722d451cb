package builtins

import (
	"regexp"
	"strings"
	"time"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// isoTime is what .datetime() takes without a template.
var isoTime = regexp.MustCompile(`^(\d{4,}-\d\d?-\d\d?)?(?:(^|[ T])(\d\d?:\d\d?:\d\d?(?:\.\d{1,6})?) ?([+-]\d\d?(?::\d\d)?)?)?$`)

// datetime makes a date or time of a string.
func (x *pathRun) datetime(p *pathItem, v pathValue) (pathValue, error) {
	if v.t != nil || v.kind() != types.JSONString {
		return v, sqlerr.New(invalidJSONDatetime, "jsonpath item method .datetime() can only be applied to a string")
	}
	s := v.n.Str()
	if p.given {
		return x.byTemplate(s, p.name)
	}
	m := isoTime.FindStringSubmatch(s)
	if m == nil || m[1] == "" && m[3] == "" {
		return v, sqlerr.New(invalidJSONDatetime, "datetime format is not recognized: \"%s\"", s).
			WithHint("Use a datetime template argument to specify the input data format.")
	}
	t := types.Timestamp
	switch {
	case m[3] == "":
		t = types.Date
	case m[1] == "" && m[4] == "":
		t = types.Time
	case m[1] == "":
		t = types.TimeTZ
	case m[4] != "":
		t = types.TimestampTZ
	}
	d, err := types.Parse(s, t, nil)
	if err != nil {
		return v, err
	}
	out := pathValue{t: t, v: d}
	if m[4] != "" {
		if z, err := types.Parse("00:00:00"+m[4], types.TimeTZ, nil); err == nil {
			out.east = -int(z.J)
		}
	}
	return out, nil
}

// byTemplate reads a string by a template; its fields decide the type.
func (x *pathRun) byTemplate(s, template string) (pathValue, error) {
	r, err := readTemplate(s, template)
	if err != nil {
		return pathValue{}, err
	}
	upper := strings.ToUpper(template)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(upper, w) {
				return true
			}
		}
		return false
	}
	days, clock := has("Y", "MM", "MON", "D", "J", "Q", "WW", "CC"), has("HH", "MI", "SS", "US", "MS", "AM", "PM")
	if strings.Contains(upper, "MI") && !has("Y", "MON", "D", "J", "Q", "WW", "CC") && !strings.Contains(strings.ReplaceAll(upper, "MI", ""), "MM") {
		days = false
	}
	us, err := r.stamp()
	if err != nil {
		return pathValue{}, err
	}
	zone := has("TZH", "TZM", "TZ", "OF")
	switch {
	case days && clock && zone:
		return pathValue{t: types.TimestampTZ, v: types.NewTimestampTZ(us - int64(r.east())*second), east: r.east()}, nil
	case days && clock:
		return pathValue{t: types.Timestamp, v: types.NewTimestamp(us)}, nil
	case clock && zone:
		return pathValue{t: types.TimeTZ, v: value{K: types.KindTimeTZ, I: us - floorDiv(us, day)*day, J: -int64(r.east())}, east: r.east()}, nil
	case clock:
		return pathValue{t: types.Time, v: value{K: types.KindTime, I: us - floorDiv(us, day)*day}}, nil
	}
	d, err := r.date()
	return pathValue{t: types.Date, v: types.NewDate(d)}, err
}

// json is the item as JSON: a date or time as ISO 8601 text.
func (v pathValue) json() node {
	if v.t == nil {
		if v.n == "" {
			return isUnknown.json()
		}
		return v.n
	}
	env := &types.Env{Zone: time.FixedZone("", v.east)}
	s, _ := types.JSONScalarText(v.v, v.t, env)
	if v.t.Is(types.TimeTZ) && len(s) > 3 && (s[len(s)-3] == '+' || s[len(s)-3] == '-') {
		s += ":00"
	}
	return stringItem(s).n
}

// compareTimes orders dates and times of related types. Between those with and
// without a zone it needs the session's, which only the _tz functions use.
func (x *pathRun) compareTimes(l, r pathValue) (order int, ok bool, err error) {
	days := func(t typ) bool { return t.Kind != types.KindTime && t.Kind != types.KindTimeTZ }
	if days(l.t) != days(r.t) {
		return 0, false, nil
	}
	if l.t.Is(r.t) {
		return types.Compare(l.v, r.v, l.t), true, nil
	}
	to := types.Timestamp
	switch {
	case !days(l.t):
		to = types.TimeTZ
	case l.t.Is(types.TimestampTZ) || r.t.Is(types.TimestampTZ):
		to = types.TimestampTZ
	}
	for _, side := range []*pathValue{&l, &r} {
		if side.t.Is(to) {
			continue
		}
		if to != types.Timestamp && !x.tz {
			return 0, false, hardError{sqlerr.New(sqlerr.FeatureNotSupported, "cannot convert value from %s to %s without time zone usage", side.t.Name, to.Name).
				WithHint("Use *_tz() function for time zone support.")}
		}
		cast, found := types.FindCast(side.t, to)
		if !found {
			return 0, false, nil
		}
		if side.v, err = cast.Apply(side.v, to, x.c.Env); err != nil {
			return 0, false, err
		}
	}
	return types.Compare(l.v, r.v, to), true, nil
}
