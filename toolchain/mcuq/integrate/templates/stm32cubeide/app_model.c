#include "app_model.h"

#include "model.h"
#include "model_check.h"

uint32_t app_model_check(void)
{
    model_init();
    return model_check();
}
