/* `brazier serve`: the collector as a process. */
#ifndef COLLECTOR_SERVE_H
#define COLLECTOR_SERVE_H

/* argv without program and sub-command. Returns the exit status: 0 stopped as asked, 1 failed, 2 wrong usage
 * or configuration. */
int serve_main(int argc, char **argv);
void serve_help(void);

#endif
