/*
 * process_vm_readv() on ourselves: allowed without privileges, for a process may always look at its own
 * threads. The kernel promises partial results only between the pieces that it is given, so the range is cut
 * at page boundaries. A microsecond a call: the price of never having to know where a stack ends, also when
 * it is a coroutine's or an alternative signal stack.
 */
#include "agent/memory.h"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, PIECES = 8 };

size_t memory_read(uintptr_t from, void *to, size_t len)
{
    size_t got = 0;

    if (len > UINTPTR_MAX - from)
        len = UINTPTR_MAX - from;
    while (got < len) {
        struct iovec remote[PIECES], local;
        size_t asked = 0, count = 0;
        while (count < PIECES && got + asked < len) {
            uintptr_t at = from + got + asked;
            size_t piece = PAGE - at % PAGE;
            if (piece > len - got - asked)
                piece = len - got - asked;
            remote[count].iov_base =
                (void *)at; /* NOLINT(performance-no-int-to-ptr): another view of memory */
            remote[count++].iov_len = piece;
            asked += piece;
        }
        local.iov_base = (char *)to + got;
        local.iov_len = asked;
        long now = syscall(SYS_process_vm_readv, getpid(), &local, 1L, remote, (long)count, 0L);
        if (now <= 0)
            break;
        got += (size_t)now;
        if ((size_t)now < asked)
            break;
    }
    return got;
}
