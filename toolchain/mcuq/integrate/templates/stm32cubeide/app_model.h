#ifndef APP_MODEL_H
#define APP_MODEL_H

#include <stdint.h>

/* Call once after MX_..._Init(): 0 when every model computes what it should. */
uint32_t app_model_check(void);

#endif
