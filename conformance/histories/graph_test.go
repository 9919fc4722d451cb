package histories

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// op is one operation of a transaction: an append of a unique value to a list,
// or a read of the list.
type op struct {
	key   int
	value int   // appended; 0 is a read
	list  []int // read
}

// txn is one transaction of a history.
type txn struct {
	id        int
	ops       []op
	committed bool
}

func (t *txn) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "T%d", t.id)
	for _, o := range t.ops {
		if o.value != 0 {
			fmt.Fprintf(&b, " append(%d,%d)", o.key, o.value)
		} else {
			fmt.Fprintf(&b, " read(%d)=%v", o.key, o.list)
		}
	}
	return b.String()
}

// kind is why one transaction comes before another.
type kind uint8

const (
	ww kind = 1 << iota // the other appended after it
	wr                  // the other read its append
	rw                  // the other appended after what it read
)

func (k kind) String() string { return map[kind]string{ww: "ww", wr: "wr", rw: "rw"}[k] }

// graph holds the dependencies of a history's committed transactions.
type graph struct {
	txns  []*txn
	edges []map[int]kind // from → to
}

// anomalies checks what each transaction saw by itself, and makes the graph.
// final is the content of each list in the end.
func anomalies(history []*txn, final map[int][]int) (g *graph, problems []string) {
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	g = &graph{}
	writer := map[int]*txn{}  // of a value
	last := map[[2]int]int{}  // transaction and key → its last append
	index := map[*txn]int{}   // in g
	place := map[[2]int]int{} // key and value → place in the final list
	for _, t := range history {
		for _, o := range t.ops {
			if o.value != 0 {
				writer[o.value] = t
				last[[2]int{t.id, o.key}] = o.value
			}
		}
		if t.committed {
			index[t] = len(g.txns)
			g.txns = append(g.txns, t)
			g.edges = append(g.edges, map[int]kind{})
		}
	}
	edge := func(a, b *txn, k kind) {
		if a != b {
			g.edges[index[a]][index[b]] |= k
		}
	}
	for key, list := range final {
		for i, v := range list {
			w := writer[v]
			switch {
			case w == nil:
				problem("list %d holds %d, which nobody appended", key, v)
				return g, problems
			case !w.committed:
				problem("list %d holds %d of a transaction that was rolled back: %v", key, v, w)
				return g, problems
			}
			if _, twice := place[[2]int{key, v}]; twice {
				problem("list %d holds %d twice", key, v)
			}
			place[[2]int{key, v}] = i
			if i > 0 {
				edge(writer[list[i-1]], w, ww)
			}
		}
	}
	for _, t := range g.txns {
		own := map[int][]int{}
		for _, o := range t.ops {
			if o.value != 0 {
				if _, ok := place[[2]int{o.key, o.value}]; !ok {
					problem("lost append: %d to list %d by %v", o.value, o.key, t)
				}
				own[o.key] = append(own[o.key], o.value)
				continue
			}
			list := o.list
			if n := len(own[o.key]); n > len(list) || !slices.Equal(list[len(list)-n:], own[o.key]) {
				problem("own appends not seen: %v", t)
				continue
			} else {
				list = list[:len(list)-n]
			}
			whole := final[o.key]
			if len(list) > len(whole) || !slices.Equal(list, whole[:len(list)]) {
				problem("list %d was read as %v and is %v: %v", o.key, list, whole, t)
				continue
			}
			if n := len(list); n > 0 {
				w := writer[list[n-1]]
				if last[[2]int{w.id, o.key}] != list[n-1] {
					problem("an intermediate value was read: %v of %v", t, w)
				}
				edge(w, t, wr)
			}
			// After its own append the next in the list is its own.
			if n := len(list); n < len(whole) && len(own[o.key]) == 0 {
				edge(t, writer[whole[n]], rw)
			}
		}
	}
	return g, problems
}

// cycle finds a cycle of the edges in allowed; between says whether edge b may
// follow edge a (nil: always). It returns its description, or "".
func (g *graph) cycle(successors func(state int) []int, states int, name func(state int) string) string {
	color := make([]uint8, states)
	var path []int
	type frame struct {
		state int
		next  []int
	}
	for s := range states {
		if color[s] != 0 {
			continue
		}
		stack := []frame{{s, successors(s)}}
		color[s] = 1
		path = append(path[:0], s)
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if len(f.next) == 0 {
				color[f.state] = 2
				stack, path = stack[:len(stack)-1], path[:len(path)-1]
				continue
			}
			n := f.next[0]
			f.next = f.next[1:]
			switch color[n] {
			case 1:
				var b strings.Builder
				for _, p := range append(path[slices.Index(path, n):], n) {
					b.WriteString("\n  " + name(p))
				}
				return b.String()
			case 0:
				color[n] = 1
				stack = append(stack, frame{n, successors(n)})
				path = append(path, n)
			}
		}
	}
	return ""
}

func (g *graph) successors(i int, kinds kind) []int {
	var out []int
	for to, k := range g.edges[i] {
		if k&kinds != 0 {
			out = append(out, to)
		}
	}
	sort.Ints(out)
	return out
}

func (g *graph) name(i int) string { return g.txns[i].String() }

// cycleOf finds a cycle over the kinds of dependencies.
func (g *graph) cycleOf(kinds kind) string {
	return g.cycle(func(i int) []int { return g.successors(i, kinds) }, len(g.txns), g.name)
}

// snapshotCycle finds a cycle without two read-write dependencies in a row. A
// state is a transaction, and whether a read-write dependency led to it.
func (g *graph) snapshotCycle() string {
	n := len(g.txns)
	return g.cycle(func(s int) []int {
		i, byRW := s%n, s >= n
		out := g.successors(i, ww|wr)
		if !byRW {
			for _, to := range g.successors(i, rw) {
				out = append(out, to+n)
			}
		}
		return out
	}, 2*n, func(s int) string { return g.name(s % n) })
}
