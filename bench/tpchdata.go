package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// The generator makes the tables of TPC-H in the sizes, value ranges and
// correlations of clause 4.2.3 of the specification, from a generator of
// random numbers of its own: the same data at every run, not dbgen's bytes.

// tpchTable is a table of the benchmark: its columns with PostgreSQL's types,
// what follows them, and the rows.
type tpchTable struct {
	name    string
	columns string
	count   int // of columns
	rows    func(g *tpchGen, emit func(row ...any) error) error
}

var tpchTables = []tpchTable{
	{"region", `r_regionkey integer PRIMARY KEY, r_name char(25) NOT NULL, r_comment varchar(152)`, 3, (*tpchGen).regions},
	{"nation", `n_nationkey integer PRIMARY KEY, n_name char(25) NOT NULL, n_regionkey integer NOT NULL, n_comment varchar(152)`, 4, (*tpchGen).nations},
	{"supplier", `s_suppkey integer PRIMARY KEY, s_name char(25) NOT NULL, s_address varchar(40) NOT NULL, s_nationkey integer NOT NULL,
		s_phone char(15) NOT NULL, s_acctbal numeric(15,2) NOT NULL, s_comment varchar(101) NOT NULL`, 7, (*tpchGen).suppliers},
	{"part", `p_partkey integer PRIMARY KEY, p_name varchar(55) NOT NULL, p_mfgr char(25) NOT NULL, p_brand char(10) NOT NULL, p_type varchar(25) NOT NULL,
		p_size integer NOT NULL, p_container char(10) NOT NULL, p_retailprice numeric(15,2) NOT NULL, p_comment varchar(23) NOT NULL`, 9, (*tpchGen).parts},
	{"partsupp", `ps_partkey integer NOT NULL, ps_suppkey integer NOT NULL, ps_availqty integer NOT NULL, ps_supplycost numeric(15,2) NOT NULL,
		ps_comment varchar(199) NOT NULL, PRIMARY KEY (ps_partkey, ps_suppkey)`, 5, (*tpchGen).partSuppliers},
	{"customer", `c_custkey integer PRIMARY KEY, c_name varchar(25) NOT NULL, c_address varchar(40) NOT NULL, c_nationkey integer NOT NULL,
		c_phone char(15) NOT NULL, c_acctbal numeric(15,2) NOT NULL, c_mktsegment char(10) NOT NULL, c_comment varchar(117) NOT NULL`, 8, (*tpchGen).customers},
	{"orders", `o_orderkey integer PRIMARY KEY, o_custkey integer NOT NULL, o_orderstatus char(1) NOT NULL, o_totalprice numeric(15,2) NOT NULL,
		o_orderdate date NOT NULL, o_orderpriority char(15) NOT NULL, o_clerk char(15) NOT NULL, o_shippriority integer NOT NULL, o_comment varchar(79) NOT NULL`, 9,
		func(g *tpchGen, emit func(...any) error) error { return g.orders(emit, nil) }},
	{"lineitem", `l_orderkey integer NOT NULL, l_partkey integer NOT NULL, l_suppkey integer NOT NULL, l_linenumber integer NOT NULL,
		l_quantity numeric(15,2) NOT NULL, l_extendedprice numeric(15,2) NOT NULL, l_discount numeric(15,2) NOT NULL, l_tax numeric(15,2) NOT NULL,
		l_returnflag char(1) NOT NULL, l_linestatus char(1) NOT NULL, l_shipdate date NOT NULL, l_commitdate date NOT NULL, l_receiptdate date NOT NULL,
		l_shipinstruct char(25) NOT NULL, l_shipmode char(10) NOT NULL, l_comment varchar(44) NOT NULL, PRIMARY KEY (l_orderkey, l_linenumber)`, 16,
		func(g *tpchGen, emit func(...any) error) error { return g.orders(nil, emit) }},
}

// tpchIndexes are on the foreign keys that are no prefix of a primary key.
var tpchIndexes = []string{
	`CREATE INDEX supplier_nation ON supplier (s_nationkey)`,
	`CREATE INDEX partsupp_supplier ON partsupp (ps_suppkey)`,
	`CREATE INDEX customer_nation ON customer (c_nationkey)`,
	`CREATE INDEX orders_customer ON orders (o_custkey)`,
	`CREATE INDEX lineitem_part ON lineitem (l_partkey, l_suppkey)`,
	`CREATE INDEX lineitem_supplier ON lineitem (l_suppkey)`,
}

