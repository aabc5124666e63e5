/* Constants of the sound's features; the build writes mcuq_sound_tables.c. */
#ifndef MCUQ_SOUND_TABLES_H
#define MCUQ_SOUND_TABLES_H

#include <stdint.h>

#include "mcuq_sound.h"

/* Of a quarter of a turn in MCUQ_TURN steps, both ends included. */
extern const float mcuq_cosine[MCUQ_SOUND_BLOCK / 4u + 1u];
/* The first half of the window, which is symmetric. */
extern const float mcuq_sound_window[MCUQ_SOUND_BLOCK / 2u];
/* Bins between two neighbouring edges of bands: those from mcuq_band_bins[i] to the one before
 * mcuq_band_bins[i + 1]. */
extern const uint16_t mcuq_band_bins[MCUQ_SOUND_BANDS + 2u];
/* How much of a bin's power counts to the band whose middle is the upper edge; the rest counts to
 * the band whose middle is the lower one. */
extern const float mcuq_band_rise[MCUQ_SOUND_BLOCK / 2u];

#endif
