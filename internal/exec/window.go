package exec

import (
	"github.com/zqlite/zqlite/internal/plan"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

func (b *builder) window(n *plan.Window) (Operator, error) {
	return nil, sqlerr.New(sqlerr.FeatureNotSupported, "window functions are not supported")
}
