#ifndef IKC_FRAMES_H
#define IKC_FRAMES_H

// Finds frames, `<decimal length> NUL <octets>`. Pure: bytes in, positions out.

#include <stddef.h>
#include <stdint.h>

#define IKC_FRAME_DIGITS 20
#define IKC_SAFE_DIGITS 18 // whatever they are, 64 bits hold them

typedef struct ikc_frame {
  const uint8_t *bytes;
  size_t length;
} ikc_frame;

typedef enum ikc_frames_status {
  IKC_FRAMES_OK = 0,
  IKC_FRAMES_BAD = 1,      // no frame begins behind `consumed`
  IKC_FRAMES_TOO_LONG = 2, // a frame over the limit begins behind `consumed`
} ikc_frames_status;

typedef struct ikc_frames_scan {
  size_t found;    // complete frames
  size_t consumed; // bytes that they take up
  size_t needed;   // bytes behind `consumed` without which no further frame is complete; 0: unknown or none begun
  uint64_t length; // of the frame that is too long
  ikc_frames_status status;
} ikc_frames_scan;

// Finds up to `room` complete frames at the front of `bytes`.
static inline void ikc_frames_find(const uint8_t *bytes, size_t count, uint64_t limit, ikc_frame *frames, size_t room,
                                   ikc_frames_scan *scan) {
  size_t at = 0, found = 0;
  scan->needed = 0;
  scan->length = 0;
  scan->status = IKC_FRAMES_OK;
  while (found < room && at < count) {
    const uint8_t *head = bytes + at;
    size_t left = count - at, digits = 0;
    size_t safe = left < IKC_SAFE_DIGITS ? left : IKC_SAFE_DIGITS, most = left < IKC_FRAME_DIGITS ? left : IKC_FRAME_DIGITS;
    uint64_t length = 0;
    uint8_t digit;
    while (digits < safe && (digit = (uint8_t)(head[digits] - '0')) <= 9) {
      length = length * 10 + digit;
      digits++;
    }
    while (digits >= IKC_SAFE_DIGITS && digits < most && (digit = (uint8_t)(head[digits] - '0')) <= 9) {
      length = length <= (UINT64_MAX - 9) / 10 ? length * 10 + digit : UINT64_MAX;
      digits++;
    }
    if (digits == left) break; // the header goes on in the next packet
    if (digits == 0 || head[digits] != 0) {
      scan->status = IKC_FRAMES_BAD;
      break;
    }
    if (length > limit) {
      scan->status = IKC_FRAMES_TOO_LONG;
      scan->length = length;
      break;
    }
    size_t header = digits + 1;
    if (length > left - header) {
      scan->needed = header + (size_t)length;
      break;
    }
    frames[found].bytes = head + header;
    frames[found].length = (size_t)length;
    found++;
    at += header + (size_t)length;
  }
  scan->found = found;
  scan->consumed = at;
}

#endif
