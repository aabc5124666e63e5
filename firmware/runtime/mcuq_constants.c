#include "mcuq_safety.h"

#ifdef MCUQ_CHECK_CONSTANTS
#include "mcuq_crc.h"

/* The linker's: each range in flash as its first byte and the one behind its last. */
extern const uint8_t *const mcuq_flash_ranges[MCUQ_CHECK_CONSTANTS][2];

uint32_t mcuq_constants_crc(void)
{
    uint32_t crc = MCUQ_CRC_INIT;
    for (uint32_t range = 0; range < MCUQ_CHECK_CONSTANTS; range++) {
        const uint8_t *const end = mcuq_flash_ranges[range][1];
        for (const uint8_t *at = mcuq_flash_ranges[range][0]; at != end; at++) {
            crc = mcuq_crc(crc, *at);
        }
    }
    return ~crc;
}
#endif
