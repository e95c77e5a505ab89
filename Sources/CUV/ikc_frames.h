#ifndef IKC_FRAMES_H
#define IKC_FRAMES_H

// Finds frames, `<decimal length> NUL <octets>`. Pure: bytes in, positions out.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

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
  size_t octets;   // in all of them
  size_t consumed; // bytes that they take up
  size_t needed;   // bytes behind `consumed` without which no further frame is complete; 0: unknown or none begun
  uint64_t length; // of the frame that is too long
  ikc_frames_status status;
} ikc_frames_scan;

// A header of up to 7 digits, in one word: how many digits, or 0 where it is no such header.
static inline size_t ikc_frames_short_header(const uint8_t *head, uint64_t *length) {
  uint64_t word;
  memcpy(&word, head, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  // Most messages have 100 to 999 bytes.
  uint32_t three = (uint32_t)word - 0x00303030u;
  if (!((uint32_t)word & 0xff000000u) && !((three | (three + 0x00767676u)) & 0x00808080u)) {
    *length = (three & 0xff) * 100 + (three >> 8 & 0xff) * 10 + (three >> 16);
    return 3;
  }
  // The lowest set bit stands in the first NUL.
  uint64_t nul = (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
  if (!nul) return 0;
  size_t digits = (size_t)__builtin_ctzll(nul) / 8;
  if (digits == 0) return 0;
  // The digits move to the end of the word, zeros stand in front of them.
  unsigned gap = (unsigned)(8 - digits) * 8;
  uint64_t text = word << gap | (0x3030303030303030u & (((uint64_t)1 << gap) - 1));
  uint64_t values = text - 0x3030303030303030u;
  if ((values | (values + 0x7676767676767676u)) & 0x8080808080808080u) return 0;
  uint64_t pairs = values * 10 + (values >> 8);
  *length = ((pairs & 0x000000ff000000ffu) * 0x000f424000000064u + (pairs >> 16 & 0x000000ff000000ffu) * 0x0000271000000001u) >> 32;
  return digits;
}

// Finds up to `room` complete frames at the front of `bytes`.
static inline void ikc_frames_find(const uint8_t *bytes, size_t count, uint64_t limit, ikc_frame *frames, size_t room,
                                   ikc_frames_scan *scan) {
  size_t at = 0, found = 0, octets = 0;
  scan->needed = 0;
  scan->length = 0;
  scan->status = IKC_FRAMES_OK;
  while (found < room && at < count) {
    const uint8_t *head = bytes + at;
    size_t left = count - at, digits = 0;
    uint64_t length = 0;
    if (left < sizeof(uint64_t) || (digits = ikc_frames_short_header(head, &length)) == 0) {
      uint8_t digit;
      while (digits < left && digits < IKC_SAFE_DIGITS && (digit = (uint8_t)(head[digits] - '0')) <= 9) {
        length = length * 10 + digit;
        digits++;
      }
      while (digits >= IKC_SAFE_DIGITS && digits < left && digits < IKC_FRAME_DIGITS &&
             (digit = (uint8_t)(head[digits] - '0')) <= 9) {
        length = length <= (UINT64_MAX - 9) / 10 ? length * 10 + digit : UINT64_MAX;
        digits++;
      }
      if (digits == left) break; // the header goes on in the next packet
      if (digits == 0 || head[digits] != 0) {
        scan->status = IKC_FRAMES_BAD;
        break;
      }
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
    octets += (size_t)length;
    at += header + (size_t)length;
  }
  scan->found = found;
  scan->octets = octets;
  scan->consumed = at;
}

#endif
