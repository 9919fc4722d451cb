package stats

import (
	"math"
	"math/bits"
)

// registers is the size of a sketch: a standard error of 1.04/√1024 = 3 %.
const (
	registerBits = 10
	registers    = 1 << registerBits
)

// sketch counts distinct hashes in constant memory: HyperLogLog (Flajolet,
// Fusy, Gandouet, Meunier 2007) with linear counting for small numbers.
type sketch struct{ max [registers]uint8 }

func (s *sketch) add(hash uint64) {
	r := hash >> (64 - registerBits)
	rank := uint8(bits.LeadingZeros64(hash<<registerBits|1<<(registerBits-1))) + 1
	if rank > s.max[r] {
		s.max[r] = rank
	}
}

// count estimates how many different hashes were added.
func (s *sketch) count() float64 {
	const alpha = 0.7213 / (1 + 1.079/registers)
	sum, zeros := 0.0, 0
	for _, m := range s.max {
		sum += math.Ldexp(1, -int(m))
		if m == 0 {
			zeros++
		}
	}
	e := alpha * registers * registers / sum
	if e <= 2.5*registers && zeros > 0 {
		return registers * math.Log(float64(registers)/float64(zeros))
	}
	return e
}
