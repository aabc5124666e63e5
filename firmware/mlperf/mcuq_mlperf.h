/* What an image that MLPerf Tiny's runner measures is: the benchmark, and how its bytes are read.
 *
 * The build writes mcuq_benchmark.c; the model is the image's only one, of one int8 input and one
 * int8 output.
 */
#ifndef MCUQ_MLPERF_H
#define MCUQ_MLPERF_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    MCUQ_SENT_U8,  /* real value = scale * (byte - zero_point) */
    MCUQ_SENT_S8,  /* the same of a signed byte */
    MCUQ_SENT_F32, /* the real value itself, little-endian */
} mcuq_sent;

typedef struct {
    const char *model; /* what `profile` tells, such as "ic01" */
    /* What a command is collected in: so many bytes and a zero; a longer one is cut. */
    char *command;
    uint32_t command_bytes;
    /* Each command is told back, and how many bytes have arrived. */
    bool echoes;
    mcuq_sent sent;
    float scale;
    int32_t zero_point;
    /* What `db` fills; one input exactly. */
    uint8_t *buffer;
    uint32_t buffer_bytes;
    /* The same as the model takes it. Where a value is a byte both are one buffer. */
    int8_t *input;
    /* The result is the mean squared difference of output and input, not the output. */
    bool reconstructs;
} mcuq_mlperf_benchmark;

extern const mcuq_mlperf_benchmark mcuq_benchmark;

#endif
