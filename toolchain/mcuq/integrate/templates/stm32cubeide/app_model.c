#include "app_model.h"

@includes

uint32_t app_model_check(void)
{
@inits
    return @checks;
}
