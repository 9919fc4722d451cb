package ddl

import (
	"slices"
	"strings"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sql/ast"
	"github.com/zqlite/zqlite/internal/sqlerr"
)

// like copies the columns of another relation, and what INCLUDING names.
func (b *builder) like(l *ast.LikeClause) {
	src := b.relation(l.Table, false)
	with := map[string]bool{}
	for _, o := range l.Options {
		if o.What == "all" {
			for _, w := range []string{"comments", "constraints", "defaults", "generated", "identity", "indexes"} {
				with[w] = o.Including
			}
			continue
		}
		with[o.What] = o.Including
	}
	ids := map[uint16]uint16{}
	for _, c := range src.Columns {
		n := b.newColumn(c.Name, c.Type, l.Pos)
		ids[c.ID] = n.ID
		n.NotNull = c.NotNull
		if with["comments"] {
			n.Comment = c.Comment
		}
		switch {
		case c.Generated != "":
			if with["generated"] {
				n.Generated = c.Generated
			}
		case c.Identity != catalog.NoIdentity:
			if with["identity"] {
				b.copyIdentity(c, n)
			}
		case with["defaults"]:
			n.Default, n.Sequence, n.AutoKey = c.Default, c.Sequence, false
		}
	}
	if with["constraints"] {
		for _, ck := range src.Checks {
			n := *ck
			b.rel.Checks = append(b.rel.Checks, &n)
		}
	}
	if with["indexes"] {
		for _, ix := range src.Indexes {
			b.copyIndex(src, ix, ids)
		}
	}
}

func (b *builder) copyIdentity(from, to *catalog.Column) {
	old := b.Catalog.SequenceByID(from.Sequence)
	to.Identity, to.NotNull = from.Identity, true
	q := b.ownedSequence(to, old.Type, nil)
	q.Start, q.Increment, q.Min, q.Max, q.Cache, q.Cycle = old.Start, old.Increment, old.Min, old.Max, old.Cache, old.Cycle
	to.Sequence = q.ID
}

// copyIndex makes an index like another one under a name of its own.
func (b *builder) copyIndex(src *catalog.Relation, from *catalog.Index, ids map[uint16]uint16) {
	ix := *from
	ix.ID = b.newID()
	ix.Parts, ix.Include = slices.Clone(from.Parts), nil
	var names []string
	for i := range ix.Parts {
		if ix.Parts[i].Column == 0 {
			names = append(names, "expr")
			continue
		}
		names = append(names, src.ColumnByID(ix.Parts[i].Column).Name)
		ix.Parts[i].Column = ids[ix.Parts[i].Column]
	}
	for _, id := range from.Include {
		names = append(names, src.ColumnByID(id).Name)
		ix.Include = append(ix.Include, ids[id])
	}
	label := "idx"
	if ix.Constraint {
		label = "key"
	}
	if ix.Primary {
		label, names = "pkey", nil
	}
	ix.Name = chooseName(b.taken, b.rel.Name, strings.Join(names, "_"), label)
	b.names[ix.Name] = true
	if !ix.Primary {
		b.rel.Indexes = append(b.rel.Indexes, &ix)
		return
	}
	if primaryOf(b.rel) != nil {
		fail(-1, sqlerr.InvalidTableDefinition, "multiple primary keys for table \"%s\" are not allowed", b.rel.Name)
	}
	b.rel.Indexes = append([]*catalog.Index{&ix}, b.rel.Indexes...)
	key := integerKeyOf(b.rel, &ix)
	cluster(b.rel, &ix, key != nil && src.ColumnByID(src.KeyColumn) != nil && src.ColumnByID(src.KeyColumn).AutoKey)
}
