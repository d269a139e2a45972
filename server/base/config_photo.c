#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/config_internal.h"

/* By the first bytes, never by the name: the type is told to browsers. NULL: none that we serve. */
static const char *sniff(const unsigned char *data, size_t len)
{
    if (len >= 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0)
        return "image/webp";
    if (len >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0)
        return "image/png";
    if (len >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0)
        return "image/jpeg";
    return NULL;
}

/* Reads at most one byte more than allowed, which is then too much. */
static bool read_bytes(struct config_reader *reader, const char *path, struct config_photo *out)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    unsigned char *data = config_alloc(reader->config, CONFIG_PHOTO_MAX_BYTES + 1);
    out->len = fread(data, 1, CONFIG_PHOTO_MAX_BYTES + 1, file);
    out->data = data;
    bool good = !ferror(file);
    fclose(file);
    return good;
}

bool config_read_photo(struct config_reader *reader, const struct config_value *value,
                       struct config_photo *out)
{
    struct str path = config_path(reader->config, value);
    struct config_photo photo = {0};
    struct stat info;
    if (stat(path.data, &info) == 0 && !S_ISREG(info.st_mode)) {
        config_error(reader->errors, value->where, "photo %s is not a file; give an image file", path.data);
    } else if (!read_bytes(reader, path.data, &photo)) {
        config_error(reader->errors, value->where,
                     "cannot read photo %s: %s; paths are relative to this file", path.data, strerror(errno));
    } else if (photo.len > CONFIG_PHOTO_MAX_BYTES) {
        config_error(reader->errors, value->where, "photo %s is larger than %d KiB; make it smaller",
                     path.data, CONFIG_PHOTO_MAX_BYTES / 1024);
    } else if (!(photo.mime = sniff(photo.data, photo.len))) {
        config_error(reader->errors, value->where, "photo %s is neither WebP nor PNG nor JPEG; convert it",
                     path.data);
    } else {
        *out = photo;
        return true;
    }
    return false;
}
