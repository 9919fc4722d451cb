package gormzqlite

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
)

// Migrator changes tables to fit models.
type Migrator struct{ migrator.Migrator }

// read starts a query that runs even where changes are only shown (DryRun).
func (m Migrator) read(text string, vars ...any) *gorm.DB {
	db := m.DB
	if db.DryRun {
		db = db.Session(&gorm.Session{})
		db.DryRun = false
	}
	return db.Raw(text, vars...)
}

// table is the schema and the name of a statement's table; without a schema it
// is looked for where new tables go.
func (m Migrator) table(stmt *gorm.Statement, name string) (inSchema any, table string) {
	if parts := splitQuoted(name); len(parts) == 2 {
		return strings.Trim(parts[0], `"`), strings.Trim(parts[1], `"`)
	}
	if stmt.TableExpr != nil {
		if parts := splitQuoted(stmt.TableExpr.SQL); len(parts) == 2 {
			return strings.Trim(parts[0], `"`), name
		}
	}
	return clause.Expr{SQL: "current_schema()"}, name
}

// exists tells whether a query over the table of value finds anything.
func (m Migrator) exists(value any, query string, vars func(stmt *gorm.Statement) []any) bool {
	var n int64
	err := m.RunWithValue(value, func(stmt *gorm.Statement) error {
		return m.read(query, vars(stmt)...).Scan(&n).Error
	})
	if err != nil {
		m.DB.AddError(err)
	}
	return n > 0
}

// CurrentDatabase is the name of the database.
func (m Migrator) CurrentDatabase() (name string) {
	if err := m.read("SELECT current_database()").Scan(&name).Error; err != nil {
		m.DB.AddError(err)
	}
	return name
}

// GetTypeAliases gives other names of a type.
func (m Migrator) GetTypeAliases(name string) []string { return aliasesOf(name) }

// GetTables gives the names of the tables where new ones go.
func (m Migrator) GetTables() (names []string, err error) {
	err = m.read(`SELECT table_name FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`).Scan(&names).Error
	return names, err
}

// HasTable tells whether the table of a model, or of that name, is there.
func (m Migrator) HasTable(value any) bool {
	return m.exists(value, `SELECT count(*) FROM information_schema.tables
		WHERE table_schema = ? AND table_name = ? AND table_type IN ('BASE TABLE', 'LOCAL TEMPORARY')`,
		func(stmt *gorm.Statement) []any {
			in, name := m.table(stmt, stmt.Table)
			return []any{in, name}
		})
}

// CreateTable makes the tables of models, with indexes and comments.
func (m Migrator) CreateTable(values ...any) error {
	if err := m.Migrator.CreateTable(values...); err != nil {
		return err
	}
	for _, value := range m.ReorderModels(values, false) {
		err := m.RunWithValue(value, func(stmt *gorm.Statement) error {
			if stmt.Schema == nil {
				return nil
			}
			for _, name := range stmt.Schema.DBNames {
				if f := stmt.Schema.FieldsByDBName[name]; f.Comment != "" && !f.IgnoreMigration {
					if err := m.comment(stmt, f); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// comment writes a field's comment to its column.
func (m Migrator) comment(stmt *gorm.Statement, f *schema.Field) error {
	text := clause.Expr{SQL: m.Dialector.Explain("$1", f.Comment)}
	return m.DB.Exec("COMMENT ON COLUMN ?.? IS ?", m.CurrentTable(stmt), clause.Column{Name: f.DBName}, text).Error
}

// DropTable drops tables with what depends on them.
func (m Migrator) DropTable(values ...any) error {
	values = m.ReorderModels(values, false)
	tx := m.DB.Session(&gorm.Session{})
	for i := len(values) - 1; i >= 0; i-- {
		err := m.RunWithValue(values[i], func(stmt *gorm.Statement) error {
			return tx.Exec("DROP TABLE IF EXISTS ? CASCADE", m.CurrentTable(stmt)).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// TableType describes the table of a model.
func (m Migrator) TableType(value any) (gorm.TableType, error) {
	t := migrator.TableType{}
	err := m.RunWithValue(value, func(stmt *gorm.Statement) error {
		in, name := m.table(stmt, stmt.Table)
		row := m.read(`SELECT t.table_schema, t.table_name, t.table_type, obj_description(c.oid)
			FROM information_schema.tables t JOIN pg_namespace n ON n.nspname = t.table_schema
			JOIN pg_class c ON c.relname = t.table_name AND c.relnamespace = n.oid
			WHERE t.table_schema = ? AND t.table_name = ?`, in, name).Row()
		return row.Scan(&t.SchemaValue, &t.NameValue, &t.TypeValue, &t.CommentValue)
	})
	return t, err
}

// HasConstraint tells whether a constraint of that name, or of the relation of
// that name, is there.
func (m Migrator) HasConstraint(value any, name string) bool {
	return m.exists(value, `SELECT count(*) FROM information_schema.table_constraints
		WHERE table_schema = ? AND table_name = ? AND constraint_name = ?`,
		func(stmt *gorm.Statement) []any {
			constraint, table := m.GuessConstraintInterfaceAndTable(stmt, name)
			if constraint != nil {
				name = constraint.GetName()
			}
			in, table := m.table(stmt, table)
			return []any{in, table, name}
		})
}

// forget lets go of prepared statements, which may name what has changed.
func (m Migrator) forget() {
	if pool, ok := m.DB.ConnPool.(*gorm.PreparedStmtDB); ok && m.DB.PrepareStmt {
		pool.Reset()
	}
}

func errNoField(name string) error {
	return fmt.Errorf("the model has no field or column %q", name)
}
