/* Core registers of ARMv6-M, v7-M and v8-M (Arm DDI 0403, DDI 0419, DDI 0553). */
#ifndef MCUQ_REGISTERS_H
#define MCUQ_REGISTERS_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define SYST_CSR REGISTER(0xE000E010u)
#define SYST_RVR REGISTER(0xE000E014u)
#define SYST_CVR REGISTER(0xE000E018u)
#define SYST_CSR_ENABLE (1u << 0)
#define SYST_CSR_TICKINT (1u << 1)
#define SYST_CSR_CLKSOURCE (1u << 2)

#define SCB_ICSR REGISTER(0xE000ED04u)
#define SCB_ICSR_PENDSTSET (1u << 26)
#define SCB_VTOR REGISTER(0xE000ED08u)
#define SCB_AIRCR REGISTER(0xE000ED0Cu)
#define SCB_AIRCR_SYSRESETREQ 0x05FA0004u
#define SCB_CCR REGISTER(0xE000ED14u)
#define SCB_CCR_DC (1u << 16)
#define SCB_CCR_IC (1u << 17)
#define SCB_CFSR REGISTER(0xE000ED28u)
#define SCB_HFSR REGISTER(0xE000ED2Cu)
#define SCB_MMFAR REGISTER(0xE000ED34u)
#define SCB_BFAR REGISTER(0xE000ED38u)
#define SCB_CCSIDR REGISTER(0xE000ED80u)
#define SCB_CSSELR REGISTER(0xE000ED84u)
#define SCB_CPACR REGISTER(0xE000ED88u)
#define SCB_ICIALLU REGISTER(0xE000EF50u)
#define SCB_DCISW REGISTER(0xE000EF60u)
#define SCB_DCCMVAC REGISTER(0xE000EF68u)

#define MPU_TYPE REGISTER(0xE000ED90u)
#define MPU_TYPE_REGIONS (0xFFu << 8)
#define MPU_CTRL REGISTER(0xE000ED94u)
#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_DEFAULT_MAP (1u << 2)
#define MPU_RNR REGISTER(0xE000ED98u)
#define MPU_RBAR REGISTER(0xE000ED9Cu)
#define MPU_RBAR_NOT_EXECUTABLE (1u << 0) /* v8-M */
#define MPU_RBAR_READ_ONLY (2u << 1)      /* v8-M: by privileged code alone */
#define MPU_RASR REGISTER(0xE000EDA0u)    /* v6-M, v7-M */
#define MPU_RASR_ENABLE (1u << 0)
#define MPU_RASR_NOT_EXECUTABLE (1u << 28)
#define MPU_RLAR REGISTER(0xE000EDA0u) /* v8-M */
#define MPU_RLAR_ENABLE (1u << 0)

#define DEMCR REGISTER(0xE000EDFCu)
#define DEMCR_TRCENA (1u << 24)
#define DWT_CTRL REGISTER(0xE0001000u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CYCCNT REGISTER(0xE0001004u)
#define DWT_LAR REGISTER(0xE0001FB0u)
#define DWT_LAR_KEY 0xC5ACCE55u

static inline void barrier(void)
{
    __asm volatile("dsb\n isb" ::: "memory");
}

/* Set `bits` of a register and read it back, so that what it switches on is on. */
static inline void set_bits(volatile uint32_t *at, uint32_t bits)
{
    *at |= bits;
    (void)*at;
}

static inline void write_field(volatile uint32_t *at, uint32_t mask, uint32_t value)
{
    *at = (*at & ~mask) | value;
}

static inline void wait_until(volatile uint32_t *at, uint32_t mask, uint32_t value)
{
    while ((*at & mask) != value) {
    }
}

#endif
