// Package store persists the catalog: one row per object in a system tree.
//
//	Save: Catalog.Changes ──▶ JSON rows of tree Tree, inside the DDL's transaction
//	Load: rows of tree Tree ──▶ Catalog
//
// Since the rows travel in the transaction that changes the data, a crash
// leaves both or neither. It never caches: the catalog in force is the
// attachment of the storage snapshot.
package store
