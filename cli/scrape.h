/* brazier scrape: profiles of programs that serve them, into a collector. */
#ifndef CLI_SCRAPE_H
#define CLI_SCRAPE_H

int scrape_main(int argc, char **argv);
void scrape_help(void);

#endif
