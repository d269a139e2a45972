/* Runs proto/vectors/valid and proto/vectors/invalid through the C decoder and writes TAP.
 *
 * A case is a folder with frame.json (or frame.bin, for what is not text) and, in invalid/, an expect.json
 * with the type, path and message of the error. Every valid case is also decoded with too little room and
 * with every allocation failing in turn: it must be refused as internal, and nothing may leak. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "proto.h"

enum { ROOM_BYTES = 64 * 1024, ROOM_STEP_BYTES = 48, MAX_ALLOCATIONS = 2000 };

static int tests;
static int failures;

static bool check(bool ok, const char *kind, const char *name, const char *what, const char *got)
{
    printf("%sok %d - %s/%s\n", ok ? "" : "not ", ++tests, kind, name);
    if (!ok)
        printf("# %s; got: %s\n", what, got);
    failures += !ok;
    return ok;
}

/* A file's bytes, at the end of a block of exactly their size, so that a sanitizer sees a read past them. */
static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    static char whole[1 << 20];
    *len = fread(whole, 1, sizeof whole, file);
    fclose(file);
    char *bytes = malloc(*len ? *len : 1);
    if (bytes)
        memcpy(bytes, whole, *len);
    return bytes;
}

static struct str read_frame(const char *dir)
{
    char path[1024];
    struct str frame = {0};
    const char *const files[] = {"frame.json", "frame.bin"};
    for (size_t i = 0; i < 2 && !frame.data; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        frame.data = read_file(path, &frame.len);
    }
    return frame;
}

static bool decode(struct str bytes, size_t room_bytes, struct proto_fault *fault)
{
    struct arena arena;
    struct proto_frame_in frame;
    struct proto_request request;
    *fault = (struct proto_fault){.type = PROTO_ERROR_INTERNAL};
    if (!arena_init(&arena, room_bytes))
        return false;
    bool ok = proto_decode_frame(bytes, &arena, &frame, fault) &&
              proto_decode_payload(&frame, &arena, &request, fault);
    arena_fini(&arena);
    return ok;
}

/* Whatever was refused, its error must be a frame that JSON parsers take. */
static bool error_is_json(const struct proto_fault *fault)
{
    struct buf out = BUF_INIT;
    struct proto_error error = proto_fault_error(fault);
    proto_encode_error(&out, STR("1"), STR(""), &error);
    json_t *json = json_loadb(buf_str(&out).data, buf_str(&out).len, 0, NULL);
    bool ok = json != NULL;
    json_decref(json);
    buf_fini(&out);
    return ok;
}

static bool refused_for_memory(const struct proto_fault *fault)
{
    return fault->type == PROTO_ERROR_INTERNAL && error_is_json(fault);
}

static bool survives_little_room(struct str frame, struct proto_fault *fault)
{
    size_t room = 0;
    while (room < ROOM_BYTES && !decode(frame, room, fault)) {
        if (!refused_for_memory(fault))
            return false;
        room += ROOM_STEP_BYTES;
    }
    return room < ROOM_BYTES;
}

static bool survives_failing_allocations(struct str frame, struct proto_fault *fault)
{
    for (uint64_t nth = 1; nth < MAX_ALLOCATIONS; nth++) {
        sb_alloc_fail_from(nth);
        bool ok = decode(frame, ROOM_BYTES, fault);
        sb_alloc_fail_from(0);
        if (ok)
            return true;
        if (!refused_for_memory(fault))
            return false;
    }
    return false;
}

static void run_valid(const char *name, const char *dir)
{
    struct proto_fault fault;
    struct str frame = read_frame(dir);
    if (check(frame.data && decode(frame, ROOM_BYTES, &fault), "valid", name, "it must be decoded",
              fault.message)) {
        check(survives_little_room(frame, &fault), "little room", name, "it must be refused as internal",
              fault.message);
        check(survives_failing_allocations(frame, &fault), "no memory", name,
              "it must be refused as internal", fault.message);
    }
    free((char *)frame.data);
}

static const char *text_of(const json_t *expect, const char *key)
{
    const char *text = json_string_value(json_object_get(expect, key));
    return text ? text : "";
}

static void run_invalid(const char *name, const char *dir)
{
    char path[1024], got[600];
    snprintf(path, sizeof path, "%s/expect.json", dir);
    json_t *expect = json_load_file(path, 0, NULL);
    struct proto_fault fault;
    struct str frame = read_frame(dir);
    bool refused = frame.data && !decode(frame, ROOM_BYTES, &fault) && error_is_json(&fault);
    snprintf(got, sizeof got, "%s at %s: %s", proto_error_type_str(fault.type), fault.path, fault.message);
    bool as_expected = refused && strcmp(proto_error_type_str(fault.type), text_of(expect, "type")) == 0 &&
                       strcmp(fault.path, text_of(expect, "path")) == 0 &&
                       strcmp(fault.message, text_of(expect, "message")) == 0;
    check(as_expected, "invalid", name, text_of(expect, "message"), got);
    json_decref(expect);
    free((char *)frame.data);
}

static void run_all(const char *root, const char *kind, void (*run)(const char *name, const char *dir))
{
    char dir[512], path[1024];
    struct dirent **entries;
    snprintf(dir, sizeof dir, "%s/%s", root, kind);
    int count = scandir(dir, &entries, NULL, alphasort);
    check(count > 2, kind, "has cases", "the folder must be there", dir);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            run(entries[i]->d_name, path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s VECTORS\n", argv[0]);
        return 2;
    }
    proto_init();
    run_all(argv[1], "valid", run_valid);
    run_all(argv[1], "invalid", run_invalid);
    printf("1..%d\n", tests);
    return failures > 0;
}
