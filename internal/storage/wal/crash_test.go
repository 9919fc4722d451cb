package wal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"github.com/zqlite/zqlite/internal/storage/crashtest"
	"github.com/zqlite/zqlite/internal/vfs"
	"github.com/zqlite/zqlite/internal/vfs/faultfs"
)

// ledger is the smallest store on a log: it counts its steps, and a step is a
// frame. Every few steps it begins a generation, in the file of one that is
// past, and writes down how far it had come ("meta").
type ledger struct {
	fs   vfs.FS
	sync bool // before each acknowledgement

	log   *Log
	gen   uint64
	steps int
	past  string // a log file to be used again
}

const perGeneration = 5

func (s *ledger) name(gen uint64) string { return fmt.Sprintf("log-%03d", gen) }

func (s *ledger) header() Header { return Header{FileUUID: [16]byte{42}, Generation: s.gen} }

func stepPayload(i int) []byte {
	return append(bytes.Repeat([]byte{byte(i)}, i*i*37%1500), fmt.Sprint("step ", i)...)
}

// writeMeta is atomic by its rename.
func (s *ledger) writeMeta(steps int, gen uint64) error {
	f, err := s.fs.Open("meta.tmp", vfs.Create)
	if err != nil {
		return err
	}
	defer f.Close()
	var b [32]byte
	binary.LittleEndian.PutUint64(b[0:], uint64(steps))
	binary.LittleEndian.PutUint64(b[8:], gen)
	if _, err := f.WriteAt(b[:], 0); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := s.fs.Rename("meta.tmp", "meta"); err != nil {
		return err
	}
	return s.fs.SyncDir(".")
}

func (s *ledger) Open() error {
	f, err := s.fs.Open("meta", vfs.ReadOnly)
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.writeMeta(0, 1); err != nil {
			return err
		}
		s.gen = 0
		return s.begin(0)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	var b [32]byte
	if n, err := f.ReadAt(b[:], 0); n < len(b) && err != nil && err != io.EOF || n < len(b) {
		return fmt.Errorf("meta: %d bytes, %w", n, err)
	}
	s.steps = int(binary.LittleEndian.Uint64(b[0:]))
	s.gen = binary.LittleEndian.Uint64(b[8:])
	return s.recover()
}

func (s *ledger) recover() error {
	names, err := s.fs.List(".")
	if err != nil {
		return err
	}
	last := s.gen - 1
	for _, n := range names {
		var g uint64
		if _, err := fmt.Sscanf(n, "log-%03d", &g); err == nil && g > last {
			last = g
		}
	}
	for ; s.gen <= last; s.gen++ {
		h := s.header()
		if s.gen < last {
			next := h
			next.Generation++
			if h.DurableLSN, err = Peek(s.fs, s.name(s.gen+1), next); err != nil {
				return err
			}
		}
		_, err := Replay(s.fs, s.name(s.gen), h, func(f Frame) error {
			if f.FirstSeq != uint64(s.steps) || !bytes.Equal(f.Payload, stepPayload(s.steps)) {
				return fmt.Errorf("frame of step %d where %d should be", f.FirstSeq, s.steps)
			}
			s.steps++
			return nil
		})
		if err != nil {
			return err
		}
	}
	// Begin above every number there is, before the old files go.
	s.gen = last
	if err := s.writeMeta(s.steps, s.gen+1); err != nil {
		return err
	}
	for _, n := range names {
		if len(n) > 4 && n[:4] == "log-" {
			if err := s.fs.Remove(n); err != nil {
				return err
			}
		}
	}
	return s.begin(uint64(s.steps) << 32)
}

// begin starts the next generation.
func (s *ledger) begin(start uint64) (err error) {
	s.gen++
	if s.past != "" {
		if err := s.fs.Rename(s.past, s.name(s.gen)); err != nil {
			return err
		}
		s.past = ""
	}
	h := s.header()
	h.StartLSN = start
	s.log, err = Create(s.fs, s.name(s.gen), h, 4096)
	return err
}

