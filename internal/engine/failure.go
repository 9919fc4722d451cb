package engine

import (
	"context"
	"errors"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

var errFailedTransaction = sqlerr.New(sqlerr.InFailedSQLTransaction,
	"current transaction is aborted, commands ignored until end of transaction block")

// explain gives an error its place in the text, and makes a cancellation say
// what ended the statement.
func explain(ctx context.Context, err error, text string) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return canceled(ctx, err)
	}
	return sqlerr.From(err).Locate(text)
}

var errStatementTimeout = errors.New("statement timeout")

func canceled(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errStatementTimeout) {
		return sqlerr.Wrap(err, sqlerr.QueryCanceled, "canceling statement due to statement timeout")
	}
	return sqlerr.Wrap(ctx.Err(), sqlerr.QueryCanceled, "canceling statement due to user request")
}
