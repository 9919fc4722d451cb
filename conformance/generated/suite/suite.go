// Package suite is one program over generated repositories, which runs
// unchanged on zqlite and on PostgreSQL.
package suite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite/conformance/generated/db"
	"github.com/zqlite/zqlite/conformance/generated/db/customer"
	"github.com/zqlite/zqlite/conformance/generated/db/event"
	"github.com/zqlite/zqlite/conformance/generated/db/invoice"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Run tries the repositories over a pool whose database has schema.sql and no
// rows.
func Run(t *testing.T, pool *sql.DB) {
	ctx := context.Background()
	store := db.New(pool, db.CursorKey([]byte("a key of the test")))
	_, err := store.Global().Countries().Create(ctx, db.NewCountry{Code: "de", Name: "Germany"})
	must(t, err)
	// The database itself refuses a statement that names no tenant.
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM invoices").Scan(new(int64)); state(err) == "" {
		t.Errorf("a statement without a tenant: %v", err)
	}
	for name, try := range map[string]func(*testing.T, *db.Store, *db.Scoped){
		"keys": keys, "updates": updates, "deletion": deletion, "conditions": conditions, "pages": pages, "bulk": bulk,
		"transactions": transactions, "tenants": tenants, "values": values, "queries": queries, "kinds": kinds,
	} {
		t.Run(name, func(t *testing.T) { try(t, store, store.Tenant(uuid.New())) })
	}
}

func newCustomer(t testing.TB, s *db.Scoped, name string) db.Customer {
	t.Helper()
	c, err := s.Customers().Create(context.Background(), db.NewCustomer{Name: name})
	must(t, err)
	return c
}

func newInvoice(t testing.TB, s *db.Scoped, c db.Customer, number int64, total string) db.Invoice {
	t.Helper()
	i, err := s.Invoices().Create(context.Background(), db.NewInvoice{
		Number: number, Customer: c.ID, Total: decimal.RequireFromString(total), Due: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC),
	})
	must(t, err)
	return i
}

func keys(t *testing.T, _ *db.Store, s *db.Scoped) {
	ctx := context.Background()
	c := newCustomer(t, s, "Ada")
	got, err := s.Customers().Get(ctx, c.ID)
	must(t, err)
	if got.Name != "Ada" || got.Plan != db.PlanFree || got.CreatedAt.IsZero() || got.DeletedAt.Valid || got.ID == uuid.Nil {
		t.Errorf("read %+v", got)
	}
	if _, err := s.Customers().Get(ctx, uuid.New()); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a key that is not there: %v", err)
	}
	i := newInvoice(t, s, c, 1, "100.10")
	if i.State != db.InvoiceStateOpen || !i.Gross.Valid || i.Gross.V.String() != "119.119" || i.Rev != 0 {
		t.Errorf("created %+v", i)
	}
	if _, err := s.Invoices().Create(ctx, db.NewInvoice{Number: 1, Customer: c.ID, Due: time.Now()}); state(err) != "23505" {
		t.Errorf("a key twice: %v", err)
	}
	if _, err := s.Invoices().Create(ctx, db.NewInvoice{Number: 2, Customer: uuid.New(), Due: time.Now()}); state(err) != "23503" {
		t.Errorf("a customer that is not there: %v", err)
	}
}

func state(err error) string {
	var e interface{ SQLState() string }
	if errors.As(err, &e) {
		return e.SQLState()
	}
	return ""
}

