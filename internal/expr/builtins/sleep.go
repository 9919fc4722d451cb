package builtins

import (
	"time"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func registerSleep() {
	sleeps := func(name string, param typ, doc string, how func(c *expr.Context, v value) time.Duration) {
		fn(name, args{param}, types.Void, doc, func(c *expr.Context, a []value) (value, error) {
			return sleep(c, how(c, a[0]))
		}).Volatility = expr.Volatile
	}
	sleeps("pg_sleep", float8, "Waits for seconds", func(_ *expr.Context, v value) time.Duration {
		return time.Duration(v.Float() * float64(time.Second))
	})
	sleeps("pg_sleep_for", types.Interval, "Waits for a time, with months of 30 days", func(_ *expr.Context, v value) time.Duration {
		days := int64(int32(v.J)) + 30*(v.J>>32)
		return time.Duration(v.I)*time.Microsecond + time.Duration(days)*24*time.Hour
	})
	sleeps("pg_sleep_until", types.TimestampTZ, "Waits until a moment", func(c *expr.Context, v value) time.Duration {
		return time.Until(time.UnixMicro(v.I + epochMicros))
	})
}

// epochMicros is 2000-01-01, from which timestamps count, in the count of Unix.
const epochMicros = 946684800 * 1_000_000

// sleep waits, or until the statement is canceled.
func sleep(c *expr.Context, d time.Duration) (value, error) {
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
}
