#include "net/static_files.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "web-widget/assets.h"

static const char CACHE_FOR_EVER[] = "public, max-age=31536000, immutable";
static const char CACHE_LOADER[] = "public, max-age=300, stale-while-revalidate=86400";
static const char CACHE_PHOTO[] = "public, max-age=3600";
static const char CACHE_ASK_EACH_TIME[] = "no-cache";

static int compare_photos(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const struct photo *)a)->agent;
    uintptr_t right = (uintptr_t)((const struct photo *)b)->agent;
    return (left > right) - (left < right);
}

static void tag_photo(struct photo *photo, const struct config_agent *agent)
{
    char hex[CRYPTO_SHA256_HEX_BYTES];
    crypto_sha256_hex((struct str){(const char *)agent->photo.data, agent->photo.len}, hex);
    photo->agent = agent;
    snprintf(photo->etag, sizeof photo->etag, "W/\"%.16s\"", hex);
}

bool static_files_init(struct static_files *files, const struct config *config)
{
    *files = (struct static_files){.config = config};
    size_t agents_count = 0;
    for (size_t i = 0; i < config->sites_count; i++)
        agents_count += config->sites[i].agents_count;
    if (agents_count == 0)
        return true;
    files->photos = sb_calloc(agents_count, sizeof *files->photos);
    if (!files->photos)
        return false;
    for (size_t i = 0; i < config->sites_count; i++)
        for (size_t j = 0; j < config->sites[i].agents_count; j++)
            if (config->sites[i].agents[j].photo.data)
                tag_photo(&files->photos[files->photos_count++], &config->sites[i].agents[j]);
    qsort(files->photos, files->photos_count, sizeof *files->photos, compare_photos);
    return true;
}

void static_files_fini(struct static_files *files)
{
    sb_free(files->photos);
    *files = (struct static_files){0};
}

static bool starts_with(struct str path, const char *prefix)
{
    size_t len = strlen(prefix);
    return path.len >= len && memcmp(path.data, prefix, len) == 0;
}

static void answer_not_modified(const struct request *request, struct response *response)
{
    if (!request_has_etag(request, response->etag))
        return;
    response->status = 304;
    response->body = (struct str){0};
}

static enum response_policy policy_of(const struct asset *asset, struct str path)
{
    if (str_eq_c(path, "/shopbell.js") || starts_with(path, "/widget/"))
        return RESPONSE_EMBED;
    if (strncmp(asset->mime, "text/html", strlen("text/html")) != 0)
        return RESPONSE_PLAIN;
    return starts_with(path, "/console/") ? RESPONSE_CONSOLE : RESPONSE_STORE;
}

static const char *cache_of(const struct asset *asset, struct str path)
{
    if (asset->immutable)
        return CACHE_FOR_EVER;
    return str_eq_c(path, "/shopbell.js") ? CACHE_LOADER : CACHE_ASK_EACH_TIME;
}

static void serve_asset(const struct asset *asset, const struct request *request, struct response *response)
{
    response->status = 200;
    response->policy = policy_of(asset, request->path);
    response->mime = asset->mime;
    response->cache_control = cache_of(asset, request->path);
    response->etag = asset->etag;
    response->varies_by_encoding = asset->gzip_data != NULL;
    response->is_gzip = asset->gzip_data && request_list_has(request->accept_encoding, "gzip");
    response->body = response->is_gzip ? (struct str){(const char *)asset->gzip_data, asset->gzip_len}
                                       : (struct str){(const char *)asset->data, asset->len};
    answer_not_modified(request, response);
}

static const struct config_agent *agent_of(const struct config *config, struct str path)
{
    const char *slash = memchr(path.data, '/', path.len);
    if (!slash)
        return NULL;
    struct str site_id = {path.data, (size_t)(slash - path.data)};
    struct str agent_id = {slash + 1, path.len - site_id.len - 1};
    const struct config_site *site = config_site_by_id(config, site_id);
    return site ? config_agent_by_id(site, agent_id) : NULL;
}

static bool serve_photo(const struct static_files *files, const struct request *request,
                        struct response *response)
{
    size_t prefix = strlen("/photos/");
    struct photo key = {.agent = agent_of(files->config, (struct str){request->path.data + prefix,
                                                                      request->path.len - prefix})};
    const struct photo *photo = NULL;
    if (key.agent && files->photos_count > 0)
        photo = bsearch(&key, files->photos, files->photos_count, sizeof key, compare_photos);
    if (!photo)
        return false;
    response->status = 200;
    response->policy = RESPONSE_EMBED;
    response->mime = photo->agent->photo.mime;
    response->cache_control = CACHE_PHOTO;
    response->etag = photo->etag;
    response->body = (struct str){(const char *)photo->agent->photo.data, photo->agent->photo.len};
    answer_not_modified(request, response);
    return true;
}

bool static_files_serve(const struct static_files *files, const struct request *request,
                        struct response *response)
{
    if (starts_with(request->path, "/photos/"))
        return serve_photo(files, request, response);
    const struct asset *asset = asset_find(request->path);
    if (!asset || (asset->demo && !files->config->demo))
        return false;
    serve_asset(asset, request, response);
    return true;
}
