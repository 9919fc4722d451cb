package transfer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // reads SQLite's files

	"github.com/zqlite/zqlite/internal/types"
	"github.com/zqlite/zqlite/schema"
)

// SQLite is a file of SQLite's, read at one moment.
type SQLite struct {
	db     *sql.DB
	tx     *sql.Tx
	Tables []*SQLiteTable
	// Left are the things in the file that are not taken along: views,
	// triggers, indexes on expressions.
	Left []string
}

// SQLiteTable is one table of the file, with what belongs to it.
type SQLiteTable struct {
	tx      *sql.Tx
	name    string
	columns []Column
	written []string // the columns' names as the file has them
	Total   int64
	// Constraints stand in CREATE TABLE; Indexes and ForeignKeys are statements
	// for when the rows are there.
	Constraints, Indexes, ForeignKeys []string
}

// OpenSQLite opens a file for reading and looks through all its values, so that
// the columns' types hold them. tables are those to read; none is all.
func OpenSQLite(ctx context.Context, path string, tables []string) (*SQLite, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro")
	if err != nil {
		return nil, err
	}
	s := &SQLite{db: db}
	if err := s.read(ctx, tables); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close closes the file.
func (s *SQLite) Close() error {
	var err error
	if s.tx != nil {
		err = s.tx.Rollback()
	}
	return errors.Join(err, s.db.Close())
}

func (s *SQLite) read(ctx context.Context, want []string) (err error) {
	if s.tx, err = s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}); err != nil {
		return err
	}
	objects, err := texts(ctx, s.tx, "SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid")
	if err != nil {
		return err
	}
	for _, o := range objects {
		switch {
		case o[0] == "table" && len(want) > 0 && !containsFold(want, o[1]):
		case o[0] == "table" && strings.HasPrefix(strings.ToUpper(o[2]), "CREATE VIRTUAL"):
			s.Left = append(s.Left, "virtual table "+o[1])
		case o[0] == "table":
			t := &SQLiteTable{tx: s.tx, name: o[1]}
			if err := t.describe(ctx, s); err != nil {
				return fmt.Errorf("table %s: %w", o[1], err)
			}
			s.Tables = append(s.Tables, t)
		case o[0] == "view" || o[0] == "trigger":
			s.Left = append(s.Left, o[0]+" "+o[1])
		}
	}
	for _, name := range want {
		if !slices.ContainsFunc(s.Tables, func(t *SQLiteTable) bool { return strings.EqualFold(t.name, name) }) {
			return fmt.Errorf("there is no table %s", name)
		}
	}
	for _, t := range s.Tables { // a key to what stays behind cannot be made
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(string) bool { return len(want) > 0 })
	}
	return nil
}

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// texts reads all rows of a query.
func texts(ctx context.Context, tx *sql.Tx, query string, args ...any) (all [][]string, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row := make([]sql.NullString, len(names))
		at := make([]any, len(names))
		for i := range row {
			at[i] = &row[i]
		}
		if err := rows.Scan(at...); err != nil {
			return nil, err
		}
		out := make([]string, len(names))
		for i := range row {
			out[i] = row[i].String
		}
		all = append(all, out)
	}
	return all, rows.Err()
}

// Name is the table's name in lower case: SQLite finds names however they are
// written, and so does who writes them without quotes here.
func (t *SQLiteTable) Name() string { return strings.ToLower(t.name) }

// folded is a name of SQLite's as SQL writes it here.
func folded(name string) string { return schema.Name{Name: strings.ToLower(name)}.String() }

// Columns are the table's columns, with types that hold all their values.
func (t *SQLiteTable) Columns() []Column { return t.columns }

// describe finds columns, keys and indexes.
func (t *SQLiteTable) describe(ctx context.Context, s *SQLite) error {
	info, err := texts(ctx, t.tx, `SELECT name, type, "notnull", coalesce(dflt_value, ''), pk FROM pragma_table_info(?) ORDER BY cid`, t.name)
	if err != nil {
		return err
	}
	var kinds []*sqliteKind
	var key []string
	for _, c := range info {
		col := Column{Name: strings.ToLower(c[0])}
		t.written = append(t.written, c[0])
		if c[2] == "1" && c[4] == "0" {
			col.rest = "NOT NULL"
		}
		if d := c[3]; sameDefault.MatchString(d) {
			col.rest += " DEFAULT " + d
		} else if d != "" {
			s.Left = append(s.Left, fmt.Sprintf("default %s of %s.%s", d, t.name, c[0]))
		}
		t.columns = append(t.columns, col)
		kinds = append(kinds, &sqliteKind{declared: c[1], typ: declaredType(c[1])})
		if n, _ := strconv.Atoi(c[4]); n > 0 {
			key = append(key, fmt.Sprintf("%04d%s", n, folded(c[0])))
		}
	}
	if err := t.look(ctx, kinds); err != nil {
		return err
	}
	for i, k := range kinds {
		t.columns[i].Type, t.columns[i].Note = k.typ, k.note()
		if k.changed && strings.Contains(t.columns[i].rest, " DEFAULT ") {
			t.columns[i].rest, _, _ = strings.Cut(t.columns[i].rest, " DEFAULT ")
		}
	}
	slices.Sort(key)
	for i := range key {
		key[i] = key[i][4:]
	}
	switch {
	case len(key) == 1 && kinds[slices.IndexFunc(info, func(c []string) bool { return c[4] != "0" })].typ == "bigint":
		i := slices.IndexFunc(info, func(c []string) bool { return c[4] != "0" })
		t.columns[i].Type, t.columns[i].rest = "INTEGER PRIMARY KEY", ""
	case len(key) > 0:
		t.Constraints = append(t.Constraints, "PRIMARY KEY ("+strings.Join(key, ", ")+")")
	}
	if err := t.indexes(ctx, s); err != nil {
		return err
	}
	return t.foreignKeys(ctx)
}

