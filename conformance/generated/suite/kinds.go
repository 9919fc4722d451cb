package suite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/zqlite/zqlite/conformance/generated/db"
)

// newKind is a row with a value in each column, or with as few as may be.
func newKind(full bool) db.NewKind {
	n := db.NewKind{
		Flag: true, Small: -7, Medium: 1 << 30, Single: 1.5, Twice: 0.1, Fixed: "ab", Moment: time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC),
		Clock: "12:30:00", Span: "1 day 02:00:00", Document: json.RawMessage(`{"a":1}`), Plan: db.PlanTeam,
		Numbers: []int64{1, -2}, Plans: []db.Plan{db.PlanFree, db.PlanBigCorp}, Body: []byte{0, 255},
	}
	if full {
		n.Share = db.Set(decimal.RequireFromString("12.5"))
		n.Keys = db.Set([]uuid.UUID{uuid.Max})
		n.Days, n.Documents = db.Set([]time.Time{time.Unix(86400, 0).UTC()}), db.Set([]json.RawMessage{json.RawMessage(`{"a": 1}`)})
		n.MaybeFlag, n.MaybeSmall, n.MaybeReal = db.Set(db.Some(true)), db.Set(db.Some(int16(3))), db.Set(db.Some(0.25))
		n.MaybeShare = db.Set(db.Some(decimal.NewFromInt(99)))
		n.MaybeDay, n.MaybeClock = db.Set(db.Some(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC))), db.Set(db.Some("23:59:59.5"))
		n.MaybeSpan, n.MaybeDoc = db.Set(db.Some("2 mons")), db.Set(json.RawMessage(`[null]`))
		n.MaybePlan, n.MaybeKey = db.Set(db.Some(db.PlanFree)), db.Set(db.Some(uuid.Max))
	}
	return n
}

func checkKind(t testing.TB, what string, k db.Kind, full bool) {
	t.Helper()
	text, err := json.Marshal(k)
	must(t, err)
	plain := k.Flag && k.Small == -7 && k.Medium == 1<<30 && k.Single == 1.5 && k.Twice == 0.1 && strings.TrimSpace(k.Fixed) == "ab" &&
		k.Moment.Equal(time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC)) && strings.HasPrefix(k.Clock, "12:30:00") && k.Span == "1 day 02:00:00" &&
		string(k.Document) == `{"a":1}` && k.Plan == db.PlanTeam && slices.Equal(k.Numbers, []int64{1, -2}) &&
		slices.Equal(k.Plans, []db.Plan{db.PlanFree, db.PlanBigCorp}) && string(k.Body) == "\x00\xff"
	share, rest := "50", k.Keys == nil && k.Days == nil && k.Documents == nil && k.MaybeDoc == nil &&
		!(k.MaybeFlag.Valid || k.MaybeSmall.Valid || k.MaybeReal.Valid || k.MaybeShare.Valid || k.MaybeDay.Valid || k.MaybeClock.Valid ||
			k.MaybeSpan.Valid || k.MaybePlan.Valid || k.MaybeKey.Valid)
	if full {
		share, rest = "12.5", slices.Equal(k.Keys, []uuid.UUID{uuid.Max}) && len(k.Days) == 1 && k.Days[0].Unix() == 86400 && len(k.Documents) == 1 && string(k.Documents[0]) == `{"a": 1}` && string(k.MaybeDoc) == "[null]" && k.MaybeFlag.V && k.MaybeSmall.V == 3 &&
			k.MaybeReal.V == 0.25 && k.MaybeShare.V.String() == "99" && k.MaybeDay.V.Equal(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)) &&
			strings.HasPrefix(k.MaybeClock.V, "23:59:59.5") && k.MaybeSpan.V == "2 mons" && k.MaybePlan.V == db.PlanFree && k.MaybeKey.V == uuid.Max
	}
	if !plain || k.Share.String() != share || !rest {
		t.Errorf("%s, full %v: %s", what, full, text)
	}
}

// kinds writes and reads a value of each type in each way that there is.
func kinds(t *testing.T, _ *db.Store, s *db.Scoped) {
	ctx := context.Background()
	for _, full := range []bool{false, true} {
		k, err := s.Kinds().Create(ctx, newKind(full))
		must(t, err)
		checkKind(t, "created", k, full)
		must(t, s.InTx(ctx, nil, func(tx *db.Scoped) error {
			got, err := tx.Kinds().Get(ctx, k.ID)
			checkKind(t, "read", got, full)
			return err
		}))
		must(t, s.Kinds().Delete(ctx, k.ID))
	}
	// The rows come in their order, whatever they leave to defaults.
	n, err := s.Kinds().CreateMany(ctx, func(yield func(db.NewKind) bool) {
		for i := range 40 {
			if !yield(newKind(i%3 == 1)) {
				return
			}
		}
	})
	must(t, err)
	page, err := s.Kinds().Page(ctx, db.PageReq[db.Kind]{Limit: 100})
	must(t, err)
	if n != 40 || len(page.Rows) != 40 {
		t.Fatalf("made %d, read %d", n, len(page.Rows))
	}
	for i, k := range page.Rows {
		checkKind(t, fmt.Sprint("row ", i), k, i%3 == 1)
	}
}
