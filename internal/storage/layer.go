package storage

import "github.com/zqlite/zqlite/internal/storage/delta"

// layer is a sorted set of committed versions over the pages of a tree: a list
// that takes, or took, commits one by one, or one large transaction as it was.
// Of a tree's layers each is newer than all that follow it.
type layer struct {
	list *delta.List
	run  *run
}

// maxFresh is the number of layers of one tree that a generation gathers
// before it freezes: every lookup and scan asks all of them.
const maxFresh = 8

// get gives the newest version of key at or below max; hash is delta.Hash(key).
func (l layer) get(key []byte, hash, max uint64) (delta.Version, bool, error) {
	if l.list != nil {
		v, ok := l.list.Get(key, hash, max)
		return v, ok, nil
	}
	return l.run.get(key, hash, max)
}

// net is the number of rows that the layer adds.
func (l layer) net() int64 {
	if l.list != nil {
		return l.list.Net()
	}
	return l.run.net
}

// newest is the largest sequence in the layer.
func (l layer) newest() uint64 {
	if l.list != nil {
		return l.list.NewestSeq()
	}
	return l.run.seq
}

// find gives the newest version of key at or below max among the tree's deltas.
func (t *tree) find(key []byte, hash, max uint64) (v delta.Version, ok bool, err error) {
	if a := t.active.Load(); a != nil {
		if v, ok = a.Get(key, hash, max); ok {
			return v, true, nil
		}
	}
	for i := range t.layers {
		if v, ok, err = t.layers[i].get(key, hash, max); ok || err != nil {
			return v, ok, err
		}
	}
	return v, false, nil
}

// net is the number of rows that the tree's deltas add.
func (t *tree) net() int64 {
	n := int64(0)
	if a := t.active.Load(); a != nil {
		n = a.Net()
	}
	for _, l := range t.layers {
		n += l.net()
	}
	return n
}

// unfrozen gives the layers of the active generation, newest first.
func (t *tree) unfrozen() []layer {
	var out []layer
	if a := t.active.Load(); a != nil {
		out = append(out, layer{list: a})
	}
	return append(out, t.layers[:t.fresh]...)
}
