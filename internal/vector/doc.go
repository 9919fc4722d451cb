// Package vector holds rows in columns while they flow through a query.
//
//	table scan ──▶ Batch{Vectors, selection} ──▶ operators, kernels ──▶ Batch
//
// A Batch is up to Size rows; a Vector is one column of it, in one of five
// physical forms (types.Phys). Kernels work at the selected positions and
// leave the others alone, so a filter only shortens the selection.
//
// Invariants:
//  1. A vector's slices of its physical form have room for the batch's rows.
//  2. Null bits are valid only when HasNulls; the word under a null bit is
//     unspecified, and a kernel may compute on it but not fail on it.
//  3. A selection is ascending and without repetition, and positions stay what
//     they are: row i of every vector of a batch is the same row.
//  4. A batch is valid until the next call of the operator that gave it;
//     strings in it live as long as the batch, or longer where said.
package vector
