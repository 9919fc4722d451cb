package exec

import (
	"math"
	"math/rand/v2"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// scanOp reads a relation, by key ranges where the plan has them, and keeps
// the rows that pass the filter.
type scanOp struct {
	node     *plan.Scan
	tab      *table.Table
	ordinals []int // wanted columns, then those of the row's key when locking
	keyCols  []int // places of the row's key in the batch
	filter   expr.Filter
	filtered bool
	ranges   *keyRanger
	access   table.Access
	sample   *sampler

	scan  *table.Scan
	batch vector.Batch
	sel   []int32
	out   vector.Batch
	vals  []types.Value
	key   []byte
	want  int // rows that a LIMIT above asks for, 0 for all
}

// hintRows takes the number of rows that the consumer wants.
func (s *scanOp) hintRows(n int64) {
	s.want = 0
	if n < vector.Size {
		s.want = int(n)
	}
}

// populated refuses a materialized view that holds nothing yet.
func populated(rel *catalog.Relation) error {
	if !rel.Unpopulated {
		return nil
	}
	return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "materialized view %q has not been populated", rel.Name).
		WithHint("Use the REFRESH MATERIALIZED VIEW command.")
}

func (b *builder) scan(n *plan.Scan) (Operator, error) {
	if n.Rel.Kind == catalog.Virtual {
		return b.virtualScan(n)
	}
	if err := populated(n.Rel); err != nil {
		return nil, err
	}
	s := &scanOp{node: n, tab: table.Of(n.Rel), ordinals: n.Ordinals}
	conds := n.Filter
	sc := scopeOf(n.Cols)
	if a := n.Access; a != nil {
		conds = a.Residual
		s.access = table.Access{Index: a.Index, Reverse: a.Reverse, IndexOnly: a.IndexOnly}
		var err error
		if s.ranges, err = b.keyRanger(s.tab, a, scope{}); err != nil {
			return nil, err
		}
	}
	if n.Lock != nil {
		s.ordinals, s.keyCols = withKey(n.Rel, n.Ordinals)
	}
	var err error
	s.filtered = len(conds) > 0
	if s.filter, err = b.compiler(sc).FilterAll(conds); err != nil {
		return nil, err
	}
	if n.Sample != nil {
		if s.sample, err = b.sampler(n.Sample); err != nil {
			return nil, err
		}
	}
	s.batch.Cols = emptyVectors(len(s.ordinals))
	return s, nil
}

func emptyVectors(n int) []*vector.Vector {
	cols := make([]*vector.Vector, n)
	mem := make([]vector.Vector, n)
	for i := range cols {
		cols[i] = &mem[i]
	}
	return cols
}

// withKey appends the ordinals of the columns that make the row's key, and
// returns their places.
func withKey(rel *catalog.Relation, ordinals []int) (all, places []int) {
	all = append([]int(nil), ordinals...)
	if rel.RowIDKey || rel.Primary == nil {
		return append(all, plan.RowIDOrdinal), []int{len(all)}
	}
	for _, p := range rel.Primary.Parts {
		places = append(places, len(all))
		all = append(all, rel.Ordinal(p.Column))
	}
	return all, places
}

func (s *scanOp) Open(r *Run) error {
	if r.Tx == nil {
		return sqlerr.New(sqlerr.InternalError, "relation %q is read outside of a transaction", s.node.Rel.Name)
	}
	return s.openAt(r, nil)
}

// openAt opens the scan with the key ranges for a row of the scope that they
// were compiled for.
func (s *scanOp) openAt(r *Run, row []types.Value) error {
	a := s.access
	if s.ranges != nil {
		ranges, all, err := s.ranges.eval(r.Context, row)
		if err != nil {
			return err
		}
		if !all {
			a.Ranges = ranges
		}
	}
	if s.sample != nil {
		if err := s.sample.open(r.Context); err != nil {
			return err
		}
	}
	return s.start(r, a)
}

// start begins to read. The scan of a former run serves again, since making
// one costs more than reading a few rows.
func (s *scanOp) start(r *Run, a table.Access) (err error) {
	if s.scan == nil {
		if s.scan, err = s.tab.Scan(r.Tx, a, s.ordinals); err != nil {
			return err
		}
	} else {
		s.scan.Restart(r.Tx, a.Ranges)
	}
	if s.want > 0 {
		s.scan.Hint(s.want)
	}
	return nil
}

