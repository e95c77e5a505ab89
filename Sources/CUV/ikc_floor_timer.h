#ifndef IKC_FLOOR_TIMER_H
#define IKC_FLOOR_TIMER_H

#include <stdint.h>
#include <time.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

/// Lets the calling thread's sleeps end when they should, not up to 50 µs later.
static inline void ikc_floor_fine_timer(void) {
#ifdef __linux__
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
#endif
}

static inline void ikc_floor_sleep(uint64_t nanoseconds) {
  struct timespec wait = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
  if (nanoseconds) nanosleep(&wait, NULL);
}

#endif
