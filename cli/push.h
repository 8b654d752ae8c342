/* brazier push: files into a collector. */
#ifndef CLI_PUSH_H
#define CLI_PUSH_H

int push_main(int argc, char **argv);
void push_help(void);

#endif
