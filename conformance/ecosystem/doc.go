// Package ecosystem runs small applications of bun, ent and goose, each in its
// PostgreSQL dialect, and code of the shape that sqlc generates and session
// stores have, on zqlite. It is a module of its own for their weight.
package ecosystem
