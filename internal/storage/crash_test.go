package storage

import (
	"errors"
	"strings"
	"testing"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage/crashtest"
	"github.com/zqlite/zqlite/internal/vfs/faultfs"
)

// crashConfig enumerates creation, commits, freezes, checkpoints and closing,
// and recovery of all that, cut again twice.
func crashConfig(sync SyncMode) crashtest.Config {
	o := Options{Sync: sync, DeltaBytes: 8 << 10, AdoptBytes: 1 << 10}
	if sync == SyncFull {
		o.SideBytes, o.WriteSetBytes = 2<<10, 3<<10
	}
	cfg := crashtest.Config{
		New:   crashSystem(o, 7),
		Steps: 40, Relaxed: sync != SyncFull, Seed: 1, Rounds: 1,
		Continue: 5, ContinueEvery: 9, Depth: 2, NestEvery: 22, NestPoints: 4, Workers: 2,
		Script: func(w *crashtest.Workload) error {
			for i := range w.Config.Steps {
				if i == w.Config.Steps/2 {
					if err := w.Reopen(); err != nil {
						return err
					}
					w.Durable(i) // closing checkpoints, whatever the mode
				}
				if err := w.Apply(i); err != nil {
					return err
				}
			}
			return nil
		},
	}
	if crashLong() {
		cfg.Steps, cfg.Rounds, cfg.NestEvery = 200, 20, 3
	}
	return cfg
}

// TestStoreCrash is programme number 1.
func TestStoreCrash(t *testing.T) {
	for name, sync := range map[string]SyncMode{"full": SyncFull, "normal": SyncNormal, "off": SyncOff, "encrypted": SyncFull} {
		t.Run(name, func(t *testing.T) {
			cfg := crashConfig(sync)
			if name == "encrypted" {
				cfg.New = crashSystem(Options{DeltaBytes: 8 << 10, AdoptBytes: 1 << 10, SideBytes: 2 << 10, WriteSetBytes: 3 << 10, Codec: toyCodec{password: "p"}}, 7)
			}
			rep, err := crashtest.Run(cfg)
			t.Log(rep)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestStoreFaults is programme number 2, for files.
func TestStoreFaults(t *testing.T) {
	cfg := crashtest.FaultConfig{New: crashSystem(Options{DeltaBytes: 8 << 10, AdoptBytes: 1 << 10, SideBytes: 2 << 10, WriteSetBytes: 3 << 10}, 4), Steps: 9, Stride: 1}
	rep, err := crashtest.Faults(cfg)
	t.Logf("%+v", rep)
	if err != nil {
		t.Fatal(err)
	}
}

// planted makes a mutant that decides by class and part of the file's name;
// every says which of the calls it takes.
func planted(name string, class faultfs.Class, file string, every int, v faultfs.Verdict) crashtest.Mutant {
	return crashtest.Mutant{Name: name, Hook: func() faultfs.Hook {
		seen := 0
		return func(c *faultfs.Call) faultfs.Verdict {
			if c.Class&class == 0 || !isFile(c.Name, file) {
				return faultfs.Pass
			}
			if seen++; seen%every == 0 {
				return v
			}
			return faultfs.Pass
		}
	}}
}

// isFile tells whether a name is that of the data file ("db") or has a part.
func isFile(name, part string) bool {
	if part == "db" {
		return name == "db" || name == "db-new" // handles keep the name they were opened by
	}
	return strings.Contains(name, part)
}

// TestStoreMutants is programme number 12, as far as bugs show at the files.
func TestStoreMutants(t *testing.T) {
	cfg := crashConfig(SyncFull)
	cfg.Rounds, cfg.Depth = 2, 0
	lost := planted("every ninth page write lost", faultfs.Write, "db", 9, faultfs.Skip)
	lost.Noticed = func(err error) bool { return errors.Is(err, &sqlerr.Error{Code: sqlerr.DataCorrupted}) }
	lostSide := planted("every third write to a side file lost", faultfs.Write, "-side.", 3, faultfs.Skip)
	lostSide.Noticed = lost.Noticed
	mutants := []crashtest.Mutant{
		planted("no sync of the log", faultfs.Sync, "-wal.", 1, faultfs.Skip),
		planted("every second sync of the log left out", faultfs.Sync, "-wal.", 2, faultfs.Skip),
		planted("no sync of the data file", faultfs.Sync, "db", 1, faultfs.Skip),
		planted("every second sync of the data file left out", faultfs.Sync, "db", 2, faultfs.Skip),
		planted("no sync of the directory", faultfs.SyncDir, "", 1, faultfs.Skip),
		planted("log synced before it is written", faultfs.Write, "-wal.", 1, faultfs.Hold),
		planted("acknowledged before the log is synced", faultfs.Sync, "-wal.", 1, faultfs.Hold),
		planted("meta written before the data is synced", faultfs.Sync, "db", 1, faultfs.Hold),
		lost,
		planted("every fifth frame lost", faultfs.Write, "-wal.", 5, faultfs.Skip),
		planted("no sync of side files", faultfs.Sync, "-side.", 1, faultfs.Skip),
		planted("side file synced before it is written", faultfs.Write, "-side.", 1, faultfs.Hold),
		lostSide,
	}
	// Without this control the rest says nothing: where the store itself fails,
	// every bug seems caught.
	harmless := planted("harmless", faultfs.Any, "", 1, faultfs.Pass)
	if alive := crashtest.Survivors(cfg, []crashtest.Mutant{harmless}); len(alive) != 1 || alive[0] != "harmless" {
		t.Fatalf("the wrapper alone is taken for a bug: %v", alive)
	}
	for _, alive := range crashtest.Survivors(cfg, mutants) {
		t.Errorf("not caught: %s", alive)
	}
}
