package exec

// groupTable numbers distinct keys: an open-addressing hash table whose slots
// hold 32 bits of the hash and the entry's number plus one.
type groupTable struct {
	keys  *keyStore
	slots []uint64
	mask  uint64
	fresh []int32 // rows of the last batch that made new groups

	// direct numbers small integers without hashing: slot w-base holds the
	// group plus one. It is used while all words fit.
	direct    []int32
	base      int64
	scattered bool // words were seen that do not fit the direct slots

	seen []uint64 // scratch of warm
	sink uint64
}

const (
	firstSlots  = 1 << 4
	directSlots = 1 << 12
	directFrom  = 1 << 7 // rows of a batch from which direct slots are worth their memory
)

func newGroupTable(k *keyBatch) *groupTable {
	t := &groupTable{keys: newKeyStore(k)}
	t.reset()
	return t
}

func (t *groupTable) reset() {
	t.keys.reset()
	if len(t.slots) > 1<<14 || t.slots == nil {
		t.slots = make([]uint64, firstSlots)
	} else {
		clear(t.slots)
	}
	t.mask = uint64(len(t.slots) - 1)
	t.direct, t.scattered = t.direct[:0], false
}

func (t *groupTable) len() int { return t.keys.len() }

func (t *groupTable) bytes() int64 { return t.keys.bytes() + int64(len(t.slots))*8 }

// tagOf is what a slot keeps of a hash; the slot's place comes from other bits.
func tagOf(h uint64) uint64 { return h & 0xFFFFFFFF00000000 }

// insert finds or makes the groups of the rows at sel (nil: 0..n-1) and writes
// them to groups by row position. Rows of new groups are listed in t.fresh.
func (t *groupTable) insert(k *keyBatch, sel []int32, n int, groups []int32) {
	t.fresh = t.fresh[:0]
	count := n
	if sel != nil {
		count = len(sel)
	}
	if count == 0 {
		return
	}
	t.reserve(count)
	t.warm(k, sel, n)
	if t.keys.exact && k.nulls == nil {
		if t.insertDirect(k, sel, n, groups) {
			return
		}
		t.insertWords(k, sel, n, groups)
		return
	}
	if sel == nil {
		for i := 0; i < n; i++ {
			groups[i] = t.insertRow(k, i)
		}
		return
	}
	for _, i := range sel {
		groups[i] = t.insertRow(k, int(i))
	}
}

func (t *groupTable) insertRow(k *keyBatch, i int) int32 {
	h := k.hash[i]
	tag := tagOf(h)
	for at := h & t.mask; ; at = (at + 1) & t.mask {
		e := t.slots[at]
		if e == 0 {
			return t.add(k, i, at, tag)
		}
		if e&0xFFFFFFFF00000000 == tag && t.keys.equal(int(uint32(e))-1, k, i) {
			return int32(uint32(e)) - 1
		}
	}
}

func (t *groupTable) add(k *keyBatch, i int, at, tag uint64) int32 {
	g := t.keys.len()
	t.keys.add(k, i)
	t.slots[at] = tag | uint64(g+1)
	t.fresh = append(t.fresh, int32(i))
	return int32(g)
}

// warmSlots is the size from which a table is worth warming.
const warmSlots = 1 << 14

// warm reads the slots that the rows will look at, and the words of the
// entries found there, in loops without branches, so that the cache misses of
// a batch overlap instead of following one another.
func (t *groupTable) warm(k *keyBatch, sel []int32, n int) {
	if len(t.slots) < warmSlots {
		return
	}
	sum := uint64(0)
	slots, mask, hash := t.slots, t.mask, k.hash
	t.seen = extend(t.seen[:0], n)
	if sel == nil {
		for i, h := range hash[:n] {
			t.seen[i] = slots[h&mask]
		}
	} else {
		for _, i := range sel {
			t.seen[i] = slots[hash[i]&mask]
		}
	}
	words := t.keys.word
	if len(words) == 0 || len(words[0]) == 0 {
		return
	}
	w := words[0]
	one := func(i int) {
		// An empty slot reads entry 0.
		g := uint64(uint32(t.seen[i]))
		g -= (g | -g) >> 63
		sum += uint64(w[g])
	}
	if sel == nil {
		for i := 0; i < n; i++ {
			one(i)
		}
	} else {
		for _, i := range sel {
			one(int(i))
		}
	}
	t.sink = sum
}

// insertWords is insert for one column whose word is the value.
func (t *groupTable) insertWords(k *keyBatch, sel []int32, n int, groups []int32) {
	words, hash := k.word[0], k.hash
	one := func(i int) {
		h, w := hash[i], words[i]
		tag := tagOf(h)
		for at := h & t.mask; ; at = (at + 1) & t.mask {
			e := t.slots[at]
			if e == 0 {
				groups[i] = t.add(k, i, at, tag)
				return
			}
			if e&0xFFFFFFFF00000000 == tag {
				g := int(uint32(e)) - 1
				if t.keys.word[0][g] == w && !t.keys.null(g) {
					groups[i] = int32(g)
					return
				}
			}
		}
	}
	if sel == nil {
		for i := 0; i < n; i++ {
			one(i)
		}
		return
	}
	for _, i := range sel {
		one(int(i))
	}
}

