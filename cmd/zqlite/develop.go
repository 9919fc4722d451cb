package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	"github.com/spf13/cobra"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/codegen"
	"github.com/zqlite/zqlite/schema"
)

// versionTable keeps the version of migrations; schemas leave it out.
const versionTable = "schema_migrations"

func migrateCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{Use: "migrate", Short: "Numbered changes of a schema: plan, up, down, status, verify"}
	c.PersistentFlags().StringVarP(&dir, "dir", "d", "migrations", "directory of the migrations")
	with := func(file string, f func(m *migrate.Migrate) error) error { return withMigrations(c, dir, file, f) }
	status := func(m *migrate.Migrate) error { return printVersion(c, dir, m) }
	steps := func(args []string, sign int, all func(m *migrate.Migrate) error) (func(m *migrate.Migrate) error, error) {
		if len(args) < 2 {
			return all, nil
		}
		n, err := strconv.Atoi(args[1])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of migrations", args[1])
		}
		return func(m *migrate.Migrate) error { return m.Steps(sign * n) }, nil
	}
	run := func(sign int, all func(m *migrate.Migrate) error) func(*cobra.Command, []string) error {
		return func(_ *cobra.Command, args []string) error {
			f, err := steps(args, sign, all)
			if err != nil {
				return err
			}
			return with(args[0], func(m *migrate.Migrate) error {
				var short migrate.ErrShortLimit
				switch err := f(m); {
				case errors.As(err, &short):
					fmt.Fprintf(c.OutOrStdout(), "there were %d fewer\n", short.Short)
				case errors.Is(err, fs.ErrNotExist) && sign < 0:
					return errors.New("there is no migration to take back")
				case errors.Is(err, fs.ErrNotExist):
					return migrate.ErrNoChange
				case err != nil:
					return err
				}
				return status(m)
			})
		}
	}
	c.AddCommand(
		&cobra.Command{Use: "up FILE [N]", Short: "Run the migrations that were not, or N of them", Args: cobra.RangeArgs(1, 2), RunE: run(1, (*migrate.Migrate).Up)},
		&cobra.Command{Use: "down FILE [N]", Short: "Take back one migration, or N", Args: cobra.RangeArgs(1, 2), RunE: run(-1, func(m *migrate.Migrate) error { return m.Steps(-1) })},
		&cobra.Command{Use: "status FILE", Short: "The version of a database", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error { return with(args[0], status) }},
		planCommand(&dir),
		&cobra.Command{Use: "verify FILE", Short: "Compare a database with what its migrations make", Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
			if err := hasMigrations(dir); err != nil {
				return err
			}
			want, err := schema.ReadFiles(os.DirFS(dir), ".")
			if err != nil {
				return err
			}
			return drift(c, args[0], want)
		}},
	)
	return c
}

// withMigrations runs f over the migrations of a directory and a database.
func withMigrations(c *cobra.Command, dir, file string, f func(m *migrate.Migrate) error) error {
	if err := hasMigrations(dir); err != nil {
		return err
	}
	return withDB(file, func(db *sql.DB) error {
		source, err := zqlite.MigrationFiles(os.DirFS(dir), ".")
		if err != nil {
			return err
		}
		d, err := zqlite.MigrationDatabase(db, zqlite.MigrationConfig{Table: versionTable})
		if err != nil {
			return err
		}
		m, err := migrate.NewWithInstance(dir, source, file, d)
		if err != nil {
			return err
		}
		err = f(m)
		if errors.Is(err, migrate.ErrNoChange) {
			fmt.Fprintln(c.OutOrStdout(), "nothing to do")
			err = nil
		}
		_, closed := m.Close()
		return errors.Join(err, closed)
	})
}

// hasMigrations refuses a directory that is not there.
func hasMigrations(dir string) error {
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return fmt.Errorf("there is no directory %s; zqlite migrate plan SCHEMA makes it, --dir names another", dir)
	}
	return nil
}

// printVersion tells the version that a database is at, and what is to come.
func printVersion(c *cobra.Command, dir string, m *migrate.Migrate) error {
	v, dirty, err := m.Version()
	switch {
	case errors.Is(err, migrate.ErrNilVersion):
		fmt.Fprintln(c.OutOrStdout(), "no migration was run")
	case err != nil:
		return err
	case dirty:
		return fmt.Errorf("version %d is dirty: a migration without a transaction failed in the middle", v)
	default:
		fmt.Fprintf(c.OutOrStdout(), "version %d\n", v)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.up.sql"))
	if err != nil {
		return err
	}
	for _, f := range files {
		number, _, _ := strings.Cut(filepath.Base(f), "_")
		if n, err := strconv.ParseUint(number, 10, 64); err == nil && n > uint64(v) {
			fmt.Fprintf(c.OutOrStdout(), "to come: %s\n", filepath.Base(f))
		}
	}
	return nil
}

// planCommand writes the migration from what the migrations make to what the
// schema files say.
func planCommand(dir *string) *cobra.Command {
	var name string
	var renames []string
	c := &cobra.Command{
		Use: "plan SCHEMA", Short: "Write the next migration, from the migrations that are there to the schema files", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			want, err := readSchema(args[0])
			if err != nil {
				return err
			}
			if err := os.MkdirAll(*dir, 0o755); err != nil { // the first plan makes it
				return err
			}
			have, err := schema.ReadFiles(os.DirFS(*dir), ".")
			if err != nil {
				return err
			}
			o := schema.Options{Renames: map[string]string{}}
			for _, r := range renames {
				from, to, ok := strings.Cut(r, "=")
				if !ok {
					return fmt.Errorf("a rename is written old=new, not %q", r)
				}
				o.Renames[from] = to
			}
			p, err := schema.Diff(have, want, o)
			if err != nil {
				return err
			}
			if p.Empty() {
				fmt.Fprintln(c.OutOrStdout(), "nothing to do")
				return nil
			}
			for _, q := range p.Questions {
				fmt.Fprintf(c.ErrOrStderr(), "%s If so, say --rename %s=%s\n", strings.ToUpper(q.String()[:1])+q.String()[1:], q.From, q.To)
			}
			up, down, err := p.Write(*dir, name)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s\n%s\n", up, down)
			if p.Destructive() {
				fmt.Fprintln(c.OutOrStdout(), "It loses data where it says so: read it before it runs.")
			}
			return nil
		},
	}
	c.Flags().StringVarP(&name, "name", "n", "", "what the migration does, for the names of its files")
	c.Flags().StringArrayVar(&renames, "rename", nil, "old=new: a table, or table.column=new name")
	return c
}

