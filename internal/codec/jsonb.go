package codec

import (
	"encoding/binary"

	"github.com/zqlite/zqlite/internal/types"
)

// Ranks of jsonb values, the first byte of each. The empty array is below all
// others where it is the whole value, and an array like others within one.
const (
	jsonEmpty = iota + 1
	jsonNull
	jsonString
	jsonNumber
	jsonFalse
	jsonTrue
	jsonArray
	jsonObject
)

// appendJSONB appends a jsonb so that bytes compare as the values do.
func appendJSONB(dst []byte, v types.Value) []byte {
	n := types.JSONBNode(v.S)
	if n.Kind() == types.JSONArray && n.Len() == 0 {
		return append(dst, jsonEmpty)
	}
	return appendNode(dst, n)
}

func appendNode(dst []byte, n types.JSONBNode) []byte {
	switch n.Kind() {
	case types.JSONNull:
		return append(dst, jsonNull)
	case types.JSONString:
		return appendBytes(append(dst, jsonString), n.Str())
	case types.JSONNumber:
		return appendNumeric(append(dst, jsonNumber), n.Number())
	case types.JSONBool:
		if n.Bool() {
			return append(dst, jsonTrue)
		}
		return append(dst, jsonFalse)
	}
	object := n.Kind() == types.JSONObject
	rank := byte(jsonArray)
	if object {
		rank = jsonObject
	}
	dst = binary.BigEndian.AppendUint32(append(dst, rank), uint32(n.Len()))
	_ = n.Each(func(key string, e types.JSONBNode) error {
		if object {
			dst = appendBytes(dst, key)
		}
		dst = appendNode(dst, e)
		return nil
	})
	return dst
}
