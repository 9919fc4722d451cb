package types

import (
	"strconv"
	"strings"

	"github.com/zqlite/zqlite/internal/sqlerr"
)

// A value of inet or cidr is an address with the length of its network's
// prefix. Its bytes stand so that their order is PostgreSQL's: the family, the
// network, the length of the prefix, the address.

// Network is a value of inet or cidr, taken apart.
type Network struct {
	V6   bool
	Bits int      // of the prefix
	Addr [16]byte // of version 4 the first four bytes
}

// Size is the length of an address of the family in bytes.
func (n *Network) Size() int {
	if n.V6 {
		return 16
	}
	return 4
}

// Max is the length of an address of the family in bits.
func (n *Network) Max() int { return 8 * n.Size() }

// Masked is the network itself: the bits behind the prefix are zero.
func (n Network) Masked() Network {
	for i := range n.Addr {
		n.Addr[i] &= n.mask(i)
	}
	return n
}

// mask is byte i of the netmask.
func (n *Network) mask(i int) byte {
	switch left := n.Bits - 8*i; {
	case left >= 8:
		return 0xff
	case left <= 0:
		return 0
	default:
		return ^byte(0xff >> left)
	}
}

// Netmask has the bits of the prefix set, or, inverted, those behind it.
func (n Network) Netmask(inverted bool) Network {
	for i := range n.Size() {
		if n.Addr[i] = n.mask(i); inverted {
			n.Addr[i] = ^n.Addr[i]
		}
	}
	n.Bits = n.Max()
	return n
}

// Contains tells whether m's network lies in n's, or is it.
func (n *Network) Contains(m *Network) bool {
	return n.V6 == m.V6 && m.Bits >= n.Bits && n.shares(m, n.Bits)
}

// shares tells whether the first bits agree.
func (n *Network) shares(m *Network, bits int) bool {
	a, b := *n, *m
	a.Bits, b.Bits = bits, bits
	return a.Masked().Addr == b.Masked().Addr
}

// Overlaps tells whether one network contains the other.
func (n *Network) Overlaps(m *Network) bool {
	return n.V6 == m.V6 && n.shares(m, min(n.Bits, m.Bits))
}

// NewNetwork makes a value of a kind, which is KindInet or KindCidr.
func NewNetwork(n Network, k Kind) Value {
	size := n.Size()
	b := make([]byte, 0, 2+2*size)
	net := n.Masked()
	b = append(b, map[bool]byte{false: 4, true: 6}[n.V6])
	b = append(b, net.Addr[:size]...)
	b = append(b, byte(n.Bits))
	return Value{K: k, S: string(append(b, n.Addr[:size]...))}
}

// OpenNetwork takes a value apart.
func OpenNetwork(v Value) (n Network) {
	if len(v.S) < 10 {
		return n
	}
	n.V6 = v.S[0] == 6
	size := n.Size()
	n.Bits = int(v.S[1+size])
	copy(n.Addr[:], v.S[2+size:])
	return n
}

// ParseNetwork reads a value of inet or cidr.
func ParseNetwork(s string, t *Type) (Value, error) {
	text, prefix, hasPrefix := strings.Cut(s, "/")
	n := Network{Bits: -1}
	ok := false
	if n.V6 = strings.Contains(s, ":"); n.V6 {
		n.Addr, ok = parseV6(text)
	} else {
		octets := 0
		octets, ok = n.parseV4(text, t.Kind == KindCidr)
		switch {
		case hasPrefix:
		case t.Kind == KindCidr:
			n.Bits = classBits(n.Addr[0], octets)
		case octets < 4:
			ok = false
		}
	}
	switch {
	case hasPrefix:
		n.Bits = parsePrefix(prefix, n.V6)
		ok = ok && n.Bits >= 0 && n.Bits <= n.Max()
	case n.Bits < 0:
		n.Bits = n.Max()
	}
	if !ok {
		return Null, badSyntax(t.Name, s)
	}
	if t.Kind == KindCidr && n.Masked() != n {
		return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid cidr value: \"%s\"", s).
			WithDetail("Value has bits set to right of mask.")
	}
	return NewNetwork(n, t.Kind), nil
}

