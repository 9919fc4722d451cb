module github.com/zqlite/zqlite/conformance/sqlx

go 1.25.0

require github.com/jmoiron/sqlx v1.4.0

require github.com/zqlite/zqlite v0.0.0-00010101000000-000000000000 // indirect

replace github.com/zqlite/zqlite => ../..

replace github.com/lib/pq => ./pq
