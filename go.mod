module github.com/zqlite/zqlite

go 1.25.0

require (
	github.com/tidwall/btree v1.8.2
	golang.org/x/sys v0.40.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/shopspring/decimal v1.6.0 // indirect
)
