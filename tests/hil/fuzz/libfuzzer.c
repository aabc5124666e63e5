/* An input of libFuzzer as the bytes on a device's line: a row of pieces, each of a byte that says
 * how, a length, and so many bytes. Pieces below 200 are requests: their first byte is the operation,
 * the rest its body; sequence, session and CRC are ours, so that the parser behind them is reached.
 */
#include <string.h>

#include "device.h"
#include "mcuq_protocol.h"

#define HEADER 8u
#define LINE 200u /* from here on bytes are put on the line as they are */
#define AGAIN 180u /* from here on the sequence number of the request before */

static uint32_t session = 7;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void request(uint8_t how, uint16_t sequence, const uint8_t *piece, size_t length)
{
    uint8_t plain[HEADER + 256 + 4] = {0};
    plain[0] = piece[0];
    memcpy(plain + 2, &sequence, 2);
    memcpy(plain + 4, &session, 4);
    memcpy(plain + HEADER, piece + 1, length - 1);
    size_t whole = seal(plain, HEADER + length - 1);
    if (how % 16 == 15) {
        plain[how % whole] ^= (uint8_t)(1u << (how % 8));
    }
    feed_framed(plain, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    volatile size_t at = 0;
    volatile uint16_t sequence = 0;
    session++;
    has_fault = size % 2;
    feed(0);
    open_session(session);
    (void)setjmp(after_reset);
    while (at + 2 < size) {
        const uint8_t how = data[at];
        const size_t left = size - at - 2;
        const size_t length = data[at + 1] < left ? data[at + 1] : left;
        const uint8_t *piece = data + at + 2;
        at += 2 + length;
        if (how >= LINE) {
            for (size_t i = 0; i < length; i++) {
                feed(piece[i]);
            }
        } else if (length > 0) {
            sequence = (uint16_t)(sequence + (how < AGAIN));
            request(how, sequence, piece, length);
        }
    }
    return 0;
}
