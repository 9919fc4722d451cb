package zqlite

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/zqlite/zqlite/internal/engine"
)

// WithTenant makes statements that run with the returned context work for one
// tenant: of tables with TENANT BY they see, add, change and delete the rows
// whose tenant column equals id, and no others. It comes before the session's
// own tenant (SET zqlite.tenant, tenant= of the DSN) and before
// WithCrossTenant, and holds for the statements of transactions that get the
// context, not for those that get another one.
//
// id is a string, a number, a uuid.UUID or anything else with a String method;
// the empty string and nil make every statement fail. It is compared with the
// tenant column as a value of the column's type.
func WithTenant(ctx context.Context, id any) context.Context {
	return engine.WithTenant(ctx, tenantText(id))
}

// WithCrossTenant lets statements that run with the returned context work with
// the rows of all tenants. The connection needs cross_tenant=on in its DSN.
// Each statement that uses tables with TENANT BY is recorded in the table
// zqlite.audit of the database, with the reason, before it runs; the record
// stays when the statement or its transaction fails.
func WithCrossTenant(ctx context.Context, reason string) context.Context {
	return engine.WithCrossTenant(ctx, reason)
}

func tenantText(id any) string {
	switch id := id.(type) {
	case nil:
		return ""
	case string:
		return id
	case []byte:
		return string(id)
	case int:
		return strconv.Itoa(id)
	case int64:
		return strconv.FormatInt(id, 10)
	case uuid.UUID:
		return id.String()
	}
	return fmt.Sprint(id)
}
