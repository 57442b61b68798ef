#pragma once

/// Calls of malloc, calloc, realloc and posix_memalign by this process so far.
unsigned long allocationCount(void);
