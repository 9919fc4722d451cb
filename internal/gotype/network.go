package gotype

import (
	"net"
	"net/netip"
	"reflect"
	"unsafe"

	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	addrType     = reflect.TypeFor[netip.Addr]()
	prefixType   = reflect.TypeFor[netip.Prefix]()
	ipType       = reflect.TypeFor[net.IP]()
	ipNetType    = reflect.TypeFor[net.IPNet]()
	hardwareType = reflect.TypeFor[net.HardwareAddr]()
)

// knownNetwork makes the setters of what net and net/netip have for addresses
// and networks; nil is none.
func knownNetwork(t reflect.Type, from *types.Type) setter {
	network := from.Kind == types.KindInet || from.Kind == types.KindCidr
	switch {
	case network && t == prefixType:
		return func(dst unsafe.Pointer, c *Cell) error {
			*(*netip.Prefix)(dst) = prefixOf(c.V)
			return nil
		}
	case network && t == addrType:
		return func(dst unsafe.Pointer, c *Cell) error {
			p := prefixOf(c.V)
			*(*netip.Addr)(dst) = p.Addr()
			return wholeAddress(p, t)
		}
	case network && t == ipType:
		return func(dst unsafe.Pointer, c *Cell) error {
			p := prefixOf(c.V)
			*(*net.IP)(dst) = p.Addr().AsSlice()
			return wholeAddress(p, t)
		}
	case network && t == ipNetType:
		return func(dst unsafe.Pointer, c *Cell) error {
			p := prefixOf(c.V)
			*(*net.IPNet)(dst) = net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
			return nil
		}
	case t == hardwareType && from.Kind == types.KindMacaddr:
		return func(dst unsafe.Pointer, c *Cell) error {
			b := make(net.HardwareAddr, 6)
			for i := range b {
				b[i] = byte(c.V.I >> (40 - 8*i))
			}
			*(*net.HardwareAddr)(dst) = b
			return nil
		}
	case t == hardwareType && from.Kind == types.KindMacaddr8:
		return func(dst unsafe.Pointer, c *Cell) error {
			*(*net.HardwareAddr)(dst) = []byte(c.V.S)
			return nil
		}
	}
	return nil
}

func prefixOf(v types.Value) netip.Prefix {
	n := types.OpenNetwork(v)
	addr := netip.AddrFrom16(n.Addr)
	if !n.V6 {
		addr = netip.AddrFrom4([4]byte(n.Addr[:4]))
	}
	return netip.PrefixFrom(addr, n.Bits)
}

// wholeAddress refuses to drop a prefix.
func wholeAddress(p netip.Prefix, t reflect.Type) error {
	if p.IsSingleIP() {
		return nil
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "the network %s cannot be stored in a Go %s", p, t).
		WithHint("Scan into netip.Prefix, or select host(column).")
}
