#ifndef IKC_CUV_H
#define IKC_CUV_H

// The whole of libuv, and IKC's hot path over it. State lives in structs that
// the caller owns: a static variable in these headers would not be emitted.
#include <uv.h>

#include "ikc_address.h"
#include "ikc_handed.h"
#include "ikc_listener.h"
#include "ikc_loop.h"
#include "ikc_thread.h"

// What ikc-bench compares with.
#include "ikc_floor.h"

#endif
