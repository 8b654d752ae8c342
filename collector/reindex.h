/* `brazier reindex`: builds an index from the bucket, in the foreground. */
#ifndef COLLECTOR_REINDEX_H
#define COLLECTOR_REINDEX_H

/* argv without program and sub-command. Returns the exit status: 0 done, 1 failed (run it again: it resumes),
 * 2 wrong usage or configuration. */
int reindex_main(int argc, char **argv);
void reindex_help(void);

#endif
