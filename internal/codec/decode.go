package codec

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

// Decodable reports whether a part of this type can be read back from its key.
func Decodable(t *types.Type) bool {
	switch t.Kind {
	case types.KindBool, types.KindInt, types.KindDate, types.KindTime, types.KindTimestamp,
		types.KindTimestampTZ, types.KindEnum, types.KindFloat, types.KindBytes, types.KindUUID:
		return true
	case types.KindText:
		return t.Collation == "" && !t.Is(types.Char)
	}
	return false
}

// Decode reads the first part of key and returns the rest of the key. The
// part's type is Decodable.
func Decode(key []byte, p *Part) (types.Value, []byte, error) {
	if len(key) == 0 {
		return types.Null, nil, errKey
	}
	flip := byte(0)
	if p.Desc {
		flip = 0xFF
	}
	marker := key[0] ^ flip
	key = key[1:]
	if marker != valueMarker {
		return types.Null, key, nil
	}
	v := types.Value{K: p.Type.Kind}
	switch p.Type.Kind {
	case types.KindText, types.KindBytes:
		s, rest, ok := decodeBytes(key, flip)
		if !ok {
			return types.Null, nil, errKey
		}
		v.S = s
		return v, rest, nil
	case types.KindUUID:
		if len(key) < 16 {
			return types.Null, nil, errKey
		}
		v.I = int64(binary.BigEndian.Uint64(key) ^ -uint64(flip&1))
		v.J = int64(binary.BigEndian.Uint64(key[8:]) ^ -uint64(flip&1))
		return v, key[16:], nil
	}
	if len(key) < 8 {
		return types.Null, nil, errKey
	}
	u := binary.BigEndian.Uint64(key) ^ -uint64(flip&1)
	if p.Type.Kind == types.KindFloat {
		v.I = int64(math.Float64bits(floatOf(u)))
	} else {
		v.I = int64(u ^ (1 << 63))
	}
	return v, key[8:], nil
}

func decodeBytes(key []byte, flip byte) (s string, rest []byte, ok bool) {
	var b strings.Builder
	start := 0
	for i := 0; i+1 < len(key); i++ {
		if key[i]^flip != 0 {
			continue
		}
		appendFlipped(&b, key[start:i], flip)
		if key[i+1]^flip == 1 {
			return b.String(), key[i+2:], true
		}
		b.WriteByte(0)
		i++
		start = i + 1
	}
	return "", nil, false
}

func appendFlipped(b *strings.Builder, p []byte, flip byte) {
	if flip == 0 {
		b.Write(p)
		return
	}
	for _, c := range p {
		b.WriteByte(c ^ flip)
	}
}

var errKey = sqlerr.New(sqlerr.IndexCorrupted, "index key is damaged")
