/*
 * The build passes both texts to this file alone, so that a new commit compiles one file and links, instead
 * of compiling everything.
 */
#include "base/version.h"

const char *version_text(void)
{
    return BRAZIER_VERSION;
}

const char *version_commit(void)
{
    return BRAZIER_COMMIT;
}
