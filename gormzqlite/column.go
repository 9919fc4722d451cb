package gormzqlite

import (
	"database/sql"
	"regexp"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
)

// HasColumn tells whether the table has the column of a field.
func (m Migrator) HasColumn(value any, field string) bool {
	return m.exists(value, `SELECT count(*) FROM information_schema.columns
		WHERE table_schema = ? AND table_name = ? AND column_name = ?`,
		func(stmt *gorm.Statement) []any {
			in, table := m.table(stmt, stmt.Table)
			if stmt.Schema != nil {
				if f := stmt.Schema.LookUpField(field); f != nil {
					field = f.DBName
				}
			}
			return []any{in, table, field}
		})
}

// AddColumn adds the column of a field.
func (m Migrator) AddColumn(value any, field string) error {
	if err := m.Migrator.AddColumn(value, field); err != nil {
		return err
	}
	m.forget()
	return m.RunWithValue(value, func(stmt *gorm.Statement) error {
		if f := stmt.Schema.LookUpField(field); f != nil && f.Comment != "" && !f.IgnoreMigration {
			return m.comment(stmt, f)
		}
		return nil
	})
}

// DropColumn drops a column.
func (m Migrator) DropColumn(value any, field string) error {
	defer m.forget()
	return m.Migrator.DropColumn(value, field)
}

// RenameColumn gives a column another name.
func (m Migrator) RenameColumn(value any, oldName, newName string) error {
	defer m.forget()
	return m.Migrator.RenameColumn(value, oldName, newName)
}

// MigrateColumn makes a column fit its field, comment included. The key's
// column stays as it is.
func (m Migrator) MigrateColumn(value any, f *schema.Field, have gorm.ColumnType) error {
	if f.IgnoreMigration {
		return nil
	}
	if !f.PrimaryKey {
		if c, ok := have.(*migrator.ColumnType); ok && m.differs(f, c) {
			if err := m.DB.Migrator().AlterColumn(value, f.DBName); err != nil {
				return err
			}
		}
		if err := m.DB.Migrator().MigrateColumnUnique(value, f, have); err != nil {
			return err
		}
	}
	comment, _ := have.Comment()
	if wanted := strings.Trim(f.Comment, `'"`); f.Comment == "" || wanted == comment {
		return nil
	}
	return m.RunWithValue(value, func(stmt *gorm.Statement) error { return m.comment(stmt, f) })
}

// differs tells whether a column is to be altered to fit its field. One that
// refuses NULL where the field does not say so is; NOT NULL alone is not added
// to a column that is there, for it may hold NULLs.
func (m Migrator) differs(f *schema.Field, have *migrator.ColumnType) bool {
	if _, ok := generated(f); ok || strings.Contains(strings.ToLower(string(f.DataType)), " generated ") {
		return false
	}
	full, _ := have.ColumnType()
	if !sameType(m.DataTypeOf(f), full, have.DatabaseTypeName()) {
		return true
	}
	serial := integers[strings.ToLower(m.DataTypeOf(f))] != ""
	if nullable, ok := have.Nullable(); ok && !nullable && !f.NotNull && !serial {
		return true
	}
	if auto, _ := have.AutoIncrement(); auto || serial {
		return !auto
	}
	had, has := have.DefaultValue()
	wanted := m.wantedDefault(f)
	return has != (wanted != "") || has && !sameDefault(wanted, had)
}

