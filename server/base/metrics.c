#include "base/metrics.h"

#include "base/alloc.h"

enum metric_type { COUNTER, GAUGE, GAUGE_MS, LATENCY, WAIT };

struct metric_row {
    enum metric_type type;
    const char *name;
    const char *label;  /* NULL: one value, no label */
    const char *values; /* known from the start, separated by spaces; NULL: none */
    const char *help;
};

static const struct metric_row rows[METRICS_COUNT] = {
#define METRIC(id, type, name, label, values, help) [id] = {type, name, label, values, help},
#include "base/metrics_table.h"
#undef METRIC
};

enum { BUCKETS_COUNT = 17 }; /* the last is +Inf */

/* Upper bounds in microseconds, and as Prometheus shall read them. */
struct bound {
    int64_t us;
    const char *text;
};

static const struct bound latency_bounds[BUCKETS_COUNT - 1] = {
    {100, "0.0001"},  {250, "0.00025"}, {500, "0.0005"},  {1000, "0.001"},
    {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},  {25000, "0.025"},
    {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1.0"}, {2500000, "2.5"}, {5000000, "5.0"}, {10000000, "10.0"},
};

static const struct bound wait_bounds[BUCKETS_COUNT - 1] = {
    {1000000, "1.0"},     {2000000, "2.0"},     {5000000, "5.0"},       {10000000, "10.0"},
    {15000000, "15.0"},   {30000000, "30.0"},   {45000000, "45.0"},     {60000000, "60.0"},
    {90000000, "90.0"},   {120000000, "120.0"}, {180000000, "180.0"},   {300000000, "300.0"},
    {600000000, "600.0"}, {900000000, "900.0"}, {1800000000, "1800.0"}, {3600000000, "3600.0"},
};

struct series {
    char *label; /* owned, NUL-terminated */
    size_t label_len;
    int64_t value;
};

struct metric_state {
    int64_t value; /* without a label */
    struct series *series;
    size_t series_count, series_cap;
    int64_t bucket_counts[BUCKETS_COUNT]; /* each only its own; summed up when written */
    int64_t sum_us;
};

static struct metric_state states[METRICS_COUNT];

static bool is_histogram(enum metric metric)
{
    return rows[metric].type == LATENCY || rows[metric].type == WAIT;
}

static struct series *find_series(const struct metric_state *state, struct str label)
{
    for (size_t i = 0; i < state->series_count; i++)
        if (str_eq((struct str){state->series[i].label, state->series[i].label_len}, label))
            return &state->series[i];
    return NULL;
}

static struct series *add_series(struct metric_state *state, struct str label)
{
    if (state->series_count == state->series_cap) {
        size_t cap = state->series_cap ? state->series_cap * 2 : 4;
        struct series *series = sb_realloc(state->series, cap * sizeof *series);
        if (!series)
            return NULL;
        state->series = series;
        state->series_cap = cap;
    }
    char *copy = sb_strdup(label);
    if (!copy)
        return NULL;
    struct series *series = &state->series[state->series_count++];
    *series = (struct series){.label = copy, .label_len = label.len};
    return series;
}

/* Outsiders must not be able to make series without end, so what is too many or too long is one series,
 * "other". */
static struct series *series_of(enum metric metric, struct str label)
{
    struct metric_state *state = &states[metric];
    struct series *series = find_series(state, label);
    if (series)
        return series;
    if (state->series_count < METRICS_SERIES_MAX - 1 && label.len <= METRICS_LABEL_MAX_BYTES)
        series = add_series(state, label);
    if (!series)
        series = find_series(state, STR("other"));
    return series ? series : add_series(state, STR("other"));
}

static void add_known_values(enum metric metric)
{
    for (const char *at = rows[metric].values; at && *at;) {
        size_t len = strcspn(at, " ");
        series_of(metric, (struct str){at, len});
        at += len + strspn(at + len, " ");
    }
}

void metrics_init(void)
{
    metrics_fini();
    for (int metric = 0; metric < METRICS_COUNT; metric++)
        add_known_values((enum metric)metric);
}

void metrics_fini(void)
{
    for (int metric = 0; metric < METRICS_COUNT; metric++) {
        metrics_forget_labels((enum metric)metric);
        sb_free(states[metric].series);
        states[metric] = (struct metric_state){0};
    }
}

void metrics_forget_labels(enum metric metric)
{
    struct metric_state *state = &states[metric];
    while (state->series_count > 0)
        sb_free(state->series[--state->series_count].label);
}

void metrics_add(enum metric metric, int64_t delta)
{
    states[metric].value += delta;
}

void metrics_set(enum metric metric, int64_t value)
{
    states[metric].value = value;
}

void metrics_add_labelled(enum metric metric, struct str label, int64_t delta)
{
    struct series *series = series_of(metric, label);
    if (series)
        series->value += delta;
}

void metrics_set_labelled(enum metric metric, struct str label, int64_t value)
{
    struct series *series = series_of(metric, label);
    if (series)
        series->value = value;
}

static const struct bound *bounds_of(enum metric metric)
{
    return rows[metric].type == WAIT ? wait_bounds : latency_bounds;
}

void metrics_observe_us(enum metric metric, int64_t us)
{
    const struct bound *bounds = bounds_of(metric);
    int bucket = 0;
    while (bucket < BUCKETS_COUNT - 1 && us > bounds[bucket].us)
        bucket++;
    states[metric].bucket_counts[bucket]++;
    states[metric].sum_us += us > 0 ? us : 0;
    states[metric].value++;
}

int64_t metrics_get(enum metric metric)
{
    return states[metric].value;
}

int64_t metrics_get_labelled(enum metric metric, struct str label)
{
    const struct series *series = find_series(&states[metric], label);
    return series ? series->value : 0;
}

static void append_label(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\n')
            buf_append_str(out, STR("\\n"));
        else if (text.data[i] == '"' || text.data[i] == '\\')
            buf_append(out, (const char[]){'\\', text.data[i]}, 2);
        else
            buf_append_char(out, text.data[i]);
    }
}

