/* RESIZE_BILINEAR: four neighbours weighted in steps of 1/1024, rounded half away from zero. */
#include "mcuq_kernels.h"

void mcuq_resize_bilinear_s8(const mcuq_bilinear *p, const int8_t *input, int8_t *output)
{
    for (int32_t y = 0; y < p->output_height; y++) {
        const int16_t *line = p->rows + 3 * y;
        const int8_t *top = input + line[0] * p->input_width * p->channels;
        const int8_t *bottom = input + line[1] * p->input_width * p->channels;
        const int32_t below = line[2];
        for (int32_t x = 0; x < p->output_width; x++) {
            const int16_t *column = p->columns + 3 * x;
            const int32_t left = column[0] * p->channels;
            const int32_t right = column[1] * p->channels;
            const int32_t beside = column[2];
            for (int32_t c = 0; c < p->channels; c++) {
                const int32_t above_sum = top[left + c] * (1024 - beside) + top[right + c] * beside;
                const int32_t below_sum =
                    bottom[left + c] * (1024 - beside) + bottom[right + c] * beside;
                const int32_t sum = above_sum * (1024 - below) + below_sum * below;
                *output++ = (int8_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
            }
        }
    }
}
