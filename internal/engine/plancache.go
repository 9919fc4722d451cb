package engine

import (
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/binder"
	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/exec"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/types"
)

// Statement is a parsed text: one or more statements with their plans. It is
// shared by all sessions of a database and safe for concurrent use.
type Statement struct {
	text  string
	path  string // search path that the plans were made under
	parts []part
	count int           // placeholders
	names []string      // of named placeholders, by position
	again atomic.Bool   // the text came more than once
	fixed []*types.Type // types of its parameters that PREPARE declares or found
}

// part is one statement of a text.
type part struct {
	stmt ast.Stmt
	pos  ast.Statement

	plan   atomic.Pointer[Plan] // serves arguments of all types
	mu     sync.RWMutex
	byArgs map[string]*Plan // plans that depend on the arguments' types
}

// Plan is a bound and optimized statement, compiled.
type Plan struct {
	program *exec.Program
	root    plan.Node
	params  []*types.Type
	columns []plan.Column
	names   []string
	deps    []binder.Dependency
	kinds   uint64              // of the types and functions that the plan was made with
	checked uint64              // stamp of the catalog that the plan was made for
	read    bool                // changes nothing
	calls   bool                // it runs SQL functions, which may use such relations
	byCalls bool                // only functions that it calls change something
	byKey   bool                // reads one row by its key
	fills   bool                // inserts one row of parameters
	command string              // command tag: SELECT, INSERT …
	locks   string              // words of FOR UPDATE and the like, "" without
	targets []*catalog.Relation // that the plan changes
	shared  bool                // it reads or changes relations with TENANT BY
	audit   bool                // it uses the record of cross-tenant work
	sized   []sizedRelation     // whose sizes decided the plan; see stale
	runs    atomic.Uint32
}

// valid reports whether every relation is as the plan knows it (invariant 2).
func (p *Plan) valid(c *catalog.Catalog) bool {
	if p.checked == c.Stamp {
		return true
	}
	if p.kinds != c.Kinds {
		return false
	}
	for _, d := range p.deps {
		// Not its version: a change that was rolled back may have had the same.
		if c.RelationByID(d.Relation.ID) != d.Relation {
			return false
		}
	}
	return true
}

// planCacheSize bounds the texts that are kept, newTexts those among them that
// were not asked for again yet. Texts with literals in them come once and by
// the thousand; kept too long they would only be work for the garbage
// collector, and would drive out those that come again.
const (
	planCacheSize = 2048
	newTexts      = 256
)

// planCache keeps parsed texts with their plans.
type planCache struct {
	mu    sync.RWMutex
	m     map[planKey]*Statement
	fresh [newTexts]planKey // the last texts put in, a ring
	at    int
}

type planKey struct{ text, path string }

func (c *planCache) get(k planKey) *Statement {
	c.mu.RLock()
	st := c.m[k]
	c.mu.RUnlock()
	if st != nil && !st.again.Load() {
		st.again.Store(true)
	}
	return st
}

// put keeps a statement; when the cache is full, a part of it is dropped in
// no particular order, which costs those texts one more planning.
func (c *planCache) put(k planKey, st *Statement) *Statement {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[planKey]*Statement{}
	}
	if old := c.m[k]; old != nil {
		return old
	}
	if len(c.m) >= planCacheSize {
		n := 0
		for old := range c.m {
			delete(c.m, old)
			if n++; n >= planCacheSize/8 {
				break
			}
		}
	}
	if old := c.fresh[c.at]; old != (planKey{}) {
		if st := c.m[old]; st != nil && !st.again.Load() {
			delete(c.m, old)
		}
	}
	c.fresh[c.at] = k
	c.at = (c.at + 1) % newTexts
	c.m[k] = st
	return st
}
