#ifndef IKC_FLOOR_H
#define IKC_FLOOR_H

#include "ikc_floor_connect.h"
#include "ikc_floor_server.h"
#include "ikc_floor_timer.h"

#endif
