package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/zqlite/zqlite/cmd/zqlite/transfer"
)

// crossing is the data source of a file for work with the rows of all tenants:
// who has the file has the privilege.
func crossing(file string) string {
	if strings.Contains(file, "?") {
		return file + "&cross_tenant=on"
	}
	return file + "?cross_tenant=on"
}

func tenantCommand() *cobra.Command {
	c := &cobra.Command{Use: "tenant", Short: "The rows of one tenant: list, export, import, delete"}
	c.AddCommand(tenantListCommand(), tenantExportCommand(), tenantImportCommand(), tenantDeleteCommand())
	return c
}

func tenantListCommand() *cobra.Command {
	var tables bool
	c := &cobra.Command{
		Use: "list FILE", Short: "Rows and bytes of each tenant (recorded in zqlite.audit)", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			return withDB(crossing(args[0]), func(db *sql.DB) error {
				list, err := transfer.TenantSizes(c.Context(), db)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "tenant\ttable\trows\tsize")
				for _, x := range sums(list, tables) {
					fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", x.Tenant, x.Table, x.Rows, bytesText(x.Bytes))
				}
				return w.Flush()
			})
		},
	}
	c.Flags().BoolVar(&tables, "tables", false, "each table by itself")
	return c
}

// sums adds up the tables of each tenant, unless they are asked for.
func sums(list []transfer.TenantSize, tables bool) []transfer.TenantSize {
	if tables {
		return list
	}
	var out []transfer.TenantSize
	for _, x := range list {
		if n := len(out); n > 0 && out[n-1].Tenant == x.Tenant {
			out[n-1].Rows += x.Rows
			out[n-1].Bytes += x.Bytes
			continue
		}
		x.Table = "all"
		out = append(out, x)
	}
	return out
}

func tenantExportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "export FILE TENANT [OUT]", Short: "Write the rows of a tenant, for import into this or another database", Args: cobra.RangeArgs(2, 3),
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			out, err := create(c, strings.Join(args[2:], ""))
			if err != nil {
				return err
			}
			err = withDB(args[0], func(db *sql.DB) error {
				n, err := transfer.ExportTenant(c.Context(), db, args[1], out)
				if err == nil {
					fmt.Fprintf(c.ErrOrStderr(), "%d rows\n", n)
				}
				return err
			})
			return errors.Join(err, out.Close())
		},
	}
}

func tenantImportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE TENANT INPUT", Short: "Add the rows of an export to a tenant", Args: cobra.ExactArgs(3),
		Long: "import adds the rows of an export to a tenant, under the id that is given, in one\ntransaction. The tables have to be there; triggers run.",
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			in, err := os.Open(args[2])
			if err != nil {
				return err
			}
			defer in.Close()
			return withDB(args[0], func(db *sql.DB) error {
				n, err := transfer.ImportTenant(c.Context(), db, args[1], in)
				if err != nil {
					return fmt.Errorf("%s: %w", args[2], err)
				}
				fmt.Fprintf(c.OutOrStdout(), "%d rows\n", n)
				return nil
			})
		},
	}
}

func tenantDeleteCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "delete FILE TENANT", Short: "Delete the rows of a tenant", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := mustExist(args[0]); err != nil {
				return err
			}
			if !yes {
				return fmt.Errorf("this deletes all rows of tenant %s; say --yes", args[1])
			}
			return withDB(args[0], func(db *sql.DB) error {
				n, err := transfer.DeleteTenant(c.Context(), db, args[1])
				if err == nil {
					fmt.Fprintf(c.OutOrStdout(), "%d rows\n", n)
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do it")
	return c
}
