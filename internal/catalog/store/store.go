package store

import (
	"encoding/binary"
	"encoding/json"

	"github.com/zqlite/zqlite/internal/catalog"
	"github.com/zqlite/zqlite/internal/sqlerr"
	"github.com/zqlite/zqlite/internal/storage"
	"github.com/zqlite/zqlite/internal/storage/page"
)

// Tree is the system tree that holds the catalog.
const Tree storage.TreeID = 1

// bodyColumn holds the JSON of an object.
const bodyColumn = 1

// classHeader is the class of the single row that holds NextID.
const classHeader catalog.Class = 0

var layout = page.Layout{Version: 1, Columns: []page.Column{{ID: bodyColumn, Kind: page.Var}}}

type header struct {
	NextID  catalog.ID
	Version uint64
}

func key(class catalog.Class, id catalog.ID) []byte {
	return binary.BigEndian.AppendUint32([]byte{byte(class)}, uint32(id))
}

// Create makes the system tree in a new database.
func Create(tx *storage.Tx) error {
	return tx.CreateTree(storage.Spec{ID: Tree, Key: page.KeyBytes, Layout: layout})
}

// Save writes what changed in c since it was last Clean.
func Save(tx *storage.Tx, c *catalog.Catalog) error {
	err := c.Changes(func(class catalog.Class, id catalog.ID) error {
		o := c.Object(class, id)
		if o == nil {
			return tx.Delete(Tree, key(class, id))
		}
		return put(tx, key(class, id), o)
	})
	if err != nil {
		return err
	}
	return put(tx, key(classHeader, 0), header{c.NextID, c.Version})
}

func put(tx *storage.Tx, key []byte, o any) error {
	b, err := json.Marshal(o)
	if err != nil {
		return sqlerr.Wrap(err, sqlerr.InternalError, "cannot encode a catalog object: %v", err)
	}
	var w page.RowWriter
	w.Reset(&layout)
	w.SetBytes(0, b)
	return tx.Put(Tree, key, w.Bytes())
}

// Load reads the catalog that is visible to tx.
func Load(tx *storage.Tx, virtual *catalog.Virtuals) (*catalog.Catalog, error) {
	c := catalog.New(virtual)
	scan, err := tx.Scan(Tree, storage.Range{}, storage.ScanOptions{})
	if err != nil {
		return nil, err
	}
	defer scan.Close()
	var b storage.Block
	keyBuf := make([]byte, 0, 16)
	for {
		more, err := scan.Next(&b)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		for i := 0; i < b.N; i++ {
			key := b.Key(i, keyBuf)
			body, err := b.Bytes(i, bodyColumn)
			if err != nil {
				return nil, err
			}
			if err := decode(c, key, body); err != nil {
				return nil, sqlerr.Wrap(err, sqlerr.DataCorrupted, "the catalog is damaged: %v", err)
			}
		}
	}
	if err := c.Resolve(); err != nil {
		return nil, sqlerr.Wrap(err, sqlerr.DataCorrupted, "the catalog is damaged: %v", err)
	}
	return c, nil
}

func decode(c *catalog.Catalog, key, body []byte) error {
	if len(key) != 5 {
		return sqlerr.New(sqlerr.DataCorrupted, "bad key")
	}
	class := catalog.Class(key[0])
	if class != classHeader {
		return c.Decode(class, body)
	}
	var h header
	if err := json.Unmarshal(body, &h); err != nil {
		return err
	}
	c.NextID, c.Version = h.NextID, h.Version
	return nil
}
