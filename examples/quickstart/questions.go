package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// question is a query with its title.
type question struct {
	title string
	sql   string
	args  []any
}

var questions = []question{
	{title: "The largest package of each section (the ten heaviest)", sql: `
		SELECT section, name, version, installed AS kib
		FROM (SELECT DISTINCT ON (section) section, name, version, installed
		      FROM packages ORDER BY section, installed DESC) AS largest
		ORDER BY installed DESC LIMIT 10`},
	{title: "What libreoffice-writer needs, all the way down, by section", args: []any{"libreoffice-writer"}, sql: `
		WITH RECURSIVE closure (id, name, depth) AS (
			SELECT id, name, 0 FROM packages WHERE name = $1
			UNION
			SELECT p.id, p.name, 1
			FROM closure c
			JOIN dependencies d ON d.package = c.id
			JOIN packages p ON p.name = d.needs)
		SELECT p.section, count(*) AS packages, sum(p.installed)::bigint AS kib
		FROM (SELECT DISTINCT id FROM closure) c JOIN packages p ON p.id = c.id
		GROUP BY p.section ORDER BY kib DESC LIMIT 8`},
	{title: "Most depended on", sql: `
		SELECT p.name, count(*) AS dependents, p.links ->> 'homepage' AS homepage
		FROM dependencies d JOIN packages p ON p.name = d.needs
		GROUP BY p.id, p.name, p.links ->> 'homepage'
		ORDER BY dependents DESC, p.name LIMIT 10`},
	{title: "Maintainers by weight", sql: `
		SELECT split_part(m.name, ' <', 1) AS maintainer, count(*) AS packages,
		       round(sum(p.installed) / 1024.0, 1) AS mib,
		       count(*) FILTER (WHERE p.links ->> 'homepage' IS NULL) AS without_homepage
		FROM packages p JOIN maintainers m ON m.id = p.maintainer
		GROUP BY m.name HAVING count(*) > 5
		ORDER BY mib DESC LIMIT 8`},
}

func heading(title string, took time.Duration) {
	fmt.Printf("\n%s  %s\n", text.Bold.Sprint(title), text.Faint.Sprintf("(%.1f ms)", float64(took.Microseconds())/1000))
}

// ask runs the query and prints a table.
func (q question) ask(ctx context.Context, db *sql.DB) error {
	start := time.Now()
	rows, err := db.QueryContext(ctx, q.sql, q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	t := table.NewWriter()
	t.SetOutputMirror(os.Stdout)
	t.SetStyle(table.StyleRounded)
	t.Style().Options.SeparateRows = false
	header := table.Row{}
	var configs []table.ColumnConfig
	for i, c := range cols {
		header = append(header, c)
		configs = append(configs, table.ColumnConfig{Number: i + 1, WidthMax: 48})
	}
	t.AppendHeader(header)
	for rows.Next() {
		cells := make([]any, len(cols))
		ptrs := make([]any, len(cols))
		for i := range cells {
			ptrs[i] = &cells[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return err
		}
		row := table.Row{}
		for i, c := range cells {
			switch v := c.(type) {
			case int64:
				c = grouped(v)
				configs[i].Align = text.AlignRight
			case string:
				if _, err := strconv.ParseFloat(v, 64); err == nil {
					configs[i].Align = text.AlignRight
				}
			}
			if c == nil {
				c = "—"
			}
			row = append(row, c)
		}
		t.AppendRow(row)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	heading(q.title, time.Since(start))
	t.SetColumnConfigs(configs)
	t.Render()
	return nil
}

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