// sameDefault is a default that means the same here.
var sameDefault = regexp.MustCompile(`^(?i:-?[0-9]+(\.[0-9]+)?|'([^']|'')*'|NULL|CURRENT_TIMESTAMP|CURRENT_DATE|TRUE|FALSE)$`)

func (t *SQLiteTable) indexes(ctx context.Context, s *SQLite) error {
	list, err := texts(ctx, t.tx, `SELECT name, "unique", origin, partial FROM pragma_index_list(?) ORDER BY seq DESC`, t.name)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x[2] == "pk" {
			continue
		}
		parts, err := texts(ctx, t.tx, `SELECT coalesce(name, ''), "desc", coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno`, x[0])
		if err != nil {
			return err
		}
		var cols []string
		plain := x[3] == "0"
		for _, p := range parts {
			c := folded(p[0])
			if p[2] == "NOCASE" {
				c += " COLLATE NOCASE"
			}
			if p[1] == "1" {
				c += " DESC"
			}
			plain = plain && p[0] != ""
			cols = append(cols, c)
		}
		switch {
		case !plain:
			s.Left = append(s.Left, "index "+x[0]+" (partial, or on an expression)")
		case x[2] == "u" && !strings.Contains(strings.Join(cols, ""), " COLLATE"):
			t.Constraints = append(t.Constraints, "UNIQUE ("+strings.Join(cols, ", ")+")")
		default:
			unique := ""
			if x[1] == "1" {
				unique = "UNIQUE "
			}
			t.Indexes = append(t.Indexes, fmt.Sprintf("CREATE %sINDEX %s ON %s (%s)", unique, folded(x[0]), folded(t.name), strings.Join(cols, ", ")))
		}
	}
	return nil
}

func (t *SQLiteTable) foreignKeys(ctx context.Context) error {
	list, err := texts(ctx, t.tx, `SELECT id, "table", "from", coalesce("to", ''), on_update, on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq`, t.name)
	if err != nil {
		return err
	}
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n][0] == list[0][0] {
			n++
		}
		var from, to []string
		for _, k := range list[:n] {
			from = append(from, folded(k[2]))
			if k[3] != "" {
				to = append(to, folded(k[3]))
			}
		}
		target := folded(list[0][1])
		if len(to) > 0 {
			target += " (" + strings.Join(to, ", ") + ")"
		}
		t.ForeignKeys = append(t.ForeignKeys, fmt.Sprintf("ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s ON UPDATE %s ON DELETE %s",
			folded(t.name), strings.Join(from, ", "), target, list[0][4], list[0][5]))
		list = list[n:]
	}
	return nil
}

