package builtins

import (
	"math/big"

	"github.com/zqlite/zqlite/internal/expr"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/types"
)

var (
	inet    = types.Inet
	cidr    = types.Cidr
	macaddr = types.Macaddr
	mac8    = types.Macaddr8Type
)

func init() {
	registerContainment()
	registerNetworkParts()
	registerNetworkArithmetic()
	registerMacaddr()
	for _, name := range []string{"inet_client_addr", "inet_server_addr"} {
		fn(name, nil, inet, "NULL: an embedded database has no connection", noAddress).Volatility = expr.Stable
	}
	for _, name := range []string{"inet_client_port", "inet_server_port"} {
		fn(name, nil, int4, "NULL: an embedded database has no connection", noAddress).Volatility = expr.Stable
	}
}

func noAddress(*expr.Context, []value) (value, error) { return types.Null, nil }

func registerContainment() {
	for _, o := range []struct {
		symbol, name, doc string
		holds             func(a, b *types.Network) bool
	}{
		{">>", "network_sup", "Whether the network contains the other and more", func(a, b *types.Network) bool { return a.Bits < b.Bits && a.Contains(b) }},
		{">>=", "network_supeq", "Whether the network contains the other or is it", func(a, b *types.Network) bool { return a.Contains(b) }},
		{"<<", "network_sub", "Whether the network lies in a larger one", func(a, b *types.Network) bool { return b.Bits < a.Bits && b.Contains(a) }},
		{"<<=", "network_subeq", "Whether the network lies in the other or is it", func(a, b *types.Network) bool { return b.Contains(a) }},
		{"&&", "network_overlap", "Whether one network contains the other", func(a, b *types.Network) bool { return a.Overlaps(b) }},
	} {
		eval := func(_ *expr.Context, v []value) (value, error) {
			a, b := types.OpenNetwork(v[0]), types.OpenNetwork(v[1])
			return types.NewBool(o.holds(&a, &b)), nil
		}
		op(o.symbol, args{inet, inet}, types.Bool, o.doc, eval)
		fn(o.name, args{inet, inet}, types.Bool, o.doc, eval)
	}
}

// part registers a function of a network.
func part(name string, ret typ, doc string, f func(n types.Network) value) {
	fn(name, args{inet}, ret, doc, func(_ *expr.Context, a []value) (value, error) { return f(types.OpenNetwork(a[0])), nil })
}

func inetOf(n types.Network) value { return types.NewNetwork(n, types.KindInet) }

func registerNetworkParts() {
	part("family", int4, "4 or 6", func(n types.Network) value { return types.NewInt(map[bool]int64{false: 4, true: 6}[n.V6]) })
	part("masklen", int4, "Length of the prefix in bits", func(n types.Network) value { return types.NewInt(int64(n.Bits)) })
	part("netmask", inet, "Bits of the prefix", func(n types.Network) value { return inetOf(n.Netmask(false)) })
	part("hostmask", inet, "Bits behind the prefix", func(n types.Network) value { return inetOf(n.Netmask(true)) })
	part("network", cidr, "The network, without the host", func(n types.Network) value { return types.NewNetwork(n.Masked(), types.KindCidr) })
	part("broadcast", inet, "Last address of the network", func(n types.Network) value {
		rest := n.Netmask(true)
		for i := range n.Size() {
			n.Addr[i] |= rest.Addr[i]
		}
		return inetOf(n)
	})
	fn("host", args{inet}, text, "The address without its prefix", func(_ *expr.Context, a []value) (value, error) {
		return newText(types.NetworkHost(a[0]))
	})
	fn("text", args{inet}, text, "The address with its prefix", func(_ *expr.Context, a []value) (value, error) {
		return newText(string(types.AppendNetwork(nil, a[0], true)))
	})
	fn("abbrev", args{inet}, text, "Short form", func(_ *expr.Context, a []value) (value, error) {
		return newText(string(types.AppendNetwork(nil, a[0], false)))
	})
	fn("abbrev", args{cidr}, text, "Short form, without what lies behind the prefix", func(_ *expr.Context, a []value) (value, error) {
		return newText(types.AbbreviatedNetwork(a[0]))
	})
	fn("inet_same_family", args{inet, inet}, types.Bool, "Whether both are of version 4, or of 6", func(_ *expr.Context, a []value) (value, error) {
		x, y := types.OpenNetwork(a[0]), types.OpenNetwork(a[1])
		return types.NewBool(x.V6 == y.V6), nil
	})
	fn("inet_merge", args{inet, inet}, cidr, "Smallest network that contains both", func(_ *expr.Context, a []value) (value, error) {
		x, y := types.OpenNetwork(a[0]), types.OpenNetwork(a[1])
		if x.V6 != y.V6 {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot merge addresses from different families")
		}
		x.Bits = min(x.Bits, y.Bits)
		for y.Bits = x.Bits; !x.Contains(&y); y.Bits = x.Bits {
			x.Bits--
		}
		return types.NewNetwork(x.Masked(), types.KindCidr), nil
	})
	fn("set_masklen", args{inet, int4}, inet, "With another length of the prefix", func(_ *expr.Context, a []value) (value, error) {
		n, err := withPrefix(a)
		return inetOf(n), err
	})
	fn("set_masklen", args{cidr, int4}, cidr, "With another length of the prefix, and without the bits behind it", func(_ *expr.Context, a []value) (value, error) {
		n, err := withPrefix(a)
		return types.NewNetwork(n.Masked(), types.KindCidr), err
	})
}

