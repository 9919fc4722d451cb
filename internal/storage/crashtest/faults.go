package crashtest

import (
	"errors"
	"fmt"
	"time"

	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/faultfs"
	"github.com/zqlite/zqlite/internal/vfs/simdisk"
)

// FaultConfig of Faults. New and Steps are required.
type FaultConfig struct {
	New   func(fs vfs.FS) System
	Steps int
	// Script is the workload between Open and Close, until the first error;
	// nil applies the steps one after another.
	Script func(w *Workload) error
	// Relaxed lets acknowledged steps be lost.
	Relaxed bool
	Classes []faultfs.Class // each is counted by itself; nil: Changing and Read
	Kinds   []faultfs.Kind  // nil: all
	Stride  int             // every Stride-th N; 0 is 1
	Seed    uint64
	Report  func(error)   // hears of each failure, and Faults goes on; nil: it ends with the first
	Timeout time.Duration // of one run; 0 is 30 s: no fault may make it hang
}

// FaultReport counts what Faults did.
type FaultReport struct {
	Runs, Fired, Images int
}

// Faults runs the workload with each fault once and for ever, closes it after
// the first error, and then opens what is left: as the next process would, and
// after a power cut. It ends with the first thing that is wrong.
func Faults(cfg FaultConfig) (rep FaultReport, err error) {
	if cfg.Classes == nil {
		cfg.Classes = []faultfs.Class{faultfs.Changing, faultfs.Read}
	}
	if cfg.Kinds == nil {
		cfg.Kinds = []faultfs.Kind{faultfs.EIO, faultfs.ENOSPC, faultfs.ShortWrite, faultfs.SyncLoss}
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	for _, class := range cfg.Classes {
		for _, kind := range cfg.Kinds {
			for _, forever := range []bool{false, true} {
				for n := 1; ; n += max(1, cfg.Stride) {
					fault := faultfs.Fault{Class: class, N: n, Kind: kind, Forever: forever}
					fired, err := cfg.one(fault, &rep)
					if err != nil {
						err = fmt.Errorf("call %d of class %v fails with %v (for ever: %v): %w", n, class, kind, forever, err)
						if cfg.Report == nil {
							return rep, err
						}
						cfg.Report(err)
					}
					if !fired {
						break
					}
				}
			}
		}
	}
	return rep, nil
}

// within runs do, and gives up waiting for it after the timeout.
func within(timeout time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- contain(do) }()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return errors.New("it hangs")
	}
}

// errWorkload marks an error of the workload itself, which a fault may cause.
type errWorkload struct{ error }

func (cfg *FaultConfig) one(fault faultfs.Fault, rep *FaultReport) (fired bool, err error) {
	disk := simdisk.New()
	ffs := faultfs.New(disk)
	ffs.Inject(fault)
	err = within(cfg.Timeout, func() error { return cfg.run(disk, ffs) })
	rep.Runs++
	fired = ffs.Fired() > 0
	var ofFault errWorkload
	switch {
	case errors.As(err, &ofFault) && fired:
	case err != nil:
		return fired, err
	}
	if !fired {
		return false, nil
	}
	rep.Fired++
	var h History
	c := disk.Replay()
	for op := c.Next(); op != nil; op = c.Next() {
		if op.Kind == simdisk.OpMark {
			h.note(op.Off, cfg.Relaxed)
		}
	}
	r := runner{cfg: Config{New: cfg.New, Continue: 2, Relaxed: cfg.Relaxed}}
	images := map[string]*simdisk.Disk{"next process": disk.Kill()}
	for _, k := range []simdisk.Kind{simdisk.NothingUnsynced, simdisk.Everything, simdisk.Mixed, simdisk.Sectors} {
		images["power cut, "+k.String()] = disk.LosePower(k, cfg.Seed+uint64(fault.N))
	}
	for name, d := range images {
		rep.Images++
		if err := within(cfg.Timeout, func() error { return r.reopen(d, h.fixed(), true) }); err != nil {
			return true, fmt.Errorf("%s, steps %v: %w", name, h, err)
		}
	}
	return true, nil
}

// run is the workload until its first error, which may be that of the fault.
func (cfg *FaultConfig) run(disk *simdisk.Disk, fs vfs.FS) error {
	w := &Workload{Config: &Config{New: cfg.New, Steps: cfg.Steps}, FS: fs, disk: disk}
	w.System = cfg.New(fs)
	if err := w.System.Open(); err != nil {
		return errWorkload{err}
	}
	var err error
	if cfg.Script != nil {
		err = cfg.Script(w)
	} else {
		err = w.steps(0, cfg.Steps)
	}
	if closeErr := w.System.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return errWorkload{err}
	}
	return nil
}

// Mutant is a planted bug: calls that are skipped or come in another order.
type Mutant struct {
	Name string
	Hook func() faultfs.Hook // a fresh one for each opening
	// Noticed tells that an error which ends the workload itself is the bug
	// being found, as where a lost page is read again; nil: no such error is.
	Noticed func(error) bool
}

// Survivors runs each planted bug through Run and names those that were not
// caught. A test that lets one live cannot fail where it should. Only a state
// that should not be (a *Failure) counts: a workload that already fails to run
// has shown nothing, and is named with its error.
func Survivors(cfg Config, mutants []Mutant) []string {
	var alive []string
	for _, m := range mutants {
		c := cfg
		c.Wrap = func(fs vfs.FS) vfs.FS {
			f := faultfs.New(fs)
			f.SetHook(m.Hook())
			return f
		}
		_, err := Run(c)
		var caught *Failure
		switch {
		case err == nil:
			alive = append(alive, m.Name)
		case !errors.As(err, &caught) && (m.Noticed == nil || !m.Noticed(err)):
			alive = append(alive, m.Name+" (did not run: "+err.Error()+")")
		}
	}
	return alive
}
