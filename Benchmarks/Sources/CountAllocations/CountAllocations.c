#include "CountAllocations.h"
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

// glibc lets a program define its own allocator functions; these count and pass on to the library's.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_ulong count;

static void tick(void) { atomic_fetch_add_explicit(&count, 1, memory_order_relaxed); }

unsigned long allocationCount(void) { return atomic_load_explicit(&count, memory_order_relaxed); }

void *malloc(size_t size) {
  tick();
  return __libc_malloc(size);
}
void *calloc(size_t items, size_t size) {
  tick();
  return __libc_calloc(items, size);
}
void *realloc(void *old, size_t size) {
  tick();
  return __libc_realloc(old, size);
}
int posix_memalign(void **result, size_t alignment, size_t size) {
  tick();
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}
