/* A configuration file that a test writes and loads, and what came of it. */
#pragma once

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/config.h"
#include "base/crypto.h"

#define HASH                                                                                                 \
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SITE "[site demo]\nname = Nordlicht\norigins = self https://shop.example.com\n"
#define TEAM "[team demo/support]\nname = Customer care\n"
#define AGENT                                                                                                \
    "[agent demo/maya]\nname = Maya\nemail = Maya@Demo.example\nteams = support\npassword = " HASH "\n"

static char folder[] = "/tmp/shopbell-config-XXXXXX";
static char conf_path[64], photo_path[64];
static struct config_errors errors;
static struct config *config;
static enum config_command command;

static inline int start_group(void **state)
{
    if (!mkdtemp(folder) || !crypto_init())
        return -1;
    snprintf(conf_path, sizeof conf_path, "%s/shop.conf", folder);
    snprintf(photo_path, sizeof photo_path, "%s/maya.img", folder);
    return 0;
}

static inline int finish_group(void **state)
{
    unlink(conf_path);
    unlink(photo_path);
    return rmdir(folder);
}

static inline int finish(void **state)
{
    static const char *const variables[] = {"SHOPBELL_LISTEN",  "SHOPBELL_DATA",   "SHOPBELL_REDIS",
                                            "SHOPBELL_WORKERS", "SHOPBELL_CONFIG", "SHOPBELL_LOG_LEVEL"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    config_free(config);
    config = NULL;
    config_errors_fini(&errors);
    return 0;
}

static inline void write_bytes(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

/* Loads a file with this text, with up to three more arguments. */
static inline void load(const char *text, const char *a, const char *b, const char *c)
{
    write_bytes(conf_path, text, strlen(text));
    const char *argv[] = {"shopbell", "--config", conf_path, a, b, c, NULL};
    int argc = 0;
    while (argv[argc])
        argc++;
    finish(NULL);
    config = config_load(argc, (char *const *)(uintptr_t)argv, &command, &errors);
}

static inline void print_errors(void)
{
    fprintf(stderr, STR_FMT, STR_ARG(buf_str(&errors.text)));
}

static inline void assert_loads(const char *text)
{
    load(text, NULL, NULL, NULL);
    if (!config)
        print_errors();
    assert_non_null(config);
    assert_int_equal(errors.count, 0);
}

/* Exactly one error, which begins with this place and holds these words. */
static inline void assert_error(const char *place, const char *words)
{
    assert_null(config);
    char full[256];
    int len = snprintf(full, sizeof full, "%s%s: ", place[0] == ':' ? conf_path : "", place);
    buf_append_char(&errors.text, '\0');
    struct str text = buf_str(&errors.text);
    bool good = errors.count == 1 && strncmp(text.data, full, (size_t)len) == 0 && strstr(text.data, words) &&
                strchr(text.data, ';') && strchr(text.data, '\n') == text.data + text.len - 2;
    if (!good)
        print_errors();
    assert_true(good);
}

static inline void assert_file_error(const char *text, const char *place, const char *words)
{
    load(text, NULL, NULL, NULL);
    assert_error(place, words);
}

#define CASE(test) cmocka_unit_test_teardown(test, finish)
#define RUN(name, tests) cmocka_run_group_tests_name(name, tests, start_group, finish_group)
