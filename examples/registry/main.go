// Command registry is the database of a container registry: repositories,
// manifests with their layers, tags, blobs. It fills itself with images that
// share layers as real ones do, and times what a registry asks all day.
//
//	go run ./examples/registry [-repositories 2000] [-db FILE]
package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/zqlite/zqlite"
)

const schema = `
CREATE TABLE repositories (
	id   bigint PRIMARY KEY,
	name text NOT NULL UNIQUE
);
CREATE TABLE blobs (
	repository bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
	digest     text NOT NULL,
	size       bigint NOT NULL CHECK (size >= 0),
	PRIMARY KEY (repository, digest)
);
CREATE INDEX blobs_digest ON blobs (digest);
CREATE TABLE manifests (
	repository bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
	digest     text NOT NULL,
	media_type text NOT NULL,
	body       jsonb NOT NULL,
	pushed     timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (repository, digest)
);
CREATE TABLE manifest_layers (
	repository bigint NOT NULL,
	manifest   text NOT NULL,
	position   int NOT NULL,
	digest     text NOT NULL,
	PRIMARY KEY (repository, manifest, position),
	FOREIGN KEY (repository, manifest) REFERENCES manifests ON DELETE CASCADE,
	FOREIGN KEY (repository, digest) REFERENCES blobs
);
CREATE INDEX manifest_layers_digest ON manifest_layers (repository, digest);
CREATE TABLE tags (
	repository bigint NOT NULL,
	name       text NOT NULL,
	manifest   text NOT NULL,
	updated    timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (repository, name),
	FOREIGN KEY (repository, manifest) REFERENCES manifests ON DELETE CASCADE
);
CREATE TABLE upload_sessions (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	repository bigint NOT NULL REFERENCES repositories ON DELETE CASCADE,
	received   bigint NOT NULL DEFAULT 0,
	started    timestamptz NOT NULL DEFAULT now()
);`

