/* The first 256 bytes of the flash: the ROM checks their CRC, runs them from RAM, and they make
 * the rest of the flash readable in place (RP2040 data sheet, sections 2.8.1.3 and 4.10).
 *
 * Plain 03h reads on one wire: the slowest mode, and the one that every flash chip has. Written as
 * instructions, not as C, because the CRC at the end must fit; a test computes it.
 */
__asm(
    ".syntax unified\n"
    ".section .boot, \"ax\"\n"
    ".thumb\n"
    "    ldr r3, ssi\n"
    "    movs r1, #0\n"
    "    str r1, [r3, #0x08]\n" /* SSIENR: off while it is set up */
    "    movs r1, #4\n"
    "    str r1, [r3, #0x14]\n" /* BAUDR: a quarter of the system clock */
    "    ldr r1, ctrlr0\n"
    "    str r1, [r3, #0x00]\n"
    "    movs r1, #0\n"
    "    str r1, [r3, #0x04]\n" /* CTRLR1: one word a transfer */
    "    ldr r1, spi_ctrlr0\n"
    "    ldr r0, ssi_spi\n"
    "    str r1, [r0, #0]\n"
    "    movs r1, #1\n"
    "    str r1, [r3, #0x08]\n"
    "    ldr r0, vectors\n"
    "    ldr r1, vtor\n"
    "    str r0, [r1, #0]\n"
    "    ldr r1, [r0, #0]\n"
    "    msr msp, r1\n"
    "    ldr r1, [r0, #4]\n"
    "    bx r1\n"
    "    .balign 4\n"
    "ssi: .word 0x18000000\n"
    "ssi_spi: .word 0x180000F4\n"
    "ctrlr0: .word 0x001F0300\n"     /* 32-bit frames, EEPROM read */
    "spi_ctrlr0: .word 0x03000218\n" /* command 03h, 8 bits of it, 24 of address */
    "vectors: .word 0x10000100\n"
    "vtor: .word 0xE000ED08\n"
    "    .org 252, 0\n"
    "    .word 0x95C1DD3A\n"
    ".text\n");