var (
	tpchRegions = []string{"AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"}
	tpchNations = []struct {
		name   string
		region int
	}{
		{"ALGERIA", 0}, {"ARGENTINA", 1}, {"BRAZIL", 1}, {"CANADA", 1}, {"EGYPT", 4}, {"ETHIOPIA", 0}, {"FRANCE", 3}, {"GERMANY", 3}, {"INDIA", 2},
		{"INDONESIA", 2}, {"IRAN", 4}, {"IRAQ", 4}, {"JAPAN", 2}, {"JORDAN", 4}, {"KENYA", 0}, {"MOROCCO", 0}, {"MOZAMBIQUE", 0}, {"PERU", 1}, {"CHINA", 2},
		{"ROMANIA", 3}, {"SAUDI ARABIA", 4}, {"VIETNAM", 2}, {"RUSSIA", 3}, {"UNITED KINGDOM", 3}, {"UNITED STATES", 1},
	}
	tpchColors = strings.Fields(`almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood burnished chartreuse chiffon chocolate
		coral cornflower cornsilk cream cyan dark deep dim dodger drab firebrick floral forest frosted gainsboro ghost goldenrod green grey honeydew hot indian
		ivory khaki lace lavender lawn lemon light lime linen magenta maroon medium metallic midnight mint misty moccasin navajo navy olive orange orchid pale
		papaya peach peru pink plum powder puff purple red rose rosy royal saddle salmon sandy seashell sienna sky slate smoke snow spring steel tan thistle
		tomato turquoise violet wheat white yellow`)
	tpchSizes      = []string{"STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"}
	tpchFinishes   = []string{"ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"}
	tpchMetals     = []string{"TIN", "NICKEL", "BRASS", "STEEL", "COPPER"}
	tpchBoxSizes   = []string{"SM", "LG", "MED", "JUMBO", "WRAP"}
	tpchBoxes      = []string{"CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"}
	tpchSegments   = []string{"AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD"}
	tpchPriorities = []string{"1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"}
	tpchInstructs  = []string{"DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"}
	tpchModes      = []string{"REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"}
	tpchWords      = strings.Fields(`foxes ideas theodolites pinto beans instructions dependencies excuses platelets asymptotes courts dolphins multipliers
		sauternes warthogs frets dinos attainments somas braids hockey players frays warhorses dugouts notornis epitaphs pearls tithes waters orbits gifts
		sheaves depths sentiments decoys realms pains grouches escapades furious sly careful blithe quick fluffy slow quiet ruthless thin close dogged daring
		brave stealthy permanent enticing idle busy regular final ironic even bold silent special pending requests deposits packages accounts unusual express
		sleep wake are cajole haggle nag use boost affix detect integrate about above according across after against along among around at atop before
		carefully quickly furiously slyly blithely`)
)

var (
	tpchFirstDay = time.Date(1992, 1, 1, 0, 0, 0, 0, time.UTC)
	tpchToday    = time.Date(1995, 6, 17, 0, 0, 0, 0, time.UTC)
)

// tpchGen makes rows for one scale factor.
type tpchGen struct {
	scale float64
	r     *rand.Rand
}

func (g *tpchGen) size(n float64) int { return max(1, int(math.Round(n*g.scale))) }

func (g *tpchGen) seed(n uint64) { g.r = rand.New(rand.NewPCG(n, 19920101)) }

// between draws from a closed range.
func (g *tpchGen) between(a, b int) int { return a + g.r.IntN(b-a+1) }

func (g *tpchGen) one(list []string) string { return list[g.r.IntN(len(list))] }

// cents are an amount of money as its digits.
func cents(n int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

func (g *tpchGen) text(low, high int) string {
	n := g.between(low, high)
	var b strings.Builder
	for b.Len() < n {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(g.one(tpchWords))
	}
	return strings.TrimSpace(b.String()[:n])
}

func (g *tpchGen) address() string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,"
	b := make([]byte, g.between(10, 39))
	for i := range b {
		b[i] = letters[g.r.IntN(len(letters)-2*(1-min(i, 1)))]
	}
	return strings.TrimSpace(string(b)) + "."
}

func (g *tpchGen) phone(nation int) string {
	return fmt.Sprintf("%d-%03d-%03d-%04d", nation+10, g.between(100, 999), g.between(100, 999), g.between(1000, 9999))
}

func (g *tpchGen) regions(emit func(...any) error) error {
	g.seed(1)
	for i, n := range tpchRegions {
		if err := emit(i, n, g.text(31, 115)); err != nil {
			return err
		}
	}
	return nil
}

func (g *tpchGen) nations(emit func(...any) error) error {
	g.seed(2)
	for i, n := range tpchNations {
		if err := emit(i, n.name, n.region, g.text(31, 114)); err != nil {
			return err
		}
	}
	return nil
}