// readSchema reads a file or a directory of SQL.
func readSchema(path string) (*schema.Schema, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.IsDir() {
		return schema.ReadFiles(os.DirFS(path), ".")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return schema.ReadSQL(schema.File{Name: path, Text: string(b)})
}

func schemaCommand() *cobra.Command {
	c := &cobra.Command{Use: "schema", Short: "Compare and print schemas"}
	var postgres bool
	print := printSchema(&postgres)
	print.Flags().BoolVar(&postgres, "postgres", false, "for PostgreSQL: TENANT BY as row level security")
	c.AddCommand(
		&cobra.Command{
			Use: "diff FILE SCHEMA", Short: "What would make a database fit schema files", Args: cobra.ExactArgs(2),
			RunE: func(c *cobra.Command, args []string) error {
				want, err := readSchema(args[1])
				if err != nil {
					return err
				}
				return drift(c, args[0], want)
			},
		},
		print,
	)
	return c
}

func printSchema(postgres *bool) *cobra.Command {
	return &cobra.Command{
		Use: "print FILE", Short: "The statements that make a database's schema, or what schema files say", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			write := func(s *schema.Schema) {
				if *postgres {
					fmt.Fprint(c.OutOrStdout(), s.PostgresSQL())
				} else {
					fmt.Fprint(c.OutOrStdout(), s.SQL())
				}
			}
			if st, err := os.Stat(args[0]); strings.HasSuffix(args[0], ".sql") || err == nil && st.IsDir() {
				s, err := readSchema(args[0])
				if err == nil {
					write(s)
				}
				return err
			}
			return withDB(args[0], func(db *sql.DB) error {
				s, err := schema.ReadDB(c.Context(), db, versionTable)
				if err == nil {
					write(s)
				}
				return err
			})
		},
	}
}

// errDrift says that a database is not what it is to be.
var errDrift = errors.New("the database is not what it is to be")

func drift(c *cobra.Command, file string, want *schema.Schema) error {
	if err := mustExist(file); err != nil {
		return err
	}
	return withDB(file, func(db *sql.DB) error {
		have, err := schema.ReadDB(c.Context(), db, versionTable)
		if err != nil {
			return err
		}
		p, err := schema.Diff(have, want, schema.Options{})
		if err != nil {
			return err
		}
		if p.Empty() {
			fmt.Fprintln(c.OutOrStdout(), "the database is what it is to be")
			return nil
		}
		fmt.Fprint(c.OutOrStdout(), p.Up())
		return errDrift
	})
}

func genCommand() *cobra.Command {
	var o codegen.Options
	var dir string
	var queries []string
	c := &cobra.Command{
		Use: "gen SCHEMA", Short: "Write typed Go repositories for the tables of schema files, and methods for annotated queries", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := readSchema(args[0])
			if err != nil {
				return err
			}
			if o.Package == "" {
				o.Package = filepath.Base(dir)
			}
			if o.Queries, err = readQueries(queries); err != nil {
				return err
			}
			files, err := codegen.Generate(s, o)
			if err != nil {
				return err
			}
			for _, f := range files {
				name := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(name, f.Text, 0o644); err != nil {
					return err
				}
			}
			fmt.Fprintf(c.OutOrStdout(), "%d files in %s\n", len(files), dir)
			return nil
		},
	}
	c.Flags().StringVarP(&dir, "out", "o", "db", "directory of the package")
	c.Flags().StringVarP(&o.Package, "package", "p", "", "name of the package; default the directory's")
	c.Flags().StringVarP(&o.Import, "import", "i", "", "import path of the package")
	c.Flags().StringVar(&o.Dialect, "dialect", "zqlite", "zqlite or postgres")
	c.Flags().StringSliceVarP(&queries, "queries", "q", nil, "files of annotated queries, or directories of .sql files")
	return c
}

// readQueries reads files, and the .sql files of directories in the order of
// their names.
func readQueries(paths []string) ([]schema.File, error) {
	var out []schema.File
	for _, p := range paths {
		names := []string{p}
		if st, err := os.Stat(p); err == nil && st.IsDir() {
			if names, err = filepath.Glob(filepath.Join(p, "*.sql")); err != nil {
				return nil, err
			}
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			out = append(out, schema.File{Name: name, Text: string(b)})
		}
	}
	return out, nil
}
