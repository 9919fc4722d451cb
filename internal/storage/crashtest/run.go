package crashtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/simdisk"
)

// Config of Run. New and Steps (or Script) are required.
type Config struct {
	New   func(fs vfs.FS) System
	Steps int
	// Script is the workload between Open and Close; nil applies the steps one
	// after another.
	Script func(w *Workload) error
	// Relaxed lets a power cut take acknowledged steps (sync normal and off);
	// Workload.Durable tells what it may not take.
	Relaxed bool
	// Wrap puts a layer over the disk, in the workload and in recovery.
	Wrap func(fs vfs.FS) vfs.FS

	Seed   uint64
	Kinds  []simdisk.Kind // nil: all
	Rounds int            // draws of each kind at each point; 0 is 1
	Stride int            // looks at every Stride-th operation; 0 is 1
	Images int            // stops after so many; 0 is no limit

	// Continue applies so many further steps after each ContinueEvery-th
	// recovery, closes, opens and checks again. They follow the k found.
	Continue, ContinueEvery int
	// Depth is how often power is cut again during recovery and what follows;
	// every NestEvery-th image is examined so, at NestPoints of its operations.
	Depth, NestEvery, NestPoints int

	Workers int    // 0 is 1
	Only    *Point // one image alone, to show a failure again
}

// Point names an image of the first level.
type Point struct {
	Op   int
	Kind simdisk.Kind
	Seed uint64
}

// Report counts what Run did.
type Report struct {
	Operations int // recorded by the workload
	Points     int
	Images     int64
	Nested     int64 // images of a recovery
}

func (r Report) String() string {
	return fmt.Sprintf("%d operations, %d crash points, %d images, %d of them nested", r.Operations, r.Points, r.Images, r.Nested)
}

// Failure is a state that should not be.
type Failure struct {
	Point   Point
	After   string // the operation before the crash
	History History
	Nested  []string // crashes during recovery that followed
	Err     error
}

func (f *Failure) Error() string {
	s := fmt.Sprintf("power cut after operation %d (%s), image %q, seed %d, steps %v: ", f.Point.Op, f.After, f.Point.Kind, f.Point.Seed, f.History)
	for _, n := range f.Nested {
		s += "then " + n + ": "
	}
	return s + f.Err.Error()
}

func (f *Failure) Unwrap() error { return f.Err }

func stack() []byte { return debug.Stack() }

// job is an image to examine.
type job struct {
	disk    *simdisk.Disk
	point   Point
	after   string
	history History
	number  int64
}

type runner struct {
	cfg     Config
	kinds   []simdisk.Kind
	images  atomic.Int64
	nested  atomic.Int64
	failure atomic.Pointer[Failure]
}

// Run records the workload once and examines its images. The error is a
// *Failure, or says that the workload itself did not run.
func Run(cfg Config) (Report, error) {
	r := &runner{cfg: cfg, kinds: cfg.Kinds}
	if r.kinds == nil {
		r.kinds = simdisk.Kinds()
	}
	disk := simdisk.New()
	if err := contain(func() error { return r.workload(disk) }); err != nil {
		return Report{Operations: disk.Ops()}, fmt.Errorf("workload: %w", err)
	}
	rep := Report{Operations: disk.Ops()}
	jobs := make(chan job, 16)
	var workers sync.WaitGroup
	for range max(1, cfg.Workers) {
		workers.Go(func() {
			for j := range jobs {
				if r.failure.Load() == nil {
					r.examine(j)
				}
			}
		})
	}
	rep.Points = r.enumerate(disk, jobs)
	close(jobs)
	workers.Wait()
	rep.Images, rep.Nested = r.images.Load(), r.nested.Load()
	if f := r.failure.Load(); f != nil {
		return rep, f
	}
	return rep, nil
}

func (r *runner) wrap(d *simdisk.Disk) vfs.FS {
	if r.cfg.Wrap != nil {
		return r.cfg.Wrap(d)
	}
	return d
}

