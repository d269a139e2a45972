#include "unit.h"

#include "web-widget/assets.h"

static void each_page_and_script_is_there(void **state)
{
    static const char *const paths[] = {"/", "/console/", "/shopbell.js", "/favicon.ico",
                                        "/products/tarn-tent"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct asset *asset = asset_find(str_from(paths[i]));
        assert_non_null(asset);
        assert_string_equal(asset->path, paths[i]);
        assert_true(asset->len > 0);
        assert_int_equal(memcmp(asset->etag, "W/\"", 3), 0);
    }
}

static void only_the_whole_path_matches(void **state)
{
    assert_null(asset_find(STR("")));
    assert_null(asset_find(STR("/console")));
    assert_null(asset_find(STR("/console/x")));
    assert_null(asset_find(STR("/shopbell.jsx")));
    assert_null(asset_find(STR("/shopbell.j")));
    assert_null(asset_find(STR("/products/")));
    assert_null(asset_find(STR("/\0")));
    assert_null(asset_find(STR("//")));
}

/* The path may lie anywhere in a request: nothing behind its end may be read. */
static void a_path_needs_no_end_of_string(void **state)
{
    const struct asset *asset = asset_find((struct str){"/shopbell.js?site=demo", 12});
    assert_non_null(asset);
    assert_string_equal(asset->mime, "text/javascript; charset=utf-8");
}

static void the_store_is_marked_as_the_demo(void **state)
{
    assert_true(asset_find(STR("/"))->demo);
    assert_true(asset_find(STR("/products/ull-blanket"))->demo);
    assert_false(asset_find(STR("/shopbell.js"))->demo);
    assert_false(asset_find(STR("/console/"))->demo);
}

/* What a store embeds for ever under one name must be asked for again; what it loads later must not. */
static void only_names_with_a_hash_are_immutable(void **state)
{
    assert_false(asset_find(STR("/shopbell.js"))->immutable);
    assert_false(asset_find(STR("/"))->immutable);
    const struct asset *page = asset_find(STR("/"));
    const char *link = strstr((const char *)page->data, "/demo/store-");
    assert_non_null(link);
    const struct asset *style = asset_find((struct str){link, strcspn(link, "\"")});
    assert_non_null(style);
    assert_true(style->immutable);
}

static void gzip_is_offered_when_it_is_smaller(void **state)
{
    const struct asset *loader = asset_find(STR("/shopbell.js"));
    assert_non_null(loader->gzip_data);
    assert_true(loader->gzip_len < loader->len);
    assert_int_equal(loader->gzip_data[0], 0x1f);
    assert_int_equal(loader->gzip_data[1], 0x8b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_page_and_script_is_there),
        cmocka_unit_test(only_the_whole_path_matches),
        cmocka_unit_test(a_path_needs_no_end_of_string),
        cmocka_unit_test(the_store_is_marked_as_the_demo),
        cmocka_unit_test(only_names_with_a_hash_are_immutable),
        cmocka_unit_test(gzip_is_offered_when_it_is_smaller),
    };
    return cmocka_run_group_tests_name("assets", tests, NULL, NULL);
}
