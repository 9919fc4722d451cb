// Command slt runs sqllogictest scripts against zqlite and prints what failed:
//
//	go run ./conformance/cmd/slt [-v] [-min 99.7] DIR|FILE ...
//
// With -compare it runs them on modernc.org/sqlite too and prints the ratio of
// the times. It exits with 1 where less than -min percent of the records pass.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	_ "github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/conformance/slt"
)

func main() {
	verbose := flag.Bool("v", false, "print a line for each file")
	minimum := flag.Float64("min", 99.7, "percent of records that must pass")
	compare := flag.Bool("compare", false, "run modernc.org/sqlite too and print the ratio of times")
	limit := flag.Int("failures", 5, "failures printed for each file")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	memory := flag.String("memprofile", "", "write a profile of all allocations to this file")
	flag.Parse()
	if *memory != "" {
		runtime.MemProfileRate = 16 << 10
		defer writeAllocations(*memory)
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if err := run(flag.Args(), *verbose, *compare, *minimum, *limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		pprof.StopCPUProfile()
		os.Exit(1)
	}
}

func writeAllocations(path string) {
	f, err := os.Create(path)
	if err == nil {
		err = pprof.Lookup("allocs").WriteTo(f, 0)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

type peer struct {
	driver  string
	engines []string
	total   slt.Report
}

func run(paths []string, verbose, compare bool, minimum float64, limit int) error {
	files, err := scripts(paths)
	if err != nil {
		return err
	}
	ours := &peer{driver: "zqlite", engines: []string{"zqlite", "postgresql"}}
	theirs := &peer{driver: "sqlite", engines: []string{"sqlite"}}
	for _, f := range files {
		rep, err := ours.run(f, limit)
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%7d passed %5d failed %8.2fs", rep.Passed, rep.Failed, rep.Elapsed.Seconds())
		if compare {
			other, err := theirs.run(f, 0)
			if err != nil {
				return err
			}
			line += fmt.Sprintf("  sqlite %8.2fs", other.Elapsed.Seconds())
		}
		if verbose || rep.Failed > 0 {
			fmt.Printf("%s  %s\n", line, f)
		}
		for _, x := range rep.Failures {
			fmt.Printf("  %s:%d: %s\n    %s\n", x.File, x.Line, x.SQL, strings.ReplaceAll(x.Why, "\n", "\n    "))
		}
	}
	t := ours.total
	percent := 100 * float64(t.Passed) / float64(max(1, t.Passed+t.Failed))
	fmt.Printf("%d files, %d passed, %d failed, %d skipped (%.3f %%) in %.1fs\n",
		len(files), t.Passed, t.Failed, t.Skipped, percent, t.Elapsed.Seconds())
	if compare {
		fmt.Printf("modernc.org/sqlite: %.1fs, ratio %.2f\n", theirs.total.Elapsed.Seconds(),
			t.Elapsed.Seconds()/theirs.total.Elapsed.Seconds())
	}
	if percent < minimum {
		return fmt.Errorf("%.3f %% passed, %.3f %% asked", percent, minimum)
	}
	return nil
}

func (p *peer) run(file string, limit int) (slt.Report, error) {
	db, err := sql.Open(p.driver, ":memory:")
	if err != nil {
		return slt.Report{}, err
	}
	defer db.Close()
	rep, err := slt.RunFile(context.Background(), db, file, slt.Options{Engines: p.engines, Limit: limit, Timeout: 2 * time.Minute})
	p.total.Add(rep)
	p.total.Failures = nil
	return rep, err
}

func scripts(paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".test") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}
