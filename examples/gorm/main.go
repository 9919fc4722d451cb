// Command gorm is a ledger of wallets, used through GORM: wallets with exact
// balances, transfers between them by many goroutines at once, their history.
//
//	cd examples/gorm && go run . [-wallets 5000] [-transfers 5000] [-db FILE]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/zqlite/zqlite"
	"github.com/zqlite/zqlite/gormzqlite"
)

// Wallet holds money.
type Wallet struct {
	Address  string          `gorm:"primaryKey"`
	Balance  decimal.Decimal `gorm:"type:numeric(18,8);not null;check:balance_not_negative,balance >= 0"`
	Metadata map[string]any  `gorm:"type:jsonb;serializer:json"`
	Created  time.Time       `gorm:"autoCreateTime"`
}

// Transfer moves money from one wallet to another.
type Transfer struct {
	ID     uuid.UUID       `gorm:"type:uuid;primaryKey"`
	Source string          `gorm:"not null;index:transfers_source,priority:1"`
	Target string          `gorm:"not null;index"`
	Amount decimal.Decimal `gorm:"type:numeric(18,8);not null;check:amount > 0"`
	At     time.Time       `gorm:"not null;index:transfers_source,priority:2"`

	SourceWallet *Wallet `gorm:"foreignKey:Source"`
	TargetWallet *Wallet `gorm:"foreignKey:Target"`
}

func main() {
	wallets := flag.Int("wallets", 5000, "wallets to fill in")
	transfers := flag.Int("transfers", 5000, "transfers to make")
	path := flag.String("db", "", "database file to make (default: one in a temporary directory)")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *path, *wallets, *transfers); err != nil {
		fmt.Fprintln(os.Stderr, "gorm:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, path string, wallets, transfers int) (err error) {
	if path == "" {
		dir, err := os.MkdirTemp("", "zqlite-gorm-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "ledger.db")
	}
	db, err := gorm.Open(gormzqlite.Open(path+"?sync=normal"), &gorm.Config{
		TranslateError: true, Logger: logger.Discard}) // refusals are part of the program
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	l := &ledger{db: db.WithContext(ctx), out: out, wallets: wallets}
	if err := l.fill(); err != nil {
		return err
	}
	if err := l.transfer(transfers); err != nil {
		return err
	}
	return l.report()
}

// ledger is the program's state.
type ledger struct {
	db      *gorm.DB
	out     io.Writer
	wallets int
}

func address(i int) string { return fmt.Sprintf("0x%040x", i) }

func (l *ledger) fill() error {
	if err := l.db.AutoMigrate(&Wallet{}, &Transfer{}); err != nil {
		return err
	}
	all := make([]Wallet, l.wallets)
	for i := range all {
		all[i] = Wallet{Address: address(i), Balance: decimal.NewFromInt(100), Metadata: map[string]any{"label": fmt.Sprint("wallet ", i)}}
	}
	begin := time.Now()
	if err := l.db.CreateInBatches(all, 500).Error; err != nil {
		return err
	}
	took := time.Since(begin)
	fmt.Fprintf(l.out, "%d wallets in %s, %.0f a second\n", len(all), took.Round(time.Millisecond), float64(len(all))/took.Seconds())
	err := l.db.Create(&Wallet{Address: address(0)}).Error
	if !errors.Is(err, gorm.ErrDuplicatedKey) {
		return fmt.Errorf("an address was given twice: %w", err)
	}
	return nil
}

// move makes one transfer; it runs again where another had changed a wallet.
func (l *ledger) move(from, to string, amount decimal.Decimal) error {
	for {
		err := l.db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Model(&Wallet{}).Where("address = ?", from).Update("balance", gorm.Expr("balance - ?", amount)).Error; err != nil {
				return err
			}
			if err := tx.Model(&Wallet{}).Where("address = ?", to).Update("balance", gorm.Expr("balance + ?", amount)).Error; err != nil {
				return err
			}
			return tx.Create(&Transfer{ID: uuid.Must(uuid.NewV7()), Source: from, Target: to, Amount: amount, At: time.Now()}).Error
		})
		if !zqlite.Retryable(err) {
			return err
		}
	}
}

// transfer makes transfers by eight goroutines; some ask for more than there is.
func (l *ledger) transfer(n int) error {
	const workers = 8
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed error
	refused := 0
	begin := time.Now()
	for w := range workers {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 9))
			for range n / workers {
				from := r.IntN(l.wallets)
				to := (from + 1 + r.IntN(l.wallets-1)) % l.wallets
				err := l.move(address(from), address(to), decimal.New(r.Int64N(12_000_000_000)+1, -8))
				mu.Lock()
				if errors.Is(err, gorm.ErrCheckConstraintViolated) {
					refused++
				} else if err != nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	took := time.Since(begin)
	fmt.Fprintf(l.out, "%d transfers by %d goroutines in %s, %.0f a second; %d refused by the CHECK\n", n/workers*workers, workers,
		took.Round(time.Millisecond), float64(n)/took.Seconds(), refused)
	return failed
}

func (l *ledger) report() error {
	var sum decimal.Decimal
	if err := l.db.Model(&Wallet{}).Select("sum(balance)").Scan(&sum).Error; err != nil {
		return err
	}
	if want := decimal.NewFromInt(int64(100 * l.wallets)); !sum.Equal(want) {
		return fmt.Errorf("the wallets hold %s, not %s", sum, want)
	}
	begin := time.Now()
	const rounds = 2000
	for i := range rounds {
		var w Wallet
		if err := l.db.First(&w, "address = ?", address(i%l.wallets)).Error; err != nil {
			return err
		}
	}
	fmt.Fprintf(l.out, "wallet by address: %.1f µs\n", float64(time.Since(begin).Microseconds())/rounds)
	var history []Transfer
	begin = time.Now()
	if err := l.db.Preload("TargetWallet").Where("source = ?", address(1)).
		Order(clause.OrderByColumn{Column: clause.Column{Name: "at"}, Desc: true}).Limit(20).Find(&history).Error; err != nil {
		return err
	}
	fmt.Fprintf(l.out, "history of a wallet with its partners: %d in %.0f µs\n", len(history), float64(time.Since(begin).Microseconds()))
	type volume struct {
		Day    time.Time
		Total  decimal.Decimal
		Number int64
	}
	var days []volume
	err := l.db.Raw(`WITH daily AS (SELECT date_trunc('day', at) AS day, amount FROM transfers)
		SELECT day, sum(amount) AS total, count(*) AS number FROM daily GROUP BY day ORDER BY day`).Scan(&days).Error
	if err != nil || len(days) == 0 {
		return fmt.Errorf("%d days: %w", len(days), err)
	}
	fmt.Fprintf(l.out, "volume of %s: %s in %d transfers\n", days[0].Day.Format(time.DateOnly), days[0].Total, days[0].Number)
	return nil
}
