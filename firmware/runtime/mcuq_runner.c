#include "mcuq_runner.h"

#include <stdbool.h>
#include <string.h>

#include "mcuq_board.h"
#include "mcuq_link.h"
#include "mcuq_measure.h"
#include "mcuq_models.h"
#include "mcuq_port.h"
#include "mcuq_safety.h"

/* The host repeats a request whose reply it missed, with the same sequence number. Everything but
 * RUN may be done twice; of RUN the answer is kept instead. A request older than the last one was
 * held up on the way and is dropped: a late LOAD must not overwrite an output. */
static struct {
    uint32_t id;
    bool open;
    bool has_run; /* the last request was a RUN */
    uint16_t sequence;
    uint16_t model; /* the one that the host has selected, 0 at first */
    uint32_t run_count;
} session;

static const mcuq_model_t *selected(void)
{
    return mcuq_models[session.model];
}

static void put_text(const char *text)
{
    for (; *text != '\0'; text++) {
        mcuq_link_put(text, 1);
    }
}

static void reply_empty(const mcuq_request *request, uint8_t status)
{
    mcuq_link_begin(request, status);
    mcuq_link_end();
}

static void reply_ready(const mcuq_request *request)
{
    uint32_t flags = mcuq_fault_pending() != NULL ? MCUQ_READY_FAULT : 0u;
    if (mcuq_layer_capacity() != 0) {
        flags |= MCUQ_READY_PROFILE;
    }
    flags |= (uint32_t)(mcuq_model_count - 1u) << MCUQ_READY_MORE_MODELS_SHIFT;
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    mcuq_link_put_u16(MCUQ_PROTOCOL_VERSION);
    mcuq_link_put_u16(MCUQ_CHUNK_BYTES);
    mcuq_link_put_u32(mcuq_boot_count());
    mcuq_link_put_u32(flags);
    mcuq_link_put(mcuq_build_id, MCUQ_BUILD_ID_BYTES);
    mcuq_link_end();
}

static uint8_t hello(const mcuq_request *request)
{
    /* A HELLO that comes again, late, must not make us forget a RUN that we have done. */
    if (!session.open || session.id != request->session) {
        session.id = request->session;
        session.open = true;
        session.sequence = request->sequence;
        session.has_run = false;
        session.model = 0;
    }
    reply_ready(request);
    return MCUQ_STATUS_OK;
}

static uint8_t info(const mcuq_request *request)
{
    const mcuq_model_t *model = selected();
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    mcuq_link_put_u32(MCUQ_CORE_HZ);
    mcuq_link_put_u32(model->arena_bytes);
    mcuq_link_put_u32(mcuq_stack_reserved());
    mcuq_link_put_u16(model->input_count);
    mcuq_link_put_u16(model->output_count);
    mcuq_link_put_u16(model->layer_count);
    mcuq_link_put_u16(mcuq_layer_capacity());
    put_text(model->name);
    mcuq_link_end();
    return MCUQ_STATUS_OK;
}

static const mcuq_io *find_io(bool is_output, uint32_t index)
{
    const mcuq_model_t *model = selected();
    const uint32_t count = is_output ? model->output_count : model->input_count;
    const mcuq_io *first = is_output ? model->outputs : model->inputs;
    return index < count ? first + index : NULL;
}

static uint8_t describe_io(const mcuq_request *request)
{
    const mcuq_io *io = find_io(request->body[MCUQ_IO_REQUEST_IS_OUTPUT] != 0,
                                request->body[MCUQ_IO_REQUEST_INDEX]);
    if (io == NULL) {
        return MCUQ_STATUS_RANGE;
    }
    uint32_t scale;
    memcpy(&scale, &io->scale, sizeof scale);
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    mcuq_link_put_u32(io->bytes);
    mcuq_link_put_u32(scale);
    mcuq_link_put_u32((uint32_t)io->zero_point);
    put_text(io->name);
    mcuq_link_end();
    return MCUQ_STATUS_OK;
}

