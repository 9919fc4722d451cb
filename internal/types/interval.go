package types

import (
	"strconv"
)

// fitInterval cuts the fields that the type leaves out and rounds the seconds.
func fitInterval(v Value, mod int32) Value {
	if mod < 0 {
		return v
	}
	months, days, us := v.IntervalParts()
	mask := mod >> 16 & fullRange
	switch {
	case mask == fullRange:
	case mask == fieldYear:
		months, days, us = months/12*12, 0, 0
	case mask == fieldMonth || mask == fieldYear|fieldMonth:
		days, us = 0, 0
	case mask == fieldDay:
		us = 0
	case mask&fieldSecond != 0:
	case mask&fieldMinute != 0:
		us = us / usMinute * usMinute
	case mask&fieldHour != 0:
		us = us / usHour * usHour
	}
	if p := mod & fullPrecision; p != fullPrecision {
		us = roundMicros(us, p)
	}
	return NewInterval(months, days, us)
}

// AppendInterval appends an interval in the style postgres.
func AppendInterval(dst []byte, v Value) []byte {
	months, days, us := v.IntervalParts()
	start := len(dst)
	negative := false // the part before was negative: a positive one takes its sign
	part := func(n int64, word string) {
		if n == 0 {
			return
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		if negative && n > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, n, 10)
		dst = append(dst, ' ')
		dst = append(dst, word...)
		if n != 1 {
			dst = append(dst, 's')
		}
		negative = n < 0
	}
	part(int64(months/12), "year")
	part(int64(months%12), "mon")
	part(int64(days), "day")
	if us == 0 && len(dst) > start {
		return dst
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	u := uint64(us)
	if us < 0 {
		dst = append(dst, '-')
		u = -u
	} else if negative {
		dst = append(dst, '+')
	}
	if h := u / usHour; h < 10 {
		dst = append(dst, '0', '0'+byte(h))
	} else {
		dst = strconv.AppendUint(dst, h, 10)
	}
	dst = append2(append(dst, ':'), int(u/usMinute%60))
	dst = append2(append(dst, ':'), int(u/usSecond%60))
	return appendFraction(dst, int(u%usSecond))
}
