package zqlite_test

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zqlite/zqlite"
)

// Addresses and networks come as what net and net/netip have for them, go back
// into it through the native interface, and as text through database/sql.
func TestNetworkTypes(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "net.db")
	db := open(t, path)
	_, err := db.Exec(`CREATE TABLE peers (id int PRIMARY KEY, addr inet, net cidr, hw macaddr)`)
	must(t, err)
	_, local, err := net.ParseCIDR("10.0.0.0/8")
	must(t, err)
	mac := net.HardwareAddr{8, 0, 0x2b, 1, 2, 3}
	for i, args := range [][]any{
		{netip.MustParseAddr("10.1.2.3"), netip.MustParsePrefix("10.1.0.0/16"), mac},
		{netip.MustParsePrefix("fd00::1/64"), *local, "08-00-2b-01-02-04"},
		{net.ParseIP("192.0.2.7"), local, nil},
		{netip.Addr{}, netip.Prefix{}, net.HardwareAddr(nil)}, // nothing is NULL
		{"::1", "fd00::/8", "0800.2b01.0203"},
	} {
		_, err := db.Exec("INSERT INTO peers VALUES (?, ?, ?, ?)", append([]any{i}, args...)...)
		must(t, err)
	}
	var text string
	must(t, db.QueryRow("SELECT string_agg(concat_ws(' ', addr, net, hw), ', ' ORDER BY id) FROM peers").Scan(&text))
	if want := "10.1.2.3 10.1.0.0/16 08:00:2b:01:02:03, fd00::1/64 10.0.0.0/8 08:00:2b:01:02:04, 192.0.2.7 10.0.0.0/8, , ::1 fd00::/8 08:00:2b:01:02:03"; text != want {
		t.Errorf("%s, not %s", text, want)
	}
	must(t, db.QueryRow("SELECT addr FROM peers WHERE addr <<= ? AND addr <> ?", local, netip.MustParseAddr("10.9.9.9")).Scan(&text))
	if text != "10.1.2.3" {
		t.Error(text)
	}
	must(t, db.Close())

	native, err := zqlite.Open(path)
	must(t, err)
	defer native.Close()
	type peer struct {
		Addr *netip.Prefix
		Net  *net.IPNet
		HW   net.HardwareAddr
	}
	var got []peer
	for p, err := range zqlite.Query[peer](ctx, native, "SELECT addr, net, coalesce(hw, '0:0:0:0:0:0') AS hw FROM peers ORDER BY id") {
		must(t, err)
		got = append(got, p)
	}
	if len(got) != 5 || *got[1].Addr != netip.MustParsePrefix("fd00::1/64") || got[1].Net.String() != "10.0.0.0/8" || got[0].HW.String() != mac.String() || got[3].Addr != nil {
		t.Errorf("%+v", got)
	}
	addr, err := zqlite.One[netip.Addr](ctx, native, "SELECT addr FROM peers WHERE id = 0")
	if err != nil || addr != netip.MustParseAddr("10.1.2.3") {
		t.Error(addr, err)
	}
	_, err = zqlite.One[netip.Addr](ctx, native, "SELECT addr FROM peers WHERE id = 1")
	var e *zqlite.Error
	if !errors.As(err, &e) || e.Hint == "" {
		t.Error("a prefix was dropped:", err)
	}
}

// An index gives networks in the order of their comparison: the network, the
// length of its prefix, the address.
func TestNetworkOrder(t *testing.T) {
	db := open(t, ":memory:")
	_, err := db.Exec(`CREATE TABLE n (a inet); CREATE INDEX ON n (a)`)
	must(t, err)
	r := rand.New(rand.NewPCG(4, 4))
	var want []netip.Prefix
	for range 500 {
		var addr netip.Addr
		if b := [16]byte{byte(r.IntN(2)), byte(r.IntN(3)), 0, byte(r.IntN(256))}; r.IntN(2) == 0 {
			addr = netip.AddrFrom4([4]byte(b[:4]))
		} else {
			b[15] = byte(r.IntN(4))
			addr = netip.AddrFrom16(b)
		}
		p := netip.PrefixFrom(addr, r.IntN(addr.BitLen()+1))
		want = append(want, p)
		_, err := db.Exec("INSERT INTO n VALUES (?)", p)
		must(t, err)
	}
	slices.SortFunc(want, func(a, b netip.Prefix) int {
		if a.Addr().BitLen() != b.Addr().BitLen() {
			return cmp.Compare(a.Addr().BitLen(), b.Addr().BitLen())
		}
		bits := min(a.Bits(), b.Bits())
		return cmp.Or(netip.PrefixFrom(a.Addr(), bits).Masked().Addr().Compare(netip.PrefixFrom(b.Addr(), bits).Masked().Addr()),
			cmp.Compare(a.Bits(), b.Bits()), a.Addr().Compare(b.Addr()))
	})
	for _, query := range []string{"SELECT a::text AS s FROM n WHERE a >= '0.0.0.0/0' ORDER BY a", "SELECT a::text AS s FROM n ORDER BY a || ''::text = '', a"} {
		rows, err := db.Query(query)
		must(t, err)
		for i := 0; rows.Next(); i++ {
			var s string
			must(t, rows.Scan(&s))
			if netip.MustParsePrefix(s) != want[i] {
				t.Fatalf("%s: %s is number %d, not %s", query, s, i, want[i])
			}
		}
		must(t, rows.Err())
	}
}
