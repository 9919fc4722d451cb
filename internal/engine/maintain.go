package engine

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/syscat"
)

// maintainOptions are the options of a maintaining command that were given.
type maintainOptions struct {
	on       map[string]bool // of those that are switches
	parallel int
}

// Switches of the maintaining commands; other options are named in readOptions.
var (
	vacuumSwitches  = []string{"verbose", "skip_locked", "analyze", "freeze", "full", "disable_page_skipping", "process_toast", "truncate"}
	analyzeSwitches = []string{"verbose", "skip_locked"}
	reindexSwitches = []string{"verbose", "concurrently"}
	clusterSwitches = []string{"verbose"}
)

// readOptions checks the options in parentheses.
func readOptions(command string, list []ast.Option, switches []string) (maintainOptions, error) {
	o := maintainOptions{on: map[string]bool{}}
	for _, x := range list {
		var err error
		switch {
		case slices.Contains(switches, x.Name):
			o.on[x.Name], err = switchOf(x)
		case command == "VACUUM" && x.Name == "index_cleanup":
			if word, _ := settingWordOf(x); !strings.EqualFold(word, "auto") {
				_, err = switchOf(x)
			}
		case command == "VACUUM" && x.Name == "parallel":
			o.parallel, err = parallelOf(x)
		case command == "REINDEX" && x.Name == "tablespace":
			if word, _ := settingWordOf(x); word != "pg_default" {
				err = sqlerr.New(sqlerr.UndefinedObject, "tablespace \"%s\" does not exist", word)
			}
		default:
			err = sqlerr.New(sqlerr.SyntaxError, "unrecognized %s option \"%s\"", command, x.Name).At(x.Pos)
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

func settingWordOf(o ast.Option) (string, error) {
	if o.Value == nil {
		return "", nil
	}
	return settingWord(o.Value)
}

// switchOf reads an option that is on where nothing else is said.
func switchOf(o ast.Option) (bool, error) {
	if o.Value == nil {
		return true, nil
	}
	word, err := settingWord(o.Value)
	switch strings.ToLower(word) {
	case "true", "on", "1":
		return true, err
	case "false", "off", "0":
		return false, err
	}
	return false, sqlerr.New(sqlerr.SyntaxError, "%s requires a Boolean value", o.Name)
}

func parallelOf(o ast.Option) (int, error) {
	if o.Value == nil {
		return 0, sqlerr.New(sqlerr.SyntaxError, "parallel option requires a value between 0 and 1024").At(o.Pos)
	}
	word, err := settingWord(o.Value)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 || n > 1024 {
		return 0, sqlerr.New(sqlerr.SyntaxError, "parallel workers for vacuum must be between 0 and 1024").At(o.Pos)
	}
	return n, nil
}

// vacuumChecked is VACUUM after its options are known to make sense.
func (s *Session) vacuumChecked(ctx context.Context, stmt *ast.Vacuum) error {
	o, err := readOptions("VACUUM", stmt.Options, vacuumSwitches)
	if err != nil {
		return err
	}
	if o.on["full"] && o.parallel > 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "VACUUM FULL cannot be performed in parallel")
	}
	for _, t := range stmt.Tables {
		if len(t.Columns) > 0 && !o.on["analyze"] {
			return sqlerr.New(sqlerr.FeatureNotSupported, "ANALYZE option must be specified when a column list is provided")
		}
	}
	if s.tx != nil {
		return inBlock("VACUUM")
	}
	if o.on["full"] && o.on["disable_page_skipping"] {
		return sqlerr.New(sqlerr.FeatureNotSupported, "VACUUM option DISABLE_PAGE_SKIPPING cannot be used with FULL")
	}
	if toast, given := o.on["process_toast"]; o.on["full"] && given && !toast {
		return sqlerr.New(sqlerr.FeatureNotSupported, "PROCESS_TOAST required with VACUUM FULL")
	}
	return s.vacuum(ctx, stmt, o.on["analyze"])
}

// analyzeChecked is ANALYZE after its options are known to make sense.
func (s *Session) analyzeChecked(ctx context.Context, stmt *ast.Analyze) error {
	if _, err := readOptions("ANALYZE", stmt.Options, analyzeSwitches); err != nil {
		return err
	}
	return s.analyzeTables(ctx, stmt.Tables)
}

func inBlock(command string) error {
	return sqlerr.New(sqlerr.ActiveSQLTransaction, "%s cannot run inside a transaction block", command)
}

// checkMaintenance refuses definitions that do not go into a transaction, and
// options that the maintaining ones do not know.
func (s *Session) checkMaintenance(stmt ast.Stmt) error {
	alone := ""
	switch stmt := stmt.(type) {
	case *ast.CreateIndex:
		if stmt.Concurrently {
			alone = "CREATE INDEX CONCURRENTLY"
		}
	case *ast.Drop:
		if !stmt.Concurrently {
			return nil
		}
		if len(stmt.Objects) > 1 {
			return sqlerr.New(sqlerr.FeatureNotSupported, "DROP INDEX CONCURRENTLY does not support dropping multiple objects")
		}
		if stmt.Cascade {
			return sqlerr.New(sqlerr.FeatureNotSupported, "DROP INDEX CONCURRENTLY does not support CASCADE")
		}
		alone = "DROP INDEX CONCURRENTLY"
	case *ast.Cluster:
		if _, err := readOptions("CLUSTER", stmt.Options, clusterSwitches); err != nil {
			return err
		}
		if stmt.Table.Name == "" {
			alone = "CLUSTER"
		}
	case *ast.Reindex:
		o, err := readOptions("REINDEX", stmt.Options, reindexSwitches)
		if err != nil {
			return err
		}
		switch {
		case stmt.Concurrently || o.on["concurrently"]:
			alone = "REINDEX CONCURRENTLY"
		case stmt.AnyKind:
		case stmt.Kind == ast.ObjectSchema:
			alone = "REINDEX SCHEMA"
		case stmt.Kind == ast.ObjectDatabase:
			alone = "REINDEX DATABASE"
		case stmt.Kind == ast.ObjectSystem:
			alone = "REINDEX SYSTEM"
		}
		if (stmt.Kind == ast.ObjectDatabase || stmt.Kind == ast.ObjectSystem) && !stmt.AnyKind && stmt.Name.Name != syscat.Database {
			return sqlerr.New(sqlerr.FeatureNotSupported, "can only reindex the currently open database")
		}
	}
	if alone != "" && s.tx != nil {
		return inBlock(alone)
	}
	return nil
}
