package simdisk

import (
	"path/filepath"
)

// OpKind is what a recorded operation did.
type OpKind uint8

const (
	OpWrite    OpKind = iota
	OpTruncate        // also Allocate: the size changes
	OpSync
	OpCreate // a name for a new file
	OpRename
	OpRemove
	OpSyncDir
	OpDrop // unsynced content is lost (a failed sync)
	OpMark // nothing on the disk: a note of the test
)

var opNames = [...]string{"write", "truncate", "sync", "create", "rename", "remove", "syncdir", "drop", "mark"}

func (k OpKind) String() string { return opNames[k] }

// Op is one recorded operation.
type Op struct {
	Kind OpKind
	Name string // file, or old name, or directory
	New  string // of a rename
	Off  int64  // of a write; the size of a truncate; the value of a mark
	Data []byte // of a write

	inode int
}

// inode is a file apart from its names.
type inode struct {
	live    *content // what users see
	durable *content
	pending []*Op // writes and truncates since durable
}

// state is a disk at one moment.
type state struct {
	inodes  map[int]*inode
	names   map[string]int // as users see them
	durable map[string]int
	pending []*Op // name changes since durable, in order, of all directories
}

func newState() *state {
	return &state{inodes: map[int]*inode{}, names: map[string]int{}, durable: map[string]int{}}
}

func (s *state) clone() *state {
	n := newState()
	for id, f := range s.inodes {
		n.inodes[id] = &inode{live: f.live.clone(), durable: f.durable.clone(), pending: append([]*Op(nil), f.pending...)}
	}
	for name, id := range s.names {
		n.names[name] = id
	}
	for name, id := range s.durable {
		n.durable[name] = id
	}
	n.pending = append(n.pending, s.pending...)
	return n
}

// apply does a recorded operation.
func (s *state) apply(op *Op) {
	switch op.Kind {
	case OpWrite:
		f := s.inodes[op.inode]
		f.live.writeAt(op.Data, op.Off)
		f.pending = append(f.pending, op)
	case OpTruncate:
		f := s.inodes[op.inode]
		f.live.truncate(op.Off)
		f.pending = append(f.pending, op)
	case OpSync:
		f := s.inodes[op.inode]
		for _, p := range f.pending {
			if p.Kind == OpWrite {
				f.durable.writeAt(p.Data, p.Off)
			} else {
				f.durable.truncate(p.Off)
			}
		}
		f.pending = nil
	case OpDrop:
		f := s.inodes[op.inode]
		f.live = f.durable.clone()
		f.pending = nil
	case OpCreate:
		s.inodes[op.inode] = &inode{live: newContent(), durable: newContent()}
		if op.Name != "" {
			rename(s.names, op)
			s.pending = append(s.pending, op)
		}
	case OpRename, OpRemove:
		rename(s.names, op)
		s.pending = append(s.pending, op)
	case OpSyncDir:
		kept := s.pending[:0:0]
		for _, p := range s.pending {
			if dirOf(p) == op.Name {
				rename(s.durable, p)
			} else {
				kept = append(kept, p)
			}
		}
		s.pending = kept
	}
}

func dirOf(op *Op) string {
	if op.Kind == OpRename {
		return filepath.Dir(op.New)
	}
	return filepath.Dir(op.Name)
}

// rename does the change of names of op. It carries the file that it is about,
// so it makes sense without the operations before it.
func rename(names map[string]int, op *Op) {
	switch op.Kind {
	case OpCreate:
		names[op.Name] = op.inode
	case OpRename:
		if names[op.Name] == op.inode {
			delete(names, op.Name)
		}
		names[op.New] = op.inode
	case OpRemove:
		if id, ok := names[op.Name]; ok && id == op.inode {
			delete(names, op.Name)
		}
	}
}
