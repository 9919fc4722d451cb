// Package output prints the rows of a query in the forms that people and
// programs read: aligned tables, CSV, JSON, Markdown, one column a line.
//
// Rows come from *sql.Rows and go to an io.Writer. A table needs the widths of
// its columns first: it holds the first thousand rows back, and later rows that
// are wider stick out. The other forms hold nothing back.
package output
