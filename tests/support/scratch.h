/* A directory for one test, under TMPDIR or /tmp, that goes away with everything in it. */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

/* Its absolute path, to be given to scratch_remove(). Aborts when there is no room for it. */
char *scratch_new(void);
/* Removes what is beneath without following symbolic links, and frees the path. Takes NULL. */
void scratch_remove(char *path);

/* "PATH/NAME", formatted; freed by the caller. */
char *scratch_path(const char *path, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
