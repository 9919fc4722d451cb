package gormzqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"

	"github.com/zqlite/zqlite"
)

// Config says where the database is and how it is used.
type Config struct {
	DSN  string        // as sql.Open("zqlite", DSN) takes it
	Conn gorm.ConnPool // an open pool to use instead of DSN; nil opens one
	// WithoutReturning leaves RETURNING out of changes; generated keys are then
	// not read back.
	WithoutReturning bool
}

// Dialector is zqlite for GORM. It is safe for use by many goroutines.
type Dialector struct{ *Config }

// Open makes a dialector for a DSN.
func Open(dsn string) gorm.Dialector { return New(Config{DSN: dsn}) }

// New makes a dialector.
func New(c Config) gorm.Dialector { return &Dialector{&c} }

// maxIdentifier is the longest name of a table, column or constraint, in bytes.
const maxIdentifier = 63

// Name is "postgres": that dialect is understood (see the package's comment).
func (d Dialector) Name() string { return "postgres" }

// Apply limits the names that GORM makes to what an identifier may be long.
func (d Dialector) Apply(c *gorm.Config) error {
	switch n := c.NamingStrategy.(type) {
	case nil:
		c.NamingStrategy = schema.NamingStrategy{IdentifierMaxLength: maxIdentifier}
	case schema.NamingStrategy:
		if n.IdentifierMaxLength <= 0 {
			n.IdentifierMaxLength = maxIdentifier
			c.NamingStrategy = n
		}
	case *schema.NamingStrategy:
		if n.IdentifierMaxLength <= 0 {
			n.IdentifierMaxLength = maxIdentifier
		}
	}
	return nil
}

// Initialize registers the clauses of changes and opens the pool.
func (d Dialector) Initialize(db *gorm.DB) (err error) {
	c := callbacks.Config{
		CreateClauses: []string{"INSERT", "VALUES", "ON CONFLICT"},
		UpdateClauses: []string{"UPDATE", "SET", "FROM", "WHERE"},
		DeleteClauses: []string{"DELETE", "FROM", "WHERE"},
	}
	if !d.WithoutReturning {
		for _, list := range []*[]string{&c.CreateClauses, &c.UpdateClauses, &c.DeleteClauses} {
			*list = append(*list, "RETURNING")
		}
	}
	callbacks.RegisterDefaultCallbacks(db, &c)
	if d.Conn != nil {
		db.ConnPool = d.Conn
		return nil
	}
	db.ConnPool, err = sql.Open("zqlite", d.DSN)
	return err
}

// Migrator gives the migrator over a session.
func (d Dialector) Migrator(db *gorm.DB) gorm.Migrator {
	return Migrator{migrator.Migrator{Config: migrator.Config{
		DB: db, Dialector: d, CreateIndexAfterCreateTable: true,
	}}}
}

// DefaultValueOf is what stands in VALUES for a column left to its default.
func (d Dialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "DEFAULT"}
}

// BindVarTo writes the placeholder of the value that was appended last.
func (d Dialector) BindVarTo(w clause.Writer, stmt *gorm.Statement, _ any) {
	w.WriteByte('$')
	w.WriteString(strconv.Itoa(len(stmt.Vars)))
}

// QuoteTo writes a name in quotes, each part of a dotted one for itself; parts
// that are quoted already stay as they are.
func (d Dialector) QuoteTo(w clause.Writer, name string) {
	for i, part := range splitQuoted(name) {
		if i > 0 {
			w.WriteByte('.')
		}
		if n := len(part); n >= 2 && part[0] == '"' && part[n-1] == '"' {
			part = strings.ReplaceAll(part[1:n-1], `""`, `"`)
		}
		w.WriteByte('"')
		w.WriteString(strings.ReplaceAll(part, `"`, `""`))
		w.WriteByte('"')
	}
}

// splitQuoted cuts a name at the dots that are not between quotes.
func splitQuoted(name string) []string {
	var parts []string
	from, quoted := 0, false
	for i := 0; i < len(name); i++ {
		switch {
		case name[i] == '"':
			quoted = !quoted
		case name[i] == '.' && !quoted:
			parts = append(parts, name[from:i])
			from = i + 1
		}
	}
	return append(parts, name[from:])
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

// Explain writes the values into the statement, for logs and for definitions.
func (d Dialector) Explain(text string, vars ...any) string {
	return logger.ExplainSQL(text, placeholder, `'`, vars...)
}

// SavePoint starts a savepoint in the transaction.
func (d Dialector) SavePoint(tx *gorm.DB, name string) error {
	return tx.Exec("SAVEPOINT " + name).Error
}

// RollbackTo undoes what came after a savepoint.
func (d Dialector) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + name).Error
}

// translations are GORM's errors by SQLSTATE.
var translations = map[string]error{
	"23505": gorm.ErrDuplicatedKey,
	"23503": gorm.ErrForeignKeyViolated,
	"23514": gorm.ErrCheckConstraintViolated,
	"42703": gorm.ErrInvalidField,
}

// Translate wraps an error of zqlite in GORM's error of that meaning; both are
// found by errors.Is and errors.As.
func (d Dialector) Translate(err error) error {
	var e *zqlite.Error
	if errors.As(err, &e) {
		if known := translations[e.Code]; known != nil {
			return fmt.Errorf("%w: %w", known, err)
		}
	}
	return err
}
