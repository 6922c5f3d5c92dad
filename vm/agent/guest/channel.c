/* The stream to the host: a console or serial device, a unix socket, or standard input and output. Frames in, frames out. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define HEAD 9
/* HELLO's whole length: the agent finds its place in the stream by it. */
#define HELLO_LENGTH (HEAD + sizeof HELLO_WORD - 1)

static int in_fd = -1, out_fd = -1;
static struct buf in, out;
static size_t in_at, out_at;
/* What comes before the first HELLO, and after a frame that can't be, is noise. */
static bool is_lost = true;

static int open_channel(const char *path) {
    struct stat info;
    if (stat(path, &info) == 0 && S_ISSOCK(info.st_mode)) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        if (strlen(path) >= sizeof address.sun_path) return -1;
        strcpy(address.sun_path, path);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) { close(fd); return -1; }
        return fd;
    }
    return open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
}

bool channel_open(const char *path) {
    if (strcmp(path, "-") == 0) {
        in_fd = 0;
        out_fd = 1;
    } else in_fd = out_fd = open_channel(path);
    if (in_fd < 0) return false;
    struct termios mode;
    if (tcgetattr(in_fd, &mode) == 0) {
        cfmakeraw(&mode);
        cfsetspeed(&mode, B115200);
        mode.c_cflag |= CLOCAL;
        tcsetattr(in_fd, TCSANOW, &mode);
        tcflush(in_fd, TCIOFLUSH);
    }
    fcntl(in_fd, F_SETFL, fcntl(in_fd, F_GETFL) | O_NONBLOCK);
    fcntl(out_fd, F_SETFL, fcntl(out_fd, F_GETFL) | O_NONBLOCK);
    return true;
}

int channel_in(void) { return in_fd; }
int channel_out(void) { return out_fd; }

bool channel_is_device(void) {
    struct stat info;
    return fstat(in_fd, &info) == 0 && S_ISCHR(info.st_mode);
}

size_t channel_backlog(void) { return out.len - out_at; }

static uint32_t number(const char *at) {
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void put_number(char *at, uint32_t n) {
    for (int i = 0; i < 4; i++) at[i] = (char)(n >> (8 * i));
}

bool channel_read(void) {
    buf_cut(&in, in_at);
    in_at = 0;
    char part[16384];
    /* A bounded bite, so that a talkative host doesn't keep the agent from its other work. */
    for (int i = 0; i < 8; i++) {
        ssize_t n = read(in_fd, part, sizeof part);
        if (n > 0) buf_add(&in, part, (size_t)n);
        else if (n == 0) return false;
        else return errno == EAGAIN || errno == EINTR || errno == EIO;
    }
    return true;
}

/* Looks for a HELLO and goes on there. */
static void find_place(void) {
    while (in.len - in_at >= HELLO_LENGTH) {
        const char *at = in.data + in_at;
        if (number(at) == HELLO_LENGTH - 4 && at[4] == HELLO && memcmp(at + HEAD, HELLO_WORD, sizeof HELLO_WORD - 1) == 0) {
            is_lost = false;
            return;
        }
        in_at++;
    }
}

bool channel_next(struct frame *frame) {
    if (is_lost) find_place();
    if (is_lost || in.len - in_at < 4) return false;
    char *at = in.data + in_at;
    uint32_t size = number(at);
    if (size < HEAD - 4 || size > MAX_REQUEST) {
        is_lost = true;
        send_text(ERROR, 0, "a frame of %u bytes can't be", size);
        return channel_next(frame);
    }
    if (in.len - in_at < 4 + (size_t)size) return false;
    *frame = (struct frame){ .type = (uint8_t)at[4], .id = number(at + 5), .payload = at + HEAD, .length = size - (HEAD - 4) };
    in_at += 4 + size;
    return true;
}

void send_frame(uint8_t type, uint32_t id, const void *payload, size_t n) {
    char head[HEAD];
    put_number(head, (uint32_t)(HEAD - 4 + n));
    head[4] = (char)type;
    put_number(head + 5, id);
    buf_add(&out, head, HEAD);
    buf_add(&out, payload, n);
}

void send_text(uint8_t type, uint32_t id, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    send_frame(type, id, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

void channel_flush(void) {
    while (out_at < out.len) {
        ssize_t n = write(out_fd, out.data + out_at, out.len - out_at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        out_at += (size_t)n;
    }
    if (out_at == out.len) {
        out.len = out_at = 0;
        /* A big World need not stay in a small machine's memory. */
        if (out.cap > MAX_BACKLOG) { free(out.data); out = (struct buf){ 0 }; }
    } else if (out_at > MAX_BACKLOG) {
        buf_cut(&out, out_at);
        out_at = 0;
    }
}