func (s *scanOp) Next(r *Run) (*vector.Batch, error) {
	for {
		if err := r.canceled(); err != nil {
			return nil, err
		}
		if err := s.scan.Next(&s.batch); err != nil {
			return nil, err
		}
		if s.batch.N == 0 {
			return nil, nil
		}
		if s.sample != nil {
			s.batch.Sel = s.sample.apply(s.batch.N)
		}
		if s.filtered {
			sel, err := s.filter.Apply(r.Context, &s.batch, s.room(s.batch.N))
			if err != nil {
				return nil, err
			}
			s.batch.Sel = sel
		}
		if s.node.Lock != nil {
			if err := s.lock(r); err != nil {
				return nil, err
			}
		}
		if s.batch.Len() > 0 {
			break
		}
	}
	if len(s.ordinals) == len(s.node.Ordinals) {
		return &s.batch, nil
	}
	s.out = vector.Batch{Cols: s.batch.Cols[:len(s.node.Ordinals)], N: s.batch.N, Sel: s.batch.Sel}
	return &s.out, nil
}

// roomFor returns for how many rows to make room where n are at hand: a little
// for a small relation, a batch for others.
func roomFor(n int) int {
	if n <= 64 {
		return 64
	}
	return max(n, vector.Size)
}

func (s *scanOp) room(n int) []int32 {
	if cap(s.sel) < n {
		s.sel = make([]int32, roomFor(n))
	}
	return s.sel[:n]
}

// lock locks the live rows of the batch, dropping those that SKIP LOCKED skips.
func (s *scanOp) lock(r *Run) error {
	sel := s.room(s.batch.N)[:0]
	for k := 0; k < s.batch.Len(); k++ {
		i := s.batch.Row(k)
		s.vals = s.vals[:0]
		for _, c := range s.keyCols {
			s.vals = append(s.vals, s.batch.Cols[c].Value(i))
		}
		kept, err := lockByKey(r, s.tab, s.node.Lock, s.vals, &s.key)
		if err != nil {
			return err
		}
		if kept {
			sel = append(sel, int32(i))
		}
	}
	s.batch.Sel = sel
	return nil
}

// lockByKey locks the row with the given key; false means that it was skipped.
func lockByKey(r *Run, t *table.Table, l *plan.Locking, vals []types.Value, key *[]byte) (bool, error) {
	k, err := t.KeyOf((*key)[:0], vals)
	if err != nil {
		return false, err
	}
	*key = k
	wait := storage.Wait
	if l.NoWait {
		wait = storage.NoWait
	} else if l.SkipLocked {
		wait = storage.SkipLocked
	}
	err = r.Tx.LockRow(r.ctx(), t.Tree(), k, lockModes[l.Strength], wait)
	switch {
	case err == nil:
		return true, nil
	case err == storage.ErrLocked && !l.NoWait:
		return false, nil
	case l.NoWait && sqlerr.Code(err) == sqlerr.LockNotAvailable:
		return false, sqlerr.Wrap(err, sqlerr.LockNotAvailable, "could not obtain lock on row in relation \"%s\"", t.Rel.Name)
	}
	return false, err
}

var lockModes = [...]storage.LockMode{
	plan.ForKeyShare: storage.LockKeyShare, plan.ForShare: storage.LockShare,
	plan.ForNoKeyUpdate: storage.LockNoKeyUpdate, plan.ForUpdate: storage.LockExclusive,
}

func (s *scanOp) Close() error {
	if s.scan != nil {
		s.scan.Restart(nil, nil) // holds no transaction while it is idle
	}
	return nil
}

// sampler draws the rows of TABLESAMPLE.
type sampler struct {
	percent, seed expr.Scalar
	system        bool
	rng           *rand.Rand
	share         float64
	sel           []int32
}

func (b *builder) sampler(n *plan.Sample) (*sampler, error) {
	c := b.compiler(scope{})
	s := &sampler{system: n.Method == "system"}
	var err error
	if s.percent, err = c.Scalar(n.Percent); err != nil {
		return nil, err
	}
	if n.Repeatable != nil {
		s.seed, err = c.Scalar(n.Repeatable)
	}
	return s, err
}