func updates(t *testing.T, _ *db.Store, s *db.Scoped) {
	ctx := context.Background()
	c := newCustomer(t, s, "Bob")
	i := newInvoice(t, s, c, 7, "5")
	j, err := s.Invoices().Update(ctx, 7, i.Rev, db.InvoicePatch{
		State: db.Set(db.InvoiceStatePaid), PaidAt: db.Set(db.Some(time.Unix(1_700_000_000, 0))), Order: db.Set(db.Some(int64(0))),
	})
	must(t, err)
	if j.State != db.InvoiceStatePaid || j.Rev != i.Rev+1 || !j.PaidAt.Valid || j.PaidAt.V.Unix() != 1_700_000_000 || !j.Total.Equal(i.Total) || !j.Order.Valid {
		t.Errorf("updated %+v", j)
	}
	if _, err := s.Invoices().Update(ctx, 7, i.Rev, db.InvoicePatch{Total: db.Set(decimal.Zero)}); !errors.Is(err, db.ErrStale) {
		t.Errorf("an old revision: %v", err)
	}
	if _, err := s.Invoices().Update(ctx, 8, 0, db.InvoicePatch{Total: db.Set(decimal.Zero)}); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("an invoice that is not there: %v", err)
	}
	if _, err := s.Invoices().Update(ctx, 7, j.Rev, db.InvoicePatch{}); !errors.Is(err, db.ErrNothing) {
		t.Errorf("an empty patch: %v", err)
	}
	j, err = s.Invoices().Update(ctx, 7, j.Rev, db.InvoicePatch{PaidAt: db.Set(sql.Null[time.Time]{}), Total: db.Set(decimal.Zero)})
	must(t, err)
	if j.PaidAt.Valid || !j.Total.IsZero() || !j.Order.Valid {
		t.Errorf("unset, zero and NULL: %+v", j)
	}
	before := c.UpdatedAt
	c, err = s.Customers().Update(ctx, c.ID, db.CustomerPatch{Email: db.Set(db.Some("b@example.org"))})
	must(t, err)
	if c.UpdatedAt.Before(before) || c.Email.V != "b@example.org" {
		t.Errorf("updated %+v", c)
	}
	up := db.NewInvoice{Number: 7, Customer: c.ID, Total: decimal.NewFromInt(9), Due: time.Now()}
	j, err = s.Invoices().Upsert(ctx, up)
	must(t, err)
	if !j.Total.Equal(decimal.NewFromInt(9)) || j.Rev != 3 {
		t.Errorf("upserted %+v", j)
	}
	up.Number = 70
	j, err = s.Invoices().Upsert(ctx, up)
	must(t, err)
	if j.Rev != 0 {
		t.Errorf("upserted %+v", j)
	}
}

