#include <stddef.h>

#include "mcuq_commands.h"

const mcuq_command mcuq_more_commands[] = {{NULL, NULL, NULL}};
