package engine

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"sync"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/stats"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/storage/page"
	"github.com/zqlite/zqlite/internal/table"
	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/internal/vector"
)

// statisticsTree holds what ANALYZE found: for each relation some rows whose
// bodies, put together, are its statistics. It is made when first written to.
const statisticsTree storage.TreeID = 3

var statisticsLayout = page.Layout{Version: 1, Columns: []page.Column{{ID: 1, Kind: page.Var}}}

// statisticsPiece is how many bytes of the statistics one row takes.
const statisticsPiece = 3000

// Statistics are gathered anew, in the background, where a plan reads a
// relation that has grown or shrunk by a fifth, and by staleRows at least.
const (
	staleShare = 0.2
	staleRows  = 1000
)

// statistics is what the database knows of its relations. Like a sequence's
// position it is not transactional.
type statistics struct {
	mu     sync.RWMutex
	known  map[catalog.ID]*stats.Relation
	busy   map[catalog.ID]bool
	closed bool
	work   sync.WaitGroup
	cancel context.CancelFunc // of the background work
	ctx    context.Context
	save   sync.Mutex
	gone   []catalog.ID // relations that were dropped; their rows go with the next save
}

// start reads the stored statistics. Those that do not fit are left out.
func (q *statistics) start(db *Database) error {
	q.known, q.busy = map[catalog.ID]*stats.Relation{}, map[catalog.ID]bool{}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	if !db.store.HasTree(statisticsTree) {
		return nil
	}
	tx := db.store.Begin(storage.TxOptions{ReadOnly: true})
	defer tx.Rollback()
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	bodies := map[catalog.ID][]byte{}
	err := eachStatisticsRow(tx, storage.Range{}, func(key, body []byte) error {
		if len(key) == 6 {
			id := catalog.ID(binary.BigEndian.Uint32(key))
			bodies[id] = append(bodies[id], body...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	c := tx.Attachment().(*catalog.Catalog)
	for id, b := range bodies {
		rel := c.RelationByID(id)
		if rel == nil {
			q.gone = append(q.gone, id)
			continue
		}
		r, err := stats.Decode(b, func(id uint16) *types.Type {
			if col := rel.ColumnByID(id); col != nil {
				return col.Type
			}
			return nil
		})
		if err == nil { // invariant 3 of package stats: else they are gathered anew
			q.known[id] = r
		}
	}
	return nil
}

// stop ends the background work and waits for it.
func (q *statistics) stop() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	if q.cancel != nil {
		q.cancel()
	}
	q.work.Wait()
}

func (q *statistics) of(id catalog.ID) *stats.Relation {
	q.mu.RLock()
	defer q.mu.RUnlock()
	return q.known[id]
}

// Of returns what is known of a relation, nil where nothing is.
func (db *Database) Of(rel *catalog.Relation) *stats.Relation { return db.statistics.of(rel.ID) }

func eachStatisticsRow(tx *storage.Tx, r storage.Range, f func(key, body []byte) error) error {
	scan, err := tx.Scan(statisticsTree, r, storage.ScanOptions{})
	if err != nil {
		return err
	}
	defer scan.Close()
	var b storage.Block
	buf := make([]byte, 0, 16)
	for {
		more, err := scan.Next(&b)
		if err != nil || !more {
			return err
		}
		for i := 0; i < b.N; i++ {
			body, err := b.Bytes(i, 1)
			if err != nil {
				return err
			}
			if err := f(b.Key(i, buf), body); err != nil {
				return err
			}
		}
	}
}

// put remembers the statistics of a relation and stores them.
func (q *statistics) put(ctx context.Context, db *Database, rel *catalog.Relation, r *stats.Relation) error {
	id := rel.ID
	q.mu.Lock()
	q.known[id] = r
	q.mu.Unlock()
	if rel.Temp || db.config.Mode == "ro" && !db.config.Memory {
		return nil
	}
	body, err := r.Encode()
	if err != nil {
		return err
	}
	q.save.Lock()
	defer q.save.Unlock()
	tx := db.store.Begin(storage.TxOptions{})
	defer tx.Rollback()
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	if !db.store.HasTree(statisticsTree) {
		if err := tx.CreateTree(storage.Spec{ID: statisticsTree, Key: page.KeyBytes, Layout: statisticsLayout}); err != nil {
			return err
		}
	} else {
		for _, old := range append(q.gone, id) {
			if err := deleteStatistics(tx, old); err != nil {
				return err
			}
		}
	}
	for piece := 0; len(body) > 0; piece++ {
		n := min(len(body), statisticsPiece)
		var w page.RowWriter
		w.Reset(&statisticsLayout)
		w.SetBytes(0, body[:n])
		if err := tx.Put(statisticsTree, statisticsKey(id, piece), w.Bytes()); err != nil {
			return err
		}
		body = body[n:]
	}
	err = tx.Commit(ctx)
	if err == nil {
		q.gone = nil
	}
	return err
}

func statisticsKey(id catalog.ID, piece int) []byte {
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(nil, uint32(id)), uint16(piece))
}

func deleteStatistics(tx *storage.Tx, id catalog.ID) error {
	var keys [][]byte
	r := storage.Range{Lo: statisticsKey(id, 0), Hi: statisticsKey(id, math.MaxUint16), HiIncl: true}
	err := eachStatisticsRow(tx, r, func(key, _ []byte) error {
		keys = append(keys, append([]byte(nil), key...))
		return nil
	})
	for _, k := range keys {
		if err == nil {
			err = tx.Delete(statisticsTree, k)
		}
	}
	return err
}

// gather reads a relation and computes its statistics.
func gather(ctx context.Context, tx *storage.Tx, rel *catalog.Relation) (*stats.Relation, error) {
	var ids []uint16
	var ordinals []int
	var ts []*types.Type
	for i, c := range rel.Columns {
		if !c.Encrypted {
			ids, ordinals, ts = append(ids, c.ID), append(ordinals, i), append(ts, c.Type)
		}
	}
	scan, err := table.Of(rel).Scan(tx, table.Access{}, ordinals)
	if err != nil {
		return nil, err
	}
	defer scan.Close()
	c := stats.NewCollector(ids, ts)
	b := vector.Batch{Cols: make([]*vector.Vector, len(ids))}
	for i := range b.Cols {
		b.Cols[i] = &vector.Vector{}
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := scan.Next(&b); err != nil {
			return nil, err
		}
		if b.N == 0 {
			return c.Finish(), nil
		}
		c.Add(&b)
	}
}

// namedTables finds the tables, and makes sure of the columns, that VACUUM or
// ANALYZE names.
func (s *Session) namedTables(c *catalog.Catalog, tables []ast.VacuumTable) ([]*catalog.Relation, error) {
	var rels []*catalog.Relation
	for _, t := range tables {
		rel := c.Relation(s.bindPath(), t.Name.Schema, t.Name.Name)
		if rel == nil {
			return nil, sqlerr.New(sqlerr.UndefinedTable, "relation %q does not exist", t.Name.Name).At(t.Pos)
		}
		for i, col := range t.Columns {
			if slices.ContainsFunc(t.Columns[:i], func(n ast.Name) bool { return n.Text == col.Text }) {
				return nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" appears more than once", col.Text, rel.Name)
			}
			if rel.ColumnByName(col.Text) < 0 {
				return nil, sqlerr.New(sqlerr.UndefinedColumn, "column %q of relation %q does not exist", col.Text, rel.Name).At(col.Pos)
			}
		}
		rels = append(rels, rel)
	}
	return rels, nil
}

// analyzeTables is ANALYZE.
func (s *Session) analyzeTables(ctx context.Context, tables []ast.VacuumTable) error {
	c := s.currentCatalog()
	rels, err := s.namedTables(c, tables)
	if err != nil {
		return err
	}
	if tables == nil {
		c.Relations(func(r *catalog.Relation) bool { rels = append(rels, r); return true })
	}
	tx := s.tx
	if tx == nil {
		tx = s.db.store.Begin(storage.TxOptions{ReadOnly: true})
		defer tx.Rollback()
	}
	if err := tx.BeginStatement(); err != nil {
		return err
	}
	for _, rel := range rels {
		if rel.Kind != catalog.Table {
			continue // as a warning in PostgreSQL
		}
		r, err := gather(ctx, tx, rel)
		if err == nil {
			err = s.db.statistics.put(ctx, s.db, rel, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// observe starts gathering anew what a plan reads and is out of date.
func (q *statistics) observe(db *Database, sized []sizedRelation) {
	for i := range sized {
		x := &sized[i]
		if x.rows < staleRows || x.known != nil && math.Abs(x.rows-x.known.Rows) < staleRows+staleShare*x.known.Rows {
			continue
		}
		q.refresh(db, x.rel)
	}
}

// refresh gathers a relation's statistics in the background, one relation at
// a time. What fails is left for the next time that a plan asks.
func (q *statistics) refresh(db *Database, rel *catalog.Relation) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.busy) > 0 {
		return
	}
	q.busy[rel.ID] = true
	q.work.Add(1)
	go func() {
		defer q.work.Done()
		defer func() {
			q.mu.Lock()
			delete(q.busy, rel.ID)
			q.mu.Unlock()
		}()
		tx := db.store.Begin(storage.TxOptions{ReadOnly: true})
		defer tx.Rollback()
		if tx.BeginStatement() != nil {
			return
		}
		now := tx.Attachment().(*catalog.Catalog).RelationByID(rel.ID)
		if now == nil || now.Version != rel.Version {
			return
		}
		if r, err := gather(q.ctx, tx, now); err == nil {
			_ = q.put(q.ctx, db, now, r) // it is known in memory all the same
		}
	}()
}

// sizedRelation is a relation with what was known of its size and its values
// when a plan was made.
type sizedRelation struct {
	rel   *catalog.Relation
	rows  float64
	known *stats.Relation
}

// sizesOf lists the stored relations that a plan scans.
func (db *Database) sizesOf(n plan.Node, list []sizedRelation) []sizedRelation {
	if s, ok := n.(*plan.Scan); ok && s.Rel.Kind == catalog.Table {
		for i := range list {
			if list[i].rel == s.Rel {
				return list
			}
		}
		return append(list, sizedRelation{s.Rel, db.Rows(s.Rel), db.Of(s.Rel)})
	}
	for _, in := range n.Inputs() {
		list = db.sizesOf(in, list)
	}
	return list
}

// staleEvery is how often a plan's sizes are looked at, in runs.
const staleEvery = 64

// stale reports, every so many runs, whether the relations have become of
// another size, or better known, than when the plan was made.
func (p *Plan) stale(db *Database) bool {
	if len(p.sized) == 0 || p.runs.Add(1)%staleEvery != 0 {
		return false
	}
	for i := range p.sized {
		x := &p.sized[i]
		if db.Of(x.rel) != x.known {
			return true
		}
		if now := db.Rows(x.rel); now > 4*x.rows+100 || 4*now+100 < x.rows {
			return true
		}
	}
	return false
}

// keepsStatistics reports whether this session's plans leave the statistics
// as they are (SET zqlite.statistics = off).
func (s *Session) keepsStatistics() bool {
	v, _ := s.settings.get("zqlite.statistics")
	return v == "off"
}