func (s *sampler) open(c *expr.Context) error {
	v, err := s.percent(c, nil)
	if err != nil {
		return err
	}
	if v.IsNull() {
		return sqlerr.New(sqlerr.InvalidTablesampleArgument, "TABLESAMPLE parameter cannot be null")
	}
	percent := v.Float()
	if v.K != types.KindFloat {
		percent = float64(v.I)
	}
	if !(percent >= 0 && percent <= 100) {
		return sqlerr.New(sqlerr.InvalidTablesampleArgument, "sample percentage must be between 0 and 100")
	}
	s.share = percent / 100
	seed := rand.Uint64()
	if s.seed != nil {
		v, err := s.seed(c, nil)
		if err != nil {
			return err
		}
		if v.IsNull() {
			return sqlerr.New("2202G", "TABLESAMPLE REPEATABLE parameter cannot be null")
		}
		seed = math.Float64bits(v.Float())
	}
	s.rng = rand.New(rand.NewPCG(seed, 0))
	return nil
}

// apply draws among n rows; system samples whole batches.
func (s *sampler) apply(n int) []int32 {
	if s.sel == nil {
		s.sel = make([]int32, 0, n) // nil would be all rows
	}
	s.sel = s.sel[:0]
	if s.system {
		if s.rng.Float64() < s.share {
			for i := 0; i < n; i++ {
				s.sel = append(s.sel, int32(i))
			}
		}
		return s.sel
	}
	for i := 0; i < n; i++ {
		if s.rng.Float64() < s.share {
			s.sel = append(s.sel, int32(i))
		}
	}
	return s.sel
}

// virtualOp gives the rows of a relation that the engine computes.
type virtualOp struct {
	node   *plan.Scan
	filter expr.Filter
	rows   *store
	at     int
	batch  vector.Batch
	sel    []int32
}

func (b *builder) virtualScan(n *plan.Scan) (Operator, error) {
	v := &virtualOp{node: n, rows: newStore(columnTypes(n.Cols))}
	var err error
	v.filter, err = b.compiler(scopeOf(n.Cols)).FilterAll(n.Filter)
	v.batch.Cols = emptyVectors(len(n.Cols))
	return v, err
}

func (v *virtualOp) Open(r *Run) error {
	v.rows.reset()
	v.at = 0
	if r.Virtual == nil {
		return sqlerr.New(sqlerr.FeatureNotSupported, "relation %q cannot be read here", v.node.Rel.Name)
	}
	one := vector.NewBatch(columnTypes(v.node.Cols))
	n := 0
	err := r.Virtual(v.node.Rel, func(row []types.Value) error {
		if n == 0 {
			for _, c := range one.Cols {
				c.Reset(c.Type, vector.Size)
			}
		}
		for i, o := range v.node.Ordinals {
			x := types.NewInt(int64(v.rows.n + n + 1))
			if o >= 0 {
				x = row[o]
			}
			one.Cols[i].Set(n, x)
		}
		if n++; n == vector.Size {
			v.rows.appendRows(one.Cols, nil, n)
			n = 0
		}
		return r.canceled()
	})
	v.rows.appendRows(one.Cols, nil, n)
	return err
}

func (v *virtualOp) Next(r *Run) (*vector.Batch, error) {
	for v.at < v.rows.n {
		n := min(vector.Size, v.rows.n-v.at)
		window(&v.batch, v.rows.cols, v.at, n)
		v.at += n
		if cap(v.sel) < n {
			v.sel = make([]int32, roomFor(n))
		}
		sel, err := v.filter.Apply(r.Context, &v.batch, v.sel[:n])
		if err != nil {
			return nil, err
		}
		if len(sel) > 0 {
			v.batch.Sel = sel
			return &v.batch, nil
		}
	}
	return nil, nil
}

func (v *virtualOp) Close() error {
	v.rows.reset()
	return nil
}

// window makes b the rows at..at+n-1 of columns; at is a multiple of 64.
func window(b *vector.Batch, cols []*vector.Vector, at, n int) {
	b.N, b.Sel = n, nil
	for i, src := range cols {
		dst := b.Cols[i]
		dst.Type, dst.HasNulls, dst.Const = src.Type, src.HasNulls, false
		dst.Nulls = src.Nulls[at/64 : (at+n+63)/64]
		switch src.Type.Phys() {
		case types.PhysInt:
			dst.I = src.I[at : at+n]
		case types.PhysFloat:
			dst.F = src.F[at : at+n]
		case types.PhysPair:
			dst.I, dst.J = src.I[at:at+n], src.J[at:at+n]
		case types.PhysBytes:
			dst.S = src.S[at : at+n]
		case types.PhysNumeric:
			dst.I, dst.J, dst.S = src.I[at:at+n], src.J[at:at+n], nil
			if src.S != nil {
				dst.S = src.S[at : at+n]
			}
		}
	}
}
