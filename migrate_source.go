package zqlite

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"

	"github.com/golang-migrate/migrate/v4/source"
)

func init() { source.Register("zqlite", &migrationSource{}) }

// Migration is one numbered step of a schema: SQL that goes there and SQL that
// goes back. An empty text is a step that does not exist in that direction.
type Migration struct {
	Version  uint
	Name     string
	Up, Down string
}

// Migrations makes a golang-migrate source of Go values. Two steps of one
// version are an error.
func Migrations(list ...Migration) (source.Driver, error) {
	s := &migrationSource{}
	for _, m := range list {
		if err := s.add(m.Version, m.Name, textOf(m.Up), textOf(m.Down)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// MigrationFiles makes a golang-migrate source of the files of a directory,
// named like 0001_accounts.up.sql and 0001_accounts.down.sql; other files are
// passed over. The files are read when a migration runs. Embedded files work
// too: MigrationFiles(embedded, "migrations").
func MigrationFiles(files fs.FS, dir string) (source.Driver, error) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	s := &migrationSource{}
	for _, e := range entries {
		m, err := source.Parse(e.Name())
		if err != nil || e.IsDir() || !strings.HasSuffix(e.Name(), ".sql") {
			continue // not a migration
		}
		name := path.Join(dir, e.Name())
		open := func() (io.ReadCloser, error) { return files.Open(name) }
		up, down := open, migrationText(nil)
		if m.Direction == source.Down {
			up, down = nil, open
		}
		if err := s.add(m.Version, m.Identifier, up, down); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// migrationText opens the text of a step; nil is none.
type migrationText func() (io.ReadCloser, error)

func textOf(text string) migrationText {
	if text == "" {
		return nil
	}
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

// migrationSource is a source.Driver over steps in the order of their version.
// It does not change once it is made.
type migrationSource struct {
	steps []migrationStep
}

type migrationStep struct {
	version  uint
	name     string
	up, down migrationText
}

var _ source.Driver = (*migrationSource)(nil)

func (s *migrationSource) add(version uint, name string, up, down migrationText) error {
	i := sort.Search(len(s.steps), func(i int) bool { return s.steps[i].version >= version })
	if i == len(s.steps) || s.steps[i].version != version {
		s.steps = append(s.steps, migrationStep{})
		copy(s.steps[i+1:], s.steps[i:])
		s.steps[i] = migrationStep{version, name, up, down}
		return nil
	}
	step := &s.steps[i]
	if up != nil && step.up != nil || down != nil && step.down != nil {
		return fmt.Errorf("migrations: version %d is there twice, as %q and %q", version, step.name, name)
	}
	if up != nil {
		step.up = up
	}
	if down != nil {
		step.down = down
	}
	return nil
}

// Open reads the directory of a URL, zqlite://migrations or
// zqlite:///path/to/migrations.
func (s *migrationSource) Open(url string) (source.Driver, error) {
	dir := strings.TrimPrefix(url, "zqlite://")
	if dir == "" {
		dir = "."
	}
	return MigrationFiles(os.DirFS(dir), ".")
}

// Close does nothing: files are open only while they are read.
func (s *migrationSource) Close() error { return nil }

func (s *migrationSource) at(version uint) int {
	i := sort.Search(len(s.steps), func(i int) bool { return s.steps[i].version >= version })
	if i < len(s.steps) && s.steps[i].version == version {
		return i
	}
	return -1
}

// First is the lowest version.
func (s *migrationSource) First() (uint, error) {
	if len(s.steps) == 0 {
		return 0, &fs.PathError{Op: "first", Path: "migrations", Err: fs.ErrNotExist}
	}
	return s.steps[0].version, nil
}

// Prev is the version before.
func (s *migrationSource) Prev(version uint) (uint, error) {
	if i := s.at(version); i > 0 {
		return s.steps[i-1].version, nil
	}
	return 0, noMigration("before", version)
}

// Next is the version after.
func (s *migrationSource) Next(version uint) (uint, error) {
	if i := s.at(version); i >= 0 && i+1 < len(s.steps) {
		return s.steps[i+1].version, nil
	}
	return 0, noMigration("after", version)
}

// ReadUp opens the SQL that leads to a version.
func (s *migrationSource) ReadUp(version uint) (io.ReadCloser, string, error) {
	if i := s.at(version); i >= 0 && s.steps[i].up != nil {
		r, err := s.steps[i].up()
		return r, s.steps[i].name, err
	}
	return nil, "", noMigration("up to", version)
}

// ReadDown opens the SQL that leads back from a version.
func (s *migrationSource) ReadDown(version uint) (io.ReadCloser, string, error) {
	if i := s.at(version); i >= 0 && s.steps[i].down != nil {
		r, err := s.steps[i].down()
		return r, s.steps[i].name, err
	}
	return nil, "", noMigration("down from", version)
}

func noMigration(what string, version uint) error {
	return &fs.PathError{Op: "migration " + what, Path: fmt.Sprintf("version %d", version), Err: fs.ErrNotExist}
}
