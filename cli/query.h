/* brazier query: profiles of a collector, or of files, shown in every way. */
#ifndef CLI_QUERY_H
#define CLI_QUERY_H

int query_main(int argc, char **argv);
/* One of its commands, which is called so in texts ("diff", "query diff"). There must be such a one. */
int query_called(const char *name, const char *called, int argc, char **argv);

#endif
