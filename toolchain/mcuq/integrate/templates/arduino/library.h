/* What a sketch includes. */
#ifndef @{name}_H
#define @{name}_H

#include "model.h"
#include "model_check.h"

#endif
