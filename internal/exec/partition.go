package exec

import (
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// partitions is the number of parts that a spilling hash table splits into.
const partitions = 16

// maxSpillDepth bounds how often a partition is split again.
const maxSpillDepth = 6

// packer collects rows and appends them to a spool in full chunks.
type packer struct {
	to   *spool
	rows *store
	full int64 // bytes at which a chunk is written
}

func newPacker(to *spool) *packer {
	return &packer{to: to, rows: newStore(to.types), full: int64(to.run.Memory.chunkBytes())}
}

// diskPacker packs rows into a spool that is a file from the start.
func diskPacker(r *Run, ts []*types.Type) *packer {
	s := newSpool(ts)
	s.open(r)
	s.onDisk = true
	return newPacker(s)
}

func (p *packer) add(cols []*vector.Vector, sel []int32, n int) error {
	p.rows.appendRows(cols, sel, n)
	if p.rows.n < vector.Size && p.rows.bytes() < p.full {
		return nil
	}
	return p.flush()
}

func (p *packer) flush() error {
	if p.rows.n == 0 {
		return nil
	}
	err := p.to.appendRows(p.rows.cols, nil, p.rows.n)
	p.rows.reuse()
	return err
}

// partitioner writes rows to sixteen files by a hash; the bits it looks at
// depend on the depth, so that a part can be split again.
type partitioner struct {
	parts [partitions]*packer
	sels  [partitions][]int32
	depth int
	acct  account
}

func newPartitioner(r *Run, ts []*types.Type, depth int) *partitioner {
	p := &partitioner{depth: depth}
	p.acct.open(r)
	for i := range p.parts {
		p.parts[i] = diskPacker(r, ts)
	}
	return p
}

// add writes the rows at sel (nil: 0..n-1), whose hashes are given by position.
func (p *partitioner) add(cols []*vector.Vector, hash []uint64, sel []int32, n int) error {
	for i := range p.sels {
		p.sels[i] = p.sels[i][:0]
	}
	shift := 32 - 4*uint(p.depth)
	count := n
	if sel != nil {
		count = len(sel)
	}
	for k := 0; k < count; k++ {
		i := int32(k)
		if sel != nil {
			i = sel[k]
		}
		to := hash[i] >> shift & (partitions - 1)
		p.sels[to] = append(p.sels[to], i)
	}
	held := int64(0)
	for i, sel := range p.sels {
		part := p.parts[i]
		if len(sel) > 0 {
			if err := part.add(cols, sel, n); err != nil {
				return err
			}
		}
		held += part.rows.bytes()
	}
	p.acct.set(held) // bounded by the size of a chunk; never refused
	return nil
}

// finish writes what is still collected and lets go of its memory.
func (p *partitioner) finish() error {
	for _, part := range p.parts {
		if err := part.flush(); err != nil {
			return err
		}
		part.rows.release()
		part.to.buf = nil
	}
	p.acct.set(0)
	return nil
}

// spool returns the rows of a part.
func (p *partitioner) spool(i int) *spool { return p.parts[i].to }

func (p *partitioner) close() {
	for _, part := range p.parts {
		part.to.close()
	}
	p.acct.close()
}