// AlterColumn gives a column the type, NOT NULL and default of its field.
func (m Migrator) AlterColumn(value any, field string) error {
	defer m.forget()
	return m.RunWithValue(value, func(stmt *gorm.Statement) error {
		if stmt.Schema == nil {
			return errNoField(field)
		}
		f := stmt.Schema.LookUpField(field)
		if f == nil {
			return errNoField(field)
		}
		have, err := m.columnType(value, f.DBName)
		if err != nil {
			return err
		}
		for _, change := range []func(*gorm.Statement, *schema.Field, *migrator.ColumnType) error{m.alterType, m.alterNull, m.alterDefault} {
			if err := change(stmt, f, have); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m Migrator) columnType(value any, name string) (*migrator.ColumnType, error) {
	list, err := m.ColumnTypes(value)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if t, ok := c.(*migrator.ColumnType); ok && t.Name() == name {
			return t, nil
		}
	}
	return nil, errNoField(name)
}

func (m Migrator) alter(stmt *gorm.Statement, f *schema.Field, action string, vars ...any) error {
	vars = append([]any{m.CurrentTable(stmt), clause.Column{Name: f.DBName}}, vars...)
	return m.DB.Exec("ALTER TABLE ? ALTER COLUMN ? "+action, vars...).Error
}

// alterType changes the type, and whether the column fills itself from a
// sequence.
func (m Migrator) alterType(stmt *gorm.Statement, f *schema.Field, have *migrator.ColumnType) error {
	wanted := m.DataTypeOf(f)
	serial := integers[wanted] != ""
	if serial {
		wanted = integers[wanted]
	}
	if _, ok := generated(f); ok {
		return nil // neither identity nor a computed column changes its type here
	}
	full, _ := have.ColumnType()
	if !sameType(wanted, full, have.DatabaseTypeName()) {
		using := "?::?"
		if wanted == "boolean" {
			if _, has := have.DefaultValue(); has { // which is not a boolean
				if err := m.alter(stmt, f, "DROP DEFAULT"); err != nil {
					return err
				}
			}
			if strings.HasPrefix(full, "numeric") || full == "bigint" || full == "smallint" {
				using = "?::integer::?"
			}
		}
		t := clause.Expr{SQL: wanted}
		if err := m.alter(stmt, f, "TYPE ? USING "+using, t, clause.Column{Name: f.DBName}, t); err != nil {
			return err
		}
	}
	switch auto, _ := have.AutoIncrement(); {
	case serial && !auto:
		return m.addSequence(stmt, f)
	case !f.AutoIncrement && auto && !serial:
		return m.dropSequence(stmt, f)
	}
	return nil
}

// dropSequence makes a serial column one that does not fill itself.
func (m Migrator) dropSequence(stmt *gorm.Statement, f *schema.Field) error {
	var name sql.NullString
	in, table := m.table(stmt, stmt.Table)
	table = stmt.Quote(clause.Column{Name: table})
	if s, ok := in.(string); ok {
		table = stmt.Quote(clause.Column{Name: s}) + "." + table
	}
	if err := m.read("SELECT pg_get_serial_sequence(?, ?)", table, f.DBName).Row().Scan(&name); err != nil {
		return err
	}
	if err := m.alter(stmt, f, "DROP DEFAULT"); err != nil || !name.Valid {
		return err
	}
	return m.DB.Exec("DROP SEQUENCE IF EXISTS ?", clause.Expr{SQL: name.String}).Error
}

// addSequence makes a column fill itself as a serial one does.
func (m Migrator) addSequence(stmt *gorm.Statement, f *schema.Field) error {
	_, table := m.table(stmt, stmt.Table)
	sequence := clause.Table{Name: table + "_" + f.DBName + "_seq"}
	if err := m.DB.Exec("CREATE SEQUENCE IF NOT EXISTS ?", sequence).Error; err != nil {
		return err
	}
	if err := m.alter(stmt, f, "SET DEFAULT nextval("+m.Dialector.Explain("$1", `"`+sequence.Name+`"`)+")"); err != nil {
		return err
	}
	return m.DB.Exec("ALTER SEQUENCE ? OWNED BY ?.?", sequence, m.CurrentTable(stmt), clause.Column{Name: f.DBName}).Error
}

// sameType compares a type as a model writes it with a column's, given as
// format_type writes it and by its name in pg_type.
func sameType(wanted, full, name string) bool {
	wanted = canonicalType(wanted)
	return wanted == canonicalType(full) || wanted == canonicalType(name)
}

func (m Migrator) alterNull(stmt *gorm.Statement, f *schema.Field, have *migrator.ColumnType) error {
	nullable, known := have.Nullable()
	switch {
	case !known || nullable != f.NotNull:
		return nil
	case f.NotNull:
		return m.alter(stmt, f, "SET NOT NULL")
	}
	return m.alter(stmt, f, "DROP NOT NULL")
}

func (m Migrator) alterDefault(stmt *gorm.Statement, f *schema.Field, have *migrator.ColumnType) error {
	if _, ok := generated(f); ok || f.AutoIncrement {
		return nil
	}
	had, has := have.DefaultValue()
	switch wanted := m.wantedDefault(f); {
	case wanted == "" && has:
		return m.alter(stmt, f, "DROP DEFAULT")
	case wanted != "" && (!has || !sameDefault(wanted, had)):
		return m.alter(stmt, f, "SET DEFAULT "+wanted)
	}
	return nil
}

// wantedDefault is a field's default as SQL; none and NULL are the same.
func (m Migrator) wantedDefault(f *schema.Field) string {
	switch {
	case !f.HasDefaultValue || f.DefaultValue == "(-)" || f.AutoIncrement:
		return ""
	case f.DefaultValueInterface != nil:
		return m.Dialector.Explain("$1", f.DefaultValueInterface)
	case strings.EqualFold(f.DefaultValue, "NULL"):
		return ""
	}
	return f.DefaultValue
}

// sameDefault compares a default as a model writes it with one that the catalog
// tells. Casts and parentheses do not count, nor does how a number or a boolean
// is written.
func sameDefault(wanted, had string) bool {
	a, b := bareDefault(wanted), bareDefault(had)
	if a == b || plainDefault(wanted) == had {
		return true
	}
	if x, err := strconv.ParseFloat(a, 64); err == nil {
		y, err := strconv.ParseFloat(b, 64)
		return err == nil && x == y
	}
	if x, err := strconv.ParseBool(a); err == nil {
		y, err := strconv.ParseBool(b)
		return err == nil && x == y
	}
	return false
}

var defaultParts = regexp.MustCompile(`'(?:[^']|'')*'|::[A-Za-z_][A-Za-z_ .0-9]*(?:\(\d+(?:,\d+)?\))?(?: with(?:out)? time zone)?(?:\[\])*|[()\s]+|[^'()\s:]+|:`)

// bareDefault leaves the casts, parentheses and spaces of a default away, the
// quotes of one that is a text alone, and upper case outside of texts.
func bareDefault(text string) string {
	var b strings.Builder
	for _, part := range defaultParts.FindAllString(text, -1) {
		switch c := part[0]; {
		case strings.HasPrefix(part, "::"), c == '(' || c == ')' || c == ' ' || c == '\t' || c == '\n':
		case c == '\'':
			b.WriteString(part)
		default:
			b.WriteString(strings.ToLower(part))
		}
	}
	return plainDefault(b.String())
}

// columns asks for everything that ColumnTypes tells, in the order of the
// table.
const columns = `SELECT a.attname, NOT a.attnotnull, t.typname, format_type(a.atttypid, a.atttypmod),
	coalesce(c.character_maximum_length, CASE WHEN t.typlen > 0 THEN 8 * t.typlen END),
	coalesce(c.datetime_precision, c.numeric_precision), c.numeric_scale, c.column_default,
	col_description(a.attrelid, a.attnum), a.attidentity <> '',
	EXISTS (SELECT 1 FROM pg_constraint p WHERE p.conrelid = a.attrelid AND p.contype = 'p' AND a.attnum = ANY (p.conkey)),
	EXISTS (SELECT 1 FROM pg_constraint u WHERE u.conrelid = a.attrelid AND u.contype = 'u' AND u.conkey = ARRAY[a.attnum])
	FROM information_schema.columns c JOIN pg_namespace n ON n.nspname = c.table_schema
	JOIN pg_class r ON r.relname = c.table_name AND r.relnamespace = n.oid
	JOIN pg_attribute a ON a.attrelid = r.oid AND a.attname = c.column_name JOIN pg_type t ON t.oid = a.atttypid
	WHERE c.table_schema = ? AND c.table_name = ? ORDER BY c.ordinal_position`

var (
	nextval  = regexp.MustCompile(`(?i)^nextval\(`)
	castTail = regexp.MustCompile(`(?s)^('(?:[^']|'')*')::[a-z0-9_ ]+(?:\(\d+(?:,\d+)?\))?[a-z ]*(?:\[\])?$`)
)

// ColumnTypes describes the columns of a table.
func (m Migrator) ColumnTypes(value any) (out []gorm.ColumnType, err error) {
	err = m.RunWithValue(value, func(stmt *gorm.Statement) error {
		in, table := m.table(stmt, stmt.Table)
		rows, err := m.read(columns, in, table).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			c := &migrator.ColumnType{}
			var identity bool
			c.PrimaryKeyValue.Valid, c.UniqueValue.Valid, c.AutoIncrementValue.Valid = true, true, true
			if err := rows.Scan(&c.NameValue, &c.NullableValue, &c.DataTypeValue, &c.ColumnTypeValue, &c.LengthValue,
				&c.DecimalSizeValue, &c.ScaleValue, &c.DefaultValueValue, &c.CommentValue, &identity,
				&c.PrimaryKeyValue.Bool, &c.UniqueValue.Bool); err != nil {
				return err
			}
			if strings.HasPrefix(c.DataTypeValue.String, "_") {
				c.DataTypeValue = c.ColumnTypeValue // an array, as models write it
			}
			if identity || nextval.MatchString(c.DefaultValueValue.String) {
				c.AutoIncrementValue.Bool, c.DefaultValueValue = true, sql.NullString{}
			}
			c.DefaultValueValue.String = plainDefault(c.DefaultValueValue.String)
			out = append(out, c)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return m.goTypes(stmt, out)
	})
	return out, err
}

// plainDefault takes the quotes and the cast from a default that is a text.
func plainDefault(text string) string {
	if x := castTail.FindStringSubmatch(text); x != nil {
		text = x[1]
	}
	if n := len(text); n >= 2 && text[0] == '\'' && text[n-1] == '\'' {
		return strings.ReplaceAll(text[1:n-1], "''", "'")
	}
	return text
}

// goTypes adds the types that scanning a column gives.
func (m Migrator) goTypes(stmt *gorm.Statement, list []gorm.ColumnType) error {
	db := m.DB.Session(&gorm.Session{NewDB: true})
	db.DryRun = false
	rows, err := db.Raw("SELECT * FROM ? LIMIT 0", m.CurrentTable(stmt)).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	for i, t := range types {
		if i < len(list) {
			list[i].(*migrator.ColumnType).SQLColumnType = t
		}
	}
	return rows.Err()
}
