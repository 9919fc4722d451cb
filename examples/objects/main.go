// Command objects is the database of an object store in the manner of S3:
// buckets, versions of objects, uploads in parts, keys and grants. It fills a
// bucket and times what such a store asks all day.
//
//	go run ./examples/objects [-objects 1000000] [-db FILE]
package main

import (
	"context"
	"crypto/md5"
	"database/sql"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zqlite/zqlite"
)

const schema = `
CREATE TABLE buckets (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, versioning boolean NOT NULL DEFAULT true);
CREATE TABLE objects (
	bucket   bigint NOT NULL REFERENCES buckets,
	key      text NOT NULL CHECK (length(key) BETWEEN 1 AND 1024),
	version  uuid NOT NULL,
	size     bigint NOT NULL,
	etag     text NOT NULL,
	modified timestamptz NOT NULL,
	PRIMARY KEY (bucket, key)
);
CREATE TABLE object_versions (
	bucket   bigint NOT NULL REFERENCES buckets,
	key      text NOT NULL,
	version  uuid NOT NULL,
	size     bigint NOT NULL,
	etag     text NOT NULL,
	modified timestamptz NOT NULL,
	PRIMARY KEY (bucket, key, version)
);
CREATE TABLE multipart_uploads (id uuid PRIMARY KEY, bucket bigint NOT NULL REFERENCES buckets, key text NOT NULL, started timestamptz NOT NULL DEFAULT now());
CREATE TABLE multipart_parts (
	upload uuid NOT NULL REFERENCES multipart_uploads ON DELETE CASCADE,
	number int NOT NULL CHECK (number BETWEEN 1 AND 10000),
	size   bigint NOT NULL,
	etag   text NOT NULL,
	PRIMARY KEY (upload, number)
);
CREATE TABLE access_keys (id text PRIMARY KEY, secret text NOT NULL, owner text NOT NULL, active boolean NOT NULL DEFAULT true);
CREATE TABLE acls (
	bucket bigint NOT NULL REFERENCES buckets,
	owner  text NOT NULL,
	prefix text NOT NULL,
	grants text[] NOT NULL,
	PRIMARY KEY (bucket, owner, prefix)
);`