func main() {
	n := flag.Int("repositories", 2000, "repositories to fill in")
	path := flag.String("db", "", "database file to make (default: one in a temporary directory)")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *path, *n); err != nil {
		fmt.Fprintln(os.Stderr, "registry:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, path string, repositories int) error {
	if path == "" {
		dir, err := os.MkdirTemp("", "zqlite-registry-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "registry.db")
	}
	db, err := zqlite.Open(path + "?sync=normal")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(ctx, schema); err != nil {
		return err
	}
	r := &registry{db: db, out: out, random: rand.New(rand.NewPCG(1, 2)), repositories: repositories}
	if err := r.fill(ctx); err != nil {
		return err
	}
	if err := r.serve(ctx); err != nil {
		return err
	}
	return r.collect(ctx)
}

// registry is the program's state.
type registry struct {
	db           *zqlite.DB
	out          io.Writer
	random       *rand.Rand
	repositories int
}

type repository struct {
	ID   int64
	Name string
}

type blob struct {
	Repository int64
	Digest     string
	Size       int64
}

type manifest struct {
	Repository int64
	Digest     string
	MediaType  string
	Body       string
}

type layer struct {
	Repository int64
	Manifest   string
	Position   int32
	Digest     string
}

type tag struct {
	Repository int64
	Name       string
	Manifest   string
}

func digest(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return "sha256:" + hex.EncodeToString(sum[:])
}

const (
	bases       = 30 // images that others build on
	baseLayers  = 4
	ownLayers   = 3
	tagsPerRepo = 20
)

// fill makes the repositories, all in one transaction.
func (r *registry) fill(ctx context.Context) error {
	begin := time.Now()
	rows := int64(0)
	err := r.db.InTx(ctx, zqlite.TxOptions{Attempts: 1}, func(tx *zqlite.Tx) error {
		add := func(n int64, err error) error { rows += n; return err }
		if err := add(zqlite.Append(ctx, tx, "repositories", func(yield func(repository) bool) {
			for i := range r.repositories {
				if !yield(repository{int64(i), repositoryName(i)}) {
					return
				}
			}
		})); err != nil {
			return err
		}
		if err := add(zqlite.Append(ctx, tx, "blobs", r.blobs)); err != nil {
			return err
		}
		if err := add(zqlite.Append(ctx, tx, "manifests (repository, digest, media_type, body)", r.manifests)); err != nil {
			return err
		}
		if err := add(zqlite.Append(ctx, tx, "manifest_layers", r.layers)); err != nil {
			return err
		}
		return add(zqlite.Append(ctx, tx, "tags (repository, name, manifest)", r.tags))
	})
	took := time.Since(begin)
	fmt.Fprintf(r.out, "%d rows in %s, %.0f a second, with foreign keys and %s\n", rows, took.Round(time.Millisecond),
		float64(rows)/took.Seconds(), "three secondary indexes")
	return err
}

func repositoryName(i int) string { return fmt.Sprintf("team%d/service%d", i%97, i) }

// layersOf lists the layers of one image: those of its base, then its own, of
// which each version changes the last.
func layersOf(repo, version int) []string {
	var all []string
	for i := range baseLayers {
		all = append(all, digest("base", repo%bases, i))
	}
	for i := range ownLayers - 1 {
		all = append(all, digest("own", repo, version/5, i))
	}
	return append(all, digest("app", repo, version))
}

// blobs gives the layers of each repository once, and one that an upload left
// behind.
func (r *registry) blobs(yield func(blob) bool) {
	for repo := range r.repositories {
		seen := map[string]bool{digest("left", repo): true}
		for v := range tagsPerRepo {
			for _, d := range layersOf(repo, v) {
				seen[d] = true
			}
		}
		for d := range seen {
			size := int64(d[10])*int64(d[11])*1000 + 100 // from the digest: a layer has one size everywhere
			if !yield(blob{int64(repo), d, size}) {
				return
			}
		}
	}
}

func (r *registry) manifests(yield func(manifest) bool) {
	for repo := range r.repositories {
		for v := range tagsPerRepo {
			m := manifest{int64(repo), digest("manifest", repo, v), "application/vnd.oci.image.manifest.v1+json",
				fmt.Sprintf(`{"schemaVersion": 2, "config": {"digest": %q, "size": 7023}, "annotations": {"version": "1.%d"}}`, digest("config", repo, v), v)}
			if !yield(m) {
				return
			}
		}
	}
}

func (r *registry) layers(yield func(layer) bool) {
	for repo := range r.repositories {
		for v := range tagsPerRepo {
			for i, d := range layersOf(repo, v) {
				if !yield(layer{int64(repo), digest("manifest", repo, v), int32(i), d}) {
					return
				}
			}
		}
	}
}

func (r *registry) tags(yield func(tag) bool) {
	for repo := range r.repositories {
		for v := range tagsPerRepo {
			if !yield(tag{int64(repo), fmt.Sprintf("1.%d", v), digest("manifest", repo, v)}) {
				return
			}
		}
	}
}

// timed runs something n times and prints how long it took each.
func (r *registry) timed(what string, n int, f func(i int) error) error {
	begin := time.Now()
	for i := range n {
		if err := f(i); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	took := time.Since(begin)
	fmt.Fprintf(r.out, "%-44s %8.1f µs\n", what, float64(took.Microseconds())/float64(n))
	return nil
}

// serve asks what pulls and pushes ask.
func (r *registry) serve(ctx context.Context) error {
	const byTag = `SELECT m.digest, m.media_type, m.body FROM repositories r
		JOIN tags t ON t.repository = r.id JOIN manifests m ON m.repository = r.id AND m.digest = t.manifest
		WHERE r.name = $1 AND t.name = $2`
	type found struct {
		Digest, MediaType string
		Body              []byte
	}
	if err := r.timed("manifest by repository and tag", 20000, func(i int) error {
		repo, v := r.random.IntN(r.repositories), r.random.IntN(tagsPerRepo)
		m, err := zqlite.One[found](ctx, r.db, byTag, repositoryName(repo), fmt.Sprintf("1.%d", v))
		if err == nil && m.Digest != digest("manifest", repo, v) {
			err = fmt.Errorf("found %s", m.Digest)
		}
		return err
	}); err != nil {
		return err
	}
	if err := r.timed("blob by digest", 20000, func(i int) error {
		repo := r.random.IntN(r.repositories)
		_, err := zqlite.One[int64](ctx, r.db, `SELECT size FROM blobs WHERE repository = $1 AND digest = $2`,
			repo, layersOf(repo, r.random.IntN(tagsPerRepo))[0])
		return err
	}); err != nil {
		return err
	}
	if err := r.timed("blob that is not there", 20000, func(i int) error {
		_, err := zqlite.One[int64](ctx, r.db, `SELECT size FROM blobs WHERE repository = $1 AND digest = $2`, r.random.IntN(r.repositories), "sha256:none")
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return fmt.Errorf("found: %w", err)
	}); err != nil {
		return err
	}
	if err := r.timed("tag moved to another manifest", 5000, func(i int) error {
		repo := r.random.IntN(r.repositories)
		_, err := r.db.Exec(ctx, `INSERT INTO tags (repository, name, manifest) VALUES ($1, 'latest', $2)
			ON CONFLICT (repository, name) DO UPDATE SET manifest = excluded.manifest, updated = now()`,
			repo, digest("manifest", repo, r.random.IntN(tagsPerRepo)))
		return err
	}); err != nil {
		return err
	}
	return r.timed("tags of a repository, a page of 10", 5000, func(i int) error {
		tags, err := zqlite.Collect(zqlite.Query[string](ctx, r.db,
			`SELECT name FROM tags WHERE repository = $1 AND name > $2 ORDER BY name LIMIT 10`, r.random.IntN(r.repositories), "1.1"))
		if err == nil && len(tags) != 10 {
			err = fmt.Errorf("%d tags", len(tags))
		}
		return err
	})
}

// collect finds what no manifest uses, deletes it, and counts what sharing
// layers saves.
func (r *registry) collect(ctx context.Context) error {
	if err := r.timed("blobs that no manifest uses, deleted", 1, func(int) error {
		res, err := r.db.Exec(ctx, `DELETE FROM blobs b WHERE NOT EXISTS
			(SELECT FROM manifest_layers l WHERE l.repository = b.repository AND l.digest = b.digest)`)
		if err == nil && res.RowsAffected != int64(r.repositories) {
			err = fmt.Errorf("%d blobs for %d repositories", res.RowsAffected, r.repositories)
		}
		return err
	}); err != nil {
		return err
	}
	type saving struct{ Referenced, Stored int64 }
	var s saving
	if err := r.timed("bytes saved by deduplication", 1, func(int) (err error) {
		s, err = zqlite.One[saving](ctx, r.db, `SELECT
			(SELECT sum(b.size) FROM manifest_layers l JOIN blobs b ON b.repository = l.repository AND b.digest = l.digest)::bigint AS referenced,
			(SELECT sum(size) FROM (SELECT DISTINCT digest, size FROM blobs) d)::bigint AS stored`)
		return err
	}); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "images refer to %.1f GB of layers, of which %.1f GB are stored\n", float64(s.Referenced)/1e9, float64(s.Stored)/1e9)
	if s.Stored >= s.Referenced {
		return errors.New("nothing is shared")
	}
	return nil
}
