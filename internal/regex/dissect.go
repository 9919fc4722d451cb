package regex

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// dissect lays a part over a stretch of text that its automaton matches, and
// notes the bounds of groups. False: back references do not fit.
func (m *matcher) dissect(p *part, begin, end int) bool {
	if !m.step(1) {
		return false
	}
	ok := true
	switch p.op {
	case partCat:
		if p.subs[0].greed&shorter != 0 {
			ok = m.dissectShort(p, begin, end)
		} else {
			ok = m.dissectLong(p, begin, end)
		}
	case partAlt:
		ok = m.dissectAlternatives(p, begin, end)
	case partRepeat:
		ok = m.dissectRepeat(p, begin, end)
	case partRef:
		ok = m.dissectRef(p, begin, end)
	case partGroup:
		ok = m.dissect(p.subs[0], begin, end)
	}
	if ok && p.cap > 0 {
		m.caps[2*p.cap], m.caps[2*p.cap+1] = begin, end
	}
	return ok && m.err == nil
}

// forget clears the groups of a part.
func (m *matcher) forget(p *part) {
	if p.cap > 0 {
		m.caps[2*p.cap], m.caps[2*p.cap+1] = -1, -1
	}
	for _, sub := range p.subs {
		m.forget(sub)
	}
}

// before gives the place one character earlier.
func (m *matcher) before(at int) int {
	_, size := utf8.DecodeLastRuneInString(m.text[:at])
	return at - size
}

func (m *matcher) after(at int) int {
	_, size := utf8.DecodeRuneInString(m.text[at:])
	return at + size
}

// dissectLong divides a stretch in two, the first as long as possible.
func (m *matcher) dissectLong(p *part, begin, end int) bool {
	left, right := p.subs[0], p.subs[1]
	for mid := m.longest(left.auto, begin, end); mid >= 0; mid = m.longest(left.auto, begin, m.before(mid)) {
		if m.exact(right.auto, mid, end) && m.dissect(left, begin, mid) && m.dissect(right, mid, end) {
			return true
		}
		if mid == begin || m.err != nil {
			return false
		}
		m.forget(left)
		m.forget(right)
	}
	return false
}

// dissectShort divides a stretch in two, the first as short as possible.
func (m *matcher) dissectShort(p *part, begin, end int) bool {
	left, right := p.subs[0], p.subs[1]
	for mid := m.shortest(left.auto, begin, begin, end); mid >= 0; mid = m.shortest(left.auto, begin, m.after(mid), end) {
		if m.exact(right.auto, mid, end) && m.dissect(left, begin, mid) && m.dissect(right, mid, end) {
			return true
		}
		if mid == end || m.err != nil {
			return false
		}
		m.forget(left)
		m.forget(right)
	}
	return false
}

func (m *matcher) dissectAlternatives(p *part, begin, end int) bool {
	for _, sub := range p.subs {
		if m.exact(sub.auto, begin, end) && m.dissect(sub, begin, end) {
			return true
		}
		if m.err != nil {
			return false
		}
	}
	return false
}

// dissectRepeat divides a stretch into the turns of a repetition. Turns
// without characters count only where there must be more; of an empty stretch
// a turn that prefers the longest takes one, if it can.
func (m *matcher) dissectRepeat(p *part, begin, end int) bool {
	none, short := p.min == 0 && begin == end, p.subs[0].greed&shorter != 0
	if none && short {
		return true
	}
	least := max(p.min, 1)
	most := end - begin
	if p.max < unlimited {
		most = min(most, p.max)
	}
	if most = max(most, least); p.max < unlimited {
		most = min(most, p.max)
	}
	if short {
		return m.turnsShort(p.subs[0], begin, end, least, most)
	}
	if m.turnsLong(p.subs[0], begin, end, least, most) {
		return true
	}
	m.forget(p.subs[0])
	return none
}

func (m *matcher) turnsLong(sub *part, begin, end, least, most int) bool {
	ends := []int{begin}
	verified, limit := 0, end
	for k := 1; k > 0; {
		ends = append(ends[:k], m.longest(sub.auto, ends[k-1], limit))
		if m.err != nil {
			return false
		}
		deeper := false
		switch e := ends[k]; {
		case e < 0:
			k--
		default:
			verified = min(verified, k-1)
			if e != end {
				if k < most && (e != ends[k-1] || k < least && least-k >= end-e) {
					k++
					limit, deeper = end, true
				} else if k >= most {
					k--
				}
			} else if k >= least {
				var bad int
				if verified, bad = m.verify(sub, ends[:k+1], verified); bad == 0 {
					return true
				}
				k = bad
			}
		}
		if deeper {
			continue
		}
		for ; k > 0; k-- {
			if ends[k] > ends[k-1] {
				limit = m.before(ends[k])
				if limit > ends[k-1] || k < least && least-k >= end-ends[k-1] {
					break
				}
			}
		}
	}
	return false
}

func (m *matcher) turnsShort(sub *part, begin, end, least, most int) bool {
	ends := []int{begin}
	verified := 0
	floor := begin
	if least == 1 && begin < end || least < end-begin {
		floor = m.after(begin)
	}
	for k := 1; k > 0; {
		// as many turns as are allowed: the last must reach the end
		if k >= most {
			floor = end
		}
		e := -1
		if floor <= end {
			e = m.shortest(sub.auto, ends[k-1], floor, end)
		}
		ends = append(ends[:k], e)
		if m.err != nil {
			return false
		}
		if e >= 0 {
			verified = min(verified, k-1)
			if e != end {
				if k < most && (e != ends[k-1] || k < least && least-k >= end-e) {
					k++
					floor = e
					if !(k < least && least-k >= end-e) {
						floor = m.after(e)
					}
					continue
				}
			} else if k >= least {
				var bad int
				if verified, bad = m.verify(sub, ends[:k+1], verified); bad == 0 {
					return true
				}
				k = bad
			}
		} else {
			k--
		}
		for ; k > 0; k-- {
			if ends[k] >= 0 && ends[k] < end {
				floor = m.after(ends[k])
				break
			}
		}
	}
	return false
}

// verify dissects the turns that were not yet, and gives the number of the
// first that does not fit, or 0.
func (m *matcher) verify(sub *part, ends []int, verified int) (done, bad int) {
	for i := verified + 1; i < len(ends); i++ {
		m.forget(sub)
		if !m.dissect(sub, ends[i-1], ends[i]) {
			return verified, i
		}
		verified = i
	}
	return verified, 0
}

func (m *matcher) dissectRef(p *part, begin, end int) bool {
	from, to := m.caps[2*p.ref], m.caps[2*p.ref+1]
	if from < 0 {
		return false
	}
	word := m.text[from:to]
	switch {
	case word == "":
		return begin == end
	case begin == end:
		return p.min == 0
	}
	n := 0
	for at := begin; at < end; n++ {
		size := m.prefix(m.text[at:end], word)
		if size < 0 {
			return false
		}
		at += size
	}
	return n >= p.min && (p.max == unlimited || n <= p.max)
}

// prefix gives how many bytes of s are word, or -1.
func (m *matcher) prefix(s, word string) int {
	if !m.fold {
		if strings.HasPrefix(s, word) {
			return len(word)
		}
		return -1
	}
	at := 0
	for _, w := range word {
		r, size := utf8.DecodeRuneInString(s[at:])
		if size == 0 || r != w && unicode.ToLower(r) != unicode.ToLower(w) {
			return -1
		}
		at += size
	}
	return at
}
