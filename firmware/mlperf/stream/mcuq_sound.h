/* Sound becomes features, as the streaming wake word's model was trained on them: logarithms of the
 * power in 40 bands. */
#ifndef MCUQ_SOUND_H
#define MCUQ_SOUND_H

#include <stdint.h>

#define MCUQ_SOUND_BLOCK 1024u /* samples that one row of features is made of, */
#define MCUQ_SOUND_STEP 512u   /* and by how many the next row's begin later */
#define MCUQ_SOUND_BANDS 40u

/* One row, each value from 0 to 1.
 * before: the sample ahead of the block. older, newer: its halves. */
void mcuq_sound_features(int16_t before, const int16_t *older, const int16_t *newer,
                         float *features);

#endif