static void append_value(struct buf *out, enum metric metric, int64_t value)
{
    if (rows[metric].type == GAUGE_MS)
        buf_append_fmt(out, " %.3f\n", (double)value / 1e3);
    else
        buf_append_fmt(out, " %lld\n", (long long)value);
}

static void write_plain(struct buf *out, enum metric metric)
{
    const struct metric_row *row = &rows[metric];
    const struct metric_state *state = &states[metric];
    if (!row->label) {
        buf_append_cstr(out, row->name);
        append_value(out, metric, state->value);
    }
    for (size_t i = 0; i < state->series_count; i++) {
        buf_append_fmt(out, "%s{%s=\"", row->name, row->label);
        append_label(out, (struct str){state->series[i].label, state->series[i].label_len});
        buf_append_str(out, STR("\"}"));
        append_value(out, metric, state->series[i].value);
    }
}

static void write_histogram(struct buf *out, enum metric metric)
{
    const char *name = rows[metric].name;
    const struct metric_state *state = &states[metric];
    const struct bound *bounds = bounds_of(metric);
    int64_t count = 0;
    for (int i = 0; i < BUCKETS_COUNT; i++) {
        count += state->bucket_counts[i];
        buf_append_fmt(out, "%s_bucket{le=\"%s\"} %lld\n", name,
                       i < BUCKETS_COUNT - 1 ? bounds[i].text : "+Inf", (long long)count);
    }
    buf_append_fmt(out, "%s_sum %.6f\n%s_count %lld\n", name, (double)state->sum_us / 1e6, name,
                   (long long)count);
}

static const char *type_name(enum metric_type type)
{
    static const char *const names[] = {"counter", "gauge", "gauge", "histogram", "histogram"};
    return names[type];
}

void metrics_write(struct buf *out)
{
    for (int i = 0; i < METRICS_COUNT; i++) {
        enum metric metric = (enum metric)i;
        const struct metric_row *row = &rows[metric];
        buf_append_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
                       type_name(row->type));
        if (is_histogram(metric))
            write_histogram(out, metric);
        else
            write_plain(out, metric);
    }
}
