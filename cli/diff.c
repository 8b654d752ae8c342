/* A short way to what `brazier query diff` does: it stands in build scripts. */
#include "cli/diff.h"

#include "cli/query.h"

int diff_main(int argc, char **argv)
{
    return query_called("diff", "diff", argc, argv);
}
