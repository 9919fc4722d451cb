package ddl

import (
	"maps"
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// pragma keeps a number for the application: PRAGMA user_version = 3. As in
// SQLite it has 32 bits, and what is no number counts as 0.
func (r *run) pragma(s *ast.Pragma) {
	old := r.Catalog.Schema(catalog.PublicSchema)
	if old == nil {
		fail(s.Pos, sqlerr.InvalidSchemaName, "schema \"public\" does not exist")
	}
	text := ""
	switch v := s.Value.(type) {
	case *ast.Literal:
		text = v.Text
	case *ast.Unary:
		if l, ok := v.X.(*ast.Literal); ok {
			text = v.Op + l.Text
		}
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		n = 0
	}
	next := *old
	next.Numbers = maps.Clone(old.Numbers)
	if next.Numbers == nil {
		next.Numbers = map[string]int64{}
	}
	next.Numbers[strings.ToLower(s.Name)] = int64(int32(n))
	r.Catalog = r.Catalog.WithSchema(&next)
}