// parsePrefix reads the length of a prefix; -1 is none. Behind an address of
// version 6 it has no leading zeros.
func parsePrefix(s string, v6 bool) int {
	if s == "" || len(s) > 9 || v6 && len(s) > 1 && s[0] == '0' {
		return -1
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// parseV4 reads up to four decimal octets, or with hex the digits behind 0x, and
// tells how many bytes there were.
func (n *Network) parseV4(s string, hex bool) (octets int, ok bool) {
	if hex && len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		return n.parseHex(s[2:])
	}
	for part := range strings.SplitSeq(s, ".") {
		if octets == 4 || part == "" {
			return octets, false
		}
		v := 0
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return octets, false
			}
			if v = 10*v + int(part[i]-'0'); v > 255 {
				return octets, false
			}
		}
		n.Addr[octets] = byte(v)
		octets++
	}
	return octets, true
}

func (n *Network) parseHex(s string) (octets int, ok bool) {
	if len(s)%2 != 0 {
		s += "0"
	}
	for ; s != ""; s = s[2:] {
		v, err := strconv.ParseUint(s[:2], 16, 8)
		if err != nil || octets == 4 {
			return octets, false
		}
		n.Addr[octets] = byte(v)
		octets++
	}
	return octets, true
}

// classBits is the prefix that the class of a version 4 network gives where none
// is written, and no less than the octets that are.
func classBits(first byte, octets int) int {
	bits := 8
	switch {
	case first >= 240:
		bits = 32
	case first >= 224:
		bits = 8
	case first >= 192:
		bits = 24
	case first >= 128:
		bits = 16
	}
	if bits = max(bits, 8*octets); bits == 8 && first == 224 {
		bits = 4
	}
	return bits
}

// parseV6 reads an address of version 6, whose end may be one of version 4.
func parseV6(s string) (addr [16]byte, ok bool) {
	head, tail, gap := strings.Cut(s, "::")
	front, ok := wordsOf(head, !gap)
	if !ok || gap && strings.Contains(tail, "::") {
		return addr, false
	}
	back, ok := wordsOf(tail, true)
	if !ok || len(front)+len(back) > 16 || !gap && len(front) != 16 || gap && len(front)+len(back) > 14 {
		return addr, false
	}
	copy(addr[:], front)
	copy(addr[16-len(back):], back)
	return addr, true
}

// wordsOf reads words between colons; v4 says that the last may be an address of
// version 4.
func wordsOf(s string, v4 bool) (b []byte, ok bool) {
	if s == "" {
		return nil, true
	}
	parts := strings.Split(s, ":")
	for i, part := range parts {
		if v4 && i == len(parts)-1 && strings.Contains(part, ".") {
			var n Network
			if _, ok := n.parseV4(part, false); !ok {
				return nil, false
			}
			return append(b, n.Addr[:4]...), true
		}
		w, err := strconv.ParseUint(part, 16, 16)
		if err != nil || len(part) > 4 || part[0] == '+' {
			return nil, false
		}
		b = append(b, byte(w>>8), byte(w))
	}
	return b, true
}

// AppendNetwork writes the address, and the prefix where it is not of one host
// or always is set.
func AppendNetwork(dst []byte, v Value, always bool) []byte {
	n := OpenNetwork(v)
	dst = n.appendHost(dst)
	if always || n.Bits != n.Max() {
		dst = strconv.AppendInt(append(dst, '/'), int64(n.Bits), 10)
	}
	return dst
}

