/* A region below the stack that nothing may write to. The memory protection unit of ARMv6-M and
 * v7-M (Arm DDI 0419, DDI 0403: PMSAv7) and of v8-M (DDI 0553: PMSAv8) differ. */
#include "mcuq_safety.h"

#ifdef MCUQ_STACK_GUARD
#include "registers.h"

extern uint32_t __stack_guard;

bool mcuq_guard_start(void)
{
    const uint32_t start = (uint32_t)(uintptr_t)&__stack_guard;
    if ((MPU_TYPE & MPU_TYPE_REGIONS) == 0) {
        return false;
    }
    MPU_RNR = 0;
#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
    MPU_RBAR = start | MPU_RBAR_READ_ONLY | MPU_RBAR_NOT_EXECUTABLE;
    MPU_RLAR = (start + MCUQ_STACK_GUARD - 32u) | MPU_RLAR_ENABLE;
#else
    /* Access by nobody is 0. The size is coded as its logarithm less one. */
    const uint32_t size_code = 30u - (uint32_t)__builtin_clz(MCUQ_STACK_GUARD);
    MPU_RBAR = start;
    MPU_RASR = MPU_RASR_NOT_EXECUTABLE | (size_code << 1) | MPU_RASR_ENABLE;
#endif
    MPU_CTRL = MPU_CTRL_ENABLE | MPU_CTRL_DEFAULT_MAP;
    barrier();
    return true;
}
#endif
