// What MLIR's lowering of a strided copy calls; the rest of its runtime library is not needed.
#include <stdint.h>
#include <string.h>

typedef struct {
    int64_t rank;
    void *descriptor;
} unranked_memref;

typedef struct {
    char *base, *data;
    int64_t offset, dims[];  // rank sizes, then rank strides, in elements
} memref;

void memrefCopy(int64_t element_size, const unranked_memref *from, const unranked_memref *to)
{
    const memref *source = from->descriptor, *target = to->descriptor;
    int64_t rank = from->rank, count = 1;
    for (int64_t i = 0; i < rank; i++) {
        count *= source->dims[i];
    }
    for (int64_t n = 0; n < count; n++) {
        int64_t rest = n, read = source->offset, write = target->offset;
        for (int64_t i = rank - 1; i >= 0; i--) {
            int64_t at = rest % source->dims[i];
            rest /= source->dims[i];
            read += at * source->dims[rank + i];
            write += at * target->dims[rank + i];
        }
        memcpy(target->data + write * element_size, source->data + read * element_size,
               (size_t)element_size);
    }
}