// enterDirect sets up the direct slots around a word, with the groups there
// are. It answers false where that does not pay or the groups do not fit.
func (t *groupTable) enterDirect(word int64, rows int) bool {
	if t.scattered || rows < directFrom || t.keys.len() > directSlots/2 {
		return false
	}
	base := word - directSlots/2
	if base > word {
		base = word
	}
	for _, w := range t.keys.word[0] {
		if uint64(w-base) >= directSlots {
			t.scattered = true
			return false
		}
	}
	if cap(t.direct) == 0 {
		t.direct = make([]int32, directSlots)
	}
	t.direct, t.base = t.direct[:directSlots], base
	clear(t.direct)
	for g, w := range t.keys.word[0] {
		if !t.keys.null(g) {
			t.direct[w-base] = int32(g) + 1
		}
	}
	return true
}

// insertDirect serves rows whose words lie close together. It answers false,
// having done nothing, as soon as one does not.
func (t *groupTable) insertDirect(k *keyBatch, sel []int32, n int, groups []int32) bool {
	words := k.word[0]
	count := n
	if sel != nil {
		count = len(sel)
	}
	if len(t.direct) == 0 {
		first := 0
		if sel != nil {
			first = int(sel[0])
		}
		if !t.enterDirect(words[first], count) {
			return false
		}
	}
	direct, base := (*[directSlots]int32)(t.direct), t.base
	one := func(i int) bool {
		at := uint64(words[i] - base)
		if at >= directSlots {
			return false
		}
		if g := direct[at]; g != 0 {
			groups[i] = g - 1
			return true
		}
		groups[i] = t.insertRow(k, i)
		direct[at] = groups[i] + 1
		return true
	}
	if sel == nil {
		for i := 0; i < n; i++ {
			at := uint64(words[i] - base)
			if at < directSlots {
				if g := direct[at]; g != 0 {
					groups[i] = g - 1
					continue
				}
			}
			if !one(i) {
				t.leaveDirect(k, nil, i, n, groups)
				return true
			}
		}
		return true
	}
	for p, i := range sel {
		if !one(int(i)) {
			t.leaveDirect(k, sel[p:], 0, n, groups)
			return true
		}
	}
	return true
}

// leaveDirect gives the direct slots up for good and does the rest by hash.
func (t *groupTable) leaveDirect(k *keyBatch, sel []int32, from, n int, groups []int32) {
	t.direct, t.scattered = t.direct[:0], true
	if sel != nil {
		for _, i := range sel {
			groups[i] = t.insertRow(k, int(i))
		}
		return
	}
	for i := from; i < n; i++ {
		groups[i] = t.insertRow(k, i)
	}
}

// find looks the rows up without inserting; groups[i] is -1 where there is none.
func (t *groupTable) find(k *keyBatch, sel []int32, n int, groups []int32) {
	t.warm(k, sel, n)
	if t.keys.exact && k.nulls == nil {
		t.findWords(k, sel, n, groups)
		return
	}
	one := func(i int) {
		h := k.hash[i]
		tag := tagOf(h)
		for at := h & t.mask; ; at = (at + 1) & t.mask {
			e := t.slots[at]
			if e == 0 {
				groups[i] = -1
				return
			}
			if e&0xFFFFFFFF00000000 == tag && t.keys.equal(int(uint32(e))-1, k, i) {
				groups[i] = int32(uint32(e)) - 1
				return
			}
		}
	}
	eachRow(sel, n, one)
}

// findWords is find for one column whose word is the value.
func (t *groupTable) findWords(k *keyBatch, sel []int32, n int, groups []int32) {
	words, hash, slots, mask := k.word[0], k.hash, t.slots, t.mask
	stored := t.keys.word[0]
	count := n
	if sel != nil {
		count = len(sel)
	}
	for j := 0; j < count; j++ {
		i := j
		if sel != nil {
			i = int(sel[j])
		}
		h, w := hash[i], words[i]
		found := int32(-1)
		for at := h & mask; ; at = (at + 1) & mask {
			e := slots[at]
			if e == 0 {
				break
			}
			if (e^h)>>32 == 0 {
				if g := int32(uint32(e)) - 1; stored[g] == w && !t.keys.null(int(g)) {
					found = g
					break
				}
			}
		}
		groups[i] = found
	}
}

// reserve makes room for n more groups at a load of at most one half.
func (t *groupTable) reserve(n int) {
	need := uint64(t.keys.len()+n) * 2
	if need <= uint64(len(t.slots)) {
		return
	}
	size := uint64(len(t.slots))
	for size < need {
		size *= 2
	}
	t.slots = make([]uint64, size)
	t.mask = size - 1
	if size > warmSlots { // all memory of a large table grows in the same steps
		t.keys.reserve(int(size / 2))
	}
	for g, h := range t.keys.hash {
		at := h & t.mask
		for t.slots[at] != 0 {
			at = (at + 1) & t.mask
		}
		t.slots[at] = tagOf(h) | uint64(g+1)
	}
}