func withPrefix(a []value) (types.Network, error) {
	n, bits := types.OpenNetwork(a[0]), a[1].I
	if bits == -1 {
		bits = int64(n.Max())
	}
	if bits < 0 || bits > int64(n.Max()) {
		return n, sqlerr.New(sqlerr.InvalidParameterValue, "invalid mask length: %d", bits)
	}
	n.Bits = int(bits)
	return n, nil
}

func registerNetworkArithmetic() {
	both := func(symbol, name, doc, verb string, f func(a, b byte) byte) {
		eval := func(_ *expr.Context, v []value) (value, error) {
			a, b := types.OpenNetwork(v[0]), types.OpenNetwork(v[1])
			if a.V6 != b.V6 {
				return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot %s inet values of different sizes", verb)
			}
			for i := range a.Size() {
				a.Addr[i] = f(a.Addr[i], b.Addr[i])
			}
			a.Bits = max(a.Bits, b.Bits)
			return inetOf(a), nil
		}
		op(symbol, args{inet, inet}, inet, doc, eval)
		fn(name, args{inet, inet}, inet, doc, eval)
	}
	both("&", "inetand", "Bits set in both", "AND", func(a, b byte) byte { return a & b })
	both("|", "inetor", "Bits set in one", "OR", func(a, b byte) byte { return a | b })
	not := func(_ *expr.Context, v []value) (value, error) {
		n := types.OpenNetwork(v[0])
		for i := range n.Size() {
			n.Addr[i] = ^n.Addr[i]
		}
		return inetOf(n), nil
	}
	op("~", args{inet}, inet, "Bits inverted", not)
	fn("inetnot", args{inet}, inet, "Bits inverted", not)
	plus := func(_ *expr.Context, v []value) (value, error) { return addToNetwork(v[0], big.NewInt(v[1].I)) }
	minus := func(_ *expr.Context, v []value) (value, error) {
		by := big.NewInt(v[1].I)
		return addToNetwork(v[0], by.Neg(by))
	}
	op("+", args{inet, int8}, inet, "The address so many further on", plus)
	op("+", args{int8, inet}, inet, "The address so many further on", func(c *expr.Context, v []value) (value, error) {
		return plus(c, []value{v[1], v[0]})
	})
	op("-", args{inet, int8}, inet, "The address so many before", minus)
	fn("inetpl", args{inet, int8}, inet, "The address so many further on", plus)
	fn("inetmi_int8", args{inet, int8}, inet, "The address so many before", minus)
	distance := func(_ *expr.Context, v []value) (value, error) {
		a, b := types.OpenNetwork(v[0]), types.OpenNetwork(v[1])
		if a.V6 != b.V6 {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot subtract inet values of different sizes")
		}
		x, y := numberOf(&a), numberOf(&b)
		if x.Sub(x, y); !x.IsInt64() {
			return types.Null, errNetworkRange
		}
		return types.NewInt(x.Int64()), nil
	}
	op("-", args{inet, inet}, int8, "How many addresses lie between", distance)
	fn("inetmi", args{inet, inet}, int8, "How many addresses lie between", distance)
}

var errNetworkRange = sqlerr.New(sqlerr.NumericValueOutOfRange, "result is out of range")

func numberOf(n *types.Network) *big.Int { return new(big.Int).SetBytes(n.Addr[:n.Size()]) }

func addToNetwork(v value, by *big.Int) (value, error) {
	n := types.OpenNetwork(v)
	x := numberOf(&n)
	if x.Add(x, by); x.Sign() < 0 || x.BitLen() > n.Max() {
		return types.Null, errNetworkRange
	}
	x.FillBytes(n.Addr[:n.Size()])
	return inetOf(n), nil
}

func registerMacaddr() {
	op("~", args{macaddr}, macaddr, "Bits inverted", func(_ *expr.Context, a []value) (value, error) { return types.NewMacaddr(^uint64(a[0].I)), nil })
	op("&", args{macaddr, macaddr}, macaddr, "Bits set in both", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMacaddr(uint64(a[0].I & a[1].I)), nil
	})
	op("|", args{macaddr, macaddr}, macaddr, "Bits set in one", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMacaddr(uint64(a[0].I | a[1].I)), nil
	})
	fn("trunc", args{macaddr}, macaddr, "The last three bytes zero: the maker", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMacaddr(uint64(a[0].I) &^ (1<<24 - 1)), nil
	})
	op("~", args{mac8}, mac8, "Bits inverted", func(_ *expr.Context, a []value) (value, error) { return types.NewMacaddr8(^types.Macaddr8(a[0])), nil })
	op("&", args{mac8, mac8}, mac8, "Bits set in both", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMacaddr8(types.Macaddr8(a[0]) & types.Macaddr8(a[1])), nil
	})
	op("|", args{mac8, mac8}, mac8, "Bits set in one", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMacaddr8(types.Macaddr8(a[0]) | types.Macaddr8(a[1])), nil
	})
	fn("trunc", args{mac8}, mac8, "The last five bytes zero: the maker", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMacaddr8(types.Macaddr8(a[0]) &^ (1<<40 - 1)), nil
	})
	fn("macaddr8_set7bit", args{mac8}, mac8, "With the seventh bit set, as addresses of version 6 have it", func(_ *expr.Context, a []value) (value, error) {
		return types.NewMacaddr8(types.Macaddr8(a[0]) | 1<<57), nil
	})
}
