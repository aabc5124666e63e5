#include "mcuq_timestamp.h"

#include "mcuq_infer.h"
#include "mcuq_tell.h"

void mcuq_timestamp_start(void)
{
    mcuq_tell("m-timestamp-mode-performance\r\n");
}

void mcuq_timestamp(void)
{
    mcuq_tell("m-lap-us-");
    mcuq_tell_number(mcuq_microseconds());
    mcuq_tell("\r\n");
}
