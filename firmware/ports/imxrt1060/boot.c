/* The first 8 KB of the serial flash: how the boot ROM reads the flash, and where the image in it is
 * (i.MX RT1060 Reference Manual, System Boot; MIMXRT1060-EVK's IS25WP064 in quad mode, as in
 * evkmimxrt1060_flexspi_nor_config.c of mcux-sdk). */
#include <stdint.h>

#include "core.h"

#define FLASH_ORIGIN 0x60000000u
#define FLASH_BYTES 0x00800000u
#define TAG_FCFB 0x42464346u
#define VERSION_1_4_0 0x56010400u
/* Sampled with the clock that comes back from the DQS pad, three cycles around chip select. */
#define SAMPLED_BY_DQS_HOLD_3_SETUP_3 (1u | (3u << 8) | (3u << 16))
#define SERIAL_NOR_ON_4_PADS_AT_100_MHZ (1u | (4u << 8) | (6u << 16))
/* Two instructions a word: operand, pads as their logarithm, operation code. */
#define INSTRUCTION(code, pads, operand) (((code) << 10) | ((pads) << 8) | (operand))
#define PAIR(first, second) ((first) | ((second) << 16))
#define SEND_COMMAND 0x01u
#define SEND_ADDRESS 0x02u
#define READ 0x09u
#define DUMMY 0x0Cu
#define ON_1 0u
#define ON_4 2u
#define FAST_READ_QUAD 0xEBu
#define IVT_TAG_32_BYTES_VERSION_4_1 0x412000D1u

static const struct {
    uint32_t tag;
    uint32_t version;
    uint32_t reserved_0;
    uint32_t sampling;
    uint32_t reserved_1[13];
    uint32_t device;
    uint32_t reserved_2[2];
    uint32_t flash_bytes;
    uint32_t reserved_3[11];
    uint32_t read[2];
    uint32_t reserved_4[78];
    uint32_t page_bytes;
    uint32_t sector_bytes;
    uint32_t reserved_5[2];
    uint32_t block_bytes;
    uint32_t reserved_6[11];
    uint32_t until_table[896];
    uint32_t header;
    const mcuq_vector *entry;
    uint32_t reserved_7[2];
    const void *boot_data;
    const void *self;
    uint32_t reserved_8[2];
    uint32_t image[3];
    uint32_t until_image[1013];
} first __attribute__((section(".boot"), used)) = {
    .tag = TAG_FCFB,
    .version = VERSION_1_4_0,
    .sampling = SAMPLED_BY_DQS_HOLD_3_SETUP_3,
    .device = SERIAL_NOR_ON_4_PADS_AT_100_MHZ,
    .flash_bytes = FLASH_BYTES,
    .read = {PAIR(INSTRUCTION(SEND_COMMAND, ON_1, FAST_READ_QUAD),
                 INSTRUCTION(SEND_ADDRESS, ON_4, 24u)),
        PAIR(INSTRUCTION(DUMMY, ON_4, 6u), INSTRUCTION(READ, ON_4, 4u))},
    .page_bytes = 256u,
    .sector_bytes = 4096u,
    .block_bytes = 65536u,
    .header = IVT_TAG_32_BYTES_VERSION_4_1,
    .entry = mcuq_vectors,
    .boot_data = first.image,
    .self = &first.header,
    .image = {FLASH_ORIGIN, FLASH_BYTES, 0u},
};
_Static_assert(sizeof first == 0x2000u, "the image begins 8 KB behind");
_Static_assert(__builtin_offsetof(__typeof__(first), read) == 0x80u, "lookup table");
_Static_assert(__builtin_offsetof(__typeof__(first), page_bytes) == 0x1C0u, "serial NOR");
_Static_assert(__builtin_offsetof(__typeof__(first), header) == 0x1000u, "image vector table");
