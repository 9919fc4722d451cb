package exec

import "github.com/zqlite/zqlite/internal/plan"

type pointShape struct{}
type pointRun struct{}

func pointShapeOf(plan.Node) *pointShape { return nil }
