package crashtest

import (
	"fmt"

	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/simdisk"
)

// System is what is tested, bound to one file system.
type System interface {
	// Open creates or recovers it. A System is opened once.
	Open() error
	// Apply does a step; nil means acknowledged.
	Apply(step int) error
	// Check verifies the content: that of the first k steps for some k, or an
	// error. Where steps run in parallel it judges by the lists of h, and
	// gives k = -1.
	Check(h History) (k int, err error)
	// Close ends it. It must not fail unless a step had.
	Close() error
}

// History is what was promised at the moment of a crash.
type History struct {
	Low, High int   // Low <= k <= High for workloads of one step after another
	Acked     []int // steps in the order of their acknowledgement, since the disk was new
	Submitted []int // steps in the order of their submission
}

func (h History) String() string { return fmt.Sprintf("%d..%d", h.Low, h.High) }

// Verify tells whether the first k steps are what may be found.
func (h History) Verify(k int) error {
	if k >= 0 && (k < h.Low || k > h.High) {
		return fmt.Errorf("found the first %d steps, but %d were acknowledged and %d submitted", k, h.Low, h.High)
	}
	return nil
}

// The marks that a run leaves in the record of the disk.
const (
	markSubmit int64 = iota << 32
	markAck
	markDurable // the first k are durable, however lax the mode
	markFound   // recovery found k: no more, no less, from here on

	markMask = 1<<32 - 1
)

// note applies a mark.
func (h *History) note(mark int64, relaxed bool) {
	n := int(mark & markMask)
	switch mark &^ markMask {
	case markSubmit:
		h.High = max(h.High, n+1)
		h.Submitted = append(h.Submitted, n)
	case markAck:
		if !relaxed {
			h.Low = max(h.Low, n+1)
		}
		h.Acked = append(h.Acked, n)
	case markDurable:
		h.Low = max(h.Low, n)
	case markFound:
		h.Low, h.High = n, n
	}
}

// fixed gives a History whose lists later notes do not reach.
func (h History) fixed() History {
	h.Acked = h.Acked[:len(h.Acked):len(h.Acked)]
	h.Submitted = h.Submitted[:len(h.Submitted):len(h.Submitted)]
	return h
}

// Workload is one run of a System on a recorded disk. Its methods may be called
// by several goroutines when the System allows that.
type Workload struct {
	Config *Config
	FS     vfs.FS // to open further Systems on
	System System
	disk   *simdisk.Disk
}

// Apply does a step between the notes of its submission and acknowledgement.
func (w *Workload) Apply(step int) error {
	w.disk.Mark(markSubmit | int64(step))
	if err := w.System.Apply(step); err != nil {
		return fmt.Errorf("step %d: %w", step, err)
	}
	w.disk.Mark(markAck | int64(step))
	return nil
}

// Durable notes that the first k steps are durable also in a relaxed mode.
func (w *Workload) Durable(k int) { w.disk.Mark(markDurable | int64(k)) }

// Reopen closes the System and opens a new one in its place.
func (w *Workload) Reopen() error {
	if err := w.System.Close(); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	w.System = w.Config.New(w.FS)
	if err := w.System.Open(); err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	return nil
}

func (w *Workload) steps(from, to int) error {
	for i := from; i < to; i++ {
		if err := w.Apply(i); err != nil {
			return err
		}
	}
	return nil
}

// contain turns a panic into an error.
func contain(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, stack())
		}
	}()
	return do()
}
