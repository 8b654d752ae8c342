/* How a question gets a connection: the database in use is held for as long, so it may be replaced meanwhile.
 */
#include "index/inner.h"

static void tell_writer(struct index *ix)
{
    (void)pthread_mutex_lock(&ix->lock);
    (void)pthread_cond_signal(&ix->wake);
    (void)pthread_mutex_unlock(&ix->lock);
}

enum status reading_begin(struct index *ix, struct reading *ret_reading, struct error *err)
{
    struct db *db = index_db(ix);
    struct conn *conn;

    if (db_read_begin(db, &conn, err) != OK) {
        if (db_fault(db, NULL) != CONN_SOUND)
            tell_writer(ix);
        db_drop(db);
        return conn_failed(err);
    }
    *ret_reading = (struct reading){ix, db, conn};
    return OK;
}

void reading_end(struct reading *r)
{
    if (!r->ix)
        return;

    db_read_end(r->db, r->conn);
    if (db_fault(r->db, NULL) != CONN_SOUND)
        tell_writer(r->ix);
    db_drop(r->db);
    r->ix = NULL;
}
