/*
 * Which brazier this is. Both texts are static, never empty and one word; any thread.
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

/* The release, from the file VERSION: "0.1.0". */
const char *version_text(void);
/* The first 12 digits of the commit that it was built from; "unknown" when it was built without git. */
const char *version_commit(void);

#endif
