# The long programme and the chores, by name. `go test ./...` needs none of it.
SLT ?= ../shared/slt

PG ?= postgres://postgres@localhost/slt
PGDIFF ?= postgres://postgres@localhost/postgres

.PHONY: docs pgdiff sqlx test race slt slt-compare slt-postgres crash oracle fuzz bench quickstart soak larger

test:            ## the README's test command
	go test ./...

docs:            ## docs/sql.md, from the parser, the registry and what statements answer
	go test -count=1 -run TestSQLPage . -write-docs

race:            ## packages where goroutines meet, under the race detector
	CGO_ENABLED=1 go test -race -short -timeout 30m ./internal/storage/... ./internal/exec/... ./internal/engine/... .

slt:             ## sqllogictest scripts from $(SLT)
	go run ./conformance/cmd/slt $(SLT)

slt-compare:     ## the same beside modernc.org/sqlite
	go run ./conformance/cmd/slt -compare $(SLT)

slt-postgres:    ## the same on a PostgreSQL server too ($(PG), its schema public is dropped): what it passes and zqlite does not
	cd conformance/postgres && go run ./slt -dsn '$(PG)' $(abspath $(SLT))

pgdiff:          ## our own scripts beside a PostgreSQL 15 server ($(PGDIFF)); -record writes the answers
	cd conformance/postgres && go run ./pgdiff -verify -dsn '$(PGDIFF)' ../sql/*/*.sql

sqlx:            ## sqlx's own tests with zqlite in the place of PostgreSQL
	cd conformance/sqlx && SQLX_POSTGRES_DSN=memory:sqlx SQLX_MYSQL_DSN=skip SQLX_SQLITE_DSN=skip go test -count=1 github.com/jmoiron/sqlx/...

crash:           ## crash enumeration, long form
	ZQLITE_LONG=1 ZQLITE_CRASH_LONG=1 go test -timeout 3h -run 'Crash|Fault|Planted|Kill' ./internal/storage/... ./conformance/crash

larger:          ## 1 GB of data through a 16 MB cache
	ZQLITE_LONG=1 go test -timeout 1h ./conformance/larger

soak:            ## 100 goroutines, 60 seconds, race detector
	CGO_ENABLED=1 ZQLITE_LONG=1 go test -race -timeout 10m ./conformance/soak

oracle:          ## fifty times as many questions beside SQLite
	ZQLITE_LONG=1 go test -timeout 2h ./conformance/oracle

fuzz:            ## each fuzz target for a minute
	./conformance/fuzz.sh 60s

bench:           ## beside SQLite; prints the table of bench/README.md
	cd bench && CGO_ENABLED=1 go run .

quickstart:
	go run ./examples/quickstart