func deletion(t *testing.T, _ *db.Store, s *db.Scoped) {
	ctx := context.Background()
	c := newCustomer(t, s, "Cyd")
	must(t, s.Customers().Delete(ctx, c.ID))
	if _, err := s.Customers().Get(ctx, c.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a deleted customer: %v", err)
	}
	if err := s.Customers().Delete(ctx, c.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	must(t, s.Customers().Restore(ctx, c.ID))
	if _, err := s.Customers().Get(ctx, c.ID); err != nil {
		t.Errorf("a restored customer: %v", err)
	}
	must(t, s.Customers().Purge(ctx, c.ID))
	if err := s.Customers().Restore(ctx, c.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a purged customer: %v", err)
	}
	d := newCustomer(t, s, "Dan")
	for n := range int64(5) {
		newInvoice(t, s, d, n, "1")
	}
	n, err := s.Invoices().DeleteWhere(ctx, invoice.Number.GE(2), invoice.Number.LT(4))
	must(t, err)
	left, err := s.Invoices().Count(ctx)
	must(t, err)
	if n != 2 || left != 3 {
		t.Errorf("deleted %d, left %d", n, left)
	}
	if n, err := s.Invoices().DeleteWhere(ctx, db.Where[db.Invoice]{}); n != 0 || err != nil {
		t.Errorf("the zero condition deleted %d, %v", n, err)
	}
}

func numbers(t testing.TB, s *db.Scoped, where ...db.Where[db.Invoice]) []int64 {
	t.Helper()
	var out []int64
	for i, err := range s.Invoices().All(context.Background(), where...) {
		must(t, err)
		out = append(out, i.Number)
	}
	slices.Sort(out)
	return out
}

func conditions(t *testing.T, _ *db.Store, s *db.Scoped) {
	c := newCustomer(t, s, "Eve")
	for n := range int64(6) {
		newInvoice(t, s, c, n, fmt.Sprint(n*10))
	}
	for _, x := range []struct {
		name  string
		where []db.Where[db.Invoice]
		want  string
	}{
		{"none", nil, "[0 1 2 3 4 5]"},
		{"gt", []db.Where[db.Invoice]{invoice.Total.GT(decimal.NewFromInt(30))}, "[4 5]"},
		{"in", []db.Where[db.Invoice]{invoice.Number.In(1, 3, 99)}, "[1 3]"},
		{"in nothing", []db.Where[db.Invoice]{invoice.Number.In()}, "[]"},
		{"or, not", []db.Where[db.Invoice]{db.Or(invoice.Number.EQ(0), db.Not(invoice.Number.LT(5))), invoice.PaidAt.IsNull()}, "[0 5]"},
		{"between", []db.Where[db.Invoice]{invoice.Number.Between(2, 3)}, "[2 3]"},
		{"state", []db.Where[db.Invoice]{invoice.State.EQ(db.InvoiceStateOpen), invoice.Number.NE(0), invoice.Number.LE(1)}, "[1]"},
		{"empty or", []db.Where[db.Invoice]{db.Or[db.Invoice]()}, "[]"},
		{"a word of SQL", []db.Where[db.Invoice]{invoice.Order.IsNull(), invoice.Number.EQ(4)}, "[4]"},
	} {
		if got := fmt.Sprint(numbers(t, s, x.where...)); got != x.want {
			t.Errorf("%s: got %s, want %s", x.name, got, x.want)
		}
	}
	n, err := s.Customers().Count(context.Background(), customer.Name.Like("E%"), customer.Name.ILike("%VE"), customer.Email.IsNull())
	must(t, err)
	if n != 1 {
		t.Errorf("%d customers like that", n)
	}
	for range s.Invoices().All(context.Background()) {
		break // the rows are let go
	}
}

func pages(t *testing.T, store *db.Store, s *db.Scoped) {
	ctx := context.Background()
	c := newCustomer(t, s, "Fay")
	for n := range int64(23) {
		newInvoice(t, s, c, n, fmt.Sprint(n%4))
	}
	for k, order := range [][]db.Order[db.Invoice]{nil, {invoice.Total.Desc()}, {invoice.Total.Asc(), invoice.Due.Desc()}, {invoice.Number.Desc()}} {
		seen := map[int64]bool{}
		req := db.PageReq[db.Invoice]{Limit: 5, Order: order}
		var last *db.Invoice
		for turns := 0; ; turns++ {
			p, err := s.Invoices().Page(ctx, req, invoice.Number.LT(20))
			must(t, err)
			for _, i := range p.Rows {
				if seen[i.Number] {
					t.Fatalf("%d comes twice", i.Number)
				}
				if last != nil && k == 1 && i.Total.GreaterThan(last.Total) {
					t.Errorf("%v comes after %v", i.Total, last.Total)
				}
				seen[i.Number] = true
				last = &i
			}
			if p.Next == "" {
				break
			}
			req.After = p.Next
		}
		if len(seen) != 20 {
			t.Errorf("%d invoices on the pages", len(seen))
		}
	}
	p, err := s.Invoices().Page(ctx, db.PageReq[db.Invoice]{Limit: 2})
	must(t, err)
	forged := p.Next[:len(p.Next)-4] + "AAAA"
	for _, cursor := range []string{forged, "x", "!!!!"} {
		if _, err := s.Invoices().Page(ctx, db.PageReq[db.Invoice]{After: cursor}); !errors.Is(err, db.ErrCursor) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
	if _, err := s.Invoices().Page(ctx, db.PageReq[db.Invoice]{After: p.Next, Order: []db.Order[db.Invoice]{invoice.Due.Asc()}}); !errors.Is(err, db.ErrCursor) {
		t.Errorf("a cursor of another order: %v", err)
	}
	_ = store
}

func bulk(t *testing.T, _ *db.Store, s *db.Scoped) {
	ctx := context.Background()
	n, err := s.Events().CreateMany(ctx, func(yield func(db.NewEvent) bool) {
		for i := range 1234 {
			e := db.NewEvent{Kind: fmt.Sprint("k", i%3), Body: db.Set([]byte{byte(i)})}
			if i%2 == 0 {
				e.At = db.Set(time.Unix(int64(i), 0))
			}
			if !yield(e) {
				return
			}
		}
	})
	must(t, err)
	have, err := s.Events().Count(ctx, event.Kind.EQ("k0"))
	must(t, err)
	if n != 1234 || have != 412 {
		t.Errorf("made %d, of one kind %d", n, have)
	}
	c := newCustomer(t, s, "Gus")
	_, err = s.Invoices().CreateMany(ctx, slices.Values([]db.NewInvoice{{Number: 1, Customer: c.ID, Due: time.Now()}, {Number: 1, Customer: c.ID, Due: time.Now()}}))
	if state(err) != "23505" {
		t.Errorf("a key twice in a batch: %v", err)
	}
	if left := numbers(t, s); len(left) != 0 {
		t.Errorf("%v are left of a batch that failed", left)
	}
}

func transactions(t *testing.T, _ *db.Store, s *db.Scoped) {
	ctx := context.Background()
	c := newCustomer(t, s, "Hal")
	no := errors.New("no")
	err := s.InTx(ctx, nil, func(tx *db.Scoped) error {
		newInvoice(t, tx, c, 1, "1")
		inner := tx.InTx(ctx, nil, func(tx *db.Scoped) error {
			newInvoice(t, tx, c, 2, "1")
			return no
		})
		if !errors.Is(inner, no) {
			t.Errorf("inner: %v", inner)
		}
		return tx.InTx(ctx, nil, func(tx *db.Scoped) error {
			newInvoice(t, tx, c, 3, "1")
			return nil
		})
	})
	must(t, err)
	if got := fmt.Sprint(numbers(t, s)); got != "[1 3]" {
		t.Errorf("committed %s", got)
	}
	if err := s.InTx(ctx, nil, func(tx *db.Scoped) error { newInvoice(t, tx, c, 4, "1"); return no }); !errors.Is(err, no) {
		t.Errorf("outer: %v", err)
	}
	if got := fmt.Sprint(numbers(t, s)); got != "[1 3]" {
		t.Errorf("after a rollback %s", got)
	}
	// Many add to one total; conflicts are tried again and nothing is lost.
	const writers, each = 4, 5
	errs := make(chan error, writers)
	for range writers {
		go func() {
			for range each {
				if err := s.InTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, func(tx *db.Scoped) error {
					i, err := tx.Invoices().Get(ctx, 1)
					if err != nil {
						return err
					}
					_, err = tx.Invoices().Update(ctx, 1, i.Rev, db.InvoicePatch{Total: db.Set(i.Total.Add(decimal.NewFromInt(1)))})
					return err
				}); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range writers {
		must(t, <-errs)
	}
	i, err := s.Invoices().Get(ctx, 1)
	must(t, err)
	if !i.Total.Equal(decimal.NewFromInt(1 + writers*each)) {
		t.Errorf("the total is %s", i.Total)
	}
}

func tenants(t *testing.T, store *db.Store, s *db.Scoped) {
	ctx := context.Background()
	other := store.Tenant(uuid.New())
	c := newCustomer(t, s, "Ida")
	newInvoice(t, s, c, 1, "1")
	if _, err := other.Customers().Get(ctx, c.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("another tenant's customer: %v", err)
	}
	if _, err := other.Customers().Update(ctx, c.ID, db.CustomerPatch{Name: db.Set("x")}); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("another tenant's customer: %v", err)
	}
	for _, err := range []error{other.Customers().Delete(ctx, c.ID), other.Customers().Purge(ctx, c.ID), other.Invoices().Delete(ctx, 1)} {
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("another tenant's row: %v", err)
		}
	}
	if n, err := other.Invoices().DeleteWhere(ctx, db.Or(invoice.Number.GE(0), invoice.Number.LT(0))); n != 0 || err != nil {
		t.Errorf("deleted %d rows of another tenant, %v", n, err)
	}
	if _, err := other.Invoices().Create(ctx, db.NewInvoice{Number: 1, Customer: c.ID, Due: time.Now()}); state(err) != "23503" {
		t.Errorf("an invoice for another tenant's customer: %v", err)
	}
	if left := numbers(t, other, db.Not(db.And[db.Invoice]())); len(left) != 0 || len(numbers(t, other)) != 0 {
		t.Errorf("another tenant sees %v", left)
	}
	var zero db.Scoped
	if _, err := zero.Customers().Get(ctx, c.ID); !errors.Is(err, db.ErrTenant) {
		t.Errorf("the zero session: %v", err)
	}
	if _, err := store.Tenant(uuid.Nil).Customers().Count(ctx); !errors.Is(err, db.ErrTenant) {
		t.Errorf("no tenant: %v", err)
	}
	if _, err := (db.Customers{}).Count(ctx); !errors.Is(err, db.ErrTenant) {
		t.Errorf("the zero repository: %v", err)
	}
	if _, err := store.CrossTenant(ctx, "a look"); !errors.Is(err, db.ErrCrossTenant) {
		t.Errorf("across tenants: %v", err)
	}
}

func values(t *testing.T, _ *db.Store, s *db.Scoped) {
	ctx := context.Background()
	tags := []string{"plain", `with "quotes"`, "and, comma", `back\slash`, "", "NULL", "{}"}
	c, err := s.Customers().Create(ctx, db.NewCustomer{
		Name: "it's", Tags: db.Set(tags), Extra: db.Set(json.RawMessage(`{"a": [1, 2.50]}`)), Plan: db.Set(db.PlanBigCorp), Country: db.Set(db.Some("de")),
	})
	must(t, err)
	if !slices.Equal(c.Tags, tags) || c.Plan != db.PlanBigCorp || !c.Plan.Valid() || strings.TrimSpace(c.Country.V) != "de" {
		t.Errorf("read %+v", c)
	}
	var extra struct{ A []float64 }
	must(t, json.Unmarshal(c.Extra, &extra))
	if len(extra.A) != 2 || extra.A[1] != 2.5 {
		t.Errorf("extra %s", c.Extra)
	}
	if db.Plan("none").Valid() {
		t.Error("a plan that is not there is valid")
	}
	country, err := s.Countries().Get(ctx, "de")
	must(t, err)
	if country.Name != "Germany" {
		t.Errorf("country %+v", country)
	}
}

func queries(t *testing.T, store *db.Store, s *db.Scoped) {
	ctx := context.Background()
	other := store.Tenant(uuid.New())
	newInvoice(t, other, newCustomer(t, other, "Zoe"), 99, "1000")
	c, err := s.Customers().Create(ctx, db.NewCustomer{Name: "Jo", Country: db.Set(db.Some("de")), Tags: db.Set([]string{"x", "y"})})
	must(t, err)
	d := newCustomer(t, s, "Kai")
	newInvoice(t, s, c, 1, "10")
	newInvoice(t, s, d, 2, "20.50")
	newInvoice(t, s, c, 3, "1")
	var got []string
	for r, err := range s.OpenInvoices(ctx, "Kai", "open", decimal.NewFromInt(5)) {
		must(t, err)
		got = append(got, fmt.Sprint(r.Number, r.State, r.Total, r.Twice, r.Customer, r.CountryName.V, r.Tags))
		var _ db.InvoiceState = r.State
	}
	if want := "[1open10 20{Jo true}Germany[x y] 2open20.541{ false}[]]"; strings.ReplaceAll(fmt.Sprint(got), " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("open invoices:\n got %v\nwant %s", got, want)
	}
	for range s.OpenInvoices(ctx, "", "open", decimal.Zero) {
		break // the rows are let go
	}
	err = s.InTx(ctx, nil, func(tx *db.Scoped) error {
		sum, err := tx.Owed(ctx, "open")
		if err == nil && (sum.Invoices != 3 || sum.Total.String() != "31.5" || !sum.Latest.Valid) {
			t.Errorf("owed %+v", sum)
		}
		return err
	})
	must(t, err)
	if n, err := s.LargestNumber(ctx); err != nil || n.V != 3 {
		t.Error(n, err)
	}
	if n, err := store.Tenant(uuid.New()).LargestNumber(ctx); err != nil || n.Valid {
		t.Error(n, err)
	}
	if n, err := s.VoidBefore(ctx, time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)); err != nil || n != 3 {
		t.Error(n, err)
	}
	if sum, err := other.Owed(ctx, "open"); err != nil || sum.Invoices != 1 {
		t.Errorf("another tenant's %+v %v", sum, err)
	}
	id, err := s.AddEvent(ctx, "query", []byte{1, 2})
	must(t, err)
	e, err := s.Events().Get(ctx, id)
	must(t, err)
	if e.Kind != "query" || len(e.Body) != 2 {
		t.Errorf("event %+v", e)
	}
	n := 0
	for name, err := range store.Global().CountryNames(ctx) {
		must(t, err)
		if n++; name != "Germany" {
			t.Errorf("country %s", name)
		}
	}
	var zero db.Scoped
	if _, err := zero.LargestNumber(ctx); n != 1 || !errors.Is(err, db.ErrTenant) {
		t.Errorf("%d countries, the zero session: %v", n, err)
	}
}
