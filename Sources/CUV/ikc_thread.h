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

#if defined(__GLIBC__)
// What the headers name under _GNU_SOURCE alone.
enum { IKC_MUTEX_ADAPTIVE = 3 };
#endif

// A mutex whose waiters try again for a moment before they sleep, where the system has such: it is held for less than a sleep takes.
static inline int ikc_mutex_init(uv_mutex_t *mutex) {
#if defined(__GLIBC__)
  pthread_mutexattr_t attributes;
  if (pthread_mutexattr_init(&attributes) != 0) return UV_ENOMEM;
  pthread_mutexattr_settype(&attributes, IKC_MUTEX_ADAPTIVE);
  int result = pthread_mutex_init(mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return uv_translate_sys_error(result);
#else
  return uv_mutex_init(mutex);
#endif
}

#endif
