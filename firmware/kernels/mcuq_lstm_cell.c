/* The cell of an LSTM after a step, from the sums of its gates. */
#include "mcuq_arith.h"
#include "mcuq_recurrent.h"

void mcuq_lstm_cell(const mcuq_lstm *p, const int16_t *cell, int16_t *next, int16_t *scratch)
{
    const int16_t *keep = scratch + p->units;
    int16_t *fresh = scratch + 3 * p->units;
    mcuq_logistic_s16(&p->gates, scratch, scratch);
    mcuq_tanh_s16(&p->fresh, fresh, fresh);
    for (int32_t i = 0; i < p->units; i++) {
        const int32_t kept = mcuq_saturate_s16(
            mcuq_requantize(keep[i] * cell[i], p->forget_multiplier, p->forget_shift));
        const int32_t added = mcuq_saturate_s16(
            mcuq_requantize(scratch[i] * fresh[i], p->fresh_multiplier, p->fresh_shift));
        next[i] = (int16_t)mcuq_clamp(mcuq_saturate_s16(kept + added), -p->clip, p->clip);
    }
    mcuq_tanh_s16(&p->squash, next, scratch);
}
