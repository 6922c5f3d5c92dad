/* A buffer that grows, and JSON written into it. */
#include "agent.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct buf *b, size_t more) {
    if (b->len + more <= b->cap) return;
    size_t cap = b->cap ? b->cap : 256;
    while (cap < b->len + more) cap *= 2;
    char *data = realloc(b->data, cap);
    if (!data) exit(70);
    b->data = data;
    b->cap = cap;
}

void buf_add(struct buf *b, const void *bytes, size_t n) {
    reserve(b, n + 1);
    if (n) memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = 0;
}

void buf_cut(struct buf *b, size_t n) {
    if (n >= b->len) b->len = 0;
    else if (n) {
        memmove(b->data, b->data + n, b->len - n);
        b->len -= n;
    }
}

void buf_printf(struct buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) return;
    reserve(b, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
    va_end(args);
    b->len += (size_t)n;
}

void json_string(struct buf *b, const char *text, size_t n) {
    buf_add(b, "\"", 1);
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(b, text + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') buf_printf(b, "\\%c", c);
        else buf_printf(b, "\\u%04x", c);
    }
    buf_add(b, text + from, n - from);
    buf_add(b, "\"", 1);
}

void json_text(struct buf *b, const char *text) { json_string(b, text, strlen(text)); }

void json_next(struct buf *b) {
    char last = b->len ? b->data[b->len - 1] : '{';
    if (last != '{' && last != '[') buf_add(b, ",", 1);
}

void json_key(struct buf *b, const char *name) {
    json_next(b);
    json_text(b, name);
    buf_add(b, ":", 1);
}