func (g *tpchGen) suppliers(emit func(...any) error) error {
	g.seed(3)
	n := g.size(10_000)
	for i := 1; i <= n; i++ {
		nation := g.r.IntN(25)
		comment := g.text(25, 70)
		switch i % 1000 { // 5 in 10,000 each
		case 17, 519:
			comment += " Customer slow Complaints"
		case 31, 733:
			comment += " Customer good Recommends"
		}
		if err := emit(i, fmt.Sprintf("Supplier#%09d", i), g.address(), nation, g.phone(nation), cents(g.between(-99999, 999999)), comment); err != nil {
			return err
		}
	}
	return nil
}

func retailCents(key int) int { return 90000 + key/10%20001 + 100*(key%1000) }

func (g *tpchGen) parts(emit func(...any) error) error {
	g.seed(4)
	n := g.size(200_000)
	for i := 1; i <= n; i++ {
		words := g.r.Perm(len(tpchColors))[:5]
		name := make([]string, 5)
		for k, w := range words {
			name[k] = tpchColors[w]
		}
		m := g.between(1, 5)
		err := emit(i, strings.Join(name, " "), fmt.Sprintf("Manufacturer#%d", m), fmt.Sprintf("Brand#%d%d", m, g.between(1, 5)),
			g.one(tpchSizes)+" "+g.one(tpchFinishes)+" "+g.one(tpchMetals), g.between(1, 50), g.one(tpchBoxSizes)+" "+g.one(tpchBoxes),
			cents(retailCents(i)), g.text(5, 22))
		if err != nil {
			return err
		}
	}
	return nil
}

// supplierOf is the i-th of a part's four suppliers.
func (g *tpchGen) supplierOf(part, i int) int {
	s := g.size(10_000)
	return (part+i*(s/4+(part-1)/s))%s + 1
}

func (g *tpchGen) partSuppliers(emit func(...any) error) error {
	g.seed(5)
	n := g.size(200_000)
	for p := 1; p <= n; p++ {
		seen := map[int]bool{}
		for i := range 4 {
			s := g.supplierOf(p, i)
			if seen[s] { // tiny scales only
				continue
			}
			seen[s] = true
			if err := emit(p, s, g.between(1, 9999), cents(g.between(100, 100000)), g.text(49, 198)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *tpchGen) customers(emit func(...any) error) error {
	g.seed(6)
	n := g.size(150_000)
	for i := 1; i <= n; i++ {
		nation := g.r.IntN(25)
		err := emit(i, fmt.Sprintf("Customer#%09d", i), g.address(), nation, g.phone(nation), cents(g.between(-99999, 999999)),
			g.one(tpchSegments), g.text(29, 116))
		if err != nil {
			return err
		}
	}
	return nil
}

// orders makes orders and their lines; the one that is not wanted is nil.
func (g *tpchGen) orders(order, line func(...any) error) error {
	g.seed(7)
	n, customers, parts := g.size(1_500_000), g.size(150_000), g.size(200_000)
	clerks := g.size(1000)
	for i := range n {
		key := i/8*32 + i%8 + 1
		customer := g.between(1, customers)
		if customer%3 == 0 && customers > 2 { // a third never orders
			customer = max(1, customer-1)
		}
		day := tpchFirstDay.AddDate(0, 0, g.between(0, 2405-151))
		total, open, lines := 0, 0, g.between(1, 7)
		for l := 1; l <= lines; l++ {
			part, quantity := g.between(1, parts), g.between(1, 50)
			supplier := g.supplierOf(part, g.r.IntN(4))
			price := quantity * retailCents(part)
			discount, tax := g.between(0, 10), g.between(0, 8)
			ship := day.AddDate(0, 0, g.between(1, 121))
			commit := day.AddDate(0, 0, g.between(30, 90))
			receipt := ship.AddDate(0, 0, g.between(1, 30))
			flag, status := "N", "F"
			if !receipt.After(tpchToday) {
				flag = g.one([]string{"R", "A"})
			}
			if ship.After(tpchToday) {
				status = "O"
				open++
			}
			total += price * (100 + tax) * (100 - discount) / 10000
			instruct, mode, comment := g.one(tpchInstructs), g.one(tpchModes), g.text(10, 43)
			if line == nil {
				continue
			}
			err := line(key, part, supplier, l, quantity, cents(price), cents(discount), cents(tax), flag, status,
				ship.Format(time.DateOnly), commit.Format(time.DateOnly), receipt.Format(time.DateOnly), instruct, mode, comment)
			if err != nil {
				return err
			}
		}
		status := "P"
		switch open {
		case 0:
			status = "F"
		case lines:
			status = "O"
		}
		priority, clerk, comment := g.one(tpchPriorities), g.between(1, clerks), g.text(19, 78)
		if order == nil {
			continue
		}
		err := order(key, customer, status, cents(total), day.Format(time.DateOnly), priority, fmt.Sprintf("Clerk#%09d", clerk), 0, comment)
		if err != nil {
			return err
		}
	}
	return nil
}