static uint8_t load(const mcuq_request *request)
{
    const mcuq_io *io = find_io(false, request->body[MCUQ_LOAD_REQUEST_INDEX]);
    const uint32_t offset = mcuq_get_u32(request->body + MCUQ_LOAD_REQUEST_OFFSET);
    const uint32_t length = request->length - MCUQ_LOAD_REQUEST_SIZE;
    if (io == NULL || offset > io->bytes || length > io->bytes - offset) {
        return MCUQ_STATUS_RANGE;
    }
    memcpy(io->data + offset, request->body + MCUQ_LOAD_REQUEST_DATA, length);
    reply_empty(request, MCUQ_STATUS_OK);
    return MCUQ_STATUS_OK;
}

static uint8_t run(const mcuq_request *request)
{
    if (!session.has_run) {
        mcuq_safety_check();
        session.run_count = 0;
        if ((request->body[MCUQ_RUN_REQUEST_FLAGS] & MCUQ_RUN_COUNT) != 0) {
            session.run_count = mcuq_run_counted(session.model);
        } else {
            mcuq_run(session.model);
        }
        session.has_run = true;
        if (!mcuq_stack_intact()) {
            mcuq_fault_overflow();
        }
        mcuq_safety_check();
    }
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    mcuq_link_put_u32(session.run_count);
    mcuq_link_end();
    return MCUQ_STATUS_OK;
}

static uint8_t layers(const mcuq_request *request)
{
    const uint32_t first = mcuq_get_u16(request->body + MCUQ_LAYERS_REQUEST_FIRST);
    const uint32_t layer_count = selected()->layer_count;
    const uint32_t marked =
        layer_count < mcuq_layer_capacity() ? layer_count : mcuq_layer_capacity();
    if (first > marked) {
        return MCUQ_STATUS_RANGE;
    }
    const uint32_t room = MCUQ_CHUNK_BYTES / sizeof(uint32_t);
    const uint32_t end = marked - first > room ? first + room : marked;
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    for (uint32_t layer = first; layer < end; layer++) {
        mcuq_link_put_u32(mcuq_layer_count(layer));
    }
    mcuq_link_end();
    return MCUQ_STATUS_OK;
}

static uint8_t read_output(const mcuq_request *request)
{
    const mcuq_io *io = find_io(true, request->body[MCUQ_READ_REQUEST_INDEX]);
    const uint32_t offset = mcuq_get_u32(request->body + MCUQ_READ_REQUEST_OFFSET);
    const uint32_t length = mcuq_get_u16(request->body + MCUQ_READ_REQUEST_LENGTH);
    if (io == NULL || offset > io->bytes || length > io->bytes - offset ||
        length > MCUQ_CHUNK_BYTES) {
        return MCUQ_STATUS_RANGE;
    }
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    mcuq_link_put(io->data + offset, length);
    mcuq_link_end();
    return MCUQ_STATUS_OK;
}

static uint8_t stack(const mcuq_request *request)
{
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    mcuq_link_put_u32(mcuq_stack_used());
    mcuq_link_put_u32(mcuq_stack_reserved());
    mcuq_link_end();
    return MCUQ_STATUS_OK;
}

static uint8_t arena(const mcuq_request *request)
{
    uint32_t used = 0;
    if (request->body[MCUQ_ARENA_REQUEST_ACTION] == MCUQ_ARENA_PAINT) {
        mcuq_arena_paint(session.model);
    } else {
        used = mcuq_arena_used(session.model);
    }
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    mcuq_link_put_u32(used);
    mcuq_link_end();
    return MCUQ_STATUS_OK;
}

static uint8_t echo(const mcuq_request *request)
{
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    mcuq_link_put(request->body, request->length);
    mcuq_link_end();
    return MCUQ_STATUS_OK;
}

static uint8_t fault(const mcuq_request *request)
{
    static const mcuq_fault none;
    const mcuq_fault *record = mcuq_fault_pending();
    const uint32_t *words = (const uint32_t *)(record != NULL ? record : &none);
    mcuq_link_begin(request, MCUQ_STATUS_OK);
    for (uint32_t i = 0; i < sizeof none / sizeof *words; i++) {
        mcuq_link_put_u32(words[i]);
    }
    mcuq_link_end();
    if (request->body[MCUQ_FAULT_REQUEST_ACTION] == MCUQ_FAULT_CLEAR) {
        mcuq_fault_clear();
    }
    return MCUQ_STATUS_OK;
}