func (s *ledger) Apply(step int) error {
	if step != s.steps {
		return fmt.Errorf("step %d out of order", step)
	}
	if step%perGeneration == perGeneration-1 {
		if err := s.rotate(); err != nil {
			return err
		}
	}
	if _, err := s.log.Append(uint64(step), uint64(step), stepPayload(step)); err != nil {
		return err
	}
	s.steps++
	if s.sync {
		return s.log.Sync()
	}
	return nil
}

func (s *ledger) rotate() error {
	if err := s.log.Sync(); err != nil {
		return err
	}
	end, old := s.log.EndLSN(), s.name(s.gen)
	if err := s.log.Close(); err != nil {
		return err
	}
	if err := s.begin(end); err != nil {
		return err
	}
	if s.steps%2 == 0 { // sometimes two generations are open
		if err := s.writeMeta(s.steps, s.gen); err != nil {
			return err
		}
		s.past = old
	}
	return nil
}

func (s *ledger) Check(crashtest.History) (int, error) { return s.steps, nil }

func (s *ledger) Close() error {
	if s.log == nil {
		return nil
	}
	return s.log.Close()
}

func ledgerConfig(sync bool) crashtest.Config {
	return crashtest.Config{
		New:   func(fs vfs.FS) crashtest.System { return &ledger{fs: fs, sync: sync} },
		Steps: 24, Relaxed: !sync, Seed: 1, Rounds: 6,
		Continue: 7, ContinueEvery: 11, Depth: 2, NestEvery: 7, NestPoints: 3, Workers: 2,
	}
}

func TestCrash(t *testing.T) {
	for _, sync := range []bool{true, false} {
		rep, err := crashtest.Run(ledgerConfig(sync))
		t.Log(rep)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, sync := range []bool{true, false} {
		rep, err := crashtest.Faults(crashtest.FaultConfig{
			New:   func(fs vfs.FS) crashtest.System { return &ledger{fs: fs, sync: sync} },
			Steps: 11, Relaxed: !sync,
		})
		t.Logf("%+v", rep)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func skip(class faultfs.Class, name string) func() faultfs.Hook {
	return func() faultfs.Hook {
		return func(c *faultfs.Call) faultfs.Verdict {
			if c.Class == class && len(c.Name) >= len(name) && c.Name[:len(name)] == name {
				return faultfs.Skip
			}
			return faultfs.Pass
		}
	}
}

// TestMutants plants bugs: the enumeration must see each of them.
func TestMutants(t *testing.T) {
	cfg := ledgerConfig(true)
	mutants := []crashtest.Mutant{
		{Name: "no sync of the log", Hook: skip(faultfs.Sync, "log-")},
		{Name: "no sync of the meta", Hook: skip(faultfs.Sync, "meta.tmp")},
		{Name: "no sync of the directory", Hook: skip(faultfs.SyncDir, "")},
		{Name: "every third sync left out", Hook: func() faultfs.Hook {
			return func(c *faultfs.Call) faultfs.Verdict {
				if c.Class == faultfs.Sync && c.N%3 == 0 {
					return faultfs.Skip
				}
				return faultfs.Pass
			}
		}},
		{Name: "log written after its sync", Hook: func() faultfs.Hook {
			return func(c *faultfs.Call) faultfs.Verdict {
				if c.Class == faultfs.Write && c.Name[:4] == "log-" && c.Off > 0 {
					return faultfs.Hold
				}
				return faultfs.Pass
			}
		}},
		{Name: "meta renamed before it is written", Hook: func() faultfs.Hook {
			return func(c *faultfs.Call) faultfs.Verdict {
				if c.Class == faultfs.Sync && c.Name == "meta.tmp" {
					return faultfs.Hold
				}
				return faultfs.Pass
			}
		}},
	}
	for _, alive := range crashtest.Survivors(cfg, mutants) {
		t.Errorf("not caught: %s", alive)
	}
	harmless := []crashtest.Mutant{{Name: "harmless", Hook: func() faultfs.Hook {
		return func(*faultfs.Call) faultfs.Verdict { return faultfs.Pass }
	}}}
	if alive := crashtest.Survivors(cfg, harmless); len(alive) != 1 || alive[0] != "harmless" {
		t.Errorf("the wrapper alone is taken for a bug: %v", alive)
	}
}
