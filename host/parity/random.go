package parity

// This file defines Rand, the source of all choices.

// Rand gives a sequence of numbers that depends on its seed alone, on any machine
// and with any version of Go: SplitMix64 (Steele, Lea and Flood, 2014,
// https://doi.org/10.1145/2714064.2660195).
type Rand struct{ state uint64 }

// NewRand starts the sequence of a seed.
func NewRand(seed uint64) *Rand { return &Rand{seed} }

// Uint64 returns the next number.
func (r *Rand) Uint64() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// N returns a number from 0 to n-1; n is above zero.
func (r *Rand) N(n int) int { return int(r.Uint64() % uint64(n)) }

// Between returns a number from lo to hi.
func (r *Rand) Between(lo, hi int64) int64 { return lo + int64(r.Uint64()%uint64(hi-lo+1)) }

// P is true with a probability of so many percent.
func (r *Rand) P(percent int) bool { return r.N(100) < percent }

// pick returns one of list, which is not empty.
func pick[T any](r *Rand, list []T) T { return list[r.N(len(list))] }
