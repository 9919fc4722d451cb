package gormzqlite

import (
	"database/sql"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
)

// indexName is the name of an index of the model: a field's or its own.
func indexName(stmt *gorm.Statement, name string) string {
	if stmt.Schema != nil {
		if ix := stmt.Schema.LookIndex(name); ix != nil {
			return ix.Name
		}
	}
	return name
}

// BuildIndexOptions writes the parts of an index.
func (m Migrator) BuildIndexOptions(opts []schema.IndexOption, stmt *gorm.Statement) (parts []any) {
	for _, o := range opts {
		text := stmt.Quote(o.DBName)
		if o.Expression != "" {
			text = "(" + strings.TrimSuffix(strings.TrimPrefix(o.Expression, "("), ")") + ")"
			if strings.Count(o.Expression, "(") > 1 || !strings.HasPrefix(o.Expression, "(") {
				text = "(" + o.Expression + ")"
			}
		}
		if o.Collate != "" {
			text += " COLLATE " + o.Collate
		}
		if o.Sort != "" {
			text += " " + o.Sort
		}
		parts = append(parts, clause.Expr{SQL: text})
	}
	return parts
}

// HasIndex tells whether an index of that name, or of the field of that name,
// is there.
func (m Migrator) HasIndex(value any, name string) bool {
	return m.exists(value, `SELECT count(*) FROM pg_indexes WHERE schemaname = ? AND tablename = ? AND indexname = ?`,
		func(stmt *gorm.Statement) []any {
			in, table := m.table(stmt, stmt.Table)
			return []any{in, table, indexName(stmt, name)}
		})
}

// CreateIndex makes an index of the model.
func (m Migrator) CreateIndex(value any, name string) error {
	return m.RunWithValue(value, func(stmt *gorm.Statement) error {
		if stmt.Schema == nil {
			return errNoField(name)
		}
		ix := stmt.Schema.LookIndex(name)
		if ix == nil {
			return errNoField(name)
		}
		text := "CREATE "
		if ix.Class != "" {
			text += ix.Class + " "
		}
		text += "INDEX "
		option := strings.TrimSpace(ix.Option)
		if strings.EqualFold(option, "CONCURRENTLY") {
			text, option = text+"CONCURRENTLY ", ""
		}
		text += "IF NOT EXISTS ? ON ?"
		if ix.Type != "" {
			text += " USING " + ix.Type
		}
		text += " ?"
		if option != "" {
			text += " " + option
		}
		if ix.Where != "" {
			text += " WHERE " + ix.Where
		}
		return m.DB.Exec(text, clause.Column{Name: ix.Name}, m.CurrentTable(stmt), m.BuildIndexOptions(ix.Fields, stmt)).Error
	})
}

// qualify gives an index the schema of its table where that has one.
func (m Migrator) qualify(stmt *gorm.Statement, name string) clause.Column {
	if in, _ := m.table(stmt, stmt.Table); in != nil {
		if s, ok := in.(string); ok {
			return clause.Column{Table: s, Name: name}
		}
	}
	return clause.Column{Name: name}
}

// DropIndex drops an index of the model, or of that name.
func (m Migrator) DropIndex(value any, name string) error {
	return m.RunWithValue(value, func(stmt *gorm.Statement) error {
		return m.DB.Exec("DROP INDEX ?", m.qualify(stmt, indexName(stmt, name))).Error
	})
}

// RenameIndex gives an index another name.
func (m Migrator) RenameIndex(value any, oldName, newName string) error {
	return m.RunWithValue(value, func(stmt *gorm.Statement) error {
		return m.DB.Exec("ALTER INDEX ? RENAME TO ?", m.qualify(stmt, oldName), clause.Column{Name: newName}).Error
	})
}

// GetIndexes gives the indexes of a table; those behind constraints are not
// among them.
func (m Migrator) GetIndexes(value any) ([]gorm.Index, error) {
	var out []gorm.Index
	err := m.RunWithValue(value, func(stmt *gorm.Statement) error {
		in, table := m.table(stmt, stmt.Table)
		rows, err := m.read(`SELECT ci.relname, i.indisunique, i.indisprimary, coalesce(a.attname, pg_get_indexdef(i.indexrelid, k.place::int, true)),
				pg_get_indexdef(i.indexrelid)
			FROM pg_index i JOIN pg_class ct ON ct.oid = i.indrelid JOIN pg_class ci ON ci.oid = i.indexrelid
			JOIN pg_namespace n ON n.oid = ct.relnamespace
			JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place) ON k.place <= i.indnkeyatts
			LEFT JOIN pg_attribute a ON a.attrelid = ct.oid AND a.attnum = k.attnum AND k.attnum <> 0
			WHERE n.nspname = ? AND ct.relname = ? AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))
			ORDER BY ci.relname, k.place`, in, table).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		var last *migrator.Index
		for rows.Next() {
			var name, column, text string
			var unique, primary bool
			if err := rows.Scan(&name, &unique, &primary, &column, &text); err != nil {
				return err
			}
			if last == nil || last.NameValue != name {
				last = &migrator.Index{
					TableName: table, NameValue: name, OptionValue: text,
					UniqueValue:     sql.NullBool{Bool: unique, Valid: true},
					PrimaryKeyValue: sql.NullBool{Bool: primary, Valid: true},
				}
				out = append(out, last)
			}
			last.ColumnList = append(last.ColumnList, column)
		}
		return rows.Err()
	})
	return out, err
}