// query reads the columns as they are stored: a plus keeps the driver from
// making times of what is declared so.
func (t *SQLiteTable) query(ctx context.Context, yield func(row []any) error) error {
	var list []string
	for _, c := range t.written {
		list = append(list, `+"`+strings.ReplaceAll(c, `"`, `""`)+`"`)
	}
	rows, err := t.tx.QueryContext(ctx, "SELECT "+strings.Join(list, ", ")+` FROM "`+strings.ReplaceAll(t.name, `"`, `""`)+`"`)
	if err != nil {
		return err
	}
	defer rows.Close()
	row, at := make([]any, len(list)), make([]any, len(list))
	for i := range row {
		at[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return err
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// look reads all values and widens the types of columns that do not hold them.
func (t *SQLiteTable) look(ctx context.Context, kinds []*sqliteKind) error {
	return t.query(ctx, func(row []any) error {
		t.Total++
		for i, v := range row {
			if v != nil {
				kinds[i].with(v)
			}
		}
		return nil
	})
}

// Rows gives the rows with values that fit the columns' types.
func (t *SQLiteTable) Rows(ctx context.Context, yield func(row []any) error) error {
	return t.query(ctx, func(row []any) error {
		for i, v := range row {
			row[i] = fit(v, t.columns[i].Type)
		}
		return yield(row)
	})
}

// fit turns a value of SQLite's into one of the type, which holds it.
func fit(v any, typ string) any {
	switch x := v.(type) {
	case int64:
		switch typ {
		case "boolean":
			return x != 0
		case "text", "bytea":
			return strconv.FormatInt(x, 10)
		}
	case float64:
		if typ == "text" || typ == "bytea" {
			return strconv.FormatFloat(x, 'g', -1, 64)
		}
	case []byte:
		if typ == "uuid" && len(x) == 16 {
			return uuid.UUID(x)
		}
	}
	return v
}

// sqliteKind is the type of a column so far.
type sqliteKind struct {
	declared string
	typ      string
	changed  bool
}

// declaredType is what a declared type asks for.
func declaredType(d string) string {
	u := strings.ToUpper(strings.TrimSpace(d))
	base, _, _ := strings.Cut(u, "(")
	switch base = strings.TrimSpace(base); {
	case base == "":
		return "" // the values decide
	case base == "BOOLEAN" || base == "BOOL":
		return "boolean"
	case base == "DATE":
		return "date"
	case base == "DATETIME" || strings.HasPrefix(base, "TIMESTAMP"):
		return "timestamptz"
	case base == "UUID" || base == "GUID":
		return "uuid"
	case base == "JSON" || base == "JSONB":
		return "jsonb"
	case base == "NUMERIC" || base == "DECIMAL":
		_, mods, _ := strings.Cut(u, "(")
		if mods = strings.TrimSuffix(strings.ReplaceAll(mods, " ", ""), ")"); mods != "" {
			return "numeric(" + mods + ")"
		}
		return "numeric"
	case strings.Contains(base, "INT"):
		return "bigint"
	case strings.Contains(base, "CHAR") || strings.Contains(base, "CLOB") || strings.Contains(base, "TEXT"):
		return "text"
	case strings.Contains(base, "BLOB"):
		return "bytea"
	case strings.Contains(base, "REAL") || strings.Contains(base, "FLOA") || strings.Contains(base, "DOUB"):
		return "double precision"
	}
	return ""
}

// with widens the type to hold one more value.
func (k *sqliteKind) with(v any) {
	for !k.holds(v) {
		was := k.typ
		switch _, blob := v.([]byte); {
		case blob || k.typ == "text" || k.typ == "bytea":
			k.typ = "bytea"
		case k.typ == "":
			k.typ = map[bool]string{true: "bigint", false: "text"}[isInt(v)]
			if _, float := v.(float64); float {
				k.typ = "double precision"
			}
			continue
		case k.typ == "boolean" && isInt(v):
			k.typ = "bigint"
		case k.typ == "double precision" && isInt(v):
			k.typ = "numeric"
		case k.typ == "bigint" && isFloat(v), strings.HasPrefix(k.typ, "numeric(") && !isText(v):
			k.typ = "double precision"
			if was != "bigint" {
				k.typ = "numeric"
			}
		default:
			k.typ = "text"
		}
		k.changed = true
	}
}

func isInt(v any) bool   { _, ok := v.(int64); return ok }
func isFloat(v any) bool { _, ok := v.(float64); return ok }
func isText(v any) bool  { _, ok := v.(string); return ok }

// holds reports whether a value can be stored in the type without a change of
// its meaning.
func (k *sqliteKind) holds(v any) bool {
	text, isText := v.(string)
	i, isInt := v.(int64)
	_, isFloat := v.(float64)
	b, isBlob := v.([]byte)
	switch k.typ {
	case "boolean":
		return isInt && (i == 0 || i == 1)
	case "bigint":
		return isInt
	case "double precision":
		return isInt && i == int64(float64(i)) || isFloat
	case "text":
		return !isBlob && types.CheckText(text) == nil
	case "bytea":
		return true // as its text, where it is none
	case "uuid":
		if isBlob {
			return len(b) == 16
		}
		_, err := uuid.Parse(text)
		return isText && err == nil
	case "jsonb":
		return isText && json.Valid([]byte(text)) && parses(text, types.JSONB)
	case "date":
		return isText && parses(text, types.Date) && len(text) == len("2006-01-02")
	case "timestamptz":
		return isText && len(text) > 9 && parses(text, types.TimestampTZ)
	}
	if strings.HasPrefix(k.typ, "numeric") {
		if isText {
			return parses(text, types.Numeric)
		}
		return k.fitsNumeric(v)
	}
	return false
}

// fitsNumeric reports whether a number keeps its digits in a numeric(p,s).
func (k *sqliteKind) fitsNumeric(v any) bool {
	var precision, scale int
	if n, _ := fmt.Sscanf(k.typ, "numeric(%d,%d)", &precision, &scale); n == 0 {
		return true
	}
	x := strings.TrimPrefix(fmt.Sprint(fit(v, "text")), "-")
	whole, fraction, _ := strings.Cut(x, ".")
	return !strings.ContainsAny(x, "eE") && len(whole) <= precision-scale && len(fraction) <= scale
}

func parses(text string, t *types.Type) bool {
	_, err := types.Parse(text, t, nil)
	return err == nil
}

// note says where the values did not keep to the declaration.
func (k *sqliteKind) note() string {
	switch {
	case k.typ == "":
		k.typ = "text"
		return "no values to tell the type"
	case k.changed && k.declared != "":
		return "declared " + k.declared + ", but not all values are"
	case k.declared == "":
		return "by its values"
	}
	return ""
}
