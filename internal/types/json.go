package types

import (
	"encoding/json"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// parseJSON keeps json as it was written once it is known to be well formed.
func parseJSON(s string) (Value, error) {
	if !json.Valid([]byte(s)) {
		return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type json")
	}
	return Value{K: KindJSON, S: s}, nil
}
