/* What a benchmark understands beyond the words of all: the folder that is compiled beside this one
 * defines it. */
#ifndef MCUQ_COMMANDS_H
#define MCUQ_COMMANDS_H

typedef struct {
    const char *word; /* NULL in the last one, which is none */
    void (*serve)(char *rest); /* with what follows the word */
    const char *about;
} mcuq_command;

extern const mcuq_command mcuq_more_commands[];

#endif
