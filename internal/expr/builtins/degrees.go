package builtins

import (
	"math"

	"github.com/zqlite/zqlite/internal/elementary"
)

// Functions of degrees are scaled by what they give at an angle whose result
// is known, so that those are exact: PostgreSQL's way.
var (
	degree   = math.Pi / 180 // a variable: products of constants would be exact
	sin30    = elementary.Sin(30 * degree)
	versin60 = 1 - elementary.Cos(60*degree)
	asinHalf = elementary.Asin(0.5)
	acosHalf = elementary.Acos(0.5)
	eighth   = elementary.Atan(1)
	tan45    = sindFirst(45) / cosdFirst(45)
	cot45    = cosdFirst(45) / sindFirst(45)
)

func sinTo30(x float64) float64 { return elementary.Sin(x*degree) / sin30 / 2 }

func cosTo60(x float64) float64 { return 1 - (1-elementary.Cos(x*degree))/versin60/2 }

// sindFirst and cosdFirst are for the first quadrant.
func sindFirst(x float64) float64 {
	if x <= 30 {
		return sinTo30(x)
	}
	return cosTo60(90 - x)
}

func cosdFirst(x float64) float64 {
	if x <= 60 {
		return cosTo60(x)
	}
	return sinTo30(90 - x)
}

// firstQuadrant maps an angle to the first quadrant; the signs are those of
// the sine and of the cosine there.
func firstQuadrant(x float64) (angle, sinSign, cosSign float64) {
	x, sinSign, cosSign = math.Mod(x, 360), 1, 1
	if x < 0 {
		x, sinSign = -x, -1
	}
	if x > 180 {
		x, sinSign = 360-x, -sinSign
	}
	if x > 90 {
		x, cosSign = 180-x, -1
	}
	return x, sinSign, cosSign
}

func sind(x float64) float64 {
	a, s, _ := firstQuadrant(x)
	return s * sindFirst(a)
}

func cosd(x float64) float64 {
	a, _, c := firstQuadrant(x)
	return c * cosdFirst(a)
}

func tand(x float64) float64 {
	a, s, c := firstQuadrant(x)
	return s*c*(sindFirst(a)/cosdFirst(a)/tan45) + 0 // no negative zero
}

func cotd(x float64) float64 {
	a, s, c := firstQuadrant(x)
	return s*c*(cosdFirst(a)/sindFirst(a)/cot45) + 0
}

func asindFirst(x float64) float64 {
	if x <= 0.5 {
		return elementary.Asin(x) / asinHalf * 30
	}
	return 90 - elementary.Acos(x)/acosHalf*60
}

func asind(x float64) float64 {
	if x < 0 {
		return -asindFirst(-x)
	}
	return asindFirst(x)
}

func acosd(x float64) float64 {
	switch {
	case x < 0:
		return 90 + asindFirst(-x)
	case x <= 0.5:
		return 90 - elementary.Asin(x)/asinHalf*30
	}
	return elementary.Acos(x) / acosHalf * 60
}
