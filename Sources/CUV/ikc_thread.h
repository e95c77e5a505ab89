#ifndef IKC_THREAD_H
#define IKC_THREAD_H

// What a loop's thread needs beside libuv.

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <uv.h>

static inline uintptr_t ikc_thread(void) { return (uintptr_t)pthread_self(); }

#if defined(__linux__)
#include <sys/prctl.h>
static inline void ikc_thread_name(const char *name) { prctl(PR_SET_NAME, name); }
#elif defined(__APPLE__)
static inline void ikc_thread_name(const char *name) { pthread_setname_np(name); }
#else
static inline void ikc_thread_name(const char *name) { (void)name; }
#endif

static inline void ikc_thread_detach(uv_thread_t *thread) { pthread_detach(*thread); }

// libuv writes without MSG_NOSIGNAL: a peer that is gone would end the process. 1: it was not blocked before.
static inline int ikc_block_sigpipe(void) {
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  if (pthread_sigmask(SIG_BLOCK, &set, &old) != 0) return 0;
  return !sigismember(&old, SIGPIPE);
}

// Undoes ikc_block_sigpipe, without letting the signals through that came meanwhile.
static inline void ikc_unblock_sigpipe(void) {
  sigset_t set, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  sigemptyset(&pending);
  if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE)) {
#if defined(__linux__)
    struct timespec none = {0, 0};
    sigtimedwait(&set, NULL, &none);
#else
    int number;
    sigwait(&set, &number);
#endif
  }
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

#endif