func main() {
	n := flag.Int("objects", 1_000_000, "objects to fill in")
	path := flag.String("db", "", "database file to make (default: one in a temporary directory)")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *path, *n); err != nil {
		fmt.Fprintln(os.Stderr, "objects:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, path string, n int) error {
	if path == "" {
		dir, err := os.MkdirTemp("", "zqlite-objects-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "objects.db")
	}
	db, err := zqlite.Open(path + "?sync=normal&cache_size=512MB")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(ctx, schema); err != nil {
		return err
	}
	s := &store{db: db, out: out, random: rand.New(rand.NewPCG(3, 4)), n: n}
	if err := s.fill(ctx); err != nil {
		return err
	}
	if err := s.read(ctx); err != nil {
		return err
	}
	return s.write(ctx)
}

// store is the program's state.
type store struct {
	db     *zqlite.DB
	out    io.Writer
	random *rand.Rand
	n      int
}

const bucket = 1

// object is a row of objects.
type object struct {
	Bucket   int64
	Key      string
	Version  uuid.UUID
	Size     int64
	ETag     string
	Modified time.Time
}

// keyOf names object i, in folders by customer and day.
func keyOf(i int) string {
	return fmt.Sprintf("customer-%04d/2026-%02d-%02d/image-%07d.jpg", i%1000, i/1000%12+1, i/12000%28+1, i)
}

func etag(i int) string {
	sum := md5.Sum(fmt.Append(nil, i))
	return hex.EncodeToString(sum[:])
}

func (s *store) fill(ctx context.Context) error {
	if _, err := s.db.Exec(ctx, `INSERT INTO buckets VALUES (1, 'photos'), (2, 'logs');
		INSERT INTO access_keys VALUES ('AKIA1', 'secret', 'ada'), ('AKIA2', 'secret', 'bob');
		INSERT INTO acls VALUES (1, 'ada', '', '{read,write}'), (1, 'bob', 'customer-0001/', '{read}')`); err != nil {
		return err
	}
	begin := time.Now()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	n, err := zqlite.Append(ctx, s.db, "objects", func(yield func(object) bool) {
		for i := range s.n {
			if !yield(object{bucket, keyOf(i), uuid.Must(uuid.NewV7()), int64(i%5000) * 1000, etag(i), at.Add(time.Duration(i) * time.Second)}) {
				return
			}
		}
	})
	took := time.Since(begin)
	fmt.Fprintf(s.out, "%d objects in %s, %.0f a second\n", n, took.Round(time.Millisecond), float64(n)/took.Seconds())
	return err
}

// timed runs something n times and prints how long it took each.
func (s *store) timed(what string, n int, f func(i int) error) error {
	begin := time.Now()
	for i := range n {
		if err := f(i); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	took := time.Since(begin)
	fmt.Fprintf(s.out, "%-44s %8.1f µs\n", what, float64(took.Nanoseconds())/1000/float64(n))
	return nil
}

func (s *store) read(ctx context.Context) error {
	if err := s.timed("HEAD: object by bucket and key", 50000, func(int) error {
		i := s.random.IntN(s.n)
		o, err := zqlite.One[object](ctx, s.db, `SELECT * FROM objects WHERE bucket = $1 AND key = $2`, bucket, keyOf(i))
		if err == nil && o.ETag != etag(i) {
			err = fmt.Errorf("found %s", o.ETag)
		}
		return err
	}); err != nil {
		return err
	}
	if err := s.timed("LIST: 100 keys below a prefix", 2000, func(int) error {
		prefix := fmt.Sprintf("customer-%04d/", s.random.IntN(min(1000, s.n)))
		keys, err := zqlite.Collect(zqlite.Query[string](ctx, s.db,
			`SELECT key FROM objects WHERE bucket = $1 AND key >= $2 AND key < $3 ORDER BY key LIMIT 100`, bucket, prefix, after(prefix)))
		if err == nil && (len(keys) == 0 || !strings.HasPrefix(keys[len(keys)-1], prefix)) {
			err = fmt.Errorf("%d keys", len(keys))
		}
		return err
	}); err != nil {
		return err
	}
	folders := 0
	if err := s.timed("LIST: folders of a bucket, by delimiter", 1, func(int) error {
		list, err := s.folders(ctx, "", "/")
		folders = len(list)
		return err
	}); err != nil {
		return err
	}
	if want := min(1000, s.n); folders != want {
		return fmt.Errorf("%d folders, not %d", folders, want)
	}
	return s.timed("access key and grant", 20000, func(int) error {
		ok, err := zqlite.One[bool](ctx, s.db, `SELECT EXISTS (SELECT FROM access_keys k JOIN acls a ON a.owner = k.owner
			WHERE k.id = $1 AND k.active AND a.bucket = $2 AND starts_with($3, a.prefix) AND $4 = ANY (a.grants))`,
			"AKIA2", bucket, "customer-0001/x.jpg", "read")
		if err == nil && !ok {
			err = errors.New("refused")
		}
		return err
	})
}

// after is the first key behind all that begin with the prefix.
func after(prefix string) string { return prefix[:len(prefix)-1] + string(prefix[len(prefix)-1]+1) }

// folders lists what stands between a prefix and the next delimiter. Each
// folder costs one step in the index, however many objects are in it: the
// search goes on behind it.
func (s *store) folders(ctx context.Context, prefix, delimiter string) ([]string, error) {
	next, err := s.db.Prepare(ctx, `SELECT key FROM objects WHERE bucket = $1 AND key >= $2 ORDER BY key LIMIT 1`)
	if err != nil {
		return nil, err
	}
	var all []string
	from := prefix
	for {
		key, err := zqlite.QueryRowStmt[string](ctx, next, bucket, from)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !strings.HasPrefix(key, prefix) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		rest := key[len(prefix):]
		if at := strings.Index(rest, delimiter); at >= 0 {
			folder := prefix + rest[:at+len(delimiter)]
			all = append(all, folder)
			from = after(folder)
		} else {
			all = append(all, key)
			from = key + "\u0001" // the least text behind it: none holds a zero byte
		}
	}
}

func (s *store) write(ctx context.Context) error {
	if err := s.timed("PUT: a new version, the old one kept", 5000, func(int) error {
		i := s.random.IntN(s.n)
		return s.put(ctx, object{bucket, keyOf(i), uuid.Must(uuid.NewV7()), 42, etag(i + 1), time.Now()})
	}); err != nil {
		return err
	}
	if err := s.timed("upload of 10 parts, completed", 500, func(i int) error { return s.upload(ctx, fmt.Sprintf("upload/%d", i)) }); err != nil {
		return err
	}
	versions, err := zqlite.One[int](ctx, s.db, `SELECT count(*) FROM object_versions`)
	if err == nil && versions != 5000 {
		err = fmt.Errorf("%d versions", versions)
	}
	return err
}

// put stores an object; what it replaces becomes an old version.
func (s *store) put(ctx context.Context, o object) error {
	return s.db.Update(ctx, func(tx *zqlite.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO object_versions SELECT * FROM objects WHERE bucket = $1 AND key = $2`, o.Bucket, o.Key); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO objects VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (bucket, key) DO UPDATE
			SET version = excluded.version, size = excluded.size, etag = excluded.etag, modified = excluded.modified`,
			o.Bucket, o.Key, o.Version, o.Size, o.ETag, o.Modified)
		return err
	})
}

func (s *store) upload(ctx context.Context, key string) error {
	id := uuid.Must(uuid.NewV7())
	if _, err := s.db.Exec(ctx, `INSERT INTO multipart_uploads (id, bucket, key) VALUES ($1, $2, $3)`, id, bucket, key); err != nil {
		return err
	}
	for part := 1; part <= 10; part++ {
		if _, err := s.db.Exec(ctx, `INSERT INTO multipart_parts VALUES ($1, $2, $3, $4)`, id, part, 5<<20, etag(part)); err != nil {
			return err
		}
	}
	return s.db.Update(ctx, func(tx *zqlite.Tx) error {
		type whole struct{ Parts, Size int64 }
		w, err := zqlite.One[whole](ctx, tx, `SELECT count(*) AS parts, sum(size)::bigint AS size FROM multipart_parts WHERE upload = $1`, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM multipart_uploads WHERE id = $1`, id); err != nil { // its parts go with it
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO objects VALUES ($1, $2, $3, $4, $5, now())`, bucket, key, id, w.Size, fmt.Sprintf("%s-%d", etag(0), w.Parts))
		return err
	})
}
