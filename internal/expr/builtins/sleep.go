package builtins

import (
	"time"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func registerSleep() {
	f := fn("pg_sleep", args{float8}, types.Void, "Waits for seconds", func(c *expr.Context, a []value) (value, error) {
		d := time.Duration(a[0].Float() * float64(time.Second))
		timer := time.NewTimer(d)
		defer timer.Stop()
		if c.Ctx == nil {
			<-timer.C
			return value{K: types.KindVoid}, nil
		}
		select {
		case <-timer.C:
			return value{K: types.KindVoid}, nil
		case <-c.Ctx.Done():
			return types.Null, sqlerr.Wrap(c.Ctx.Err(), sqlerr.QueryCanceled, "canceling statement due to user request")
		}
	})
	f.Volatility = expr.Volatile
}
