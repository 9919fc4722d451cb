package builtins

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

func init() {
	v4 := func(*expr.Context, []value) (value, error) {
		b, err := randomUUID()
		return types.NewUUID(version(b, 4)), err
	}
	for _, name := range []string{"gen_random_uuid", "uuid_generate_v4", "uuidv4", "uuid"} {
		fn(name, nil, types.UUID, "Random uuid, version 4", v4).Volatility = expr.Volatile
	}
	v7 := func(*expr.Context, []value) (value, error) {
		b, err := randomUUID()
		now := time.Now()
		ms := uint64(now.UnixMilli())
		for i := 0; i < 6; i++ {
			b[i] = byte(ms >> (40 - 8*i))
		}
		// the fraction of the millisecond in 12 bits keeps the order finer
		binary.BigEndian.PutUint16(b[6:], uint16(now.Nanosecond()%1e6*4096/1e6))
		return types.NewUUID(version(b, 7)), err
	}
	fn("uuidv7", nil, types.UUID, "Uuid that begins with the time, version 7", v7).Volatility = expr.Volatile
}

func randomUUID() (b [16]byte, err error) {
	if _, err := rand.Read(b[:]); err != nil {
		return b, sqlerr.Wrap(err, sqlerr.SystemError, "could not generate random bytes")
	}
	return b, nil
}

func version(b [16]byte, n byte) [16]byte {
	b[6] = b[6]&0x0F | n<<4
	b[8] = b[8]&0x3F | 0x80
	return b
}
