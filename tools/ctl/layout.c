/* cpfctl label check FILE...: faults in layouts of labels, by line and column. */
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "core/label/layout.h"
#include "ctl.h"

#define FAULTS_SHOWN 50

static int check_one(const char *path)
{
    struct protocol_error fault[FAULTS_SHOWN];
    struct label_layout l;
    struct arena a;
    struct buf text;
    size_t n = 0;
    int code = EXIT_FINE, err;
    arena_init(&a, 0);
    buf_init(&text);
    if ((err = file_read(path, LABEL_BYTES, &text))) {
        say_error("%s: %s", path, file_strerror(err));
        code = EXIT_USAGE;
    } else if (label_layout_load(&a, text.data ? text.data : "", text.len, &l, fault, FAULTS_SHOWN, &n)) {
        for (size_t i = 0; i < n && i < FAULTS_SHOWN; i++)
            printf("%s:%d:%d: %s%s%s\n", path, fault[i].line, fault[i].column, fault[i].text,
                   *fault[i].hint ? "; " : "", fault[i].hint);
        code = EXIT_REFUSED;
    } else {
        printf("%s: %s\n", path, say("誤りはありません", "ok"));
    }
    buf_fini(&text);
    arena_fini(&a);
    return code;
}

int ctl_label_check(struct ctl *c, const struct ctl_command *cmd)
{
    int code = EXIT_FINE;
    if (!c->args.nwords)
        return ctl_usage(cmd, "%s", say("ファイルを指定してください", "name the files"));
    for (int i = 0; i < c->args.nwords; i++) {
        int one = check_one(c->args.word[i]);
        code = one ? one : code;
    }
    return code;
}
