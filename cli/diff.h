/* brazier diff: what grew and what shrank, and a gate for continuous integration. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

int diff_main(int argc, char **argv);

#endif
