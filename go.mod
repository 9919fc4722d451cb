module github.com/zqlite/zqlite

go 1.25.0
