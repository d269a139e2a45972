#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "base/config.h"
#include "base/crypto.h"
#include "base/version.h"

static const char help[] =
    "shopbell: live chat for online stores\n"
    "\n"
    "  shopbell --config FILE [--listen ADDR:PORT] [--data DIR] [--redis URL] [--workers N]\n"
    "\n"
    "  --config FILE       sites, teams and agents, as an INI file          SHOPBELL_CONFIG\n"
    "  --listen ADDR:PORT  numeric address, default 127.0.0.1:8080          SHOPBELL_LISTEN\n"
    "  --data DIR          what must be kept, default ./shopbell-data       SHOPBELL_DATA\n"
    "  --redis URL         redis://[user:password@]host:port/db, unix:/path SHOPBELL_REDIS\n"
    "                      or sentinel://[user:password@]host:port,…/name?db=N;\n"
    "                      without it, a private redis-server under --data\n"
    "  --workers N         worker processes on the same port, default 1     SHOPBELL_WORKERS\n"
    "                      debug, info, warn or error, default info         SHOPBELL_LOG_LEVEL\n"
    "\n"
    "  --check-config      read and check everything, start nothing\n"
    "  --hash-password     read a password from stdin, print what to put under `password =`\n"
    "  --version, --help\n"
    "\n"
    "A flag wins over the environment, which wins over the file. Paths in the file are relative to it.\n";

/* One line without its end. False: there was none, or it was too long. */
static bool read_line(char *out, size_t cap)
{
    if (!fgets(out, (int)cap, stdin))
        return false;
    size_t len = strcspn(out, "\r\n");
    bool whole = out[len] != '\0' || feof(stdin);
    out[len] = '\0';
    return whole;
}

/* At a terminal it asks, and does not show what is typed. */
static bool ask_password(char *out, size_t cap)
{
    struct termios shown, hidden;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &shown) != 0)
        return read_line(out, cap);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs("Password: ", stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    bool good = read_line(out, cap);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputs("\n", stderr);
    return good;
}

static int hash_password(void)
{
    char password[CRYPTO_PASSWORD_MAX_BYTES + 2], hash[CRYPTO_PASSWORD_HASH_BYTES];
    bool good = crypto_init() && ask_password(password, sizeof password) && password[0] &&
                crypto_password_hash(str_from(password), hash);
    crypto_wipe(password, sizeof password);
    if (!good) {
        fprintf(stderr, "--hash-password: no usable password on stdin; give one line of 1 to %d bytes\n",
                CRYPTO_PASSWORD_MAX_BYTES);
        return EXIT_FAILURE;
    }
    puts(hash);
    return EXIT_SUCCESS;
}

int config_command_run(enum config_command command)
{
    switch (command) {
    case CONFIG_COMMAND_CHECK:
        puts("the configuration is fine");
        break;
    case CONFIG_COMMAND_VERSION:
        printf("shopbell %s\n", shopbell_version());
        break;
    case CONFIG_COMMAND_HELP:
        fputs(help, stdout);
        break;
    case CONFIG_COMMAND_HASH_PASSWORD:
        return hash_password();
    case CONFIG_COMMAND_RUN:
        break;
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