func (r *runner) workload(disk *simdisk.Disk) error {
	w := &Workload{Config: &r.cfg, FS: r.wrap(disk), disk: disk}
	w.System = r.cfg.New(w.FS)
	if err := w.System.Open(); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	var err error
	if r.cfg.Script != nil {
		err = r.cfg.Script(w)
	} else {
		err = w.steps(0, r.cfg.Steps)
	}
	if err != nil {
		return err
	}
	if err := w.System.Close(); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// enumerate sends the images of all crash points and counts the points.
func (r *runner) enumerate(disk *simdisk.Disk, jobs chan<- job) int {
	c := disk.Replay()
	var h History
	points, number := 0, int64(0)
	send := func(p Point, op *simdisk.Op) {
		jobs <- job{disk: c.Image(p.Kind, p.Seed), point: p, after: describe(op), history: h.fixed(), number: number}
		number++
	}
	for op := c.Next(); op != nil; op = c.Next() {
		if op.Kind == simdisk.OpMark {
			h.note(op.Off, r.cfg.Relaxed)
		}
		if r.failure.Load() != nil || r.cfg.Images > 0 && number >= int64(r.cfg.Images) {
			break
		}
		if only := r.cfg.Only; only != nil {
			if only.Op == c.Pos() {
				send(*only, op)
			}
			continue
		}
		if c.Pos()%max(1, r.cfg.Stride) != 0 {
			continue
		}
		points++
		for round := range max(1, r.cfg.Rounds) {
			seed := r.cfg.Seed + uint64(c.Pos())<<8 + uint64(round)
			for _, kind := range r.kinds {
				if round == 0 || kind != simdisk.NothingUnsynced && kind != simdisk.Everything && kind != simdisk.ProcessEnd {
					send(Point{c.Pos(), kind, seed}, op)
				}
			}
			if !c.Unsynced() {
				break // all images are alike
			}
		}
	}
	return points
}

func describe(op *simdisk.Op) string {
	switch op.Kind {
	case simdisk.OpWrite:
		return fmt.Sprintf("write %s %d+%d", op.Name, op.Off, len(op.Data))
	case simdisk.OpTruncate:
		return fmt.Sprintf("truncate %s %d", op.Name, op.Off)
	case simdisk.OpRename:
		return fmt.Sprintf("rename %s %s", op.Name, op.New)
	case simdisk.OpMark:
		what := [...]string{"submit", "ack", "durable", "found"}
		return fmt.Sprintf("%s %d", what[op.Off>>32], op.Off&markMask)
	}
	return fmt.Sprintf("%s %s", op.Kind, op.Name)
}

// examine checks a job and keeps the first failure.
func (r *runner) examine(j job) {
	rng := rand.New(rand.NewPCG(j.point.Seed, uint64(j.point.Kind)+77))
	goOn := r.cfg.Only != nil || r.cfg.ContinueEvery > 0 && j.number%int64(r.cfg.ContinueEvery) == 0
	depth := 0
	if r.cfg.Only != nil || r.cfg.NestEvery > 0 && j.number%int64(r.cfg.NestEvery) == 0 {
		depth = r.cfg.Depth
	}
	r.images.Add(1)
	if path, err := r.recover(j.disk, j.history, depth, goOn, rng); err != nil {
		r.failure.CompareAndSwap(nil, &Failure{Point: j.point, After: j.after, History: j.history, Nested: path, Err: err})
	}
}

// recover opens and checks an image, then cuts the power during all that.
func (r *runner) recover(d *simdisk.Disk, h History, depth int, goOn bool, rng *rand.Rand) (path []string, err error) {
	if err := contain(func() error { return r.reopen(d, h, goOn) }); err != nil {
		return nil, err
	}
	if depth == 0 {
		return nil, nil
	}
	ops := d.Ops()
	chosen := map[int]bool{}
	for range max(1, r.cfg.NestPoints) {
		chosen[1+rng.IntN(max(1, ops))] = true
	}
	c := d.Replay()
	for op := c.Next(); op != nil; op = c.Next() {
		if op.Kind == simdisk.OpMark {
			h.note(op.Off, r.cfg.Relaxed)
		}
		if !chosen[c.Pos()] {
			continue
		}
		kind, seed := r.kinds[rng.IntN(len(r.kinds))], rng.Uint64()
		r.images.Add(1)
		r.nested.Add(1)
		path, err := r.recover(c.Image(kind, seed), h.fixed(), depth-1, goOn && depth > 1, rng)
		if err != nil {
			at := fmt.Sprintf("power cut in recovery after operation %d (%s), image %q, steps %v", c.Pos(), describe(op), kind, h)
			return append([]string{at}, path...), err
		}
	}
	return nil, nil
}

// reopen is the life after a crash: recovery, check, and perhaps more steps.
func (r *runner) reopen(d *simdisk.Disk, h History, goOn bool) error {
	w := &Workload{Config: &r.cfg, FS: r.wrap(d), disk: d}
	w.System = r.cfg.New(w.FS)
	if err := w.System.Open(); err != nil {
		return fmt.Errorf("recovery: %w", err)
	}
	k, err := w.System.Check(h)
	if err == nil {
		err = h.Verify(k)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("check: %w", err), w.System.Close())
	}
	if k >= 0 {
		d.Mark(markFound | int64(k))
	}
	if !goOn || k < 0 || r.cfg.Continue == 0 {
		if err := w.System.Close(); err != nil {
			return fmt.Errorf("close after recovery: %w", err)
		}
		return nil
	}
	to := k + r.cfg.Continue
	if err := w.steps(k, to); err != nil {
		return fmt.Errorf("after recovery: %w", err)
	}
	if err := w.Reopen(); err != nil {
		return fmt.Errorf("after recovery and %d more steps: %w", to-k, err)
	}
	found, err := w.System.Check(History{Low: to, High: to})
	if err == nil && found != to {
		err = fmt.Errorf("found %d steps, not %d", found, to)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("check after recovery and %d more steps: %w", to-k, err), w.System.Close())
	}
	return w.System.Close()
}