static uint8_t select_model(const mcuq_request *request)
{
    const uint16_t model = mcuq_get_u16(request->body + MCUQ_SELECT_REQUEST_MODEL);
    if (model >= mcuq_model_count) {
        return MCUQ_STATUS_RANGE;
    }
    session.model = model;
    reply_empty(request, MCUQ_STATUS_OK);
    return MCUQ_STATUS_OK;
}

static uint8_t reset(const mcuq_request *request)
{
    reply_empty(request, MCUQ_STATUS_OK);
    mcuq_uart_drain();
    mcuq_reset();
}

static void initial_states(const mcuq_model_t *model)
{
    if (model->reset != NULL) {
        model->reset();
    }
}

static uint8_t begin(const mcuq_request *request)
{
    initial_states(selected());
    reply_empty(request, MCUQ_STATUS_OK);
    return MCUQ_STATUS_OK;
}

typedef struct {
    uint8_t (*serve)(const mcuq_request *request);
    uint8_t body_bytes; /* the fixed part */
    bool has_rest;
} operation;

static const operation operations[] = {
    [MCUQ_OP_HELLO] = {hello, MCUQ_HELLO_REQUEST_SIZE, false},
    [MCUQ_OP_INFO] = {info, MCUQ_INFO_REQUEST_SIZE, false},
    [MCUQ_OP_IO] = {describe_io, MCUQ_IO_REQUEST_SIZE, false},
    [MCUQ_OP_LOAD] = {load, MCUQ_LOAD_REQUEST_SIZE, true},
    [MCUQ_OP_RUN] = {run, MCUQ_RUN_REQUEST_SIZE, false},
    [MCUQ_OP_LAYERS] = {layers, MCUQ_LAYERS_REQUEST_SIZE, false},
    [MCUQ_OP_READ] = {read_output, MCUQ_READ_REQUEST_SIZE, false},
    [MCUQ_OP_STACK] = {stack, MCUQ_STACK_REQUEST_SIZE, false},
    [MCUQ_OP_ARENA] = {arena, MCUQ_ARENA_REQUEST_SIZE, false},
    [MCUQ_OP_ECHO] = {echo, MCUQ_ECHO_REQUEST_SIZE, true},
    [MCUQ_OP_FAULT] = {fault, MCUQ_FAULT_REQUEST_SIZE, false},
    [MCUQ_OP_RESET] = {reset, MCUQ_RESET_REQUEST_SIZE, false},
    [MCUQ_OP_BEGIN] = {begin, MCUQ_BEGIN_REQUEST_SIZE, false},
    [MCUQ_OP_SELECT] = {select_model, MCUQ_SELECT_REQUEST_SIZE, false},
};

static bool is_stale(const mcuq_request *request)
{
    const uint16_t ahead = (uint16_t)(request->sequence - session.sequence);
    if (ahead != 0 && ahead < 0x8000u) {
        session.sequence = request->sequence;
        session.has_run = false;
    }
    return ahead >= 0x8000u;
}

/* MCUQ_STATUS_OK: answered, or not to be answered. */
static uint8_t serve(const mcuq_request *request)
{
    if (request->op >= sizeof operations / sizeof *operations ||
        operations[request->op].serve == NULL) {
        return MCUQ_STATUS_UNKNOWN;
    }
    const operation *called = &operations[request->op];
    if (request->length < called->body_bytes ||
        (request->length > called->body_bytes && !called->has_rest)) {
        return MCUQ_STATUS_MALFORMED;
    }
    if (request->op == MCUQ_OP_HELLO) {
        return hello(request);
    }
    if (!session.open || session.id != request->session) {
        return MCUQ_STATUS_NO_SESSION;
    }
    return is_stale(request) ? MCUQ_STATUS_OK : called->serve(request);
}

void mcuq_runner_start(void)
{
    for (uint32_t model = 0; model < mcuq_model_count; model++) {
        initial_states(mcuq_models[model]);
    }
    const mcuq_request unasked = {.op = MCUQ_OP_HELLO};
    reply_ready(&unasked);
}

void mcuq_runner_feed(uint8_t byte)
{
    mcuq_request request;
    const mcuq_link_state state = mcuq_link_feed(byte, &request);
    if (state == MCUQ_LINK_MORE) {
        return;
    }
    const uint8_t status = state == MCUQ_LINK_CORRUPT ? MCUQ_STATUS_CORRUPT : serve(&request);
    if (status != MCUQ_STATUS_OK) {
        reply_empty(&request, status);
    }
}
