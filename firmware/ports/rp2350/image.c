/* What the boot ROM looks for in the first 4 KB of the flash: that this is an image for its Arm
 * core, and where the vectors are (RP2350 data sheet, boot ROM; boot/picobin.h of pico-sdk). It sets
 * the flash up itself. */
#include <stdint.h>

#include "core.h"

#define MARKER_START 0xFFFFDED3u
#define MARKER_END 0xAB123579u
#define ITEM_IMAGE_TYPE 0x42u
#define ITEM_VECTOR_TABLE 0x03u
#define ITEM_LAST 0xFFu
#define WORDS(count) ((uint32_t)(count) << 8)
/* Executable, secure, Arm, RP2350. */
#define TYPE ((1u | (2u << 4) | (1u << 12)) << 16)
#define ITEM_WORDS 3u

static const struct {
    uint32_t start;
    uint32_t type;
    uint32_t vectors_follow;
    const mcuq_vector *vectors;
    uint32_t last;
    uint32_t next; /* the only block of its loop */
    uint32_t end;
} block __attribute__((section(".boot"), used)) = {
    .start = MARKER_START,
    .type = ITEM_IMAGE_TYPE | WORDS(1) | TYPE,
    .vectors_follow = ITEM_VECTOR_TABLE | WORDS(2),
    .vectors = mcuq_vectors,
    .last = ITEM_LAST | WORDS(ITEM_WORDS),
    .next = 0,
    .end = MARKER_END,
};
