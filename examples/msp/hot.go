package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite/examples/msp/db"
	"github.com/zqlite/zqlite/examples/msp/db/ticket"
)

// runs is how often each hot query is run.
const runs = 20

// hot runs the queries that a provider's people run all day, and prints the
// median time of each.
func hot(ctx context.Context, p *provider, out io.Writer) error {
	week := lastDay.AddDate(0, 0, -6)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "query\trows\tmedian\t")
	for _, q := range []struct {
		name string
		run  func(i int) (int, error)
	}{
		{"a client's open tickets", func(i int) (int, error) {
			return count(p.db.TicketsOfClient(ctx, p.clients[i%len(p.clients)], "open"))
		}},
		{"a page of tickets", func(i int) (int, error) {
			page, err := p.db.Tickets().Page(ctx, db.PageReq[db.Ticket]{Limit: 50, Order: []db.Order[db.Ticket]{ticket.OpenedAt.Desc()}},
				ticket.ClientID.EQ(p.clients[i%len(p.clients)]))
			return len(page.Rows), err
		}},
		{"time list of a week, six tables", func(int) (int, error) { return count(p.db.TimeList(ctx, week, lastDay, 500)) }},
		{"billable hours by client, 90 days", func(int) (int, error) { return count(p.db.HoursByClient(ctx, firstDay, lastDay)) }},
		{"what fails with the core asset", func(int) (int, error) { return count(p.db.AssetImpact(ctx, p.core)) }},
	} {
		times := make([]time.Duration, runs)
		rows := 0
		for i := range times {
			began := time.Now()
			n, err := q.run(i)
			if err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			times[i], rows = time.Since(began), max(rows, n)
		}
		slices.Sort(times)
		fmt.Fprintf(w, "%s\t%d\t%s\t\n", q.name, rows, times[runs/2].Round(time.Microsecond))
	}
	return w.Flush()
}

// count reads all rows.
func count[T any](rows func(func(T, error) bool)) (n int, err error) {
	for _, e := range rows {
		if e != nil {
			return n, e
		}
		n++
	}
	return n, nil
}

// billMonth makes the invoices that are due on a day: for each client its
// recurring bills and the hours that are on no invoice yet, in one transaction,
// which is tried again where another one gave the same number.
func (p *provider) billMonth(ctx context.Context, day time.Time, out io.Writer) error {
	began := time.Now()
	var due []uuid.UUID
	for client, err := range p.db.DueClients(ctx, day) {
		if err != nil {
			return err
		}
		due = append(due, client)
	}
	for _, client := range due {
		if err := p.db.InTx(ctx, nil, func(tx *db.Scoped) error { return bill(ctx, tx, client, day) }); err != nil {
			return fmt.Errorf("billing %s: %w", client, err)
		}
	}
	sum, err := p.db.Turnover(ctx)
	if err != nil {
		return err
	}
	if !sum.Invoices.Equal(sum.Lines) || int(sum.Number) != len(due) {
		return fmt.Errorf("%d invoices of %s have lines of %s", sum.Number, sum.Invoices, sum.Lines)
	}
	fmt.Fprintf(out, "%d invoices, %s in all, in %s\n", sum.Number, sum.Invoices, time.Since(began).Round(time.Millisecond))
	return nil
}

// bill makes one invoice.
func bill(ctx context.Context, tx *db.Scoped, client uuid.UUID, day time.Time) error {
	number, err := tx.NextInvoiceNumber(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Invoices().Create(ctx, db.NewInvoice{Number: number, ClientID: client, IssuedOn: day, Total: decimal.Zero}); err != nil {
		return err
	}
	for _, step := range []func() (int64, error){
		func() (int64, error) { return tx.AddRecurringLines(ctx, number, client, day) },
		func() (int64, error) { return tx.AddTimeLine(ctx, number, client, day) },
		func() (int64, error) { return tx.MarkBilled(ctx, number, client, day) },
		func() (int64, error) { return tx.AdvanceBilling(ctx, client, day) },
	} {
		if _, err := step(); err != nil {
			return err
		}
	}
	_, err = tx.SumInvoice(ctx, number)
	return err
}
