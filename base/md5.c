/* MD5 by OpenSSL: S3 asks for it in Content-MD5 of a bulk delete, nothing else does. */
#include "base/md5.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { MD5_BYTES = 16 };

uint64_t md5_low64(struct slice data)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    uint64_t number = 0;

    if (EVP_Digest(data.ptr ? data.ptr : "", data.len, digest, NULL, EVP_md5(), NULL) != 1)
        abort();
    for (int i = MD5_BYTES / 2; i < MD5_BYTES; i++)
        number = number << 8 | digest[i];
    return number;
}
