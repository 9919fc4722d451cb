package ecosystem

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	_ "github.com/zqlite/zqlite"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB) *sql.DB {
	db, err := sql.Open("zqlite", filepath.Join(t.TempDir(), "app.db"))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

type author struct {
	bun.BaseModel `bun:"table:authors,alias:a"`

	ID      int64          `bun:",pk,autoincrement"`
	Name    string         `bun:",notnull,unique"`
	Key     uuid.UUID      `bun:"type:uuid,default:gen_random_uuid()"`
	Tags    []string       `bun:",array"`
	Extra   map[string]any `bun:"type:jsonb"`
	Created time.Time      `bun:",nullzero,notnull,default:current_timestamp"`
	Books   []*book        `bun:"rel:has-many,join:id=author_id"`
}

type book struct {
	ID       int64 `bun:",pk,autoincrement"`
	Title    string
	AuthorID int64
	Author   *author `bun:"rel:belongs-to,join:author_id=id"`
}

func TestBun(t *testing.T) {
	ctx := context.Background()
	db := bun.NewDB(open(t), pgdialect.New())
	for _, model := range []any{(*author)(nil), (*book)(nil)} {
		_, err := db.NewCreateTable().Model(model).IfNotExists().Exec(ctx)
		must(t, err)
	}
	_, err := db.NewCreateIndex().Model((*book)(nil)).Index("book_author").Column("author_id").Exec(ctx)
	must(t, err)
	a := &author{Name: "Lem", Tags: []string{"sf", "it's"}, Extra: map[string]any{"born": 1921}}
	_, err = db.NewInsert().Model(a).Exec(ctx)
	must(t, err)
	if a.ID == 0 || a.Key == uuid.Nil || a.Created.IsZero() {
		t.Errorf("RETURNING left %+v", a)
	}
	_, err = db.NewInsert().Model(&[]book{{Title: "Solaris", AuthorID: a.ID}, {Title: "Fiasco", AuthorID: a.ID}}).Exec(ctx)
	must(t, err)
	_, err = db.NewInsert().Model(&author{Name: "Lem"}).On("CONFLICT (name) DO UPDATE").Set("extra = EXCLUDED.extra").Exec(ctx)
	must(t, err)

	got := new(author)
	must(t, db.NewSelect().Model(got).Relation("Books", func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("title") }).Where("a.name = ?", "Lem").Scan(ctx))
	if len(got.Books) != 2 || got.Books[0].Title != "Fiasco" || len(got.Tags) != 2 || got.Tags[1] != "it's" {
		t.Errorf("read %+v", got)
	}
	var b book
	must(t, db.NewSelect().Model(&b).Relation("Author").Where("title = ?", "Solaris").Scan(ctx))
	if b.Author == nil || b.Author.Name != "Lem" {
		t.Errorf("read %+v", b)
	}
	var n int
	must(t, db.NewSelect().Model((*author)(nil)).ColumnExpr("count(*)").Where("? = ANY (tags)", "sf").Scan(ctx, &n))
	if n != 1 {
		t.Errorf("%d authors with the tag", n)
	}
	must(t, db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model(&b).Set("title = upper(title)").WherePK().Returning("title").Exec(ctx)
		return err
	}))
	if b.Title != "SOLARIS" {
		t.Errorf("title %q", b.Title)
	}
	_, err = db.NewDelete().Model((*book)(nil)).Where("id IN (?)", bun.In([]int64{1, 2})).Exec(ctx)
	must(t, err)
	total, err := db.NewSelect().Model((*book)(nil)).Count(ctx)
	must(t, err)
	if total != 0 {
		t.Errorf("%d books left", total)
	}
}
