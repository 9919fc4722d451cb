package engine

import (
	"sort"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/syscat"
	"github.com/zqlite/zqlite/internal/types"
)

// treeBytes is what pg_relation_size and its kin tell of a tree; -1 of one that
// tenants share, unless the session works with all of them.
func (s *Session) treeBytes(id catalog.ID) int64 {
	rel := s.currentCatalog().RelationByID(id)
	if rel == nil {
		s.currentCatalog().Relations(func(r *catalog.Relation) bool {
			if r.IndexByID(id) != nil {
				rel = r
			}
			return rel == nil
		})
	}
	if rel != nil && rel.Tenant != 0 && s.reason == "" {
		return -1
	}
	return s.db.store.TreeBytes(storage.TreeID(id))
}

// fileBytes is the size of the database: its file, and what is not in it yet.
func (s *Session) fileBytes() int64 {
	st := s.db.store.Stats()
	return st.FileBytes + st.DeltaBytes
}

// activity lists the open sessions, this one first.
func (s *Session) activity() []syscat.Activity {
	var list []syscat.Activity
	s.db.open.Range(func(key, _ any) bool {
		other := key.(*Session)
		if other.internal && other != s {
			return true
		}
		a := syscat.Activity{PID: other.number, Application: other.config.ApplicationName, Started: types.TimestampTZFromTime(other.began)}
		if other == s {
			a.Own, a.Transaction = true, types.Null
			if s.tx != nil {
				a.Transaction = types.TimestampTZFromTime(s.txStart)
			}
			if s.task.st != nil {
				a.Statement = s.task.st.text
			}
		}
		list = append(list, a)
		return true
	})
	sort.Slice(list, func(i, j int) bool {
		if list[i].Own != list[j].Own {
			return list[i].Own
		}
		return list[i].PID < list[j].PID
	})
	return list
}

// transactionNumber is the number of the transaction that runs: given at the
// first question, one after the other, larger than in any earlier opening of
// the database. A statement outside of BEGIN gets one of its own.
func (s *Session) transactionNumber(assign bool) types.Value {
	if s.tx == nil && !assign || s.tx != nil && !s.xidFor.Equal(s.txStart) && !assign {
		return types.Null
	}
	if s.tx == nil || !s.xidFor.Equal(s.txStart) {
		s.xid, s.xidFor = s.db.xids.Add(1), s.txStart
	}
	return types.NewInt(s.xid)
}

// sessionFunction answers functions about sessions and transactions.
func (s *Session) sessionFunction(name string, args []types.Value) (answer types.Value, ok bool, err error) {
	switch name {
	case "pg_backend_pid":
		return types.NewInt(s.number), true, nil
	case "pg_postmaster_start_time", "pg_conf_load_time":
		return types.TimestampTZFromTime(s.db.opened), true, nil
	case "txid_current", "pg_current_xact_id":
		return s.transactionNumber(true), true, nil
	case "txid_current_if_assigned", "pg_current_xact_id_if_assigned":
		return s.transactionNumber(false), true, nil
	case "pg_cancel_backend", "pg_terminate_backend":
		answer, err = s.signal(name, args[0].I)
		return answer, true, err
	}
	return types.Null, false, nil
}

// signal is pg_cancel_backend and pg_terminate_backend. A session can end its
// own statement; what others run ends with their contexts.
func (s *Session) signal(name string, pid int64) (types.Value, error) {
	if pid == s.number {
		if name == "pg_cancel_backend" {
			return types.Null, sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
		}
		return types.Null, sqlerr.New(sqlerr.FeatureNotSupported, "a session cannot end itself")
	}
	there := false
	s.db.open.Range(func(key, _ any) bool {
		there = key.(*Session).number == pid
		return !there
	})
	if there {
		verb := strings.TrimSuffix(strings.TrimPrefix(name, "pg_"), "_backend")
		return types.Null, sqlerr.New(sqlerr.FeatureNotSupported, "cannot %s another session", verb).
			WithHint("Cancel the context that its statement runs with.")
	}
	return types.NewBool(false), nil
}
