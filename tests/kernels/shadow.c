/* A shadow of a planned arena: what each of its bytes would hold, while the program runs in an
 * arena in which nothing overlaps.
 *
 * The compiler calls one of the functions below for every load and store of the kernels (gcc
 * -fsanitize=kernel-address, calls instead of inline checks). In the arena without overlaps an
 * address says which byte of which buffer is meant; in the shadow that byte has its planned place.
 * A load is a violation where the planned place holds something else by then.
 */
#include <stdint.h>
#include <stdlib.h>

typedef struct {
    uint32_t begin;   /* in the arena that is run */
    uint32_t bytes;
    uint32_t planned; /* in the arena that is shadowed */
} region;

typedef struct {
    uint64_t loads;
    uint64_t stores;
    uint64_t violations;
    /* Of the first violation: the layer, the region and the byte of it that was wanted, the region
     * whose byte was there (-1: nothing). Region -1: no buffer was meant. */
    int32_t layer;
    int32_t wanted;
    int32_t byte;
    int32_t found;
} report;

#define OUTSIDE 0xFFFF

static uintptr_t base;
static uint32_t length;
static const region *regions;
static uint16_t *owners; /* byte of the arena that is run → region */
static uint64_t *shadow; /* byte of the planned arena → (region + 1) << 32 | byte of it */
static report result;
static int32_t layer;

static uint64_t tag(uint32_t index, uint32_t byte)
{
    return (uint64_t)(index + 1) << 32 | byte;
}

static void violate(int32_t wanted, uint32_t byte, uint64_t found)
{
    if (result.violations++ == 0) {
        result.layer = layer;
        result.wanted = wanted;
        result.byte = (int32_t)byte;
        result.found = (int32_t)(found >> 32) - 1;
    }
}

static void touch(uintptr_t address, uint32_t size, int store)
{
    if (address + size <= base || address >= base + length) {
        return;
    }
    *(store ? &result.stores : &result.loads) += 1;
    for (uint32_t i = 0; i < size; i++) {
        const uint32_t at = (uint32_t)(address + i - base);
        const uint16_t index = at < length ? owners[at] : OUTSIDE;
        if (index == OUTSIDE) {
            violate(-1, at, 0);
            continue;
        }
        const uint32_t byte = at - regions[index].begin;
        uint64_t *place = shadow + regions[index].planned + byte;
        if (store) {
            *place = tag(index, byte);
        } else if (*place != tag(index, byte)) {
            violate(index, byte, *place);
        }
    }
}

/* Start over: `count` buffers of the arena at `arena`; `planned` bytes are shadowed. */
void shadow_begin(void *arena, uint32_t bytes, const region *buffers, uint32_t count,
    uint32_t planned)
{
    free(owners);
    free(shadow);
    base = (uintptr_t)arena;
    length = bytes;
    regions = buffers;
    owners = malloc(bytes * sizeof *owners);
    shadow = calloc(planned, sizeof *shadow);
    for (uint32_t at = 0; at < bytes; at++) {
        owners[at] = OUTSIDE;
    }
    for (uint32_t index = 0; index < count; index++) {
        for (uint32_t byte = 0; byte < buffers[index].bytes; byte++) {
            owners[buffers[index].begin + byte] = (uint16_t)index;
        }
    }
    result = (report){.layer = -1};
    layer = -1;
}

/* The caller fills an input, or reads an output. */
void shadow_fill(uint32_t index)
{
    touch(base + regions[index].begin, regions[index].bytes, 1);
}

void shadow_read(uint32_t index)
{
    touch(base + regions[index].begin, regions[index].bytes, 0);
}

const report *shadow_end(void)
{
    return &result;
}

void mcuq_layer_mark(uint32_t index)
{
    layer = (int32_t)index;
}

#define CALLBACKS(size)                                                                            \
    void __asan_load##size##_noabort(uintptr_t address)                                            \
    {                                                                                              \
        touch(address, size, 0);                                                                   \
    }                                                                                              \
    void __asan_store##size##_noabort(uintptr_t address)                                           \
    {                                                                                              \
        touch(address, size, 1);                                                                   \
    }

CALLBACKS(1)
CALLBACKS(2)
CALLBACKS(4)
CALLBACKS(8)
CALLBACKS(16)

void __asan_loadN_noabort(uintptr_t address, uintptr_t size)
{
    touch(address, (uint32_t)size, 0);
}

void __asan_storeN_noabort(uintptr_t address, uintptr_t size)
{
    touch(address, (uint32_t)size, 1);
}
