module github.com/zqlite/zqlite

go 1.25.0

require (
	github.com/tidwall/btree v1.8.2
	golang.org/x/sys v0.40.0
)
