module github.com/zqlite/zqlite/examples/gorm

go 1.25.0

require (
	github.com/google/uuid v1.6.0
	github.com/shopspring/decimal v1.6.0
	github.com/zqlite/zqlite v0.0.0
	github.com/zqlite/zqlite/gormzqlite v0.0.0
	gorm.io/gorm v1.31.2
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/golang-migrate/migrate/v4 v4.19.1 // indirect
	github.com/jinzhu/inflection v1.0.0 // indirect
	github.com/jinzhu/now v1.1.5 // indirect
	github.com/tidwall/btree v1.8.2 // indirect
	golang.org/x/sys v0.45.0 // indirect
	golang.org/x/text v0.33.0 // indirect
)

replace (
	github.com/zqlite/zqlite => ../..
	github.com/zqlite/zqlite/gormzqlite => ../../gormzqlite
)