// appendHost writes the address alone.
func (n *Network) appendHost(dst []byte) []byte {
	if !n.V6 {
		return appendOctets(dst, n.Addr[:4])
	}
	at, length := zeroWords(n.Addr[:])
	if length < 2 {
		at, length = 8, 0
	}
	mixed := at == 0 && (length == 6 || length == 7 && n.word(7) != 1 || length == 5 && n.word(5) == 0xffff)
	for i := 0; i < 8; i++ {
		if i == at {
			if dst = append(dst, ':'); at+length == 8 {
				dst = append(dst, ':')
			}
			i += length - 1
			continue
		}
		if i > 0 {
			dst = append(dst, ':')
		}
		if i == 6 && mixed {
			return appendOctets(dst, n.Addr[12:])
		}
		dst = strconv.AppendUint(dst, uint64(n.word(i)), 16)
	}
	return dst
}

func (n *Network) word(i int) uint16 { return uint16(n.Addr[2*i])<<8 | uint16(n.Addr[2*i+1]) }

func appendOctets(dst, octets []byte) []byte {
	for i, o := range octets {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(o), 10)
	}
	return dst
}

// zeroWords finds the first of the longest runs of words that are zero.
func zeroWords(b []byte) (at, length int) {
	run := 0
	for i := 0; i+1 < len(b); i += 2 {
		if b[i]|b[i+1] != 0 {
			run = 0
			continue
		}
		if run++; run > length {
			at, length = i/2-run+1, run
		}
	}
	return at, length
}

// AbbreviatedNetwork writes a network without the octets or words behind its
// prefix.
func AbbreviatedNetwork(v Value) string {
	n := OpenNetwork(v)
	n = n.Masked()
	var dst []byte
	switch {
	case !n.V6:
		dst = appendOctets(nil, n.Addr[:max(1, (n.Bits+7)/8)])
	case n.Bits == 0:
		dst = append(dst, "::"...)
	default:
		dst = n.appendShort(nil)
	}
	return string(strconv.AppendInt(append(dst, '/'), int64(n.Bits), 10))
}

// appendShort writes the words of a version 6 network that its prefix reaches,
// no less than two; here a run of one zero is left out too.
func (n *Network) appendShort(dst []byte) []byte {
	words := max(2, (n.Bits+15)/16)
	at, length := zeroWords(n.Addr[:2*words])
	mixed := length != words && at == 0 && length > 0 &&
		(length == 6 || length == 5 && n.word(5) == 0xffff || length == 7 && n.Addr[14] != 0 && n.Addr[15] != 1)
	for i := 0; i < words; i++ {
		switch {
		case length > 0 && i >= at && i < at+length:
			if i == at {
				dst = append(dst, ':')
			}
			if i == words-1 {
				dst = append(dst, ':')
			}
		case mixed && i > 5:
			dst = append(dst, map[bool]byte{true: ':', false: '.'}[i == 6])
			dst = strconv.AppendUint(dst, uint64(n.Addr[2*i]), 10)
			if i != 7 || n.Bits > 120 { // its last octet may be left out
				dst = strconv.AppendUint(append(dst, '.'), uint64(n.Addr[2*i+1]), 10)
			}
		default:
			if len(dst) > 0 {
				dst = append(dst, ':')
			}
			dst = strconv.AppendUint(dst, uint64(n.word(i)), 16)
		}
	}
	return dst
}

// NetworkHost writes the address of a value alone.
func NetworkHost(v Value) string {
	n := OpenNetwork(v)
	return string(n.appendHost(nil))
}

// castNetwork makes a cidr of an inet, without the bits behind the prefix.
func castNetwork(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return NewNetwork(OpenNetwork(v).Masked(), KindCidr), nil
}

func castInet(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	v.K = KindInet
	return v, nil
}

// castNetworkText gives the prefix too where the output function does not.
func castNetworkText(v Value, _ *Cast, _ *Type, _ *Env) (Value, error) {
	return NewText(string(AppendNetwork(nil, v, true))), nil
}
