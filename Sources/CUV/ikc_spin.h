#ifndef IKC_SPIN_H
#define IKC_SPIN_H

// Whether a loop that has nothing to do looks for events again and again for a moment, or sleeps. To be woken takes longer than many a
// peer takes to answer. To look in vain costs processor time: the less it pays, the less often it is done.

#include <stdint.h>

enum { IKC_SPIN_MISSES = 6, IKC_SPIN_VISITED = 16 };

typedef struct ikc_spin {
  uint64_t span;   // for how long it looks, in nanoseconds; 0: never
  uint64_t until;  // when it gives up; 0: it does not look
  unsigned misses; // how often it was in vain, less how often it was not
  unsigned skips;  // how many of the turns that bring something it sleeps after all the same
  int active;      // something came in this turn
} ikc_spin;

// At the end of a turn: whether to look again at once.
static inline int ikc_spin_goes_on(ikc_spin *spin, uint64_t now) {
  if (spin->active) {
    spin->active = 0;
    if (spin->until && spin->misses) spin->misses--;
    spin->until = 0;
    if (spin->skips) {
      spin->skips--;
    } else {
      spin->until = now + spin->span;
    }
  } else if (spin->until && now >= spin->until) {
    spin->until = 0;
    if (spin->misses < IKC_SPIN_MISSES) spin->misses++;
    spin->skips = (1u << spin->misses) - 1;
  }
  return spin->until != 0;
}

// Threads of this process have brought work: they need the processor more than a loop that waits.
static inline void ikc_spin_visited(ikc_spin *spin) {
  if (spin->skips < IKC_SPIN_VISITED) spin->skips = IKC_SPIN_VISITED;
}

#endif
