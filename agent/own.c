/* One counter a thread. Initial-exec: reading it must not allocate, for malloc() reads it. */
#include "agent/own.h"

_Thread_local int own_depth __attribute__((tls_model("initial-exec")));
