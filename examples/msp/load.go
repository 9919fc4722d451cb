package main

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite/examples/msp/db"
)

// The days that work is made for.
var (
	firstDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)
)

// provider is a tenant with what it was given.
type provider struct {
	db      *db.Scoped
	clients []uuid.UUID
	core    uuid.UUID // the asset that most others need
}

// load makes the rows of one provider.
func load(ctx context.Context, s *db.Scoped, seed int, n sizes) (*provider, error) {
	p := &provider{db: s}
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	var contracts, technicians, assets []uuid.UUID
	id := func(list *[]uuid.UUID) db.Opt[uuid.UUID] {
		u := uuid.Must(uuid.NewV7())
		*list = append(*list, u)
		return db.Set(u)
	}
	err := s.InTx(ctx, nil, func(tx *db.Scoped) error {
		p.clients, contracts, technicians, assets = nil, nil, nil, nil
		for i := range n.clients {
			if _, err := tx.Clients().Create(ctx, db.NewClient{ID: id(&p.clients), Name: fmt.Sprint("client ", i)}); err != nil {
				return err
			}
			client := p.clients[i]
			if _, err := tx.Contracts().Create(ctx, db.NewContract{ID: id(&contracts), ClientID: client, Name: "support", IncludedHours: db.Set(decimal.NewFromInt(10))}); err != nil {
				return err
			}
			if _, err := tx.RecurringBillingRows().Create(ctx, db.NewRecurringBilling{ClientID: client, Text: "monthly fee", Amount: decimal.New(int64(10000+i), -2), NextOn: lastDay}); err != nil {
				return err
			}
			for k := range 4 {
				kind := []db.AssetKind{db.AssetKindServer, db.AssetKindNetwork, db.AssetKindService, db.AssetKindWorkstation}[k]
				if _, err := tx.Assets().Create(ctx, db.NewAsset{ID: id(&assets), ClientID: client, Name: fmt.Sprint(kind, " ", i), Kind: kind}); err != nil {
					return err
				}
				if len(assets) > 1 { // a tree: each needs one made before
					if _, err := tx.AssetDependencies().Create(ctx, db.NewAssetDependency{AssetID: assets[len(assets)-1], NeedsID: assets[(len(assets)-2)/3]}); err != nil {
						return err
					}
				}
			}
		}
		for i := range 10 {
			if _, err := tx.Technicians().Create(ctx, db.NewTechnician{ID: id(&technicians), Name: fmt.Sprint("technician ", i), Rate: decimal.NewFromInt(int64(60 + 5*i))}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.core = assets[0]
	var tickets []uuid.UUID
	if _, err := s.Tickets().CreateMany(ctx, newTickets(r, n.tickets, p.clients, contracts, technicians, assets, &tickets)); err != nil {
		return nil, err
	}
	_, err = s.TimeEntries().CreateMany(ctx, newEntries(r, n.entries, tickets, technicians))
	return p, err
}

func newTickets(r *rand.Rand, n int, clients, contracts, technicians, assets []uuid.UUID, ids *[]uuid.UUID) iter.Seq[db.NewTicket] {
	return func(yield func(db.NewTicket) bool) {
		*ids = slices.Grow((*ids)[:0], n)
		for i := range n {
			u := uuid.Must(uuid.NewV7())
			*ids = append(*ids, u)
			c := r.IntN(len(clients))
			t := db.NewTicket{ID: db.Set(u), ClientID: clients[c], Title: fmt.Sprint("ticket ", i), AssigneeID: db.Set(db.Some(technicians[r.IntN(len(technicians))]))}
			if i%3 > 0 {
				t.ContractID, t.State = db.Set(db.Some(contracts[c])), db.Set(db.TicketStateClosed)
			}
			if i%2 > 0 {
				t.AssetID = db.Set(db.Some(assets[4*c+r.IntN(4)]))
			}
			if !yield(t) {
				return
			}
		}
	}
}

func newEntries(r *rand.Rand, n int, tickets, technicians []uuid.UUID) iter.Seq[db.NewTimeEntry] {
	days := int(lastDay.Sub(firstDay).Hours()/24) + 1
	return func(yield func(db.NewTimeEntry) bool) {
		for range n {
			e := db.NewTimeEntry{ID: db.Set(uuid.Must(uuid.NewV7())), TicketID: tickets[r.IntN(len(tickets))], TechnicianID: technicians[r.IntN(len(technicians))],
				WorkedOn: firstDay.AddDate(0, 0, r.IntN(days)), Hours: decimal.New(int64(25*(1+r.IntN(16))), -2), Billable: r.IntN(3) > 0}
			if !yield(e) {
				return
			}
		}
	}
}
