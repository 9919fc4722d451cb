package types

import (
	"strconv"
	"strings"
)

// decodeISO reads P1Y2M3DT4H5M6S, P1W and P0001-02-03T04:05:06.
func (d *intervalDecoder) decodeISO(s string) dtCode {
	if len(s) < 2 || s[0] != 'P' {
		return dtBadFormat
	}
	s = s[1:]
	inTime, any := false, false
	for s != "" {
		if s[0] == 'T' {
			inTime, any = true, true
			s = s[1:]
			continue
		}
		val, frac, rest, code := isoNumber(s)
		if code != dtOK {
			return code
		}
		any = true
		if rest == "" || rest[0] == '-' && !inTime || rest[0] == 'T' && !inTime || rest[0] == ':' && inTime {
			return d.isoAlternative(s, inTime)
		}
		u := unitNone
		switch c := rest[0]; {
		case !inTime && c == 'Y':
			u = unitYear
		case !inTime && c == 'M':
			u = unitMonth
		case !inTime && c == 'W':
			u = unitWeek
		case !inTime && c == 'D':
			u = unitDay
		case inTime && c == 'H':
			u = unitHour
		case inTime && c == 'M':
			u = unitMinute
		case inTime && c == 'S':
			u = unitSecond
		default:
			return dtBadFormat
		}
		d.add(u, val, frac)
		s = rest[1:]
	}
	if !any {
		return dtBadFormat
	}
	return dtOK
}

func isoNumber(s string) (val int64, frac float64, rest string, code dtCode) {
	i := 0
	sign := int64(1)
	if s[i] == '-' || s[i] == '+' {
		if s[i] == '-' {
			sign = -1
		}
		i++
	}
	end := skipDigits(s, i)
	if end > i {
		v, err := strconv.ParseInt(s[i:end], 10, 64)
		if err != nil {
			return 0, 0, "", dtFieldOverflow
		}
		val = v * sign
	}
	if end < len(s) && s[end] == '.' {
		stop := skipDigits(s, end+1)
		if stop == end+1 && end == i {
			return 0, 0, "", dtBadFormat
		}
		f, err := strconv.ParseFloat("0"+s[end:stop], 64)
		if err != nil {
			return 0, 0, "", dtBadFormat
		}
		frac = f * float64(sign)
		end = stop
	} else if end == i {
		return 0, 0, "", dtBadFormat
	}
	return val, frac, s[end:], dtOK
}

// isoAlternative reads y-m-dTh:m:s, or yyyymmdd and hhmmss without marks.
func (d *intervalDecoder) isoAlternative(s string, inTime bool) dtCode {
	date, clock := s, ""
	if inTime {
		date, clock = "", s
	} else if i := strings.IndexByte(s, 'T'); i >= 0 {
		date, clock = s[:i], s[i+1:]
	}
	if date != "" {
		if allDigits(date) && len(date) == 8 {
			date = date[:4] + "-" + date[4:6] + "-" + date[6:]
		}
		if code := d.isoParts(date, '-', [3]intervalUnit{unitYear, unitMonth, unitDay}); code != dtOK {
			return code
		}
	}
	if clock != "" {
		if allDigits(clock) && len(clock) == 6 {
			clock = clock[:2] + ":" + clock[2:4] + ":" + clock[4:]
		}
		return d.isoParts(clock, ':', [3]intervalUnit{unitHour, unitMinute, unitSecond})
	}
	return dtOK
}

func (d *intervalDecoder) isoParts(s string, sep byte, units [3]intervalUnit) dtCode {
	for i := 0; s != ""; i++ {
		if i == 3 {
			return dtBadFormat
		}
		val, frac, rest, code := isoNumber(s)
		if code != dtOK {
			return code
		}
		d.add(units[i], val, frac)
		if rest != "" {
			if rest[0] != sep || len(rest) == 1 {
				return dtBadFormat
			}
			rest = rest[1:]
		}
		s = rest
	}
	return dtOK
}
